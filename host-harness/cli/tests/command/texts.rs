//! What a plugin is told as text: of fields that the policy names, and never what comes from a source.

use rstest::rstest;
use serde_json::json;

use crate::kept::Kept;
use crate::stage::{Run, Stage};

const SECRET: &str = "not-a-real-secret-from-a-source";

/// A plugin that calls every field a text and says what it was told of them.
const BEHAVIOUR: &str = "behaviour = \"tell-settings\"";

fn stage() -> Stage {
    let stage = Stage::new().env("LEAK", SECRET);
    stage.file("other.wasm", test_guests::MISBEHAVING);
    stage.file("leak.txt", SECRET);
    stage
}

/// The plugin's entry: these texts, and more of it.
fn allow(stage: &Stage, texts: &str, more: &str) {
    let digest = stage.run(&["inspect", "other.wasm", "--json"]).json()["digest"].clone();
    let entry = format!(
        "[[plugin]]\ndigest = {digest}\norigins = [\"https://service.example\"]\n\
         texts = [{texts}]\n{more}\n"
    );
    stage.file("policy.toml", entry);
}

fn credential(stage: &Stage, settings: &str) {
    let text = format!("name = \"x\"\n[settings]\n{settings}\n");
    stage.file("credential.toml", text);
}

fn with_plugin<'a>(command: &[&'a str]) -> Vec<&'a str> {
    let plugin = ["--plugin", "other.wasm", "--policy", "policy.toml"];
    [command, &plugin].concat()
}

fn connect(stage: &Stage) -> Run {
    stage.run(&with_plugin(&["connect", "credential.toml"]))
}

#[rstest]
#[case::the_environment("{ env = \"LEAK\" }")]
#[case::a_file("{ file = \"leak.txt\" }")]
#[case::not_as_text("{ env = \"LEAK\", text = false }")]
fn what_comes_from_a_source_is_a_secret_whatever_the_form_says(#[case] source: &str) {
    let stage = stage();
    allow(&stage, "\"behaviour\"", "");
    credential(&stage, &format!("{BEHAVIOUR}\nextra = {source}"));
    let run = connect(&stage).ends_with(1).says("extra");
    assert!(!run.everything().contains(SECRET), "{run:#?}");
}

/// The control: the plugin does say what it is told.
#[rstest]
#[case::in_clear("\"a plain text\"", "a plain text")]
#[case::from_a_source_that_says_so("{ env = \"LEAK\", text = true }", SECRET)]
#[case::from_a_file_that_says_so("{ file = \"leak.txt\", text = true }", SECRET)]
fn what_the_policy_allows_and_the_file_says_is_text_is_told(
    #[case] value: &str,
    #[case] told: &str,
) {
    let stage = stage();
    allow(&stage, "\"behaviour\", \"extra\"", "");
    credential(&stage, &format!("{BEHAVIOUR}\nextra = {value}"));
    connect(&stage).ends_with(1).says(told);
}

#[rstest]
#[case::a_source_for_a_text(
    "\"behaviour\", \"extra\"",
    "{ env = \"LEAK\" }",
    "the plugin is told `extra` as it stands, and a source is for secrets",
    "add `text = true`"
)]
#[case::a_prompt_for_a_text(
    "\"behaviour\", \"extra\"",
    "{ prompt = true }",
    "the plugin is told `extra` as it stands",
    "write the text itself"
)]
#[case::in_clear_and_not_allowed(
    "\"behaviour\"",
    "\"a plain text\"",
    "the policy does not allow `extra` as text, so it is kept as a secret",
    "whoever runs this platform add it to `texts`"
)]
#[case::as_text_and_not_allowed(
    "\"behaviour\"",
    "{ env = \"LEAK\", text = true }",
    "the policy does not allow `extra` as text",
    "leave `text = true` out"
)]
#[case::a_secret_as_text(
    "\"behaviour\", \"extra\", \"secret\"",
    "\"x\"\nsecret = { env = \"LEAK\", text = true }",
    "the form does not ask for `secret` as text",
    "leave `text = true` out"
)]
fn what_does_not_fit_is_refused_with_what_to_write(
    #[case] texts: &str,
    #[case] value: &str,
    #[case] expected: &str,
    #[case] hint: &str,
) {
    let stage = stage();
    allow(&stage, texts, "");
    credential(&stage, &format!("{BEHAVIOUR}\nextra = {value}"));
    let run = connect(&stage).ends_with(3).says(expected).says(hint);
    assert!(!run.everything().contains(SECRET), "{run:#?}");
}

/// A plugin could call its secret a fact, to be told it without the policy's word.
#[rstest]
#[case::in_clear("\"not-a-real-secret-from-a-source\"")]
#[case::from_a_source("{ env = \"LEAK\" }")]
#[case::from_a_source_as_text("{ env = \"LEAK\", text = true }")]
fn what_connecting_fills_in_is_taken_from_nobody(#[case] value: &str) {
    let stage = stage();
    allow(&stage, "\"behaviour\", \"learned\"", "");
    credential(&stage, &format!("{BEHAVIOUR}\nlearned = {value}"));
    connect(&stage)
        .ends_with(3)
        .says("connecting fills in `learned`, so nobody writes it")
        .says("leave this field out");
    // One that is left blank is not filled in.
    credential(&stage, &format!("{BEHAVIOUR}\nlearned = \"\""));
    connect(&stage).ends_with(1).says("tell-settings");
}

