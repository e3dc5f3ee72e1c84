//! Files of a store that others could change: refused, whoever opens it.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, chown, symlink};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use credential_connections::master_key::{KeyError, KeyFile, KeySource as _, MasterKeys};
use credential_connections::store::{Location, StoreError};
use credential_runtime::SystemRandomness;
use rstest::rstest;

use crate::stage::{Database, Stage};

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn file(stage: &Stage) -> PathBuf {
    match &stage.database {
        Database::Sqlite(path) => path.clone(),
        Database::Postgres { .. } => unreachable!(),
    }
}

/// A store that was made and closed.
async fn made() -> Stage {
    let stage = Stage::sqlite();
    drop(stage.open().await);
    stage
}

#[track_caller]
fn check_refused<T>(opened: Result<T, StoreError>, expected: &str) {
    match opened.err() {
        Some(StoreError::Misconfigured(why)) => assert!(why.contains(expected), "{why}"),
        other => panic!("{other:?}"),
    }
}

async fn try_open(stage: &Stage) -> Result<(), StoreError> {
    let keys = MasterKeys::one(stage.key.clone());
    stage.try_open(keys).await.map(|_| ())
}

#[rstest]
#[case::by_the_group(0o620)]
#[case::by_everybody(0o602)]
#[case::by_all(0o666)]
#[tokio::test]
async fn a_file_that_others_write_to_is_refused(#[case] mode: u32) {
    let stage = made().await;
    set_mode(&file(&stage), mode);
    check_refused(try_open(&stage).await, "can be changed by others");
}

#[rstest]
#[case::by_the_group(0o770)]
#[case::by_everybody(0o707)]
#[case::as_the_temporary_folder_is(0o1777)]
#[tokio::test]
async fn a_folder_that_others_write_to_is_refused(#[case] mode: u32) {
    let stage = made().await;
    set_mode(stage.folder(), mode);
    check_refused(try_open(&stage).await, "can be changed by others");
    set_mode(stage.folder(), 0o700);
    try_open(&stage).await.unwrap();
}

#[rstest]
#[case::the_log("-wal")]
#[case::the_index("-shm")]
#[case::the_journal("-journal")]
#[tokio::test]
async fn what_stands_beside_it_and_others_write_to_is_refused(#[case] suffix: &str) {
    let stage = made().await;
    let mut beside = file(&stage).into_os_string();
    beside.push(suffix);
    fs::write(&beside, "").unwrap();
    set_mode(Path::new(&beside), 0o666);
    check_refused(try_open(&stage).await, suffix);
}

#[tokio::test]
async fn what_belongs_to_another_user_is_refused() {
    if !rustix::process::geteuid().is_root() {
        return; // Only root can give a file away.
    }
    let stage = made().await;
    for path in [file(&stage), stage.folder().to_owned()] {
        chown(&path, Some(12_345), None).unwrap();
        check_refused(try_open(&stage).await, "belongs to another user");
        chown(&path, Some(0), None).unwrap();
    }
    try_open(&stage).await.unwrap();
}

#[tokio::test]
async fn a_pipe_in_its_place_holds_nobody_up() {
    let stage = Stage::sqlite();
    let kind = rustix::fs::FileType::Fifo;
    rustix::fs::mknodat(rustix::fs::CWD, file(&stage), kind, 0o600.into(), 0).unwrap();
    check_refused(try_open(&stage).await, "it is a folder, a pipe or a device");
}

/// One's own link is followed, as before.
#[tokio::test]
async fn a_link_of_ones_own_leads_to_it() {
    let stage = made().await;
    let link = stage.folder().join("link.db");
    symlink(file(&stage), &link).unwrap();
    let keys = Arc::new(MasterKeys::one(stage.key.clone()));
    let location = Location::Sqlite(link);
    credential_connections::store::open(&location, keys, &stage.options)
        .await
        .unwrap();
}

#[rstest]
#[case::a_pipe(|path: &Path| {
    let kind = rustix::fs::FileType::Fifo;
    rustix::fs::mknodat(rustix::fs::CWD, path, kind, 0o600.into(), 0).unwrap();
})]
#[case::a_folder(|path: &Path| fs::create_dir(path).unwrap())]
#[case::a_device(|path: &Path| symlink("/dev/zero", path).unwrap())]
fn a_key_that_is_no_regular_file_is_refused_at_once(#[case] make: fn(&Path)) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master.key");
    make(&path);
    match KeyFile::new(&path).load() {
        Err(KeyError::Unusable { reason, .. }) => {
            assert!(
                reason.contains("it is a folder, a pipe or a device"),
                "{reason}"
            );
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_key_in_a_folder_that_others_write_to_is_neither_made_nor_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = KeyFile::new(folder.path().join("master.key"));
    file.create(&SystemRandomness).unwrap();
    set_mode(folder.path(), 0o777);
    let another = KeyFile::new(folder.path().join("another.key"));
    for outcome in [file.load(), another.create(&SystemRandomness)] {
        match outcome {
            Err(KeyError::Unusable { reason, .. }) => {
                assert!(reason.contains("can be changed by others"), "{reason}");
            }
            other => panic!("{other:?}"),
        }
    }
}
