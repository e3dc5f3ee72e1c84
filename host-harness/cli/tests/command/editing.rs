//! `harness credentials edit`, `export` and `import`: settings, with and without their secrets.

use std::fs;

use rstest::rstest;

use crate::kept::{Kept, On, check_private};
use crate::stage::CLIENT_SECRET;

#[rstest]
fn settings_are_edited_by_a_file_and_by_options(#[values(On::Sqlite, On::Postgres)] on: On) {
    let kept = Kept::connected_on(on);
    kept.stage
        .credential("username = \"ws-other@Nordlicht-DEV\"\nsession_id = \"\"");
    kept.run(&["credentials", "edit", "Sample", "credential.toml"])
        .ends_with(0)
        .shows("Changed: Sample");
    let exported = kept.run(&["credentials", "export"]).json();
    assert_eq!(
        exported["credentials"][0]["settings"]["username"],
        "ws-other@Nordlicht-DEV"
    );
    kept.run(&[
        "credentials",
        "edit",
        "Sample",
        "--set",
        "username=",
        "--rename",
        "Köln two",
    ])
    .ends_with(0)
    .shows("Changed: Köln two")
    .shows("username")
    .shows("harness credentials edit 'Köln two'");
    kept.run(&["credentials", "status", "Köln two"])
        .ends_with(0)
        .shows("missing username");
}

#[rstest]
#[case::nothing(&[], 2, "nothing is to be changed")]
#[case::a_secret_in_clear(&["--set", "client_secret=not-a-real-secret-x"], 2, "use --prompt")]
#[case::an_unknown_field(&["--clear", "usrname"], 3, "did you mean `username`?")]
#[case::no_terminal(&["--prompt", "client_secret"], 3, "no terminal")]
#[case::no_value(&["--set", "username"], 2, "FIELD=TEXT")]
fn an_edit_that_cannot_be_is_refused(
    #[case] arguments: &[&str],
    #[case] code: i32,
    #[case] expected: &str,
) {
    let kept = Kept::added();
    let run = kept.run(&[&["credentials", "edit", "Sample"], arguments].concat());
    let run = run.ends_with(code).says(expected);
    assert!(
        !run.everything().contains("not-a-real-secret-x"),
        "{run:#?}"
    );
}

#[test]
fn a_file_of_another_credential_changes_nothing() {
    let kept = Kept::added();
    kept.stage.file(
        "other.toml",
        "name = \"Other\"\n[settings]\nusername = \"x@y\"\n",
    );
    kept.run(&["credentials", "edit", "Sample", "other.toml"])
        .ends_with(3)
        .says("describes `Other`, not `Sample`");
}

#[rstest]
fn an_export_holds_no_secret_and_can_be_imported_elsewhere(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    let kept = Kept::connected_on(on);
    kept.run(&["credentials", "export", "export.json"])
        .ends_with(0);
    let path = kept.stage.path("export.json");
    check_private(&path);
    let text = fs::read_to_string(&path).unwrap();
    let secrets = [kept.mock.issued().secrets(), vec![CLIENT_SECRET.to_owned()]].concat();
    assert!(
        secrets.iter().all(|it| !text.contains(it.as_str())),
        "{text}"
    );
    assert!(text.contains("ws-loader@Nordlicht-DEV"), "{text}");
    kept.run(&["credentials", "export", "export.json"])
        .ends_with(7)
        .says("export.json");
    let elsewhere = [
        "credentials",
        "import",
        "export.json",
        "--store",
        "other.db",
    ];
    kept.run(&elsewhere)
        .ends_with(0)
        .shows("harness credentials edit Sample --prompt client_secret --store other.db");
    kept.run(&elsewhere)
        .ends_with(3)
        .says("there is a credential named `Sample` already");
}

#[test]
fn a_credential_of_a_plugin_that_is_not_installed_is_kept_and_says_what_it_needs() {
    let kept = Kept::added();
    let export = kept.run(&["credentials", "export"]).ends_with(0).stdout;
    let export = export.replace("sage-intacct-rest", "another-service");
    kept.stage
        .file("export.json", export.replace("Sample", "Other"));
    kept.run(&["credentials", "import", "export.json"])
        .ends_with(0);
    kept.run(&["credentials", "status", "Other"])
        .ends_with(0)
        .shows("not installed here");
    kept.mocked(&["credentials", "connect", "Other"])
        .ends_with(5)
        .says("`another-service` is not installed")
        .says("--plugin FILE");
}

#[test]
fn a_file_that_is_no_export_is_told_with_its_place_and_without_its_text() {
    let kept = Kept::new();
    kept.stage
        .file("export.json", "{ \"version\": \"not-a-real-secret\" }");
    let run = kept
        .run(&["credentials", "import", "export.json"])
        .ends_with(3)
        .says("line 1");
    assert!(!run.everything().contains("not-a-real-secret"), "{run:#?}");
}
