//! `harness connect` for a Web Services User: over real HTTP, through the sandbox.

use mock_intacct::{Fault, FaultRule, Wait};
use rstest::rstest;
use serde_json::json;

use crate::stage::{Run, Stage, mock};

fn connect(stage: &Stage, origin: &str) -> Run {
    stage.run(&["connect", "credential.toml", "--mock", origin])
}

fn connect_json(stage: &Stage, origin: &str) -> Run {
    stage.run(&["connect", "credential.toml", "--mock", origin, "--json"])
}

#[test]
fn tokens_are_obtained_tested_and_shown_masked() {
    let (stage, mock) = (Stage::with_secret(), mock());
    stage.web_services_user();
    connect(&stage, &mock.origin())
        .ends_with(0)
        .shows("Connected: Sample")
        .shows("signed in as user ws-loader, company Nordlicht-DEV")
        .shows("expires in 12 h")
        .shows("passed Token accepted");
    mock.ledger()
        .token_requests_with("client_credentials")
        .assert_count(1);
    mock.ledger().api_calls().assert_count(1);
}

#[test]
fn json_has_the_connection_in_a_stable_shape() {
    let (stage, mock) = (Stage::with_secret(), mock());
    stage.web_services_user();
    let json = connect_json(&stage, &mock.origin()).ends_with(0).json();
    let mut names: Vec<&String> = json.as_object().unwrap().keys().collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "access_token_masked",
            "checks",
            "expires_at",
            "expires_in_seconds",
            "grant",
            "identity",
            "name",
            "plugin",
            "refresh_token_masked",
            "renew",
            "test_error",
            "token_type",
            "warnings"
        ]
    );
    assert_eq!(json["grant"], "client-credentials");
    assert_eq!(json["identity"]["user"], "ws-loader");
    assert_eq!(json["expires_in_seconds"], 43_200);
    let outcomes: Vec<_> = json["checks"].as_array().unwrap().iter().collect();
    assert!(
        outcomes.iter().all(|check| check["outcome"] == "passed"),
        "{json}"
    );
}

#[test]
fn a_wrong_secret_is_told_with_who_acts_and_what_to_do() {
    let stage = Stage::new().env("CLIENT_SECRET", "not-a-real-secret-and-wrong");
    let mock = mock();
    stage.web_services_user();
    connect(&stage, &mock.origin())
        .ends_with(1)
        .says("(invalid_client)")
        .says("hint: ")
        .says("who acts: you, whose credential this is")
        .says("setup: ");
    let error = connect_json(&stage, &mock.origin()).ends_with(1).json()["error"].clone();
    assert_eq!(error["kind"], "refused");
    assert_eq!(error["case"], "misconfigured");
    assert_eq!(error["code"], "invalid_client");
    assert_eq!(error["actor"], "user");
    assert!(error["setup_step"]["detail"].is_string(), "{error}");
}

#[test]
fn a_user_who_may_read_nothing_is_connected_and_a_check_fails() {
    let (stage, mock) = (Stage::with_secret(), mock());
    stage.credential(
        "flow_type = \"web_services_user\"\nusername = \"ws-locked-out@Nordlicht-DEV\"",
    );
    connect(&stage, &mock.origin())
        .ends_with(1)
        .shows("Connected: Sample")
        .shows("failed Permission to read")
        .says("connected, but a check failed");
    let json = connect_json(&stage, &mock.origin()).ends_with(1).json();
    assert_eq!(json["checks"][2]["diagnosis"]["actor"], "administrator");
}

#[test]
fn settings_that_are_wrong_send_nothing() {
    let (stage, mock) = (Stage::with_secret(), mock());
    stage.credential("flow_type = \"web_services_user\"\nusername = \"ws-loader\"");
    let run = connect_json(&stage, &mock.origin()).ends_with(3);
    assert_eq!(run.json()["error"]["problems"][0]["field"], "username");
    assert!(mock.ledger().is_empty());
}

#[rstest]
#[case::throttled(Fault::Unavailable(Wait::Seconds), 6)]
#[case::dropped_after_acting(Fault::DropAfterActing, 6)]
fn a_service_that_cannot_answer_leaves_the_credential_healthy(
    #[case] fault: Fault,
    #[case] exit: i32,
) {
    let (stage, mock) = (Stage::with_secret(), mock());
    stage.web_services_user();
    mock.inject(FaultRule::new(fault).on_path("/oauth2/token"));
    connect(&stage, &mock.origin()).ends_with(exit);
}

#[test]
fn nobody_there_is_an_unavailable_service() {
    let stage = Stage::with_secret();
    stage.web_services_user();
    let mock = mock();
    let origin = mock.origin();
    crate::stage::block_on(mock.shutdown());
    let json = connect_json(&stage, &origin).ends_with(6).json();
    assert_eq!(json["error"]["case"], "unavailable");
    assert_eq!(json["error"]["setup_step"], json!(null));
}

#[test]
fn a_test_that_cannot_be_made_is_told_beside_the_connection() {
    let (stage, mock) = (Stage::with_secret(), mock());
    stage.web_services_user();
    mock.inject(FaultRule::new(Fault::Unavailable(Wait::Seconds)).on_path("/services/core/model"));
    let json = connect_json(&stage, &mock.origin()).ends_with(6).json();
    assert_eq!(json["checks"], json!([]));
    assert_eq!(json["test_error"]["kind"], "unavailable");
    assert_eq!(json["identity"]["user"], "ws-loader");
}
