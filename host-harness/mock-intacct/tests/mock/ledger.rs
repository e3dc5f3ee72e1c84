//! What the ledger shows, and what it must not.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rstest::rstest;

use crate::client::{
    CLIENT_SECRET, DANA, SESSION_ID, VERIFIER, client_credentials, code_of, exchange, get, mock,
    model, post, refresh, send, token, with_client,
};

#[tokio::test]
async fn everything_that_arrived_is_there_with_its_outcome() {
    let mock = mock().await;
    let access_token = client_credentials(&mock).await.text_at("/access_token");
    model(&mock, &access_token).await;
    let ledger = mock.ledger();
    ledger.assert_count(2).assert_statuses(&[200, 200]);
    let first = &ledger.entries()[0];
    assert_eq!(
        (first.number, first.method.as_str(), first.path.as_str()),
        (1, "POST", "/ia/api/v1/oauth2/token")
    );
    assert_eq!(
        first.form_field("username"),
        Some("ws-loader@Nordlicht-DEV")
    );
    assert_eq!(first.at, crate::client::NOON);
    assert_eq!(
        ledger.last().unwrap().query_parameter("name"),
        Some("company-config/user")
    );
}

/// A whole life of a credential: nothing secret in the ledger, and the search would find it.
#[tokio::test]
async fn no_secret_is_shown() {
    let mock = mock().await;
    let code = code_of(&mock, DANA).await;
    let tokens = exchange(&mock, &code).await;
    let renewed = refresh(&mock, &tokens.text_at("/refresh_token")).await;
    model(&mock, &renewed.text_at("/access_token")).await;
    token(
        &mock,
        &with_client(&[
            ("grant_type", "client_credentials"),
            ("session_id", SESSION_ID),
        ]),
    )
    .await;
    let revoked = tokens.text_at("/access_token");
    post(
        &mock,
        "/ia/api/v1/oauth2/revoke",
        &with_client(&[("token", revoked.as_str())]),
    )
    .await;
    let ledger = mock.ledger();
    for secret in mock.issued().secrets() {
        ledger.assert_hides(&secret);
    }
    for secret in [CLIENT_SECRET, SESSION_ID, VERIFIER, DANA.password] {
        ledger.assert_hides(secret);
    }
    assert!(
        catch_unwind(AssertUnwindSafe(|| ledger.assert_hides(DANA.user).len())).is_err(),
        "the search finds nothing"
    );
}

#[rstest]
#[case::in_a_query("GET", "/ia/api/v1/services/core/model?name=not-a-real-secret-0123456789abcdef", &[], "")]
#[case::in_a_path("GET", "/ia/api/v1/objects/not-a-real-secret-0123456789abcdef", &[], "")]
#[case::in_a_header("GET", "/ia/api/v1/services/core/model", &[("x-debug", "v=not-a-real-secret-0123456789abcdef;")], "")]
#[case::in_a_json_body("POST", "/ia/api/v1/oauth2/token", &[("content-type", "application/json")], r#"{"s":"not-a-real-secret-0123456789abcdef"}"#)]
#[case::in_another_field("POST", "/ia/api/v1/oauth2/token", &[("content-type", "application/x-www-form-urlencoded")], "note=not-a-real-secret-0123456789abcdef")]
#[tokio::test]
async fn a_secret_in_the_wrong_place_is_not_shown_either(
    #[case] method: &str,
    #[case] path: &str,
    #[case] headers: &[(&str, &str)],
    #[case] body: &str,
) {
    let mock = mock().await;
    send(&mock, method, path, headers, body).await.unwrap();
    mock.ledger().assert_count(1).assert_hides(CLIENT_SECRET);
}

#[tokio::test]
async fn a_token_or_its_session_in_the_wrong_place_is_not_shown_either() {
    let mock = mock().await;
    let access_token = client_credentials(&mock).await.text_at("/access_token");
    let session_id = mock.issued().all()[0].session_id.clone();
    get(
        &mock,
        &format!("/services/core/model?t={access_token}&s={session_id}"),
        "x",
        &[("x-s", &session_id)],
    )
    .await;
    let body = format!("{{\"t\":\"{access_token}\",\"s\":\"{session_id}\"}}");
    send(&mock, "POST", "/ia/api/v1/services/core/query", &[], &body)
        .await
        .unwrap();
    mock.ledger()
        .assert_hides(&access_token)
        .assert_hides(&session_id);
}

#[tokio::test]
async fn a_masked_value_shows_its_length_and_whether_it_is_the_same() {
    let mock = mock().await;
    client_credentials(&mock).await;
    client_credentials(&mock).await;
    token(
        &mock,
        &[
            ("grant_type", "client_credentials"),
            ("client_secret", "another-of-that-length-0123456789a"),
        ],
    )
    .await;
    let ledger = mock.ledger();
    let secrets: Vec<&str> = ledger
        .entries()
        .iter()
        .map(|entry| entry.form_field("client_secret").unwrap())
        .collect();
    assert!(
        secrets[0].starts_with("[34 characters, #"),
        "{}",
        secrets[0]
    );
    assert_eq!(secrets[0], secrets[1]);
    assert_ne!(secrets[0], secrets[2]);
}

#[tokio::test]
async fn the_scheme_of_an_authorization_stays_legible() {
    let mock = mock().await;
    model(&mock, "not-a-real-token").await;
    let authorization = mock
        .ledger()
        .last()
        .unwrap()
        .header("authorization")
        .unwrap()
        .to_owned();
    assert!(
        authorization.starts_with("Bearer [16 characters, #"),
        "{authorization}"
    );
}

#[tokio::test]
async fn a_failed_expectation_prints_what_arrived() {
    let mock = mock().await;
    crate::client::client_credentials_as(&mock, "nobody@Nordlicht-DEV").await;
    let ledger = mock.ledger();
    let panic = catch_unwind(AssertUnwindSafe(|| {
        ledger.token_requests().assert_count(2).len()
    }))
    .unwrap_err();
    let message = panic.downcast_ref::<String>().unwrap();
    for part in [
        "expected 2 requests, 1 arrived",
        "POST /ia/api/v1/oauth2/token",
        "400 unknown-user (invalid_grant)",
        "nobody@",
    ] {
        assert!(message.contains(part), "{part} is missing from {message}");
    }
}

#[tokio::test]
async fn filters_give_smaller_ledgers() {
    let mock = mock().await;
    let tokens = exchange(&mock, &code_of(&mock, DANA).await).await;
    refresh(&mock, &tokens.text_at("/refresh_token")).await;
    model(&mock, &tokens.text_at("/access_token")).await;
    let ledger = mock.ledger();
    ledger.authorization_requests().assert_count(3);
    ledger.token_requests().assert_count(2);
    ledger.token_requests_with("refresh_token").assert_count(1);
    ledger.api_calls().assert_count(1);
    ledger.revocations().assert_count(0);
    ledger.to_path("/services/core/model").assert_count(1);
}
