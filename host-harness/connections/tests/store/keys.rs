//! Where master keys come from.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use credential_connections::master_key::{KeyError, KeyFile, KeyId, KeySource as _, KeyVariable};
use credential_runtime::SystemRandomness;
use rstest::rstest;
use tempfile::TempDir;

fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master.key");
    (folder, path)
}

fn mode(path: &PathBuf) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn a_key_file_is_made_for_its_owner_alone_and_read_again() {
    let (_folder, path) = place();
    let file = KeyFile::new(&path);
    assert_eq!(
        file.load(),
        Err(KeyError::Missing(path.display().to_string()))
    );
    let keys = file.create(&SystemRandomness).unwrap();
    assert_eq!(mode(&path), 0o600);
    assert_eq!(file.load(), Ok(keys));
}

#[test]
fn a_key_file_is_never_overwritten() {
    let (_folder, path) = place();
    let file = KeyFile::new(&path);
    let keys = file.create(&SystemRandomness);
    assert_eq!(file.create(&SystemRandomness), Err(KeyError::Exists(path)));
    assert_eq!(file.load(), keys);
}

#[rstest]
#[case::the_group_reads(0o640)]
#[case::everyone_reads(0o604)]
#[case::the_group_writes(0o620)]
#[case::everyone_runs(0o601)]
fn a_key_file_that_others_reach_is_refused(#[case] mode: u32) {
    let (_folder, path) = place();
    let file = KeyFile::new(&path);
    file.create(&SystemRandomness).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    assert_eq!(file.load(), Err(KeyError::Exposed { path, mode }));
}

#[test]
fn a_key_file_of_another_user_is_refused() {
    if !rustix::process::geteuid().is_root() {
        return; // Only root can give a file away.
    }
    let (_folder, path) = place();
    let file = KeyFile::new(&path);
    file.create(&SystemRandomness).unwrap();
    std::os::unix::fs::chown(&path, Some(12_345), None).unwrap();
    assert_eq!(
        file.load(),
        Err(KeyError::Foreign {
            path,
            owner: 12_345
        })
    );
}

#[test]
fn a_key_is_added_before_the_others_and_old_ones_are_forgotten_at_the_end() {
    let (_folder, path) = place();
    let file = KeyFile::new(&path);
    let old = file.create(&SystemRandomness).unwrap();
    let both = file.add(&SystemRandomness).unwrap();
    assert_eq!(both.ids()[1..], old.ids());
    assert_eq!(file.load(), Ok(both.clone()));
    let current = both.first().id();
    assert_eq!(file.forget_old(current, &[]), Ok(old.ids()));
    let new = file.load().unwrap();
    assert_eq!((new.ids(), mode(&path)), (vec![current.clone()], 0o600));
    assert!(file.forget_old(old.first().id(), &[]).is_err());
    assert_eq!(file.forget_old(current, &[]), Ok(Vec::new()));
    assert_eq!(file.load(), Ok(new));
}

/// A file with a key for each letter.
fn file_of(letters: &str) -> (TempDir, KeyFile) {
    let (folder, path) = place();
    let lines = letters
        .bytes()
        .map(|letter| STANDARD.encode([letter; 32]) + "\n");
    std::fs::write(&path, lines.collect::<String>()).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    (folder, KeyFile::new(path))
}

fn names(letters: &str) -> Vec<KeyId> {
    let name = |letter: char| {
        let (_folder, file) = file_of(&letter.to_string());
        file.load().unwrap().first().id().clone()
    };
    letters.chars().map(name).collect()
}

/// `c` is the key in use.
#[rstest]
#[case::none_is_older("c", "", "", "c")]
#[case::two_are_older("cop", "", "op", "c")]
#[case::one_is_needed("cop", "o", "p", "co")]
#[case::all_are_needed("cop", "po", "", "cop")]
#[case::one_is_for_the_next_rotation("nco", "", "o", "nc")]
#[case::the_one_in_use_stands_there_twice("coc", "", "o", "cc")]
fn an_old_key_is_forgotten_where_nothing_needs_it(
    #[case] before: &str,
    #[case] needed: &str,
    #[case] forgotten: &str,
    #[case] after: &str,
) {
    let (_folder, file) = file_of(before);
    let current = names("c").remove(0);
    let old = file.forget_old(&current, &names(needed));
    assert_eq!(old, Ok(names(forgotten)));
    assert_eq!(file.load().unwrap().ids(), names(after));
}

#[test]
fn an_error_does_not_show_what_stands_in_the_file() {
    let (_folder, path) = place();
    let file = KeyFile::new(&path);
    file.create(&SystemRandomness).unwrap();
    std::fs::write(&path, "not-a-real-secret-key").unwrap();
    let error = file.load().unwrap_err();
    assert_eq!(
        error,
        KeyError::Malformed {
            place: path.display().to_string(),
            entry: 1
        }
    );
    assert!(!format!("{error} {error:?}").contains("not-a-real-secret"));
}

#[test]
fn a_variable_that_is_not_set_is_missing() {
    let name = "CREDENTIAL_CONNECTIONS_TEST_NEVER_SET";
    let error = KeyVariable::new(name).load().unwrap_err();
    assert_eq!(
        error,
        KeyError::Missing(format!("the environment variable {name}"))
    );
}

/// A variable can only be set for another process: this test runs itself again with one.
#[test]
fn a_key_is_read_from_a_variable() {
    const NAME: &str = "CREDENTIAL_CONNECTIONS_TEST_KEY";
    const KEY: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
    if std::env::var_os(NAME).is_some() {
        let (_folder, path) = place();
        std::fs::write(&path, KEY).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(KeyVariable::new(NAME).load(), KeyFile::new(&path).load());
        return;
    }
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "keys::a_key_is_read_from_a_variable"])
        .env(NAME, KEY)
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && printed.contains("1 passed"),
        "{printed}"
    );
}
