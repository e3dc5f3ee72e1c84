//! What may leave, where to, and what an answer that does not come is called; with others' calls in
//! flight.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use credential_runtime::{Addresses, Error, HttpLimits, Limits, Lookup, Runtime};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::server::Server;
use crate::stage::{SERVICE, Stage};

/// What the plugin is told, with others' calls in flight.
async fn seen_by(stage: &Stage, url: &str) -> String {
    stage.withstands(stage.send_to("get", url)).await.unwrap()
}

/// The same of the service's own root.
async fn seen_at_root(stage: &Stage) -> String {
    seen_by(stage, &format!("{SERVICE}/")).await
}

#[track_caller]
fn assert_seen(seen: &str, expected: &str) {
    assert!(
        seen.starts_with(expected),
        "expected {expected}…, got {seen}"
    );
}

#[tokio::test]
async fn nothing_is_allowed_by_default() {
    let server = Server::says_json("{}").await;
    let stage = Stage::new().await.mapped_to(&server).allowing_nothing();
    let seen = seen_at_root(&stage).await;
    assert_seen(
        &seen,
        "FailureKind::Denied sent=false the operator's policy does not allow",
    );
    assert_eq!(server.received(), [] as [String; 0]);
}

#[tokio::test]
async fn an_origin_that_the_descriptor_does_not_name_is_denied_even_if_allowed() {
    let stage = Stage::new().await.allowing("https://other.example");
    let seen = seen_by(&stage, "https://other.example/").await;
    assert_seen(
        &seen,
        "FailureKind::Denied sent=false the plugin's descriptor does not ask",
    );
}

#[tokio::test]
async fn an_address_that_is_not_public_is_denied_even_if_allowed() {
    let stage = Stage::new().await.allowing("https://127.0.0.1");
    let seen = seen_by(&stage, "https://127.0.0.1/").await;
    assert_seen(
        &seen,
        "FailureKind::Denied sent=false 127.0.0.1 is no address of the public",
    );
}

#[tokio::test]
async fn a_mapped_origin_is_asked_under_its_own_path_with_its_own_host() {
    let server = Server::says_json("{}").await;
    let stage = Stage::new().await.mapped_to(&server);
    assert_eq!(
        stage.send("get", "/v1/model?name=a%20b").await.unwrap(),
        "200 {}"
    );
    let request = server.received().remove(0);
    assert!(
        request.starts_with("GET /v1/model?name=a%20b HTTP/1.1\r\n"),
        "{request}"
    );
    let host = server.url().trim_start_matches("http://");
    assert!(request.contains(&format!("host: {host}\r\n")), "{request}");
}

#[tokio::test]
async fn a_redirect_is_an_answer() {
    let elsewhere = Server::says_json("{}").await;
    let location = format!("location: {}/\r\n", elsewhere.url());
    let server = Server::says("302 Found", &location, "").await;
    let seen = seen_at_root(&Stage::new().await.mapped_to(&server)).await;
    assert_seen(&seen, "302 ");
    assert_eq!(elsewhere.received(), [] as [String; 0]);
}

/// Resolves every name to these addresses.
struct Fixed(Vec<IpAddr>);

impl Lookup for Fixed {
    fn lookup(&self, _name: &str) -> Addresses {
        let addresses = self.0.clone();
        Box::pin(async move { Ok(addresses) })
    }
}

/// Knows no name.
struct Nowhere;

impl Lookup for Nowhere {
    fn lookup(&self, _name: &str) -> Addresses {
        Box::pin(async { Err(io::Error::from(io::ErrorKind::NotFound)) })
    }
}

#[tokio::test]
async fn a_name_that_turns_private_is_denied_when_it_is_resolved() {
    for address in [
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "::1",
        "::ffff:127.0.0.1",
    ] {
        let lookup = Fixed(vec![address.parse().unwrap()]);
        let stage = Stage::with(Runtime::builder().lookup(lookup)).await;
        let seen = seen_at_root(&stage).await;
        assert_seen(
            &seen,
            "FailureKind::Denied sent=false the name leads to no address",
        );
    }
}

#[tokio::test]
async fn a_name_without_an_address_is_unresolved() {
    let stage = Stage::with(Runtime::builder().lookup(Nowhere)).await;
    let seen = seen_at_root(&stage).await;
    assert_seen(&seen, "FailureKind::Unresolved sent=false");
}

#[tokio::test]
async fn a_port_where_nobody_listens_is_unreachable() {
    let server = Server::says_json("{}").await;
    let stage = Stage::new().await.mapped_to(&server);
    drop(server);
    tokio::task::yield_now().await;
    let seen = stage.send("get", "/").await.unwrap();
    assert_seen(&seen, "FailureKind::Unreachable sent=false");
}

#[tokio::test]
async fn no_answer_in_time_is_a_timeout_after_sending() {
    let server = Server::silent().await;
    let http = HttpLimits {
        answer_deadline: Duration::from_millis(300),
        ..HttpLimits::default()
    };
    let limits = Limits {
        http,
        ..Limits::default()
    };
    let stage = Stage::with_limits(limits).await.mapped_to(&server);
    let seen = seen_at_root(&stage).await;
    assert_seen(&seen, "FailureKind::Timeout sent=true");
    server.request_arrived().await;
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_interrupted_after_sending() {
    for answer in [
        "",
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}",
        "x\r\n\r\n",
    ] {
        let server = Server::says_raw(answer).await;
        let seen = seen_at_root(&Stage::new().await.mapped_to(&server)).await;
        assert_seen(&seen, "FailureKind::Interrupted sent=true");
    }
}

#[tokio::test]
async fn a_certificate_is_trusted_only_if_the_operator_says_so() {
    let authority = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let server = Server::tls(tls_config(&authority)).await;
    let untrusting = Stage::new().await.mapped_to(&server);
    let seen = seen_at_root(&untrusting).await;
    assert_seen(&seen, "FailureKind::Untrusted sent=false");
    let runtime = Runtime::builder().trust(authority.cert.der().to_vec());
    let trusting = Stage::with(runtime).await.mapped_to(&server);
    assert_eq!(seen_at_root(&trusting).await, "200 {}");
    assert!(SERVICE.starts_with("https"));
}

fn tls_config(certified: &rcgen::CertifiedKey<rcgen::KeyPair>) -> rustls::ServerConfig {
    let key = PrivatePkcs8KeyDer::from(certified.signing_key.serialize_der());
    rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certified.cert.der().clone()],
            PrivateKeyDer::Pkcs8(key),
        )
        .unwrap()
}

#[tokio::test]
async fn a_browser_is_sent_where_requests_may_go_and_nowhere_else() {
    let server = Server::says_json("{}").await;
    let stage = Stage::new().await.mapped_to(&server);
    let begin = async |url: &str| {
        let operation = stage.operation(url, "");
        operation
            .begin_authorization("https://127.0.0.1:1/callback")
            .await
    };
    let pending = begin("https://service.example/authorize?x=1")
        .await
        .unwrap();
    assert_eq!(pending.url(), format!("{}/authorize?x=1", server.url()));
    assert_eq!(
        pending.service_url(),
        "https://service.example/authorize?x=1"
    );
    for elsewhere in [
        "https://evil.example/authorize",
        "http://service.example/authorize",
        "https://service.example@evil.example/",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "no url",
    ] {
        let outcome = stage.withstands(begin(elsewhere)).await;
        let Err(Error::Refused(refusal)) = outcome else {
            panic!("{elsewhere}: {outcome:?}")
        };
        assert_eq!(refusal.case(), "denied", "{elsewhere}");
    }
}
