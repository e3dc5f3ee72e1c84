//! The HTTP client: no redirect, no proxy, no address but the public internet's unless the operator
//! named the place.

use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use credential_runtime::{Lookup, NoPublicAddress, PublicOnly};
use reqwest::Client;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;

use super::{ApiError, Reach};

/// For one answer, its body included.
const DEADLINE: Duration = Duration::from_secs(60);

/// An HTTP client that follows no redirect and asks no proxy, so that a token goes where the policy
/// says. `roots` are trusted besides the machine's own.
pub(crate) fn client(
    roots: &[Vec<u8>],
    reach: Reach,
    lookup: impl Lookup,
) -> Result<Client, ApiError> {
    let builder = Client::builder()
        .tls_backend_preconfigured(tls(roots)?)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .referer(false)
        .timeout(DEADLINE)
        .user_agent(concat!("harness/", env!("CARGO_PKG_VERSION")));
    let builder = match reach {
        Reach::Public => {
            let resolver = Resolver(PublicOnly::new(lookup));
            builder.https_only(true).dns_resolver(Arc::new(resolver))
        }
        Reach::Mapped => builder,
    };
    let built = builder.build();
    built.map_err(|error| ApiError::NoAnswer(error.to_string()))
}

/// The address that was checked is the one connected to.
struct Resolver(PublicOnly);

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

fn tls(roots: &[Vec<u8>]) -> Result<ClientConfig, ApiError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let roots = roots.iter().cloned().map(CertificateDer::from);
    let verifier =
        rustls_platform_verifier::Verifier::new_with_extra_roots(roots, Arc::clone(&provider));
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(ApiError::Tls)?;
    let verifier = verifier.map_err(ApiError::Tls)?;
    Ok(builder
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth())
}

/// The innermost reason: it names what happened, and no URL.
pub(super) fn no_answer(error: &reqwest::Error, host: &str) -> ApiError {
    let mut reason: &dyn Error = error;
    while let Some(source) = reason.source() {
        reason = source;
    }
    let inner = reason.downcast_ref().and_then(io::Error::get_ref);
    match inner.is_some_and(|it| it.is::<NoPublicAddress>()) {
        true => ApiError::NotPublic(host.to_owned()),
        false => ApiError::NoAnswer(reason.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;
    use std::sync::Mutex;

    use credential_runtime::{Addresses, AuthHeader, Policy};
    use rstest::rstest;

    use super::*;
    use crate::api::{ApiRequest, Target, send};

    /// Gives one address after the other, then none.
    struct Changing(Mutex<Vec<IpAddr>>);

    impl Changing {
        fn through(addresses: &[&str]) -> Self {
            let addresses = addresses.iter().rev();
            Self(Mutex::new(
                addresses.map(|it| it.parse().unwrap()).collect(),
            ))
        }
    }

    impl Lookup for Changing {
        fn lookup(&self, _name: &str) -> Addresses {
            let next = self.0.lock().unwrap().pop();
            Box::pin(async move { Ok(next.into_iter().collect()) })
        }
    }

    async fn ask(client: &Client) -> ApiError {
        let origin: credential_runtime::Origin = "https://service.example".parse().unwrap();
        let target = Target::parse(
            "/v1",
            &[origin.clone()],
            &Policy::nothing().allow_origin(origin),
        )
        .unwrap();
        assert_eq!(target.reach, Reach::Public);
        let request = ApiRequest::new("get", target).unwrap();
        let token = AuthHeader {
            name: "authorization".to_owned(),
            value: "Bearer not-a-real-secret".into(),
        };
        let sent = send(client, &request, &[token]).await;
        sent.err().unwrap()
    }

    #[rstest]
    #[case::loopback("127.0.0.1")]
    #[case::private("10.0.0.1")]
    #[case::metadata("169.254.169.254")]
    #[case::loopback_v6("::1")]
    #[case::private_in_v6("::ffff:10.0.0.1")]
    #[tokio::test]
    async fn a_name_that_leads_to_no_public_address_is_not_asked(#[case] address: &str) {
        let lookup = Changing::through(&[address, "127.0.0.1"]);
        let client = client(&[], Reach::Public, lookup).unwrap();
        for _ in 0..2 {
            let error = ask(&client).await;
            assert!(
                matches!(&error, ApiError::NotPublic(it) if it == "service.example"),
                "{error}"
            );
        }
    }

    /// The connection is made to what this look-up gave; there is none between the two.
    #[tokio::test]
    async fn a_name_that_turns_private_between_two_look_ups_gains_nothing() {
        let lookup = Changing::through(&["8.8.8.8", "169.254.169.254", "8.8.4.4"]);
        let resolver = Resolver(PublicOnly::new(lookup));
        let mut found = Vec::new();
        for _ in 0..3 {
            let addresses = resolver.resolve("service.example".parse().unwrap()).await;
            found.push(addresses.map(Iterator::collect::<Vec<_>>).ok());
        }
        let public = |text: &str| Some(vec![text.parse().unwrap()]);
        assert_eq!(found, [public("8.8.8.8:0"), None, public("8.8.4.4:0")]);
    }
}
