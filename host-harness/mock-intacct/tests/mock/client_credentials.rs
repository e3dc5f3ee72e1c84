//! The Web Services User's grant.

use base64::Engine;
use rstest::rstest;
use serde_json::Value;

use crate::client::{
    CLIENT_ID, CLIENT_SECRET, Form, LOADER_ID, LOADER_SECRET, NOON, SESSION_ID, USERNAME,
    client_credentials, client_credentials_as, mock, model, send, token, with_client,
};

#[tokio::test]
async fn a_web_services_user_gets_tokens_as_recorded() {
    let mock = mock().await;
    let answer = client_credentials(&mock).await;
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, "application/json")
    );
    assert_eq!(answer.header("cache-control"), "no-store");
    let document = answer.json();
    assert_eq!(
        (&document["token_type"], &document["expires_in"]),
        (&Value::from("Bearer"), &Value::from(43_200))
    );
    let mut members: Vec<&str> = document
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    members.sort_unstable();
    assert_eq!(
        members,
        ["access_token", "expires_in", "refresh_token", "token_type"]
    );
}

#[tokio::test]
async fn tokens_are_long_jwts_that_name_user_company_and_session() {
    let mock = mock().await;
    let answer = client_credentials_as(&mock, "ws-loader@Nordlicht-DEV|100").await;
    let claims = |member: &str| {
        let token = answer.text_at(member);
        assert!(token.len() > 300, "{token}");
        let payload = token.split('.').nth(1).unwrap();
        let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD
            .decode(payload)
            .unwrap();
        serde_json::from_slice::<Value>(&bytes).unwrap()
    };
    let (access, refresh) = (claims("/access_token"), claims("/refresh_token"));
    for (claim, expected) in [
        ("userId", "ws-loader"),
        ("userKey", "1"),
        ("cnyId", "Nordlicht-DEV"),
        ("cnyKey", "4711"),
        ("entityId", "100"),
        ("clientId", CLIENT_ID),
    ] {
        assert_eq!(access[claim], expected, "{access}");
    }
    assert_eq!(
        (access["iat"].as_u64(), access["exp"].as_u64()),
        (Some(NOON), Some(NOON + 43_200))
    );
    assert_eq!(access["sessionId"], refresh["sessionId"]);
    assert_ne!(access["jti"], refresh["jti"]);
}

#[rstest]
#[case::no_company("ws-loader", "username-format", "/error", "invalid_request")]
#[case::an_empty_company("ws-loader@", "username-incomplete", "/ia::error/code", "GW-0012")]
#[case::an_empty_user("@Nordlicht-DEV", "username-incomplete", "/ia::error/code", "GW-0012")]
#[case::an_empty_username("", "username-empty", "/ia::error/code", "GW-0036")]
#[case::another_company("ws-loader@Elsewhere", "unknown-company", "/ia::error/code", "GW-0011")]
#[case::the_company_in_another_case(
    "ws-loader@nordlicht-dev",
    "unknown-company",
    "/ia::error/code",
    "GW-0011"
)]
#[case::the_user_in_another_case(
    "WS-Loader@Nordlicht-DEV",
    "unknown-user",
    "/error",
    "invalid_grant"
)]
#[case::a_blank_behind_the_company(
    "ws-loader@Nordlicht-DEV ",
    "unknown-company",
    "/ia::error/code",
    "GW-0011"
)]
#[case::an_unknown_entity(
    "ws-loader@Nordlicht-DEV|999",
    "unknown-entity",
    "/ia::result/ia::error/details/0/errorId",
    "invalidRequest"
)]
#[case::a_regular_user("dana@Nordlicht-DEV", "regular-user", "/error", "invalid_grant")]
#[tokio::test]
async fn a_username_that_does_not_work_is_refused(
    #[case] username: &str,
    #[case] name: &str,
    #[case] pointer: &str,
    #[case] code: &str,
) {
    let mock = mock().await;
    let answer = client_credentials_as(&mock, username).await;
    assert_eq!(
        (answer.status, answer.text_at(pointer).as_str()),
        (400, code)
    );
    mock.ledger().assert_refused(name);
    assert!(mock.issued().all().is_empty(), "a refusal issued something");
}

#[tokio::test]
async fn a_username_without_a_company_is_told_so_in_the_recorded_words() {
    let mock = mock().await;
    let answer = client_credentials_as(&mock, "ws-loader").await;
    assert_eq!(
        answer.text_at("/error_description"),
        "The username format is invalid (expected user@company)"
    );
}

const GRANT: (&str, &str) = ("grant_type", "client_credentials");
const ID: (&str, &str) = ("client_id", CLIENT_ID);
const SECRET: (&str, &str) = ("client_secret", CLIENT_SECRET);
const NAME: (&str, &str) = ("username", USERNAME);

