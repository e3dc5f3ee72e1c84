//! Where secrets come from, and what is said where one cannot be had.

use rstest::rstest;

use crate::stage::{CLIENT_SECRET, Stage, mock};

fn with_secret_from(stage: &Stage, source: &str) {
    let text = format!(
        "name = \"x\"\n[settings]\nclient_id = \"3f6c1a9e5b7d42d8.app.sage.com\"\n\
         client_secret = {source}\nflow_type = \"web_services_user\"\n\
         username = \"ws-loader@Nordlicht-DEV\"\n"
    );
    stage.file("credential.toml", text);
}

#[test]
fn a_file_gives_a_secret_that_works() {
    let (stage, mock) = (Stage::new(), mock());
    stage.file("secret.txt", format!("{CLIENT_SECRET}\n"));
    with_secret_from(&stage, "{ file = \"secret.txt\" }");
    stage
        .run(&["connect", "credential.toml", "--mock", &mock.origin()])
        .ends_with(0);
}

#[test]
fn a_files_path_is_relative_to_the_credential_file() {
    let stage = Stage::new();
    stage.file("inner/secret.txt", CLIENT_SECRET);
    stage.file(
        "inner/credential.toml",
        "name = \"x\"\n[settings]\nclient_secret = { file = \"secret.txt\" }\n",
    );
    let json = stage
        .run(&["validate", "inner/credential.toml", "--json"])
        .json();
    let problems = json["problems"].as_array().unwrap();
    assert!(
        problems.iter().all(|it| it["field"] != "client_secret"),
        "{json}"
    );
}

#[test]
fn a_secret_in_clear_is_refused_with_what_to_write_instead() {
    let stage = Stage::new();
    with_secret_from(&stage, "\"not-a-real-secret-in-clear\"");
    let run = stage
        .run(&["validate", "credential.toml"])
        .ends_with(3)
        .says("4:17 `client_secret` is secret, and stands here in clear")
        .says("write `client_secret = { env = \"CLIENT_SECRET\" }` instead");
    assert!(
        !run.everything().contains("not-a-real-secret-in-clear"),
        "{run:#?}"
    );
}

#[rstest]
#[case::not_set("{ env = \"NOWHERE\" }", "the environment variable NOWHERE is not set")]
#[case::empty("{ env = \"EMPTY\" }", "the environment variable EMPTY is empty")]
#[case::no_file("{ file = \"nothing.txt\" }", "nothing.txt cannot be read")]
#[case::readable("{ file = \"open.txt\" }", "can be read by others than you (mode 644)")]
#[case::no_terminal("{ prompt = true }", "there is no terminal to type it at")]
#[case::two_sources("{ env = \"A\", file = \"b\" }", "this is not one source")]
#[case::a_number("1", "`client_secret` is neither a text in quotes nor a source")]
fn a_secret_that_cannot_be_had_is_told_with_its_place(
    #[case] source: &str,
    #[case] expected: &str,
) {
    let stage = Stage::new().env("EMPTY", "");
    stage.file_with_mode("open.txt", "not-a-real-secret-in-an-open-file", 0o644);
    with_secret_from(&stage, source);
    let run = stage
        .run(&["validate", "credential.toml"])
        .ends_with(3)
        .says("4:17")
        .says(expected);
    assert!(!run.everything().contains("not-a-real-secret"), "{run:#?}");
}

#[test]
fn an_open_file_is_told_with_the_command_that_closes_it() {
    let stage = Stage::new();
    stage.file_with_mode("open.txt", "not-a-real-secret", 0o644);
    with_secret_from(&stage, "{ file = \"open.txt\" }");
    let run = stage.run(&["validate", "credential.toml"]);
    run.says("hint: chmod 600 ");
}
