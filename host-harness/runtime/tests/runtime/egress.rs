//! What may leave, where to, and what an answer that does not come is called; with others' calls in
//! flight.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use credential_runtime::{
    Addresses, ApiError, ApiRequest, Error, ErrorKind, Grant, HttpLimits, Limits, Lookup, Policy,
    Runtime, Secret, Sender, Settings,
};
use rstest::rstest;
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
        "200 BodyKind::Json"
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
    assert_eq!(seen_at_root(&trusting).await, "200 BodyKind::Json");
    assert!(SERVICE.starts_with("https"));
}

pub fn tls_config(certified: &rcgen::CertifiedKey<rcgen::KeyPair>) -> rustls::ServerConfig {
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

/// A person reads why; no plugin is told what a certificate says.
#[rstest]
#[case::of_an_unknown_issuer(
    "localhost",
    None,
    "has an issuer that this machine does not trust; it was issued by CN=rcgen self signed cert"
)]
#[case::of_another_name("other.example", Some(()), "is not for localhost, but for other.example")]
#[tokio::test]
async fn why_a_certificate_is_not_trusted_is_told(
    #[case] name: &str,
    #[case] trusted: Option<()>,
    #[case] expected: &str,
) {
    let authority = rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap();
    let server = Server::tls(tls_config(&authority)).await;
    let builder = trusted.iter().fold(Runtime::builder(), |builder, ()| {
        builder.trust(authority.cert.der().to_vec())
    });
    let stage = Stage::with(builder).await.mapped_to(&server);
    let seen = seen_at_root(&stage).await;
    assert_seen(
        &seen,
        "FailureKind::Untrusted sent=false the service's certificate",
    );
    assert!(!seen.contains("issue") && !seen.contains("other"), "{seen}");
    let api = stage
        .operation("", "")
        .api(&Secret::new("not-a-real-access"))
        .await;
    let request = ApiRequest {
        method: "GET".to_owned(),
        url: SERVICE.to_owned(),
        ..ApiRequest::default()
    };
    let Err(ApiError::NoAnswer(failure)) = api.unwrap().send(&request).await else {
        panic!("an answer");
    };
    let detail = failure.detail.unwrap();
    assert!(detail.contains(expected), "{detail}");
    assert!(detail.contains("`trust`"), "{detail}");
}

#[tokio::test]
async fn a_certificate_that_has_expired_says_when() {
    let mut parameters = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    parameters.not_before = rcgen::date_time_ymd(2020, 1, 1);
    parameters.not_after = rcgen::date_time_ymd(2021, 2, 3);
    let signing_key = rcgen::KeyPair::generate().unwrap();
    let cert = parameters.self_signed(&signing_key).unwrap();
    let authority = rcgen::CertifiedKey { cert, signing_key };
    let server = Server::tls(tls_config(&authority)).await;
    let mut policy = Policy::nothing();
    let runtime = Runtime::builder().trust(authority.cert.der().to_vec());
    let runtime = runtime.build().unwrap();
    let plugin = runtime.load(intacct_component::COMPONENT).await.unwrap();
    for text in plugin.descriptor().text_fields() {
        policy = policy.allow_text(text);
    }
    let intacct = "https://api.intacct.com".parse().unwrap();
    let policy = policy
        .allow_origin("https://api.intacct.com".parse().unwrap())
        .map_origin(intacct, server.url().parse().unwrap());
    let settings = Settings::new()
        .with_text("client_id", "0123456789abcdef0123.app.sage.com")
        .with_secret("client_secret", "not-a-real-secret-0123456789abcdef")
        .with_text("flow_type", "web_services_user")
        .with_text("username", "ws-loader@Nordlicht-DEV");
    let operation = plugin.operation(&settings, &Arc::new(policy));
    let grant = Grant::ClientCredentials;
    for sender in [Sender::Plugin, Sender::Host] {
        let refused = operation.obtain_tokens(&grant, sender).await;
        let Err(Error::Refused(refusal)) = refused else {
            panic!("{refused:?}");
        };
        let hint = refusal.diagnosis.hint.unwrap();
        assert!(hint.contains("has expired, on Wed, 03 Feb 2021"), "{hint}");
    }
}

#[tokio::test]
async fn a_browser_is_sent_where_people_sign_in_and_nowhere_else() {
    let server = Server::says_json("{}").await;
    let stage = Stage::new()
        .await
        .mapped_to(&server)
        .allowing("https://api.example");
    let begin = async |url: &str| {
        let query = "response_type=code&redirect_uri=$redirect&state=$state";
        let operation = stage.operation(&url.replace("QUERY", query), "");
        operation
            .begin_authorization("https://127.0.0.1:1/callback")
            .await
    };
    let pending = begin("https://service.example/authorize?x=1&QUERY")
        .await
        .unwrap();
    assert!(
        pending
            .url()
            .starts_with(&format!("{}/authorize?x=1&", server.url()))
    );
    assert!(
        pending
            .service_url()
            .starts_with("https://service.example/authorize?x=1&")
    );
    for elsewhere in [
        "https://evil.example/authorize?QUERY",
        "http://service.example/authorize?QUERY",
        "https://service.example@evil.example/?QUERY",
        "https://service.example/?QUERY#fragment",
        // Allowed, and not for people.
        "https://api.example/authorize?QUERY",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "no url",
    ] {
        let outcome = stage.withstands(begin(elsewhere)).await;
        let Err(Error::Refused(refusal)) = outcome else {
            panic!("{elsewhere}: {outcome:?}")
        };
        assert_eq!(refusal.kind, ErrorKind::Denied, "{elsewhere}");
        // No policy permits what misleads: its author acts, not the operator.
        if elsewhere.contains(['#', '@']) {
            let said = &refusal.diagnosis;
            assert_eq!(said.actor, credential_runtime::Actor::Plugin, "{elsewhere}");
            assert!(said.hint.as_deref().is_some_and(|it| it.contains("mended")));
        }
    }
}

