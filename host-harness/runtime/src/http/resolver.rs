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
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the name leads to no address of the public internet")]
pub(super) struct NoPublicAddress;

/// Hands out only addresses of the public internet.
pub(super) struct PublicOnly(pub(super) Arc<dyn Lookup>);

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let addresses = self.0.lookup(name.as_str());
        Box::pin(async move { Ok(public(addresses.await?)?) })
    }
}

fn public(addresses: Vec<IpAddr>) -> Result<Addrs, NoPublicAddress> {
    let public: Vec<SocketAddr> = addresses
        .into_iter()
        .filter(|address| is_public(*address))
        .map(|address| SocketAddr::new(address, 0))
        .collect();
    if public.is_empty() {
        Err(NoPublicAddress)
    } else {
        Ok(Box::new(public.into_iter()))
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
            .map(|it| it.map(|it| it.ip().to_string()).collect());
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
        let resolver = PublicOnly(Arc::new(Changing(addresses.collect::<Vec<_>>().into())));
        let mut passed = Vec::new();
        for _ in 0..5 {
            let name = "service.example".parse().unwrap();
            passed.push(resolver.resolve(name).await.is_ok());
        }
        assert_eq!(passed, [true, false, true, false, false]);
    }

    #[test]
    fn only_public_addresses_are_handed_out() {
        check(&["8.8.8.8"], Some(&["8.8.8.8"]));
        check(&["10.0.0.1", "8.8.8.8", "::1"], Some(&["8.8.8.8"]));
        check(&["127.0.0.1", "169.254.169.254", "fe80::1"], None);
        check(&[], None);
    }
}
