//! Revocation, which empties a whole pool.

use mock_intacct::MockIntacct;
use rstest::rstest;
use serde_json::json;

use crate::client::{
    Answer, DANA, Form, LOADER_ID, LOADER_SECRET, client_credentials, code_of, exchange, mock,
    model, post, refresh, with_client,
};

async fn revoke(mock: &MockIntacct, form: Form<'_>) -> Answer {
    post(mock, "/ia/api/v1/oauth2/revoke", form).await
}

#[rstest]
#[case::by_the_access_token("/access_token")]
#[case::by_the_refresh_token("/refresh_token")]
#[tokio::test]
async fn revoking_one_token_ends_every_token_of_that_user(#[case] member: &str) {
    let mock = mock().await;
    let (first, second) = (
        client_credentials(&mock).await,
        client_credentials(&mock).await,
    );
    let other = exchange(&mock, &code_of(&mock, DANA).await).await;
    let answer = revoke(
        &mock,
        &with_client(&[("token", first.text_at(member).as_str())]),
    )
    .await;
    assert_eq!(
        (answer.status, answer.json()),
        (200, json!({"revoked": true}))
    );
    assert_eq!(
        model(&mock, &second.text_at("/access_token")).await.status,
        401
    );
    assert_eq!(
        refresh(&mock, &second.text_at("/refresh_token"))
            .await
            .status,
        400
    );
    assert_eq!(
        refresh(&mock, &other.text_at("/refresh_token"))
            .await
            .status,
        200,
        "another user's goes on"
    );
}

#[tokio::test]
async fn a_token_that_is_not_known_is_answered_the_same_and_ends_nothing() {
    let mock = mock().await;
    let tokens = client_credentials(&mock).await;
    let answer = revoke(&mock, &with_client(&[("token", "not-a-real-token")])).await;
    assert_eq!(
        (answer.status, answer.json()),
        (200, json!({"revoked": true}))
    );
    assert_eq!(
        model(&mock, &tokens.text_at("/access_token")).await.status,
        200
    );
}

#[tokio::test]
async fn another_clients_token_is_not_ended() {
    let mock = mock().await;
    let tokens = client_credentials(&mock).await;
    let access_token = tokens.text_at("/access_token");
    let form = [
        ("token", access_token.as_str()),
        ("client_id", LOADER_ID),
        ("client_secret", LOADER_SECRET),
    ];
    revoke(&mock, &form).await;
    assert_eq!(model(&mock, &access_token).await.status, 200);
}

#[rstest]
#[case::no_token(&with_client(&[]), "bad-payload")]
#[case::no_client(&[("token", "x")], "no-client-id")]
#[case::a_wrong_secret(&[("token", "x"), ("client_id", LOADER_ID), ("client_secret", "wrong")], "wrong-client-secret")]
#[tokio::test]
async fn a_request_that_is_made_wrongly_is_refused(#[case] form: Form<'_>, #[case] name: &str) {
    let mock = mock().await;
    assert_eq!(revoke(&mock, form).await.status, 400);
    mock.ledger().assert_refused(name);
}
