//! Each switch, set wrong, gives the refusal that the real service gives.

use mock_intacct::{MockIntacct, SwitchError};
use rstest::rstest;

use crate::client::{
    CLIENT_ID, DANA, client_credentials, code_of, exchange, mock, model, refresh, token,
    with_client,
};

/// Client credentials, refused by this row, and working again once the switch is back.
#[rstest]
#[case::the_company("company", "off", "inactive-company")]
#[case::the_subscription("web-services-subscription", "off", "subscription-off")]
#[case::the_sender("sender:nordlicht-sender", "off", "sender-not-authorized")]
#[case::the_application(
    "application:3f6c1a9e5b7d42d8.app.sage.com",
    "off",
    "inactive-application"
)]
#[case::the_authorized_client(
    "authorized-client:3f6c1a9e5b7d42d8.app.sage.com",
    "off",
    "application-not-authorized"
)]
#[case::the_authorized_client_with_another_user(
    "authorized-client:3f6c1a9e5b7d42d8.app.sage.com",
    "dana",
    "application-not-authorized"
)]
#[case::the_user("user:ws-loader", "off", "inactive-user")]
#[case::the_users_kind("user-kind:ws-loader", "regular", "regular-user")]
#[tokio::test]
async fn a_switch_refuses_client_credentials_and_renewal(
    #[case] switch: &str,
    #[case] value: &str,
    #[case] name: &str,
) {
    let mock = mock().await;
    let before = mock
        .switches()
        .into_iter()
        .find(|other| other.name == switch)
        .unwrap()
        .value;
    let tokens = client_credentials(&mock).await;
    mock.set_switch(switch, value).unwrap();
    assert_eq!(client_credentials(&mock).await.status, 400);
    mock.ledger().assert_refused(name);
    let renewed = refresh(&mock, &tokens.text_at("/refresh_token")).await;
    if switch.starts_with("user-kind") {
        assert_eq!(
            renewed.status, 200,
            "the kind matters when the grant is made"
        );
    } else {
        assert_eq!(renewed.status, 400);
        mock.ledger().assert_refused(name);
        mock.set_switch(switch, &before).unwrap();
        assert_eq!(
            refresh(&mock, &tokens.text_at("/refresh_token"))
                .await
                .status,
            200,
            "nothing was lost"
        );
    }
}

#[rstest]
#[case::the_company("company", "off", 400, "inactive-company")]
#[case::the_application(
    "application:3f6c1a9e5b7d42d8.app.sage.com",
    "off",
    400,
    "inactive-application"
)]
#[case::the_authorized_client(
    "authorized-client:3f6c1a9e5b7d42d8.app.sage.com",
    "off",
    400,
    "application-not-authorized"
)]
#[case::the_user("user:ws-loader", "off", 401, "stale-gw-0040")]
#[case::the_permission("user-may-read:ws-loader", "off", 403, "no-permission")]
#[tokio::test]
async fn a_switch_refuses_an_api_call(
    #[case] switch: &str,
    #[case] value: &str,
    #[case] status: u16,
    #[case] name: &str,
) {
    let mock = mock().await;
    let access_token = client_credentials(&mock).await.text_at("/access_token");
    mock.set_switch(switch, value).unwrap();
    assert_eq!(model(&mock, &access_token).await.status, status);
    mock.ledger().assert_refused(name);
}

#[rstest]
#[case::the_subscription("web-services-subscription", "off", "subscription-off")]
#[case::the_authorized_client(
    "authorized-client:3f6c1a9e5b7d42d8.app.sage.com",
    "off",
    "application-not-authorized"
)]
#[case::the_user("user:dana", "off", "inactive-user")]
#[tokio::test]
async fn a_switch_refuses_a_code_and_does_not_spend_it(
    #[case] switch: &str,
    #[case] value: &str,
    #[case] name: &str,
) {
    let mock = mock().await;
    let before = mock
        .switches()
        .into_iter()
        .find(|other| other.name == switch)
        .unwrap()
        .value;
    let code = code_of(&mock, DANA).await;
    mock.set_switch(switch, value).unwrap();
    assert_eq!(exchange(&mock, &code).await.status, 400);
    mock.ledger().assert_refused(name);
    mock.set_switch(switch, &before).unwrap();
    assert_eq!(exchange(&mock, &code).await.status, 200);
}

#[tokio::test]
async fn a_closed_session_no_longer_stands_in_for_a_username() {
    let mock = mock().await;
    mock.set_switch("session:loader-session", "off").unwrap();
    let form = [
        ("grant_type", "client_credentials"),
        ("session_id", crate::client::SESSION_ID),
    ];
    assert_eq!(token(&mock, &with_client(&form)).await.status, 400);
    mock.ledger().assert_refused("dead-session");
}

#[tokio::test]
async fn an_administrator_can_be_made() {
    let mock = mock().await;
    mock.set_switch("sender:nordlicht-sender", "off").unwrap();
    mock.set_switch("user-administrator:dana", "on").unwrap();
    assert_eq!(
        exchange(&mock, &code_of(&mock, DANA).await).await.status,
        200
    );
}

/// Each value of each switch can be set and read back, and each switch says what it does.
#[tokio::test]
async fn every_switch_takes_each_of_its_values() {
    let mock = mock().await;
    let stands_at = |mock: &MockIntacct, name: &str| {
        mock.switches()
            .into_iter()
            .find(|s| s.name == name)
            .unwrap()
            .value
    };
    for switch in mock.switches() {
        assert!(!switch.help.is_empty(), "{switch:?}");
        for value in &switch.choices {
            mock.set_switch(&switch.name, value).unwrap();
            assert_eq!(&stands_at(&mock, &switch.name), value, "{}", switch.name);
        }
        mock.set_switch(&switch.name, &switch.value).unwrap();
    }
    mock.set_switch("access-lifetime", "60").unwrap();
    assert_eq!(client_credentials(&mock).await.text_at("/expires_in"), "60");
}

#[tokio::test]
async fn the_sample_company_stands_as_its_switches_say() {
    let mock = mock().await;
    let wrong: Vec<String> = mock
        .switches()
        .into_iter()
        .filter(|switch| switch.value == "off" && !switch.name.starts_with("user-"))
        .map(|switch| switch.name)
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    let authorized = format!("authorized-client:{CLIENT_ID}");
    assert!(
        mock.switches()
            .iter()
            .any(|switch| switch.name == authorized && switch.value == "any")
    );
}

#[tokio::test]
async fn what_is_no_switch_or_no_value_is_told() {
    let mock = mock().await;
    assert_eq!(
        mock.set_switch("nothing", "on"),
        Err(SwitchError::UnknownSwitch("nothing".to_owned()))
    );
    let error = mock
        .set_switch("rotation", "sideways")
        .unwrap_err()
        .to_string();
    assert!(error.contains("off, on, reuse-kills-family"), "{error}");
    let error = mock
        .set_switch("access-lifetime", "long")
        .unwrap_err()
        .to_string();
    assert!(error.contains("a number of seconds"), "{error}");
}
