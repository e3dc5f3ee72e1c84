//! The master key: where it comes from, and its rotation.

use std::fs;

use rstest::rstest;

use crate::kept::{Kept, On};

/// 32 bytes of ones, and of twos.
const ONE: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
const TWO: &str = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=";

#[rstest]
fn a_rotation_takes_a_new_key_and_keeps_the_old_until_it_is_to_be_forgotten(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    let kept = Kept::connected_on(on);
    let before = kept.run(&["key", "status", "--json"]).ends_with(0).json();
    kept.add_key();
    let after = kept.run(&["key", "rotate", "--json"]).ends_with(0).json();
    assert_ne!(before["current"], after["current"]);
    assert_eq!(after["remaining"], 0);
    assert_eq!(kept.keys_in_file(), 2);
    kept.add_key();
    kept.run(&["key", "rotate", "--forget-old"]).ends_with(0);
    assert_eq!(kept.keys_in_file(), 1);
    assert!(kept.token().starts_with("eyJ"));
}

#[rstest]
fn a_key_that_was_added_is_the_one_that_is_rotated_to(#[values(On::Sqlite, On::Postgres)] on: On) {
    let kept = Kept::added_on(on);
    let added = kept.run(&["key", "add", "--json"]).ends_with(0).json();
    let rotated = kept.run(&["key", "rotate", "--json"]).ends_with(0).json();
    assert_eq!(added["key"], rotated["current"]);
    assert_eq!(kept.keys_in_file(), 2);
}

#[rstest]
fn a_rotation_that_kept_the_old_key_is_finished_later(#[values(On::Sqlite, On::Postgres)] on: On) {
    let kept = Kept::connected_on(on);
    let before = kept.run(&["key", "status", "--json"]).json();
    kept.add_key();
    let rotated = kept.run(&["key", "rotate", "--json"]).ends_with(0).json();
    let finish = ["key", "rotate", "--forget-old", "--json"];
    let finished = kept.run(&finish).ends_with(0).json();
    assert_eq!(finished["current"], rotated["current"]);
    assert_eq!(finished["forgotten"][0], before["current"]);
    assert_eq!(kept.keys_in_file(), 1);
    assert!(kept.token().starts_with("eyJ"));
}

#[test]
fn nothing_to_forget_is_said_and_is_no_error() {
    let kept = Kept::added_on(On::Postgres);
    kept.run(&["key", "rotate", "--forget-old"])
        .ends_with(0)
        .shows("nothing to forget")
        .shows("harness key add");
    assert_eq!(kept.keys_in_file(), 1);
}

/// A rotation that was interrupted, or that cannot end, still needs the old key.
#[rstest]
fn a_key_that_is_needed_is_not_forgotten(#[values(On::Sqlite, On::Postgres)] on: On) {
    let kept = Kept::connected_on(on);
    kept.run(&["key", "add"]).ends_with(0);
    kept.sql("CREATE TABLE aside AS SELECT data_key FROM credential");
    kept.sql("UPDATE credential SET data_key = substr(data_key, 2)");
    kept.run(&["key", "rotate", "--forget-old"]).ends_with(7);
    assert_eq!(kept.keys_in_file(), 2);
    let status = kept.run(&["key", "status", "--json"]).ends_with(0).json();
    assert_eq!(status["remaining"], 1);
    kept.sql("UPDATE credential SET data_key = (SELECT data_key FROM aside)");
    let finish = ["key", "rotate", "--forget-old", "--json"];
    let finished = kept.run(&finish).ends_with(0).json();
    assert_eq!(finished["forgotten"], status["retiring"]);
    assert_eq!(kept.keys_in_file(), 1);
    assert!(kept.token().starts_with("eyJ"));
}

#[test]
fn an_old_key_in_the_environment_is_not_forgotten_here_and_nothing_is_done() {
    let mut kept = Kept::new();
    kept.stage.web_services_user();
    kept.stage = kept.stage.env("HARNESS_MASTER_KEY", ONE);
    kept.run(&["credentials", "add", "credential.toml"])
        .ends_with(0);
    let before = kept.run(&["key", "status", "--json"]).json();
    let both = format!("{TWO} {ONE}");
    kept.stage = kept.stage.env("HARNESS_MASTER_KEY", &both);
    kept.run(&["key", "rotate", "--forget-old"])
        .ends_with(2)
        .says("take the old key out of every process's environment");
    assert_eq!(kept.run(&["key", "status", "--json"]).json(), before);
}

#[rstest]
fn a_wrong_key_is_told_and_changes_nothing(#[values(On::Sqlite, On::Postgres)] on: On) {
    let kept = Kept::connected_on(on);
    kept.run(&["key", "create", "wrong.key"]).ends_with(0);
    kept.run(&["token", "Sample", "--key-file", "wrong.key"])
        .ends_with(7)
        .says("wrong master key")
        .says("name the right one with --key-file");
    assert!(kept.token().starts_with("eyJ"));
}

#[test]
fn a_key_that_is_lost_is_not_replaced_by_a_new_one() {
    let kept = Kept::added();
    fs::remove_file(kept.key()).unwrap();
    kept.run(&["credentials"])
        .ends_with(7)
        .says("bring it back from its copy");
    assert!(!kept.key().exists());
}

#[test]
fn a_key_that_others_can_read_is_refused() {
    let kept = Kept::added();
    kept.stage.file_with_mode(
        ".local/share/credential-harness/credentials.key",
        ONE,
        0o644,
    );
    kept.run(&["credentials"])
        .ends_with(7)
        .says("can be read by others");
}

#[test]
fn a_key_file_that_exists_is_never_overwritten() {
    let kept = Kept::new();
    kept.run(&["key", "create", "master.key"]).ends_with(0);
    let before = fs::read(kept.stage.path("master.key")).unwrap();
    kept.run(&["key", "create", "master.key"])
        .ends_with(7)
        .says("never overwritten");
    assert_eq!(fs::read(kept.stage.path("master.key")).unwrap(), before);
}

#[test]
fn a_key_may_stand_in_the_environment_and_be_rotated_there() {
    let mut kept = Kept::new();
    kept.stage.web_services_user();
    kept.stage = kept.stage.env("HARNESS_MASTER_KEY", ONE);
    kept.run(&["credentials", "add", "credential.toml"])
        .ends_with(0);
    assert!(!kept.key().exists());
    kept.run(&["key", "rotate"])
        .ends_with(2)
        .says("put a new key before the old one");
    kept.stage = kept
        .stage
        .env("HARNESS_MASTER_KEY", &format!("{TWO} {ONE}"));
    kept.run(&["key", "rotate"]).ends_with(0).shows("Rotated");
    kept.stage = kept.stage.env("HARNESS_MASTER_KEY", TWO);
    kept.run(&["credentials", "export"])
        .ends_with(0)
        .shows("Sample");
}

#[rstest]
#[case::on_the_command_line(
    "postgres://app:not-a-real-secret-pw@db.example.com/x",
    "HARNESS_STORE"
)]
#[case::no_key("postgres://app@db.example.com/x", "needs a master key that is named")]
#[case::another_database("mysql://db.example.com/x", "not a `mysql:` URL")]
fn a_store_that_cannot_be_used_is_told_before_anything_is_done(
    #[case] store: &str,
    #[case] expected: &str,
) {
    let run = Kept::new()
        .run(&["credentials", "--store", store])
        .ends_with(2)
        .says(expected);
    assert!(!run.everything().contains("not-a-real-secret"), "{run:#?}");
}
