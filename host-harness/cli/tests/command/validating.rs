//! `harness validate`

use rstest::rstest;

use crate::stage::{CLIENT_SECRET, Stage};

#[test]
fn a_form_that_is_filled_in_well_has_no_problem() {
    let stage = Stage::with_secret();
    stage.web_services_user();
    let json = stage
        .run(&["validate", "credential.toml", "--json"])
        .ends_with(0)
        .json();
    assert_eq!(json["valid"], true);
    assert_eq!(json["name"], "Sample");
    assert_eq!(json["problems"], serde_json::json!([]));
}

#[test]
fn every_problem_is_told_and_the_exit_code_says_so() {
    let stage = Stage::new();
    stage.file(
        "credential.toml",
        "name = \"x\"\n[settings]\nflow_type = \"web_services_user\"\nusername = \"nobody\"",
    );
    let run = stage
        .run(&["validate", "credential.toml", "--json"])
        .ends_with(3);
    let problems = run.json()["problems"].as_array().unwrap().clone();
    let fields: Vec<&str> = problems
        .iter()
        .map(|it| it["field"].as_str().unwrap())
        .collect();
    assert_eq!(fields, ["client_id", "client_secret", "username"]);
    stage
        .run(&["validate", "credential.toml"])
        .ends_with(3)
        .shows("username error: ");
}

#[test]
fn a_warning_alone_is_no_failure() {
    let stage = Stage::new().env("CLIENT_SECRET", &format!("{CLIENT_SECRET} "));
    stage.web_services_user();
    let json = stage
        .run(&["validate", "credential.toml", "--json"])
        .ends_with(0)
        .json();
    assert_eq!(json["problems"][0]["field"], "client_secret");
    assert_eq!(json["problems"][0]["severity"], "warning");
}

#[rstest]
#[case::no_file("", "credential.toml cannot be read")]
#[case::no_toml("name = \"x", "1:")]
#[case::unknown_key("nmae = \"x\"", "1:1 unknown key `nmae` hint: did you mean `name`?")]
#[case::unknown_field(
    "name = \"x\"\n[settings]\nclient_sercet = \"\"",
    "3:1 `client_sercet` is no field of Sage Intacct REST Credentials hint: did you mean `client_secret`?"
)]
#[case::another_plugin(
    "name = \"x\"\nplugin = \"other\"",
    "2:10 this credential is for the plugin `other`"
)]
fn a_file_that_cannot_be_used_is_told_with_its_place(#[case] text: &str, #[case] expected: &str) {
    let stage = Stage::new();
    if !text.is_empty() {
        stage.file("credential.toml", text);
    }
    stage
        .run(&["validate", "credential.toml"])
        .ends_with(3)
        .says(expected);
}

#[test]
fn mistakes_in_a_file_are_json_where_asked() {
    let stage = Stage::new();
    stage.file(
        "credential.toml",
        "name = \"x\"\n[settings]\nfow_type = \"a\"\nuser_name = \"b\"",
    );
    let json = stage
        .run(&["validate", "credential.toml", "--json"])
        .ends_with(3)
        .json();
    let error = &json["error"];
    assert_eq!(error["kind"], "settings");
    assert_eq!(error["exit_code"], 3);
    assert_eq!(error["mistakes"][0]["line"], 3);
    assert_eq!(error["mistakes"][0]["column"], 1);
    assert_eq!(error["mistakes"][1]["line"], 4);
}