/// What an authorization URL must carry, in each way in which it does not; the sign-in page is the
/// service's own each time.
#[rstest]
#[case::no_state("response_type=code&redirect_uri=$redirect", "no `state`")]
#[case::another_state(
    "response_type=code&redirect_uri=$redirect&state=mine",
    "another `state`"
)]
#[case::no_redirect("response_type=code&state=$state", "no `redirect_uri`")]
#[case::another_redirect(
    "response_type=code&redirect_uri=https://evil.example/&state=$state",
    "another `redirect_uri`"
)]
#[case::two_redirects(
    "response_type=code&redirect_uri=$redirect&redirect_uri=https://evil.example/&state=$state",
    "more than one `redirect_uri`"
)]
#[case::a_token_at_once(
    "response_type=token&redirect_uri=$redirect&state=$state",
    "another `response_type`"
)]
#[case::its_own_challenge(
    "response_type=code&redirect_uri=$redirect&state=$state&code_challenge=x",
    "an unexpected `code_challenge`"
)]
#[case::a_request_elsewhere(
    "response_type=code&redirect_uri=$redirect&state=$state&request_uri=https://evil.example/",
    "an unexpected `request_uri`"
)]
#[case::a_redirect_by_another_name(
    "response_type=code&redirect_uri=$redirect&state=$state&Redirect-URL=https://evil.example/",
    "an unexpected `Redirect-URL`"
)]
#[case::another_state_behind_a_semicolon(
    "response_type=code&redirect_uri=$redirect&state=$state&x=1;state=mine",
    "more than one `state`"
)]
#[case::a_page_of_parameters(
    &format!("response_type=code&redirect_uri=$redirect&state=$state&x={}", "x".repeat(9000)),
    "longer than 8192 bytes"
)]
#[case::a_secrets_name(
    "response_type=code&redirect_uri=$redirect&state=$state&x=$secret",
    "a secret of the credential, or the name of one"
)]
#[tokio::test]
async fn an_authorization_url_asks_for_what_is_ours(#[case] query: &str, #[case] why: &str) {
    let stage = Stage::new().await;
    let operation = stage.operation(&format!("https://service.example/authorize?{query}"), "");
    let outcome = operation
        .begin_authorization("https://127.0.0.1:1/callback")
        .await;
    let Err(Error::Failed(failure)) = outcome else {
        panic!("{query}: {outcome:?}")
    };
    assert!(failure.to_string().contains(why), "{failure}");
    assert!(!failure.request_sent);
}

#[tokio::test]
async fn with_pkce_the_url_carries_the_hosts_challenge() {
    let stage = Stage::new().await.with_extra("pkce");
    let begin = async |challenge: &str| {
        let url = format!(
            "https://service.example/authorize?response_type=code&redirect_uri=$redirect\
             &state=$state{challenge}"
        );
        let operation = stage.operation(&url, "");
        operation
            .begin_authorization("https://127.0.0.1:1/callback")
            .await
    };
    let ours = "&code_challenge=$challenge&code_challenge_method=S256";
    assert!(begin(ours).await.is_ok());
    for other in [
        "",
        "&code_challenge=$challenge",
        "&code_challenge=x&code_challenge_method=S256",
    ] {
        assert!(
            matches!(begin(other).await, Err(Error::Failed(_))),
            "{other}"
        );
    }
}

/// Origins have purposes: what is allowed is not allowed for everything.
#[rstest]
#[case::a_request_to_a_sign_in_page("get", "https://login.example/", "is for browsers alone")]
#[case::a_secret_to_the_api(
    "secret-in-authorization",
    "https://api.example/",
    "may not go to this origin"
)]
#[tokio::test]
async fn a_secret_goes_where_its_purpose_is(
    #[case] behaviour: &str,
    #[case] url: &str,
    #[case] why: &str,
) {
    let stage = Stage::new()
        .await
        .allowing("https://login.example")
        .allowing("https://api.example");
    let seen = stage.send_to(behaviour, url).await.unwrap();
    assert_seen(&seen, "FailureKind::Denied sent=false");
    assert!(seen.contains(why), "{seen}");
}

/// A server that keeps its connections: what one operation leaves on one is nobody else's.
#[tokio::test]
async fn no_connection_outlives_an_operation() {
    let kept = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
    let server = Server::keeps(kept, "HTTP/1.1 500 Reused\r\ncontent-length: 0\r\n\r\n").await;
    let stage = Stage::new().await.mapped_to(&server);
    for _ in 0..3 {
        assert_eq!(stage.send("get", "/").await.unwrap(), "200 BodyKind::Json");
    }
}
