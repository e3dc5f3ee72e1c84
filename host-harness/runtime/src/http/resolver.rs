//! Names to addresses, held to the egress rule: the address that was checked is the one connected
//! to, so a name that turns private between two look-ups gains nothing.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::egress::is_public;

/// The addresses of a name, or why there are none.
pub type Addresses = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Looks a name up. Injected, so that tests decide what a name resolves to.
pub trait Lookup: Send + Sync + 'static {
    /// The addresses of a name.
    fn lookup(&self, name: &str) -> Addresses;
}

/// The operating system's resolver.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemLookup;

impl Lookup for SystemLookup {
    fn lookup(&self, name: &str) -> Addresses {
        let name = name.to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// Every address of a name is one that no service on the internet has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the name leads to no address of the public internet")]
pub struct NoPublicAddress;

/// A look-up that gives only addresses of the public internet.
///
/// For an embedder whose own HTTP client sends: give that client the addresses that come from here,
/// so that the address that was checked is the one connected to. Where there is none, the error
/// holds [`NoPublicAddress`]. An address in a URL is not looked up; ask [`is_public`] of it. An
/// origin that the operator mapped is the operator's word, and needs neither.
#[derive(Clone)]
pub struct PublicOnly(Arc<dyn Lookup>);

impl PublicOnly {
    /// Takes from this look-up what is public.
    #[must_use]
    pub fn new(lookup: impl Lookup) -> Self {
        Self(Arc::new(lookup))
    }
}

impl From<Arc<dyn Lookup>> for PublicOnly {
    fn from(lookup: Arc<dyn Lookup>) -> Self {
        Self(lookup)
    }
}

impl Lookup for PublicOnly {
    fn lookup(&self, name: &str) -> Addresses {
        let addresses = self.0.lookup(name);
        Box::pin(async move { public(addresses.await?).map_err(io::Error::other) })
    }
}

fn public(mut addresses: Vec<IpAddr>) -> Result<Vec<IpAddr>, NoPublicAddress> {
    addresses.retain(|address| is_public(*address));
    match addresses.is_empty() {
        true => Err(NoPublicAddress),
        false => Ok(addresses),
    }
}

/// The same, as the HTTP client asks for it.
pub(super) struct Resolver(pub(super) PublicOnly);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let addresses = self.0.lookup(name.as_str());
        Box::pin(async move {
            let found = addresses.await?.into_iter();
            let addresses: Addrs = Box::new(found.map(|address| SocketAddr::new(address, 0)));
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(addresses: &[&str], expected: Option<&[&str]>) {
        let addresses = addresses.iter().map(|it| it.parse().unwrap()).collect();
        let passed: Option<Vec<String>> = public(addresses)
            .ok()
            .map(|it| it.iter().map(IpAddr::to_string).collect());
        assert_eq!(
            passed,
            expected.map(|it| it.iter().map(|it| (*it).to_owned()).collect())
        );
    }

    /// A name whose address changes from look-up to look-up.
    struct Changing(std::sync::Mutex<Vec<IpAddr>>);

    impl Lookup for Changing {
        fn lookup(&self, _name: &str) -> Addresses {
            let next = self.0.lock().unwrap().pop();
            Box::pin(async move { Ok(next.into_iter().collect()) })
        }
    }

    /// Whoever connects asks here and connects to what it is given, so there is no second look-up
    /// between the check and the connection.
    #[tokio::test]
    async fn every_look_up_is_checked_by_itself() {
        let addresses = ["8.8.8.8", "169.254.169.254", "8.8.4.4", "::ffff:10.0.0.1"];
        let addresses = addresses.iter().rev().map(|it| it.parse().unwrap());
        let lookup = PublicOnly::new(Changing(addresses.collect::<Vec<_>>().into()));
        let mut passed = Vec::new();
        for _ in 0..5 {
            passed.push(lookup.lookup("service.example").await.is_ok());
        }
        assert_eq!(passed, [true, false, true, false, false]);
    }

    #[tokio::test]
    async fn why_there_is_no_address_can_be_told_apart() {
        let lookup = PublicOnly::new(Changing(vec!["10.0.0.1".parse().unwrap()].into()));
        let error = lookup.lookup("service.example").await.unwrap_err();
        assert_eq!(
            error.downcast::<NoPublicAddress>().unwrap(),
            NoPublicAddress
        );
    }

    #[test]
    fn only_public_addresses_are_handed_out() {
        check(&["8.8.8.8"], Some(&["8.8.8.8"]));
        check(&["10.0.0.1", "8.8.8.8", "::1"], Some(&["8.8.8.8"]));
        check(&["127.0.0.1", "169.254.169.254", "fe80::1"], None);
        check(&[], None);
    }
}
