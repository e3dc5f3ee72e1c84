//! `harness credentials`: the life of a stored credential.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use mock_intacct::Rotation;
use rstest::rstest;
use serde_json::json;

use crate::kept::{Kept, On, check_private};
use crate::stage::Stage;

#[test]
fn the_first_use_makes_a_private_store_and_a_private_key_and_says_so_once() {
    let kept = Kept::new();
    kept.stage.web_services_user();
    kept.run(&["credentials", "add", "credential.toml"])
        .ends_with(0)
        .says("A new master key was made in");
    check_private(&kept.store());
    check_private(&kept.key());
    let again = kept.run(&["credentials"]).ends_with(0);
    assert_eq!(again.stderr, "");
}

#[rstest]
fn a_credential_is_added_connected_tested_and_listed(#[values(On::Sqlite, On::Postgres)] on: On) {
    let kept = Kept::added_on(on);
    kept.run(&["credentials"])
        .ends_with(0)
        .shows("Sample not connected - - -")
        .shows("Sample: harness credentials connect Sample");
    kept.mocked(&["credentials", "connect", "Sample"])
        .ends_with(0)
        .shows("signed in as user ws-loader, company Nordlicht-DEV")
        .shows("passed Permission to read")
        .shows("kept encrypted, in");
    kept.run(&["credentials", "list"])
        .ends_with(0)
        .shows("Sample connected in 11 h")
        .shows("ws-loader@Nordlicht-DEV");
    kept.run(&["credentials", "status", "Sample"])
        .ends_with(0)
        .shows("state Connected; renewed by itself.")
        .shows("expires in 11 h 59 min");
    kept.mocked(&["credentials", "test", "Sample"])
        .ends_with(0)
        .shows("passed Token accepted");
}

#[test]
fn json_has_a_credential_in_a_stable_shape() {
    let kept = Kept::connected();
    let listed = kept.run(&["credentials", "--json"]).ends_with(0).json();
    let one = &listed["credentials"][0];
    let mut names: Vec<&String> = one.as_object().unwrap().keys().collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "access_token_fingerprint",
            "created_at",
            "diagnosis",
            "due_at",
            "expires_at",
            "generation",
            "id",
            "identity",
            "last_failure",
            "last_success_at",
            "last_test",
            "meaning",
            "name",
            "obtained_at",
            "plugin",
            "refresh_token_fingerprint",
            "settings_version",
            "state",
            "tenant"
        ]
    );
    assert_eq!(one["state"], "connected");
    let life = one["expires_at"].as_i64().unwrap() - one["obtained_at"].as_i64().unwrap();
    assert_eq!(life, 43_200);
    let status = kept
        .run(&["credentials", "status", "Sample", "--json"])
        .json();
    assert_eq!(status["form"]["plugin"], "same");
}

