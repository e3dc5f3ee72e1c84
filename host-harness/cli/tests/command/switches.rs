//! `harness connect` against a company with one switch set wrong: what it says is enough to put the
//! switch right, and with the switch right again it connects.

use mock_intacct::MockIntacct;
use rstest::rstest;

use crate::stage::{CLIENT_ID, Run, Stage, mock};

const USERNAME: &str = "flow_type = \"web_services_user\"\nusername = \"ws-loader@Nordlicht-DEV\"";
const SESSION: &str = "flow_type = \"web_services_user\"\nsession_id = { env = \"SESSION_ID\" }";

fn connect(settings: &str, mock: &MockIntacct) -> Run {
    let session = mock.company().sessions[0].session_id.clone();
    let stage = Stage::with_secret().env("SESSION_ID", &session);
    stage.credential(settings);
    stage.run(&["connect", "credential.toml", "--mock", &mock.origin()])
}

fn set(mock: &MockIntacct, switch: &str, value: &str) {
    let sender = &mock.company().applications[0].sender_id;
    let name = switch
        .replace("CLIENT_ID", CLIENT_ID)
        .replace("SENDER", sender);
    mock.set_switch(&name, value).unwrap();
}

#[rstest]
#[case::the_company(
    "company", "off", USERNAME,
    &["GW-0011", "an administrator", "Company → Setup → Company → Security tab"]
)]
#[case::the_subscription(
    "web-services-subscription", "off", USERNAME,
    &["an administrator", "Company → Admin → Subscriptions", "Web Services is On"]
)]
#[case::the_sender(
    "sender:SENDER", "off", USERNAME,
    &["an administrator", "sender ID stands in Web Services authorizations"]
)]
#[case::the_client_application(
    "authorized-client:CLIENT_ID", "off", USERNAME,
    &["REST-1216", "an administrator", "Authorized client applications and adds the Client ID"]
)]
#[case::the_client_application_for_another_user(
    "authorized-client:CLIENT_ID", "dana", USERNAME,
    &["REST-1216", "an administrator", "for a Web Services User with its user ID"]
)]
#[case::the_application(
    "application:CLIENT_ID", "off", USERNAME,
    &["GW-0011", "the Client ID in Authorized client applications, both with Status Active"]
)]
#[case::the_user(
    "user:ws-loader", "off", USERNAME,
    &["an administrator", "Company → Admin → Web Services users"]
)]
#[case::the_users_kind(
    "user-kind:ws-loader", "regular", USERNAME,
    &["an administrator", "Web Services user"]
)]
#[case::the_users_permissions(
    "user-may-read:ws-loader", "off", USERNAME,
    &["an administrator", "gives it a role or permissions"]
)]
#[case::the_session(
    "session:loader-session", "off", SESSION,
    &["you, whose credential this is", "Take a fresh Session ID"]
)]
#[case::a_session_without_a_refresh_token(
    "refresh-token-with-client-credentials", "off", SESSION,
    &["you, whose credential this is", "Clear Session ID and enter Username"]
)]
fn a_switch_set_wrong_is_told_so_that_it_can_be_put_right(
    #[case] switch: &str,
    #[case] value: &str,
    #[case] settings: &str,
    #[case] told: &[&str],
) {
    let mock = mock();
    let before = mock.company();
    set(&mock, switch, value);
    let run = connect(settings, &mock).ends_with(1);
    let said = run
        .everything()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    for words in told {
        assert!(
            said.contains(words),
            "{words:?} is not in:\n{}",
            run.everything()
        );
    }
    mock.change(|company| *company = before);
    connect(settings, &mock).ends_with(0);
}
