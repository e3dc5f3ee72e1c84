//! A variable that names a proxy: it is not used, and whoever cannot reach the service is told so.

use rstest::rstest;

use crate::kept::{Kept, On};
use crate::stage::Stage;

/// Nobody listens there.
const NOBODY: &str = "http://127.0.0.1:9";

const TOLD: &str = "names a proxy, and no variable is followed";

#[rstest]
#[case::in_capitals("HTTPS_PROXY")]
#[case::in_small_letters("https_proxy")]
#[case::for_everything("ALL_PROXY")]
fn who_cannot_reach_the_service_is_told_of_a_proxy_that_is_not_used(#[case] variable: &str) {
    let stage = Stage::with_secret().env(variable, "http://proxy.example:3128");
    stage.web_services_user();
    let connect = ["connect", "credential.toml", "--mock", NOBODY];
    stage
        .run(&connect)
        .ends_with(6)
        .says("could not be reached")
        .says(&format!("{variable} {TOLD}"))
        .says("write `proxy = \"http://HOST:PORT\"` into");
    let json = stage.run(&[&connect[..], &["--json"]].concat()).json();
    let hint = json["error"]["hint"].as_str().unwrap();
    assert!(hint.contains(variable), "{hint}");
}

#[test]
fn of_stored_credentials_too() {
    let stage = Stage::with_secret().env("HTTPS_PROXY", "http://proxy.example:3128");
    let kept = Kept::at(stage, On::Sqlite);
    kept.stage.web_services_user();
    kept.run(&["credentials", "add", "credential.toml"])
        .ends_with(0);
    kept.mocked(&["credentials", "connect", "Sample"])
        .ends_with(0);
    let lost = |arguments: &[&str]| kept.run(&[arguments, &["--mock", NOBODY]].concat());
    lost(&["renew", "Sample"]).ends_with(6).says(TOLD);
    let path = "/ia/api/v1/objects/company-config/user";
    lost(&["request", "Sample", "GET", path])
        .ends_with(6)
        .says(TOLD);
}

#[test]
fn nobody_is_told_where_no_variable_is_set_or_the_policy_names_a_proxy() {
    let connect = ["connect", "credential.toml", "--mock", NOBODY];
    let without = |stage: Stage, more: &[&str]| {
        stage.web_services_user();
        let run = stage.run(&[&connect[..], more].concat()).ends_with(6);
        assert!(!run.talk().contains(TOLD), "{run:?}");
    };
    without(Stage::with_secret(), &[]);
    without(Stage::with_secret().env("HTTPS_PROXY", ""), &[]);
    let named = Stage::with_secret().env("HTTPS_PROXY", "http://proxy.example:3128");
    named.file("policy.toml", "proxy = \"http://proxy.example:3128\"\n");
    without(named, &["--policy", "policy.toml"]);
}
