//! Renewal: rotation, reuse, expiry, and whose token it is.

use std::time::Duration;

use base64::Engine;
use mock_intacct::{MockIntacct, Rotation};
use rstest::rstest;

use crate::client::{
    Answer, CLIENT_ID, CLIENT_SECRET, LOADER_ID, LOADER_SECRET, client_credentials, encode, mock,
    model, refresh, send, token,
};

async fn with_rotation(rotation: Rotation) -> (MockIntacct, Answer) {
    let mock = mock().await;
    mock.change(|company| company.tokens.rotation = rotation);
    let tokens = client_credentials(&mock).await;
    (mock, tokens)
}

#[tokio::test]
async fn without_rotation_a_refresh_token_stays_good_and_brings_no_other() {
    let (mock, tokens) = with_rotation(Rotation::Off).await;
    for _ in 0..2 {
        let answer = refresh(&mock, &tokens.text_at("/refresh_token")).await;
        assert_eq!(
            (answer.status, answer.json().get("refresh_token")),
            (200, None)
        );
    }
}

#[tokio::test]
async fn with_rotation_a_refresh_token_is_spent_and_brings_its_successor() {
    let (mock, tokens) = with_rotation(Rotation::On).await;
    let first = tokens.text_at("/refresh_token");
    let second = refresh(&mock, &first).await.text_at("/refresh_token");
    assert_ne!(first, second);
    assert_eq!(refresh(&mock, &first).await.status, 400);
    mock.ledger().assert_refused("spent-refresh-token");
    assert_eq!(
        refresh(&mock, &second).await.status,
        200,
        "the reuse ends nothing else"
    );
}

#[tokio::test]
async fn where_reuse_kills_the_family_a_spent_token_ends_every_other() {
    let (mock, tokens) = with_rotation(Rotation::ReuseKillsFamily).await;
    let other = client_credentials(&mock).await;
    let first = tokens.text_at("/refresh_token");
    let renewed = refresh(&mock, &first).await;
    assert_eq!(refresh(&mock, &first).await.status, 400);
    assert_eq!(
        refresh(&mock, &renewed.text_at("/refresh_token"))
            .await
            .status,
        400
    );
    mock.ledger().assert_refused("ended-refresh-token");
    assert_eq!(
        model(&mock, &renewed.text_at("/access_token")).await.status,
        401
    );
    assert_eq!(
        refresh(&mock, &other.text_at("/refresh_token"))
            .await
            .status,
        200,
        "another family goes on"
    );
}

#[tokio::test]
async fn a_refresh_token_expires() {
    let (mock, tokens) = with_rotation(Rotation::On).await;
    mock.clock().advance(Duration::from_secs(180 * 86_400));
    let answer = refresh(&mock, &tokens.text_at("/refresh_token")).await;
    assert_eq!(
        (answer.status, answer.text_at("/error").as_str()),
        (400, "invalid_grant")
    );
    mock.ledger().assert_refused("expired-refresh-token");
}

#[tokio::test]
async fn a_renewed_access_token_works_when_the_first_is_over() {
    let (mock, tokens) = with_rotation(Rotation::On).await;
    mock.clock().advance(Duration::from_secs(43_200));
    assert_eq!(
        model(&mock, &tokens.text_at("/access_token")).await.status,
        401
    );
    let renewed = refresh(&mock, &tokens.text_at("/refresh_token")).await;
    assert_eq!(
        model(&mock, &renewed.text_at("/access_token")).await.status,
        200
    );
}

#[rstest]
#[case::unknown("eyJhbGciOiJIUzI1NiJ9.e30.AAAA", "unknown-refresh-token")]
#[case::empty("", "bad-payload")]
#[tokio::test]
async fn a_token_that_is_none_is_refused(#[case] value: &str, #[case] name: &str) {
    let mock = mock().await;
    assert_eq!(refresh(&mock, value).await.status, 400);
    mock.ledger().assert_refused(name);
}

#[tokio::test]
async fn an_access_token_is_no_refresh_token() {
    let (mock, tokens) = with_rotation(Rotation::On).await;
    assert_eq!(
        refresh(&mock, &tokens.text_at("/access_token"))
            .await
            .status,
        400
    );
    mock.ledger().assert_refused("unknown-refresh-token");
}

#[tokio::test]
async fn another_clients_refresh_token_is_refused() {
    let (mock, tokens) = with_rotation(Rotation::On).await;
    let refresh_token = tokens.text_at("/refresh_token");
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token.as_str()),
        ("client_id", LOADER_ID),
        ("client_secret", LOADER_SECRET),
    ];
    assert_eq!(token(&mock, &form).await.status, 400);
    mock.ledger().assert_refused("unknown-refresh-token");
}

#[rstest]
#[case::alone(&[])]
#[case::beside_the_body(&[("client_id", CLIENT_ID), ("client_secret", CLIENT_SECRET)])]
#[tokio::test]
async fn basic_authentication_is_refused_on_refresh(#[case] in_body: &[(&str, &str)]) {
    let (mock, tokens) = with_rotation(Rotation::On).await;
    let basic =
        base64::engine::general_purpose::STANDARD.encode(format!("{CLIENT_ID}:{CLIENT_SECRET}"));
    let authorization = format!("Basic {basic}");
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("authorization", authorization.as_str()),
    ];
    let refresh_token = tokens.text_at("/refresh_token");
    let form = [
        &[
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token.as_str()),
        ],
        in_body,
    ]
    .concat();
    let answer = send(
        &mock,
        "POST",
        "/ia/api/v1/oauth2/token",
        &headers,
        &encode(&form),
    )
    .await
    .unwrap();
    assert_eq!(
        (answer.status, answer.text_at("/error").as_str()),
        (400, "invalid_client")
    );
    mock.ledger().assert_refused("basic-authentication");
    assert_eq!(
        refresh(&mock, &refresh_token).await.status,
        200,
        "the refusal spent nothing"
    );
}

#[tokio::test]
async fn client_credentials_may_bring_no_refresh_token() {
    let mock = mock().await;
    mock.change(|company| company.tokens.refresh_token_with_client_credentials = false);
    let answer = client_credentials(&mock).await;
    assert_eq!(
        (answer.status, answer.json().get("refresh_token")),
        (200, None)
    );
}