#[rstest]
#[case::no_grant_type(&[ID, SECRET, NAME], "bad-grant-type")]
#[case::an_unknown_grant_type(&[("grant_type", "password"), ID, SECRET, NAME], "bad-grant-type")]
#[case::a_grant_type_in_another_case(&[("grant_type", "Client_Credentials"), ID, SECRET, NAME], "bad-grant-type")]
#[case::no_client_id(&[GRANT, SECRET, NAME], "no-client-id")]
#[case::an_empty_client_id(&[GRANT, ("client_id", ""), SECRET, NAME], "no-client-id")]
#[case::two_client_ids(&[GRANT, ID, ID, SECRET, NAME], "several-client-ids")]
#[case::an_unknown_client(&[GRANT, ("client_id", "nobody.app.sage.com"), SECRET, NAME], "unknown-client")]
#[case::a_client_id_in_another_case(&[GRANT, ("client_id", "3F6C1A9E5B7D42D8.app.sage.com"), SECRET, NAME], "unknown-client")]
#[case::a_wrong_secret(&[GRANT, ID, ("client_secret", "wrong"), NAME], "wrong-client-secret")]
#[case::a_blank_behind_the_secret(&[GRANT, ID, ("client_secret", "not-a-real-secret-0123456789abcdef "), NAME], "wrong-client-secret")]
#[case::no_secret(&[GRANT, ID, NAME], "wrong-client-secret")]
#[case::no_username(&[GRANT, ID, SECRET], "username-empty")]
#[case::two_usernames(&[GRANT, ID, SECRET, NAME, NAME], "several-usernames")]
#[case::username_and_session(&[GRANT, ID, SECRET, NAME, ("session_id", SESSION_ID)], "username-and-session")]
#[case::an_empty_username_beside_a_session(&[GRANT, ID, SECRET, ("username", ""), ("session_id", SESSION_ID)], "username-empty")]
#[case::an_unknown_session(&[GRANT, ID, SECRET, ("session_id", "not-a-real-session")], "dead-session")]
#[case::another_applications_secret(&[GRANT, ID, ("client_secret", LOADER_SECRET), NAME], "wrong-client-secret")]
#[case::a_user_that_the_application_is_not_listed_with(&[GRANT, ("client_id", LOADER_ID), ("client_secret", LOADER_SECRET), ("username", "ws-locked-out@Nordlicht-DEV")], "application-not-authorized")]
#[tokio::test]
async fn a_request_that_is_made_wrongly_is_refused(#[case] form: Form<'_>, #[case] name: &str) {
    let mock = mock().await;
    let answer = token(&mock, form).await;
    assert_eq!(answer.status, 400, "{answer:?}");
    mock.ledger().assert_refused(name);
    assert!(mock.issued().all().is_empty(), "a refusal issued something");
}

#[rstest]
#[case::json(
    "application/json",
    r#"{"grant_type":"client_credentials"}"#,
    "wrong-format"
)]
#[case::xml("text/xml", "<request/>", "wrong-format")]
#[case::a_form_that_says_nothing("", "grant_type=client_credentials", "wrong-format")]
#[case::nothing_at_all("application/x-www-form-urlencoded", "", "empty-body")]
#[tokio::test]
async fn a_body_that_is_no_form_is_refused(
    #[case] content_type: &str,
    #[case] body: &str,
    #[case] name: &str,
) {
    let mock = mock().await;
    let headers: &[(&str, &str)] = if content_type.is_empty() {
        &[]
    } else {
        &[("content-type", content_type)]
    };
    let answer = send(&mock, "POST", "/ia/api/v1/oauth2/token", headers, body)
        .await
        .unwrap();
    assert_eq!(answer.status, 400);
    mock.ledger().assert_refused(name);
}

#[tokio::test]
async fn a_form_with_a_charset_is_a_form() {
    let mock = mock().await;
    let body = crate::client::encode(&with_client(&[GRANT, NAME]));
    let headers = [(
        "content-type",
        "application/x-www-form-urlencoded; charset=UTF-8",
    )];
    let answer = send(&mock, "POST", "/ia/api/v1/oauth2/token", &headers, &body)
        .await
        .unwrap();
    assert_eq!(answer.status, 200, "{answer:?}");
}

#[tokio::test]
async fn basic_authentication_is_refused() {
    let mock = mock().await;
    let basic =
        base64::engine::general_purpose::STANDARD.encode(format!("{CLIENT_ID}:{CLIENT_SECRET}"));
    let authorization = format!("Basic {basic}");
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("authorization", authorization.as_str()),
    ];
    let body = crate::client::encode(&[GRANT, NAME]);
    let answer = send(&mock, "POST", "/ia/api/v1/oauth2/token", &headers, &body)
        .await
        .unwrap();
    assert_eq!(
        (answer.status, answer.text_at("/error").as_str()),
        (400, "invalid_client")
    );
    mock.ledger().assert_refused("basic-authentication");
}

#[tokio::test]
async fn a_session_stands_in_for_the_username() {
    let mock = mock().await;
    let answer = token(&mock, &with_client(&[GRANT, ("session_id", SESSION_ID)])).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(mock.issued().all()[0].user, "ws-loader");
}

#[tokio::test]
async fn a_session_expires_by_itself_and_its_refresh_token_goes_on() {
    let mock = mock().await;
    let form = with_client(&[GRANT, ("session_id", SESSION_ID)]);
    let refresh_token = token(&mock, &form).await.text_at("/refresh_token");
    mock.clock().advance(std::time::Duration::from_secs(3_600));
    assert_eq!(token(&mock, &form).await.status, 400);
    mock.ledger().assert_refused("dead-session");
    assert_eq!(
        crate::client::refresh(&mock, &refresh_token).await.status,
        200
    );
}

#[tokio::test]
async fn the_session_in_a_live_token_stands_in_for_the_username() {
    let mock = mock().await;
    client_credentials(&mock).await;
    let session = mock.issued().all()[0].session_id.clone();
    let form = with_client(&[GRANT, ("session_id", session.as_str())]);
    assert_eq!(token(&mock, &form).await.status, 200);
    mock.clock()
        .advance(std::time::Duration::from_secs(43_200 * 2));
    assert_eq!(
        token(&mock, &form).await.status,
        400,
        "both access tokens are over, and so is the session"
    );
}

#[tokio::test]
async fn the_grant_is_given_to_a_user_who_may_do_nothing() {
    let mock = mock().await;
    let answer = client_credentials_as(&mock, "ws-locked-out@Nordlicht-DEV").await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        model(&mock, &answer.text_at("/access_token")).await.status,
        403
    );
    mock.ledger().assert_refused("no-permission");
}
