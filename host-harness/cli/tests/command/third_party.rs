//! A plugin that nobody trusts: `--plugin FILE`.

use rstest::rstest;
use serde_json::json;

use crate::stage::Stage;

fn stage_with(behaviour: &str) -> Stage {
    let stage = Stage::new();
    stage.file("other.wasm", test_guests::MISBEHAVING);
    let behaviour = serde_json::Value::from(behaviour);
    stage.file(
        "credential.toml",
        format!("name = \"x\"\n[settings]\nbehaviour = {behaviour}\n"),
    );
    stage
}

fn allow(stage: &Stage) {
    let digest = stage.run(&["inspect", "other.wasm", "--json"]).json()["digest"].clone();
    let entry = format!(
        "[[plugin]]\ndigest = {digest}\norigins = [\"https://service.example\"]\n\
         texts = [\"behaviour\"]\n"
    );
    stage.file("policy.toml", entry);
}

#[test]
fn without_an_entry_it_may_reach_nothing_and_is_told_what_to_add() {
    let stage = stage_with("");
    let digest = stage.run(&["inspect", "other.wasm", "--json"]).json()["digest"].clone();
    stage
        .run(&["connect", "credential.toml", "--plugin", "other.wasm"])
        .ends_with(4)
        .says("lets this plugin reach nothing")
        .says(&format!(
            "[[plugin]] digest = {digest} origins = [\"https://service.example\""
        ))
        .says(".config/credential-harness/policy.toml");
}

#[test]
fn inspect_tells_what_it_asks_for_from_what_it_may() {
    let stage = stage_with("");
    let json = stage
        .run(&["inspect", "other.wasm", "--json"])
        .ends_with(0)
        .json();
    assert_eq!(json["plugin"]["origins"][0], "https://service.example");
    let nothing = json!({ "origins": [], "claims": [], "texts": [] });
    assert_eq!(json["allowed"], nothing);
    allow(&stage);
    let json = stage
        .run(&["inspect", "other.wasm", "--json", "--policy", "policy.toml"])
        .json();
    assert_eq!(
        json["allowed"]["origins"],
        json!(["https://service.example"])
    );
}

/// The operator says where it leads, so it needs no entry: it can reach nothing but the mock.
#[test]
fn with_a_mock_it_needs_no_entry() {
    let stage = stage_with("as far as the plan");
    let arguments = ["connect", "credential.toml", "--plugin", "other.wasm"];
    let mocked = [&arguments[..], &["--mock", "http://127.0.0.1:9"]].concat();
    stage
        .run(&mocked)
        .ends_with(1)
        .says("error: as far as the plan");
}

#[rstest]
#[case::where_it_may("https://service.example/authorize?x=1", 0)]
#[case::a_page_that_asks_for_a_password("https://evil.example/", 4)]
#[case::an_origin_it_asks_for_that_is_not_allowed("https://127.0.0.1/", 4)]
#[case::another_scheme("http://service.example/", 4)]
#[case::a_file("file:///etc/passwd", 4)]
#[case::a_script("javascript:alert(1)", 4)]
#[case::nothing("", 4)]
fn the_browser_is_sent_only_where_the_plugin_may_reach(#[case] url: &str, #[case] exit: i32) {
    let stage = stage_with(url);
    allow(&stage);
    let arguments = [
        "authorize-url",
        "credential.toml",
        "--plugin",
        "other.wasm",
        "--policy",
        "policy.toml",
    ];
    let run = stage.run(&arguments).ends_with(exit);
    assert_eq!(run.stdout.trim_end(), if exit == 0 { url } else { "" });
}

#[rstest]
#[case::never_ends("loop", "it ran into the CPU time for a call")]
#[case::never_enough("allocate", "it ran into the memory for a call")]
#[case::panics("panic", "crashed")]
fn what_it_does_wrong_is_the_plugins_fault(#[case] behaviour: &str, #[case] expected: &str) {
    let stage = stage_with(behaviour);
    allow(&stage);
    let arguments = ["validate", "credential.toml", "--plugin", "other.wasm"];
    stage
        .run(&[&arguments[..], &["--policy", "policy.toml"]].concat())
        .ends_with(5)
        .says(expected);
}

#[test]
fn what_it_says_cannot_take_over_the_terminal() {
    let stage = stage_with("\u{1b}]0;owned\u{7}\u{9b}2J\nConnected: x\u{202e}");
    allow(&stage);
    let arguments = [
        "connect",
        "credential.toml",
        "--plugin",
        "other.wasm",
        "--policy",
        "policy.toml",
        "-vvv",
    ];
    let run = stage.run(&arguments).ends_with(1);
    let allowed = |c: char| c == '\n' || !(c.is_control() || c == '\u{202e}');
    assert!(run.everything().chars().all(allowed), "{run:#?}");
    assert!(
        !run.stderr.lines().any(|line| line.starts_with("Connected")),
        "{run:#?}"
    );
    let json = stage
        .run(&[&arguments[..], &["--json"]].concat())
        .ends_with(1);
    assert!(json.everything().chars().all(allowed), "{json:#?}");
    assert!(
        json.json()["error"]["message"]
            .as_str()
            .unwrap()
            .contains('\u{1b}')
    );
}
