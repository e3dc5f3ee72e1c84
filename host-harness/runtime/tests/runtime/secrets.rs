//! The plugin works on names: values go out where the policy lets them, and none comes in. What a plugin does
//! wrong with a name is done with others' calls in flight.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use credential_runtime::{Cause, Error, Grant, Policy, Runtime, Secret, Sender, Settings};
use rstest::rstest;

use crate::server::Server;
use crate::stage::{SECRET, SERVICE, Stage};

/// Of a kind that nobody types.
const FACT: &str = "not-a-real-client-secret-0123456789";

const SENDERS: [Sender; 2] = [Sender::Plugin, Sender::Host];

#[tokio::test]
async fn a_plugin_is_told_name_and_length_but_no_value() {
    let told = Stage::new()
        .await
        .compute("tell-settings", "plain text")
        .await
        .unwrap();
    assert!(told.contains("plain text"), "{told}");
    assert!(told.contains("secret: length 25"), "{told}");
    assert!(!told.contains("not-a-real"), "{told}");
}

/// Whatever the form calls it: the policy says what is text, and a secret is never one.
#[tokio::test]
async fn a_value_is_told_only_where_the_policy_allows_it_as_text() {
    let plugin = Stage::new().await.plugin;
    let text = "not-a-real-secret-in-a-text-field";
    let (as_text, as_secret) = (
        Settings::new().with_text("extra", text),
        Settings::new().with_secret("extra", text),
    );
    for (what, settings, allowed, is_told) in [
        ("a text that is allowed", &as_text, "extra", true),
        ("a text that is not", &as_text, "argument", false),
        (
            "a secret where a text is allowed",
            &as_secret,
            "extra",
            false,
        ),
        ("a secret where none is", &as_secret, "argument", false),
        (
            "a text of no field",
            &as_text.clone().with_text("other", text),
            "other",
            false,
        ),
    ] {
        let policy = Policy::nothing()
            .allow_text("behaviour")
            .allow_text(allowed);
        let settings = settings.clone().with_text("behaviour", "tell-settings");
        let operation = plugin.operation(&settings, &Arc::new(policy));
        let told = format!("{:?}", operation.plan().await);
        assert_eq!(told.contains(text), is_told, "{what}: {told}");
        assert_eq!(
            told.contains("extra: length 33"),
            !is_told,
            "{what}: {told}"
        );
    }
}

/// A plugin may call its secret a fact: it is told the facts that connecting brought, and what somebody
/// gives for such a field is a secret, whatever the policy allows.
#[rstest]
#[case::given_as_text(Settings::new().with_text("learned", FACT), None, None)]
#[case::given_as_a_secret(Settings::new().with_secret("learned", FACT), None, None)]
#[case::a_fact(Settings::new(), Some(("learned", FACT)), Some("learned"))]
#[case::a_fact_before_what_was_given(
    Settings::new().with_text("learned", "not-a-real-given-value"),
    Some(("learned", FACT)),
    Some("learned")
)]
#[case::a_fact_for_a_text(Settings::new(), Some(("extra", FACT)), None)]
#[case::a_fact_for_a_secret(Settings::new(), Some(("secret", FACT)), None)]
#[case::a_fact_for_no_field(Settings::new(), Some(("other", FACT)), None)]
#[tokio::test]
async fn only_a_fact_that_connecting_brought_is_told_of_a_learned_field(
    #[case] settings: Settings,
    #[case] fact: Option<(&str, &str)>,
    #[case] told_of: Option<&str>,
) {
    let plugin = Stage::new().await.plugin;
    let policy = ["behaviour", "learned"];
    let policy = Arc::new(
        policy
            .into_iter()
            .fold(Policy::nothing(), Policy::allow_text),
    );
    let settings = settings.with_text("behaviour", "tell-settings");
    let operation = plugin.operation_with_facts(&settings, fact, &policy);
    let told = format!("{:?}", operation.plan().await);
    assert!(told.contains("tell-settings"), "{told}");
    assert_eq!(told.contains(FACT), told_of.is_some(), "{told}");
    assert!(!told.contains("not-a-real-given-value"), "{told}");
    if let Some(field) = told_of {
        assert!(told.contains(&format!("{field}={FACT}")), "{told}");
    }
}