#[test]
fn a_plugin_without_an_entry_is_told_no_text() {
    let stage = stage();
    credential(&stage, BEHAVIOUR);
    stage
        .run(&["validate", "credential.toml", "--plugin", "other.wasm"])
        .ends_with(3)
        .says("the policy does not allow `behaviour` as text");
}

#[test]
fn what_is_not_allowed_as_text_is_stored_as_a_secret() {
    let mut kept = Kept::new();
    kept.stage = kept.stage.env("LEAK", SECRET);
    kept.stage.file("other.wasm", test_guests::MISBEHAVING);
    allow(&kept.stage, "\"behaviour\"", "");
    credential(
        &kept.stage,
        &format!("{BEHAVIOUR}\nextra = {{ env = \"LEAK\" }}"),
    );
    kept.run(&with_plugin(&["credentials", "add", "credential.toml"]))
        .ends_with(0);
    let export = kept.run(&["credentials", "export"]).ends_with(0);
    assert!(!export.everything().contains(SECRET), "{export:#?}");
    assert_eq!(export.json()["credentials"][0]["secrets"], json!(["extra"]));
    for entry in std::fs::read_dir(kept.store().parent().unwrap()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        let found = bytes
            .windows(SECRET.len())
            .any(|it| it == SECRET.as_bytes());
        assert!(!found, "the store holds the secret in clear");
    }
    let edit = ["credentials", "edit", "x"];
    kept.run(&with_plugin(&[&edit[..], &["--set", "extra=x"]].concat()))
        .ends_with(2)
        .says("`extra` is kept as a secret, since the policy does not allow it as text")
        .says("use --prompt extra");
    kept.run(&with_plugin(
        &[&edit[..], &["--prompt", "behaviour"]].concat(),
    ))
    .ends_with(2)
    .says("--prompt is for secrets")
    .says("use --set behaviour=TEXT");
    for given in [["--set", "learned=x"], ["--prompt", "learned"]] {
        kept.run(&with_plugin(&[&edit[..], &given].concat()))
            .ends_with(2)
            .says("connecting fills in `learned`");
    }
}

#[test]
fn the_operator_sees_what_may_be_told_and_what_is_kept() {
    let stage = stage();
    allow(&stage, "\"behaviour\"", "");
    let check = |more: &[&str]| stage.run(&[&["policy", "check", "policy.toml"], more].concat());
    check(&[]).ends_with(0).shows("as text behaviour");
    let json = check(&["--json"]).json();
    assert_eq!(json["plugins"][0]["texts"], json!(["behaviour"]));
    assert_eq!(json["warnings"], json!([]));
    check(&["--plugin", "other.wasm"]).ends_with(0).shows(
        "warning: other.wasm asks for these as text, and the policy does not allow it, so they are \
         asked for and kept as secrets: argument, extra",
    );
    let read = stage
        .run(&["inspect", "other.wasm", "--policy", "policy.toml"])
        .ends_with(0)
        .stdout;
    let reads = read.lines().filter(|it| it.starts_with("  reads"));
    assert!(reads.clone().count() > 2, "{read}");
    let held = check(&["--plugin", "other.wasm"]).stdout;
    for line in reads {
        assert!(held.contains(line), "{line}\nis not in\n{held}");
    }
    let json = check(&["--plugin", "other.wasm", "--json"]).json();
    let members = json["held"][0]["asks"]["members"].as_array().unwrap();
    assert!(members.len() > 2, "{json}");
    let under = ["--plugin", "other.wasm", "--policy", "policy.toml"];
    let json = stage
        .run(&["inspect", "other.wasm", "--policy", "policy.toml", "--json"])
        .json();
    assert_eq!(json["allowed"]["texts"], json!(["behaviour"]));
    stage
        .run(&[&["describe"], &under[..]].concat())
        .shows("extra: extra, optional; secret")
        .shows("the policy keeps them as secrets: argument, extra");
    stage
        .run(&[&["describe", "--template"], &under[..]].concat())
        .shows("extra = { env = \"EXTRA\" }")
        .shows("behaviour = \"\"");
}

/// The built-in plugin's texts are allowed by its digest, with an entry and without a file.
#[test]
fn the_plugin_that_is_built_in_needs_no_texts() {
    let stage = Stage::with_secret();
    stage.web_services_user();
    stage.file(
        "policy.toml",
        "[[plugin]]\nbuiltin = true\norigins = [\"https://api.intacct.com\"]\n",
    );
    stage.run(&["validate", "credential.toml"]).ends_with(0);
    stage
        .run(&["validate", "credential.toml", "--policy", "policy.toml"])
        .ends_with(0);
    stage
        .run(&["policy", "check", "policy.toml"])
        .shows("as text all that its form asks for as text");
}
