//! Whether a token is good, and what becomes of one that the company's lists do not admit.

use std::time::Duration;

use mock_intacct::MockIntacct;
use rstest::rstest;

use crate::client::{
    Answer, CLIENT_ID, access_token, client_credentials, encode, get, mock, model, send, token,
    with_client,
};

async fn introspect(mock: &MockIntacct, bearer: &str, asked: &str) -> Answer {
    let bearer = format!("Bearer {bearer}");
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let path = "/ia/api/v1/oauth2/introspect";
    send(mock, "POST", path, &headers, &encode(&[("token", asked)]))
        .await
        .unwrap()
}

#[tokio::test]
async fn a_live_token_is_active_and_says_whose_it_is() {
    let mock = mock().await;
    let token = access_token(&mock).await;
    let answer = introspect(&mock, &token, &token).await;
    assert_eq!(answer.status, 200);
    let found = ["/active", "/user_id", "/cny_id"].map(|it| answer.text_at(it));
    assert_eq!(found, ["true", "ws-loader", "Nordlicht-DEV"]);
}

#[tokio::test]
async fn a_token_that_is_over_or_not_the_askers_is_not_active() {
    let mock = mock().await;
    let (one, other) = (access_token(&mock).await, access_token(&mock).await);
    assert_eq!(
        introspect(&mock, &one, &other).await.text_at("/active"),
        "false"
    );
    mock.clock().advance(Duration::from_secs(43_200));
    assert_eq!(
        introspect(&mock, &one, &one).await.text_at("/active"),
        "false"
    );
}

#[rstest]
#[case::the_sender("sender:nordlicht-sender", "gw-0040", 401, "stale-gw-0040")]
#[case::the_application("authorized-client:CLIENT", "gw-0031", 401, "stale-gw-0031")]
#[case::with_400("authorized-client:CLIENT", "rest-1206", 400, "stale-rest-1206")]
#[case::with_403("sender:nordlicht-sender", "forbidden", 403, "token-forbidden")]
#[tokio::test]
async fn where_the_lists_show_at_a_call_a_token_is_given_and_refused(
    #[case] switch: &str,
    #[case] how: &str,
    #[case] status: u16,
    #[case] name: &str,
) {
    let mock = mock().await;
    mock.set_switch("lists-checked", "call").unwrap();
    mock.set_switch("stale-token-answer", how).unwrap();
    mock.set_switch(&switch.replace("CLIENT", CLIENT_ID), "off")
        .unwrap();
    let token = access_token(&mock).await;
    assert_eq!(model(&mock, &token).await.status, status);
    mock.ledger().assert_refused(name);
    assert_eq!(
        introspect(&mock, &token, &token).await.text_at("/active"),
        "true"
    );
}

#[tokio::test]
async fn an_unknown_model_is_an_empty_list_and_a_success() {
    let mock = mock().await;
    let path = "/services/core/model?name=company-config/nothing";
    let answer = get(&mock, path, &access_token(&mock).await, &[]).await;
    assert_eq!(
        (answer.status, answer.text_at("/ia::result").as_str()),
        (200, "[]")
    );
}

#[tokio::test]
async fn an_entity_at_a_renewal_confines_the_access_token() {
    let mock = mock().await;
    let refresh = client_credentials(&mock).await.text_at("/refresh_token");
    let renew = |entity: &'static str, refresh: String| {
        let mock = &mock;
        async move {
            let form = [
                ("grant_type", "refresh_token"),
                ("refresh_token", refresh.as_str()),
                ("entity_id", entity),
            ];
            token(mock, &with_client(&form)).await
        }
    };
    assert_eq!(renew("999", refresh.clone()).await.status, 400);
    mock.ledger().assert_refused("unknown-entity");
    let renewed = renew("Central Region", refresh).await;
    let path = "/objects/accounts-receivable/customer";
    let rows = get(&mock, path, &renewed.text_at("/access_token"), &[]).await;
    assert_eq!(
        rows.json()["ia::result"].as_array().unwrap().len(),
        1,
        "{}",
        rows.text
    );
    let next = crate::client::refresh(&mock, &renewed.text_at("/refresh_token")).await;
    let rows = get(&mock, path, &next.text_at("/access_token"), &[]).await;
    assert_eq!(
        rows.json()["ia::result"].as_array().unwrap().len(),
        3,
        "{}",
        rows.text
    );
}

#[rstest]
#[case::user("Jane Doe@Nordlicht-DEV")]
#[case::entity("Jane Doe@Nordlicht-DEV|Central Region")]
#[case::console("Jane Doe@Any Console|Nordlicht-DEV|Central Region")]
#[tokio::test]
async fn ids_may_hold_blanks(#[case] username: &str) {
    let mock = mock().await;
    let answer = crate::client::client_credentials_as(&mock, username).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

#[tokio::test]
async fn the_page_may_send_the_browser_back_at_once() {
    let mock = mock().await;
    let url = crate::client::authorization_url(&mock, &[]);
    let path = &url[url.find("/ia/").unwrap()..];
    for error in ["login_required", "interaction_required", "consent_required"] {
        mock.set_switch("sign-in-page", error).unwrap();
        let answer = send(&mock, "GET", path, &[], "").await.unwrap();
        let back = answer.header("location").to_owned();
        assert_eq!(
            crate::client::parameter(&back, "error").as_deref(),
            Some(error)
        );
        assert_eq!(
            crate::client::parameter(&back, "state").as_deref(),
            Some("a&b=c")
        );
    }
}
