//! The command line itself: help, completions, mistakes in typing.

use rstest::rstest;

use crate::stage::Stage;

const COMMANDS: [&str; 13] = [
    "describe",
    "validate",
    "authorize-url",
    "connect",
    "credentials",
    "renew",
    "token",
    "request",
    "key",
    "inspect",
    "policy",
    "mock",
    "completions",
];

#[test]
fn without_arguments_a_first_screen_says_how_to_begin() {
    let run = Stage::new().run(&[]).ends_with(0);
    assert!(
        run.stdout
            .contains("harness connect credential.toml --mock"),
        "{run:#?}"
    );
}

#[test]
fn help_of_every_command_has_examples() {
    for command in COMMANDS {
        let run = Stage::new().run(&[command, "--help"]).ends_with(0);
        assert!(run.stdout.contains("Examples:\n  "), "{command}: {run:#?}");
    }
}

#[test]
fn help_lists_the_exit_codes() {
    Stage::new()
        .run(&["--help"])
        .ends_with(0)
        .shows("4 the policy cannot be read, or does not allow it");
}

#[rstest]
#[case::unknown_command(&["conect"], "'connect'")]
#[case::unknown_option(&["connect", "c.toml", "--client-secret", "x"], "--client-secret")]
#[case::no_credential(&["connect"], "CREDENTIAL")]
#[case::bad_mock(&["connect", "c.toml", "--mock", "localhost"], "is no base URL")]
#[case::wait_out_of_range(&["connect", "c.toml", "--wait", "0"], "1..=3600")]
#[case::json_without_a_command(&["--json"], "needs a command")]
fn a_mistake_in_typing_is_a_usage_error(#[case] arguments: &[&str], #[case] expected: &str) {
    Stage::new().run(arguments).ends_with(2).says(expected);
}

#[test]
fn completions_name_every_command() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let run = Stage::new().run(&["completions", shell]).ends_with(0);
        for command in COMMANDS {
            assert!(run.stdout.contains(command), "{shell} {command}");
        }
    }
}

#[test]
fn completions_are_json_where_asked() {
    let json = Stage::new().run(&["completions", "fish", "--json"]).json();
    assert_eq!(json["shell"], "fish");
    assert!(json["script"].as_str().unwrap().contains("harness"));
}
