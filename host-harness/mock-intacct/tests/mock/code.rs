//! The Regular User's grant: a code for tokens.

use std::time::Duration;

use base64::Engine;
use mock_intacct::TokenKind;
use mock_intacct::browser::{self, Consent};
use rstest::rstest;

use crate::client::{
    ADMIN, CLIENT_ID, CLIENT_SECRET, DANA, Form, LOADER_ID, LOADER_SECRET, REDIRECT_URI, VERIFIER,
    authorization_url, code_of, encode, exchange, mock, model, parameter, send, token, with_client,
};

#[tokio::test]
async fn a_code_brings_tokens_that_work() {
    let mock = mock().await;
    let code = code_of(&mock, DANA).await;
    let answer = exchange(&mock, &code).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(
        model(&mock, &answer.text_at("/access_token")).await.status,
        200
    );
    assert!(code.len() > 300, "a code is a JWT");
}

#[tokio::test]
async fn a_second_use_of_a_code_is_refused() {
    let mock = mock().await;
    let code = code_of(&mock, DANA).await;
    exchange(&mock, &code).await;
    let answer = exchange(&mock, &code).await;
    assert_eq!(
        (answer.status, answer.text_at("/error").as_str()),
        (400, "invalid_grant")
    );
    mock.ledger().assert_refused("spent-code");
}

#[tokio::test]
async fn a_code_expires() {
    let mock = mock().await;
    let code = code_of(&mock, DANA).await;
    mock.clock().advance(Duration::from_secs(600));
    assert_eq!(exchange(&mock, &code).await.status, 400);
    mock.ledger().assert_refused("expired-code");
}

#[rstest]
#[case::a_wrong_verifier(&[("code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")], "verifier-wrong")]
#[case::no_verifier(&[("code_verifier", "")], "verifier-wrong")]
#[case::another_redirect_uri(&[("redirect_uri", "https://127.0.0.1:49153/callback")], "redirect-uri-differs")]
#[case::no_redirect_uri(&[("redirect_uri", "")], "redirect-uri-differs")]
#[case::an_unknown_code(&[("code", "eyJhbGciOiJIUzI1NiJ9.e30.AAAA")], "unknown-code")]
#[case::no_code(&[("code", "")], "bad-payload")]
#[case::another_client(&[("client_id", LOADER_ID), ("client_secret", LOADER_SECRET)], "unknown-code")]
#[tokio::test]
async fn a_request_that_does_not_fit_the_authorization_is_refused_and_the_code_stays_good(
    #[case] changes: Form<'_>,
    #[case] name: &str,
) {
    let mock = mock().await;
    let code = code_of(&mock, DANA).await;
    let usual = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", REDIRECT_URI),
        ("code_verifier", VERIFIER),
        ("client_id", CLIENT_ID),
        ("client_secret", CLIENT_SECRET),
    ];
    let form: Vec<(&str, &str)> = usual
        .iter()
        .map(|(field, value)| {
            (
                *field,
                changes
                    .iter()
                    .find(|(other, _)| other == field)
                    .map_or(*value, |c| c.1),
            )
        })
        .filter(|(_, value)| !value.is_empty())
        .collect();
    assert_eq!(token(&mock, &form).await.status, 400);
    mock.ledger().assert_refused(name);
    assert_eq!(exchange(&mock, &code).await.status, 200);
}

#[tokio::test]
async fn without_pkce_a_code_needs_no_verifier_and_takes_none() {
    let mock = mock().await;
    let url = authorization_url(
        &mock,
        &[("code_challenge", ""), ("code_challenge_method", "")],
    );
    let back = browser::sign_in(&url, DANA, Consent::Allow).await.unwrap();
    let code = parameter(&back, "code").unwrap();
    assert_eq!(
        exchange(&mock, &code).await.status,
        400,
        "a verifier that was not announced"
    );
    mock.ledger().assert_refused("verifier-wrong");
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", REDIRECT_URI),
    ];
    assert_eq!(token(&mock, &with_client(&form)).await.status, 200);
}

#[tokio::test]
async fn basic_authentication_happens_to_work_with_a_code() {
    let mock = mock().await;
    let code = code_of(&mock, DANA).await;
    let basic =
        base64::engine::general_purpose::STANDARD.encode(format!("{CLIENT_ID}:{CLIENT_SECRET}"));
    let authorization = format!("Basic {basic}");
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("authorization", authorization.as_str()),
    ];
    let body = encode(&[
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", REDIRECT_URI),
        ("code_verifier", VERIFIER),
    ]);
    let answer = send(&mock, "POST", "/ia/api/v1/oauth2/token", &headers, &body)
        .await
        .unwrap();
    assert_eq!(answer.status, 200, "{answer:?}");
}

#[tokio::test]
async fn without_offline_access_there_is_no_refresh_token() {
    let mock = mock().await;
    let back = browser::sign_in(
        &authorization_url(&mock, &[("scope", "")]),
        DANA,
        Consent::Allow,
    )
    .await
    .unwrap();
    let answer = exchange(&mock, &parameter(&back, "code").unwrap()).await;
    assert_eq!(
        (answer.status, answer.json().get("refresh_token")),
        (200, None)
    );
}

#[tokio::test]
async fn a_second_consent_of_a_user_ends_the_refresh_token_of_the_first() {
    let mock = mock().await;
    let first = exchange(&mock, &code_of(&mock, DANA).await).await;
    let other = exchange(&mock, &code_of(&mock, ADMIN).await).await;
    let second = exchange(&mock, &code_of(&mock, DANA).await).await;
    assert_eq!(
        crate::client::refresh(&mock, &first.text_at("/refresh_token"))
            .await
            .status,
        400
    );
    mock.ledger().assert_refused("ended-refresh-token");
    assert_eq!(
        crate::client::refresh(&mock, &other.text_at("/refresh_token"))
            .await
            .status,
        200
    );
    assert_eq!(
        crate::client::refresh(&mock, &second.text_at("/refresh_token"))
            .await
            .status,
        200
    );
    assert_eq!(
        model(&mock, &first.text_at("/access_token")).await.status,
        200,
        "the access token goes on"
    );
}

#[tokio::test]
async fn a_code_that_was_revoked_before_its_use_is_refused() {
    let mock = mock().await;
    let tokens = exchange(&mock, &code_of(&mock, DANA).await).await;
    let code = code_of(&mock, DANA).await;
    let access_token = tokens.text_at("/access_token");
    crate::client::post(
        &mock,
        "/ia/api/v1/oauth2/revoke",
        &with_client(&[("token", access_token.as_str())]),
    )
    .await;
    assert_eq!(exchange(&mock, &code).await.status, 400);
    mock.ledger().assert_refused("ended-code");
}

#[tokio::test]
async fn the_code_is_among_what_was_issued() {
    let mock = mock().await;
    let code = code_of(&mock, DANA).await;
    assert_eq!(mock.issued().last(TokenKind::Code).unwrap().value, code);
    assert!(mock.issued().secrets().contains(&code));
}