#[rstest]
fn a_renewal_is_done_once_and_stands_in_the_history(#[values(On::Sqlite, On::Postgres)] on: On) {
    let kept = Kept::connected_on(on);
    kept.mocked(&["renew", "Sample"])
        .ends_with(0)
        .shows("Renewed: Sample");
    let run = kept
        .mocked(&["credentials", "renew", "Sample", "--json"])
        .ends_with(0);
    assert_eq!(run.json()["generation"], 3);
    let history = kept
        .run(&["credentials", "history", "Sample", "--json"])
        .json();
    let kinds: Vec<&str> = history["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["kind"].as_str().unwrap())
        .collect();
    assert_eq!(
        kinds,
        ["renewed", "renewed", "tested", "connected", "added"]
    );
    let newest = kept
        .run(&["credentials", "history", "Sample", "--limit", "1"])
        .ends_with(0);
    assert!(!newest.stdout.contains("connected"), "{newest:#?}");
}

#[rstest]
fn what_is_due_is_renewed_and_the_rest_is_left_alone(#[values(On::Sqlite, On::Postgres)] on: On) {
    let kept = Kept::connected_on(on);
    let none = kept.mocked(&["renew", "--json"]).ends_with(0).json();
    let round = |fresh| json!({ "fresh": fresh, "not_fresh": 0, "busy": 0, "not_installed": 0, "not_accepted": 0 });
    assert_eq!(none, round(0));
    kept.sql("UPDATE credential SET due_at = 0, expires_at = obtained_at");
    let one = kept.mocked(&["renew", "--json"]).ends_with(0).json();
    assert_eq!(one, round(1));
}

#[rstest]
fn watching_renews_what_is_due_and_ends_when_asked(#[values(On::Sqlite, On::Postgres)] on: On) {
    let kept = Kept::connected_on(on);
    kept.sql("UPDATE credential SET due_at = 0, expires_at = obtained_at");
    let before = kept.mock.ledger().token_requests().len();
    let mut watching = kept.start_mocked(&["renew", "--watch"]);
    watching.hear(|line| line.starts_with("Ctrl-C ends it"));
    // What is under way is brought to its end, and looking comes before listening for the end.
    let deadline = Instant::now() + Duration::from_secs(60);
    while kept.mock.ledger().token_requests().len() == before {
        assert!(Instant::now() < deadline, "nothing was renewed");
        std::thread::yield_now();
    }
    watching.ask_to_end();
    watching
        .end()
        .ends_with(0)
        .shows("Renewing what becomes due in");
    assert_eq!(kept.state(), "connected");
}

#[rstest]
fn a_renewal_that_the_service_refuses_is_told_with_who_has_to_act(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    let kept = Kept::connected_on(on);
    kept.mock
        .change(|company| company.web_services_subscription = false);
    kept.sql("UPDATE credential SET due_at = 0, expires_at = obtained_at");
    kept.mocked(&["renew"]).ends_with(1).says("says why");
    let status = kept.run(&["credentials", "status", "Sample"]).ends_with(0);
    status.shows("who acts").shows("hint");
}

#[rstest]
#[case::status(&["credentials", "status", "Nobody"])]
#[case::connect(&["credentials", "connect", "Nobody"])]
#[case::a_test(&["credentials", "test", "Nobody"])]
#[case::renew(&["renew", "Nobody"])]
#[case::disconnect(&["credentials", "disconnect", "Nobody"])]
#[case::revoke(&["credentials", "revoke", "Nobody"])]
#[case::remove(&["credentials", "remove", "Nobody"])]
#[case::history(&["credentials", "history", "Nobody"])]
#[case::edit(&["credentials", "edit", "Nobody", "--clear", "username"])]
#[case::token(&["token", "Nobody"])]
#[case::request(&["request", "Nobody", "GET", "/"])]
#[case::another_tenants(&["credentials", "status", "Sample", "--tenant", "another"])]
fn a_name_that_is_not_there_is_told(#[case] arguments: &[&str]) {
    let kept = Kept::added();
    kept.run(arguments)
        .ends_with(3)
        .says("there is no credential named")
        .says("`harness credentials` lists those that there are");
}

#[rstest]
fn a_name_that_is_taken_is_told(#[values(On::Sqlite, On::Postgres)] on: On) {
    let kept = Kept::added_on(on);
    kept.run(&["credentials", "add", "credential.toml"])
        .ends_with(3)
        .says("choose another name");
}

#[test]
fn a_refusal_is_told_as_connect_tells_it() {
    let stage = Stage::new().env("CLIENT_SECRET", "not-a-real-secret-and-wrong");
    let kept = Kept::at(stage, On::Sqlite);
    kept.stage.web_services_user();
    kept.run(&["credentials", "add", "credential.toml"])
        .ends_with(0);
    let json = kept
        .mocked(&["credentials", "connect", "Sample", "--json"])
        .ends_with(1)
        .json();
    assert_eq!(json["error"]["code"], "invalid_client");
    assert_eq!(json["error"]["case"], "misconfigured");
    assert!(json["error"]["setup_step"]["title"].is_string(), "{json}");
}

#[test]
fn a_store_that_can_only_be_read_shows_what_it_holds_and_takes_nothing() {
    use std::os::unix::fs::FileExt as _;
    let kept = Kept::added();
    let log = format!("{}-wal", kept.store().display());
    assert!(
        !Path::new(&log).exists(),
        "a command that has ended closes the store"
    );
    // SQLite opens a file that asks for a newer writer for reading alone; root, too.
    const WRITE_VERSION: u64 = 18;
    let file = fs::File::options().write(true).open(kept.store()).unwrap();
    file.write_all_at(&[9], WRITE_VERSION).unwrap();
    kept.run(&["credentials"])
        .ends_with(0)
        .shows("Sample not connected");
    kept.run(&["credentials", "remove", "Sample", "--yes"])
        .ends_with(7)
        .says("may only be read")
        .says("needs the right to write");
}

#[rstest]
fn a_store_of_a_newer_version_is_left_alone(#[values(On::Sqlite, On::Postgres)] on: On) {
    let kept = Kept::added_on(on);
    kept.sql("INSERT INTO credential_schema (version, name) VALUES (99, 'the future')");
    kept.run(&["credentials"])
        .ends_with(7)
        .says("written by a newer version")
        .says("upgrade this program");
}

#[rstest]
fn a_regular_user_connects_through_the_browser(#[values(On::Sqlite, On::Postgres)] on: On) {
    let kept = Kept::on(on);
    kept.mock
        .change(|company| company.tokens.rotation = Rotation::ReuseKillsFamily);
    kept.stage.regular_user();
    kept.run(&["credentials", "add", "credential.toml"])
        .ends_with(0);
    let mut connect = kept.start_mocked(&[
        "credentials",
        "connect",
        "Sample",
        "--no-browser",
        "--redirect-uri",
        "https://127.0.0.1:0/callback",
    ]);
    let page = crate::browser::come_back(&crate::browser::sign_in(&connect.address()));
    assert!(page.text.contains("<h1>Connected</h1>"), "{}", page.text);
    connect
        .end()
        .ends_with(0)
        .shows("signed in as user dana, company Nordlicht-DEV");
    kept.mocked(&["renew", "Sample"]).ends_with(0);
    kept.mock
        .ledger()
        .token_requests_with("refresh_token")
        .assert_count(1);
}
