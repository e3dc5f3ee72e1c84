//! What a service reads: the bytes of authentication, bodies and headers with their secrets, and what a
//! plugin was told and writes back.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use credential_runtime::{Grant, Policy, Sender, Settings};
use rstest::rstest;

use crate::server::Server;
use crate::stage::{SERVICE, Stage};

/// The one request that a behaviour sends.
async fn sent(stage: Stage, behaviour: &str) -> String {
    let server = Server::says_json("{}").await;
    let stage = stage.mapped_to(&server);
    let seen = stage.send(behaviour, "/").await.unwrap();
    assert_eq!(seen, "200 BodyKind::Json");
    let received = server.received();
    assert_eq!(received.len(), 1, "{received:?}");
    received[0].clone()
}

/// Each part encoded as a form encodes it, then joined by a colon, then in base64 (RFC 6749 section 2.3.1).
#[rstest]
#[case::plain("client-1", "not-a-real-secret-1", "client-1:not-a-real-secret-1")]
#[case::a_colon("cli:ent", "not-a-real:1", "cli%3Aent:not-a-real%3A1")]
#[case::blanks("a client", "not a real 1", "a+client:not+a+real+1")]
#[case::signs("a&b=c", "not-a-real+/%?", "a%26b%3Dc:not-a-real%2B%2F%25%3F")]
#[case::other_letters("clïent", "not-a-real-ü€", "cl%C3%AFent:not-a-real-%C3%BC%E2%82%AC")]
#[case::no_id("", "not-a-real-secret-1", ":not-a-real-secret-1")]
#[tokio::test]
async fn a_client_authenticates_by_basic(
    #[case] id: &str,
    #[case] secret: &str,
    #[case] joined: &str,
) {
    let stage = Stage::new().await.with_extra(id).with_secret(secret);
    let request = sent(stage, "secret-in-basic").await;
    let expected = format!("authorization: Basic {}\r\n", STANDARD.encode(joined));
    assert!(request.contains(&expected), "{request}");
    assert_eq!(request.matches("authorization").count(), 1, "{request}");
}

/// A flat object, each member escaped by the host (RFC 8259 section 7).
#[rstest]
#[case::plain("not-a-real-secret-1", r#""not-a-real-secret-1""#)]
#[case::quotes(r#"not-a-real"},"admin":"1"#, r#""not-a-real\"},\"admin\":\"1""#)]
#[case::backslashes(r"not-a-real\u0022\", r#""not-a-real\\u0022\\""#)]
#[case::lines("not-a-real\r\n\t\u{1}", r#""not-a-real\r\n\t\u0001""#)]
#[case::other_letters("not-a-real-ü€😀", r#""not-a-real-ü€😀""#)]
#[tokio::test]
async fn a_json_body_holds_a_secret_to_the_letter(#[case] secret: &str, #[case] written: &str) {
    let stage = Stage::new().await.with_secret(secret);
    let request = sent(stage, "secret-in-json").await;
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert_eq!(body, format!(r#"{{"a \"b\"":"x\ny","s":{written}}}"#));
    assert!(head.contains("content-type: application/json"), "{head}");
    let length = format!("content-length: {}", body.len());
    assert!(head.contains(&length), "{head}");
    let read: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(read["s"], secret);
}

#[tokio::test]
async fn an_api_key_stands_in_its_header() {
    let stage = Stage::new().await.with_secret("not-a-real-key-+/=1");
    let request = sent(stage, "secret-in-key-header").await;
    let expected = "x-api-key: not-a-real-key-+/=1\r\n";
    assert!(request.contains(expected), "{request}");
    assert_eq!(request.matches("not-a-real").count(), 1, "{request}");
}

/// The redirect's further parameters, as the plugin was told them: of those that the descriptor declares,
/// each a code and none a secret of the form.
#[rstest]
#[case::a_code("realmId=4711", "&realmId=4711")]
#[case::one_that_is_not_declared("companyId=4711", "")]
#[case::one_that_stands_twice("realmId=1&realmId=2", "")]
#[case::no_code("realmId=a+b", "")]
#[case::a_secret_of_the_form("realmId=not-a-real-secret-4711", "")]
#[case::the_same_in_capitals("realmId=NOT-A-REAL-SECRET-4711", "")]
#[case::the_code_itself("realmId=not-a-real-code-55", "")]
#[tokio::test]
async fn a_redirects_parameters_reach_the_plugin(#[case] more: &str, #[case] expected: &str) {
    let server = Server::says_json(r#"{"access_token":"not-a-real-token-1"}"#).await;
    let stage = Stage::new().await.mapped_to(&server);
    let stage = stage.with_secret("not-a-real-secret-4711");
    let url = format!("{SERVICE}/authorize?response_type=code&redirect_uri=$redirect&state=$state");
    let here = "https://127.0.0.1:1/callback";
    let pending = stage.operation(&url, "").begin_authorization(here).await;
    let pending = pending.unwrap();
    let asked = url::Url::parse(pending.url()).unwrap();
    let state = asked.query_pairs().find(|(name, _)| name == "state");
    let state = state.unwrap().1;
    let redirected = format!("{here}?code=not-a-real-code-55&state={state}&{more}");
    let grant = pending.complete(&redirected).unwrap();
    assert!(matches!(grant, Grant::AuthorizationCode(_)), "{grant:?}");
    for sender in [Sender::Plugin, Sender::Host] {
        let operation = stage.operation("tell-parameters", &format!("{SERVICE}/token"));
        operation.obtain_tokens(&grant, sender).await.unwrap();
    }
    for request in server.received() {
        let (_, body) = request.split_once("\r\n\r\n").unwrap();
        let encoded = "https%3A%2F%2F127.0.0.1%3A1%2Fcallback";
        let own = format!("code=not-a-real-code-55&redirect_uri={encoded}");
        assert_eq!(body, own + expected);
    }
    assert_eq!(server.received().len(), 2);
}

/// What connecting taught is kept by whoever embeds the host, and told in later calls.
#[tokio::test]
async fn a_fact_that_was_learnt_is_given_back() {
    let server = Server::says_json(r#"{"access_token":"not-a-real-token-1"}"#).await;
    let stage = Stage::new().await.mapped_to(&server);
    let mut learnt = Vec::new();
    for sender in [Sender::Plugin, Sender::Host] {
        let tokens = stage.tokens("learns-fact", sender).await.unwrap();
        assert_eq!(
            tokens.facts,
            [("learned".to_owned(), "company-9".to_owned())]
        );
        learnt = tokens.facts;
    }
    let policy = ["behaviour", "learned"].into_iter();
    let policy = Arc::new(policy.fold(Policy::nothing(), Policy::allow_text));
    let settings = Settings::new().with_text("behaviour", "tell-settings");
    let facts = learnt
        .iter()
        .map(|(field, fact)| (field.as_str(), fact.as_str()));
    let operation = stage.plugin.operation_with_facts(&settings, facts, &policy);
    let told = format!("{:?}", operation.plan().await);
    assert!(told.contains("learned=company-9"), "{told}");
}
