//! A plugin that nobody trusts: `--plugin FILE`.

use rstest::rstest;
use serde_json::json;

use crate::stage::Stage;

const SECRET: &str = "not-a-real-secret-of-a-third-party";

fn stage_with(behaviour: &str) -> Stage {
    stage_saying(behaviour, "")
}

/// The plugin repeats the argument where the behaviour is `tell-settings`.
fn stage_saying(behaviour: &str, argument: &str) -> Stage {
    let stage = Stage::new();
    stage.file("other.wasm", test_guests::MISBEHAVING);
    let [behaviour, argument] = [behaviour, argument].map(serde_json::Value::from);
    stage.file(
        "credential.toml",
        format!(
            "name = \"x\"\n[settings]\nbehaviour = {behaviour}\nargument = {argument}\n\
             secret = {{ env = \"PLUGIN_SECRET\" }}\n"
        ),
    );
    stage.env("PLUGIN_SECRET", SECRET)
}

fn allow(stage: &Stage) {
    let digest = stage.run(&["inspect", "other.wasm", "--json"]).json()["digest"].clone();
    let entry = format!(
        "[[plugin]]\ndigest = {digest}\norigins = [\"https://service.example\"]\n\
         texts = [\"behaviour\", \"argument\"]\n"
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
            "[[plugin]] digest = {digest} origins = [\"https://api.example\",\"https://login.example\",\
             \"https://service.example\",\"https://127.0.0.1\"] claims = [\"sub\",\"iss\"] \
             texts = [\"behaviour\",\"argument\",\"extra\"] headers = [\"x-note\",\"range\"] \
             secret_headers = [\"x-api-key\"] labels = [\"/echo\","
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
    let purposes = |browser, token, api| json!({ "browser": browser, "token": token, "api": api });
    let origin = |url, purposes| json!({ "url": url, "purposes": purposes });
    assert_eq!(
        json["plugin"]["origins"],
        json!([
            origin("https://service.example", purposes(true, true, true)),
            origin("https://127.0.0.1", purposes(true, true, true)),
            origin("https://login.example", purposes(true, false, false)),
            origin("https://api.example", purposes(false, false, true)),
        ])
    );
    let members = json["plugin"]["members"].as_array().unwrap();
    for member in [
        json!({ "pointer": "/access_token", "reading": "secret" }),
        json!({ "pointer": "/echo", "reading": { "phrases": ["wrong:", "secret", "invalid_grant"] } }),
    ] {
        assert!(members.contains(&member), "{member} in {members:#?}");
    }
    let nothing = json!({
        "origins": [], "claims": [], "texts": [], "headers": [], "secret_headers": [], "labels": [],
    });
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
    let stage = stage_with("tell-settings");
    let arguments = ["connect", "credential.toml", "--plugin", "other.wasm"];
    let mocked = [&arguments[..], &["--mock", "http://127.0.0.1:9"]].concat();
    stage
        .run(&mocked)
        .ends_with(1)
        .says("error: behaviour=tell-settings");
}

const AUTHORIZE: &str =
    "https://service.example/authorize?response_type=code&state=$state&redirect_uri=$redirect&x=1";

#[rstest]
#[case::where_it_may(AUTHORIZE, 0)]
#[case::a_sign_in_that_is_not_the_hosts("https://service.example/authorize?x=1", 5)]
#[case::a_redirect_to_somebody_else(
    "https://service.example/authorize?response_type=code&state=$state&redirect_uri=https://evil.example/",
    5
)]
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
    match exit {
        0 => {
            let begins = "https://service.example/authorize?response_type=code&state=";
            assert!(run.stdout.starts_with(begins), "{run:#?}");
            assert!(run.stdout.trim_end().ends_with("&x=1"), "{run:#?}");
        }
        _ => assert_eq!(run.stdout, ""),
    }
}

/// Whose fault it is that a request is not sent: the operator's policy could allow some, never others.
#[rstest]
#[case::what_the_policy_could_allow("https://127.0.0.1/", "whoever runs this platform", true)]
#[case::what_the_plugin_does_not_ask_for(
    "https://evil.example/",
    "the author of the plugin",
    false
)]
#[case::no_url("nothing", "the author of the plugin", false)]
fn what_is_denied_is_told_with_who_acts(
    #[case] url: &str,
    #[case] acts: &str,
    #[case] has_entry: bool,
) {
    let stage = stage_with(url);
    allow(&stage);
    let arguments = ["authorize-url", "credential.toml", "--plugin", "other.wasm"];
    let run = stage
        .run(&[&arguments[..], &["--policy", "policy.toml"]].concat())
        .ends_with(4)
        .says("error: The host did not send a request: ")
        .says(&format!("who acts: {acts}"));
    assert_eq!(run.stderr.contains("[[plugin]]"), has_entry, "{run:#?}");
}

#[test]
fn what_it_says_with_a_secret_in_it_is_withheld() {
    let stage = stage_saying("tell-settings", SECRET);
    allow(&stage);
    let arguments = [
        "connect",
        "credential.toml",
        "--plugin",
        "other.wasm",
        "-vvv",
    ];
    let run = stage
        .run(&[&arguments[..], &["--policy", "policy.toml"]].concat())
        .ends_with(1);
    assert!(!run.everything().contains(SECRET), "{run:#?}");
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
    let said = "\u{1b}]0;owned\u{7}\u{9b}2J\nConnected: x\u{202e}";
    let stage = stage_saying("tell-settings", said);
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