#[tokio::test]
async fn a_secret_in_a_form_is_filled_in_and_encoded() {
    let server = Server::says_json(r#"{"access_token": "not-a-real-token"}"#).await;
    let stage = Stage::new().await.mapped_to(&server);
    for sender in SENDERS {
        let access = stage.obtain("secret-in-form", sender).await.unwrap();
        assert_eq!(access, Secret::new("not-a-real-token"));
    }
    for request in server.received() {
        assert!(
            request.ends_with("\r\n\r\nsecret=not-a-real-secret-4711%2F%2Bx"),
            "{request}"
        );
    }
    assert_eq!(server.received().len(), 2);
}

#[tokio::test]
async fn a_secret_in_authorization_is_filled_in() {
    let server = Server::says_json("{}").await;
    let stage = Stage::new().await.mapped_to(&server);
    assert_eq!(
        stage.send("secret-in-authorization", "/").await.unwrap(),
        "200 BodyKind::Json"
    );
    assert!(server.received()[0].contains(&format!("authorization: Bearer {SECRET}\r\n")));
}

#[tokio::test]
async fn misplaced_and_made_up_names_are_refused_before_anything_leaves() {
    let server = Server::says_json("{}").await;
    let stage = Stage::new().await.mapped_to(&server);
    for behaviour in ["secret-in-header", "made-up-secret", "set-host"] {
        let attack = stage.send(behaviour, "/");
        let seen = stage.withstands(attack).await.unwrap();
        assert!(
            seen.starts_with("FailureKind::Denied sent=false"),
            "{behaviour}: {seen}"
        );
    }
    assert_eq!(server.received(), [] as [String; 0]);
}

#[tokio::test]
async fn a_secret_that_the_service_repeats_is_unreadable() {
    let server = Server::echoes().await;
    let stage = Stage::new().await.mapped_to(&server);
    let sent = stage.send("secret-in-form", "/");
    let seen = stage.withstands(sent).await.unwrap();
    let expected = "200 BodyKind::Json /echo=unreadable /echo=unreadable /echo=present \
                    /echo=unreadable /echo=unreadable";
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn a_made_up_token_breaks_the_contract() {
    let server = Server::says_json("{}").await;
    let stage = Stage::new().await.mapped_to(&server);
    for sender in SENDERS {
        let attack = stage.obtain("made-up-token", sender);
        let outcome = stage.withstands(attack).await;
        let Err(Error::Failed(failure)) = &outcome else {
            panic!("{outcome:?}")
        };
        assert!(matches!(failure.cause, Cause::Contract(_)), "{failure:?}");
        assert!(failure.request_sent, "what came back is lost: {failure:?}");
    }
}

/// A service that repeats the client secret where its token should be does not make a token of it.
#[tokio::test]
async fn a_secret_of_the_form_that_comes_back_is_no_token() {
    for answer in [
        format!(r#"{{"access_token":"{SECRET}"}}"#),
        format!(r#"{{"access_token":"not-a-real-token-1","refresh_token":"{SECRET}"}}"#),
    ] {
        let server = Server::says_json(&answer).await;
        let stage = Stage::new().await.mapped_to(&server);
        for sender in SENDERS {
            let outcome = stage
                .withstands(stage.obtain("secret-in-form", sender))
                .await;
            let Err(Error::Failed(failure)) = &outcome else {
                panic!("{outcome:?}")
            };
            let why = "a secret of the form as a token";
            assert!(failure.to_string().contains(why), "{failure}");
        }
    }
}

/// Whatever field it stands in, and whatever the form calls that: what the plugin has as a secret of the form
/// is no token. The tokens themselves may come again.
#[rstest]
#[case::a_secret("secret", false, Err("a secret of the form as a token"))]
#[case::a_text_that_is_kept_from_the_plugin("extra", true, Err("a secret of the form as a token"))]
#[case::a_text_from_a_source("extra", false, Err("a secret of the form as a token"))]
#[case::a_field_of_another_kind("certificate", true, Err("a secret of the form as a token"))]
#[case::a_field_that_there_is_not("no_such_field", true, Err("a secret of the form as a token"))]
#[case::the_access_token("access", false, Ok(()))]
#[case::the_refresh_token("refresh", false, Err("access and refresh token are one secret"))]
#[tokio::test]
async fn what_the_form_has_as_a_secret_is_no_token(
    #[case] field: &str,
    #[case] as_text: bool,
    #[case] expected: Result<(), &str>,
) {
    let value = "not-a-real-setting-31";
    let server = Server::says_json(&format!(r#"{{"access_token":"{value}"}}"#)).await;
    let component = test_guests::describing(test_guests::Description::OtherFields).unwrap();
    let plugin = Runtime::builder().build().unwrap().load(&component).await;
    let policy = Policy::nothing()
        .allow_text("argument")
        .allow_origin(SERVICE.parse().unwrap())
        .map_origin(SERVICE.parse().unwrap(), server.url().parse().unwrap());
    let settings = Settings::new().with_text("argument", format!("{SERVICE}/token"));
    let settings = if as_text {
        settings.with_text(field, value)
    } else {
        settings.with_secret(field, value)
    };
    let operation = plugin.unwrap().operation(&settings, &Arc::new(policy));
    for sender in SENDERS {
        let grant = Grant::ClientCredentials;
        let outcome = operation.obtain_tokens(&grant, sender).await;
        match (outcome, expected) {
            (Ok(tokens), Ok(())) => assert_eq!(tokens.access, Secret::new(value)),
            (Err(Error::Failed(failure)), Err(why)) => {
                assert!(failure.to_string().contains(why), "{failure}");
            }
            (outcome, expected) => panic!("{outcome:?}, expected {expected:?}"),
        }
    }
}

/// Without a new refresh token, the credential keeps the one that it has.
#[rstest]
#[case::the_one_that_was_used(Grant::RefreshToken(Secret::new("not-a-real-refresh-8")), false)]
#[case::the_one_that_is_kept(Grant::ClientCredentials, true)]
#[tokio::test]
async fn the_refresh_token_that_stays_is_no_access_token(#[case] grant: Grant, #[case] kept: bool) {
    let stays = "not-a-real-refresh-8";
    for (answer, held) in [
        (format!(r#"{{"access_token":"{stays}"}}"#), false),
        (
            format!(r#"{{"access_token":"{stays}","refresh_token":"another-token-22"}}"#),
            false,
        ),
        (r#"{"access_token":"another-token-22"}"#.to_owned(), true),
    ] {
        let server = Server::says_json(&answer).await;
        let stage = Stage::new().await.mapped_to(&server);
        for sender in SENDERS {
            let operation = stage.operation("", &format!("{SERVICE}/token"));
            if kept {
                operation.know_refresh_token(&Secret::new(stays));
            }
            match operation.obtain_tokens(&grant, sender).await {
                Ok(tokens) => assert!(held, "{answer}: {tokens:?}"),
                Err(Error::Failed(failure)) => {
                    let why = "access and refresh token are one secret";
                    assert!(!held && failure.to_string().contains(why), "{failure}");
                }
                Err(error) => panic!("{error:?}"),
            }
        }
    }
}

/// A token that was just obtained is tested at the API in the same operation: as the access token, under
/// another name.
#[tokio::test]
async fn a_fresh_token_is_tested_at_the_api_in_the_same_operation() {
    let tokens = r#"{"access_token":"not-a-real-token-1","refresh_token":"another-token-22"}"#;
    let (service, api) = (
        Server::says_json(tokens).await,
        Server::says_json("{}").await,
    );
    let stage = Stage::new().await.mapped_to(&service);
    let stage = stage.mapping("https://api.example", &api);
    let stage = stage.with_extra("https://api.example/me");
    let operation = stage.operation("passes-by-bearer", &format!("{SERVICE}/token"));
    for sender in SENDERS {
        let grant = Grant::ClientCredentials;
        let tokens = operation.obtain_tokens(&grant, sender).await.unwrap();
        let checks = operation.test(&tokens.access).await.unwrap();
        assert_eq!(checks[0].outcome, credential_runtime::Outcome::Passed);
    }
    for request in api.received() {
        let bearer = "authorization: Bearer not-a-real-token-1\r\n";
        assert!(request.contains(bearer), "{request}");
    }
    assert_eq!(api.received().len(), 2);
}

/// What came back with the browser is held against the code, the verifier and the form, too.
#[tokio::test]
async fn a_refusal_that_holds_a_secret_is_not_told() {
    let stage = Stage::new().await;
    let operation = stage.operation("", "");
    let log = crate::log::Log::keep();
    let refusal = credential_runtime::AuthorizationRefusal {
        error: "NOT-A-REAL-SECRET-4711".to_owned(),
    };
    let _ = operation.authorization_refused(refusal).await;
    log.says_once("a redirect held a secret");
}

#[tokio::test]
async fn an_access_token_stands_in_authorization_alone() {
    let stage = Stage::new().await;
    let access = Secret::new("not-a-real-access");
    let headers = stage.operation("", "").authenticate(&access).await.unwrap();
    assert_eq!(headers[0].name, "Authorization");
    assert_eq!(headers[0].value, Secret::new("Bearer not-a-real-access"));
    let operation = stage.operation("authenticate-elsewhere", "");
    let outcome = stage.withstands(operation.authenticate(&access)).await;
    assert!(matches!(outcome, Err(Error::Failed(_))), "{outcome:?}");
}

pub(crate) fn jwt(claims: &str) -> String {
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    format!(
        "{}.{}.{}",
        encode(r#"{"alg":"none"}"#),
        encode(claims),
        encode("signature")
    )
}

#[tokio::test]
async fn a_claim_is_told_if_plugin_and_operator_both_name_it_and_holds_no_secret() {
    let token = Secret::new(jwt(
        r#"{"sub":"jane","sessionId":"not-a-real-session","iss":"not-a-real-secret-4711/+x"}"#,
    ));
    let stage = Stage::new().await;
    let claims = async |stage: &Stage| {
        let operation = stage.operation("tell-claims", "");
        let checks = stage.withstands(operation.test(&token)).await.unwrap();
        checks[0].detail.clone().unwrap()
    };
    assert_eq!(claims(&stage).await, "[]");
    let stage = stage.allowing_claims(&["sub", "iss", "sessionId", "aud"]);
    assert_eq!(claims(&stage).await, r#"[("sub", "jane")]"#);
}

#[tokio::test]
async fn an_answer_that_is_no_json_is_withheld() {
    let server = Server::says(
        "200 OK",
        "content-type: text/html\r\n",
        "<p>not-a-real-token<br></p>",
    )
    .await;
    let stage = Stage::new().await.mapped_to(&server);
    let sent = stage.send("get", "/");
    let seen = stage.withstands(sent).await.unwrap();
    assert_eq!(seen, "200 BodyKind::Html");
    assert!(!seen.contains("not-a-real"), "{seen}");
    assert!(SERVICE.starts_with("https"));
}

#[tokio::test]
async fn a_host_can_send_with_a_client_of_its_own() {
    let server = Server::says_json("{}").await;
    let stage = Stage::new().await.mapped_to(&server);
    let operation = stage.operation("secret-in-form", &format!("{SERVICE}/token"));
    let prepared = operation
        .prepare_token_request(&Grant::ClientCredentials)
        .await
        .unwrap();
    let request = prepared.to_http().unwrap();
    assert_eq!(request.uri().to_string(), format!("{}/token", server.url()));
    assert_eq!(
        request.headers()["content-type"],
        "application/x-www-form-urlencoded"
    );
    assert_eq!(&request.body()[..], b"secret=not-a-real-secret-4711%2F%2Bx");
    assert!(!format!("{prepared:?}").contains("not-a-real"));
    let answer = http::Response::new(br#"{"access_token": "not-a-real-token"}"#.to_vec());
    let tokens = operation
        .receive_tokens(prepared, Ok(answer))
        .await
        .unwrap();
    assert_eq!(tokens.access, Secret::new("not-a-real-token"));
    assert_eq!(
        server.received(),
        [] as [String; 0],
        "the runtime itself sent nothing"
    );
}

#[tokio::test]
async fn what_may_not_leave_is_not_prepared() {
    let stage = Stage::new().await.allowing_nothing();
    let operation = stage.operation("secret-in-form", &format!("{SERVICE}/token"));
    let attack = operation.prepare_token_request(&Grant::ClientCredentials);
    let outcome = stage.withstands(attack).await;
    let Err(Error::Refused(refusal)) = outcome else {
        panic!("{outcome:?}")
    };
    assert!(
        refusal
            .to_string()
            .contains("FailureKind::Denied sent=false"),
        "{refusal}"
    );
}
