//! No secret is printed by any command, at any level of talk.

use crate::browser::{BROWSER, come_back, sign_in};
use crate::stage::{CLIENT_ID, CLIENT_SECRET, Run, Stage, mock};

const SESSION: &str = "not-a-real-session-5dKq0vTn3WcA8uYh";

#[track_caller]
fn check_hidden(run: &Run, secrets: &[String]) {
    let printed = run.everything();
    for secret in secrets {
        assert!(!printed.contains(secret.as_str()), "{secret} in {printed}");
    }
}

fn credential(stage: &Stage) {
    stage.file("secret.txt", format!("{CLIENT_SECRET}\n"));
    stage.file(
        "credential.toml",
        format!(
            "name = \"x\"\n[settings]\nclient_id = \"{CLIENT_ID}\"\n\
             client_secret = {{ file = \"secret.txt\" }}\nsession_id = {{ env = \"SESSION\" }}\n\
             flow_type = \"web_services_user\"\n"
        ),
    );
}

#[test]
fn no_command_prints_a_secret() {
    let stage = Stage::new()
        .env("SESSION", SESSION)
        .env("HARNESS_LOG", "trace");
    let mock = mock();
    credential(&stage);
    let origin = mock.origin();
    let runs: Vec<Run> = [
        &["validate", "credential.toml"][..],
        &["authorize-url", "credential.toml"],
        &["connect", "credential.toml", "--mock", &origin],
        &["connect", "credential.toml", "--mock", &origin, "--json"],
    ]
    .iter()
    .map(|arguments| stage.run(&[arguments, &["-vvv"][..]].concat()))
    .collect();
    assert!(runs[2].status.success(), "{:#?}", runs[2]);
    assert!(
        runs[2].stderr.contains("tokens obtained"),
        "it talks: {:#?}",
        runs[2]
    );
    // What is no secret is found, so a secret would be.
    assert!(runs[2].everything().contains("ws-loader"), "{:#?}", runs[2]);
    let mut secrets = mock.issued().secrets();
    secrets.extend([CLIENT_SECRET.to_owned(), SESSION.to_owned()]);
    assert!(secrets.len() > 4, "{secrets:?}");
    for run in &runs {
        check_hidden(run, &secrets);
    }
}

#[test]
fn a_refusal_prints_no_secret() {
    let stage = Stage::new().env("SESSION", SESSION);
    let mock = mock();
    credential(&stage);
    mock.change(|company| company.web_services_subscription = false);
    let run = stage
        .run(&[
            "connect",
            "credential.toml",
            "--mock",
            &mock.origin(),
            "-vv",
        ])
        .ends_with(1);
    check_hidden(&run, &[CLIENT_SECRET.to_owned(), SESSION.to_owned()]);
}

#[test]
fn a_sign_in_at_the_browser_prints_no_code_and_no_token() {
    let (stage, mock) = (Stage::with_secret(), mock());
    stage.regular_user();
    let origin = mock.origin();
    let mut connect = stage.start(&[&BROWSER[..], &["--mock", &origin, "-vvv"]].concat());
    let redirected = sign_in(&connect.address());
    let page = come_back(&redirected);
    let run = connect.end().ends_with(0);
    let mut secrets = mock.issued().secrets();
    secrets.push(CLIENT_SECRET.to_owned());
    check_hidden(&run, &secrets);
    assert!(
        secrets
            .iter()
            .all(|secret| !page.text.contains(secret.as_str()))
    );
}

#[test]
fn no_command_on_stored_credentials_prints_a_secret() {
    let stage = Stage::new()
        .env("SESSION", SESSION)
        .env("HARNESS_LOG", "trace");
    let mock = mock();
    credential(&stage);
    let origin = mock.origin();
    let on_mock = ["--mock", &origin, "-vvv"];
    let runs: Vec<Run> = [
        &["credentials", "add", "credential.toml"][..],
        &["credentials", "connect", "x"],
        &["credentials", "status", "x"],
        &["credentials", "test", "x"],
        &["renew", "x"],
        &["token", "x"],
        &[
            "request",
            "x",
            "GET",
            "/ia/api/v1/objects/company-config/user",
        ],
        &["credentials", "revoke", "x", "--yes"],
    ]
    .iter()
    .map(|arguments| stage.run(&[arguments, &on_mock[..]].concat()).ends_with(0))
    .collect();
    let plain = [
        &["credentials", "list", "--json"][..],
        &["credentials", "history", "x"],
        &["credentials", "export"],
        &["key", "rotate"],
    ];
    let plain = plain
        .iter()
        .map(|arguments| stage.run(&[arguments, &["-vvv"][..]].concat()).ends_with(0));
    let mut secrets = mock.issued().secrets();
    secrets.extend([CLIENT_SECRET.to_owned(), SESSION.to_owned()]);
    let keys = stage.path(".local/share/credential-harness/credentials.key");
    let runs: Vec<Run> = runs.into_iter().chain(plain).collect();
    let keys = std::fs::read_to_string(keys).unwrap();
    secrets.extend(keys.lines().map(str::to_owned));
    assert!(secrets.len() > 7, "{secrets:?}");
    for run in &runs {
        check_hidden(run, &secrets);
    }
    // What is no secret is found, so a secret would be.
    assert!(runs[1].everything().contains("ws-loader"), "{:#?}", runs[1]);
    assert!(runs[1].stderr.contains("plugin loaded"), "{:#?}", runs[1]);
}
