//! An SQLite file that is exchanged under a process that has it open: nothing is read from the old one or
//! written to it.

use std::fs;
use std::path::{Path, PathBuf};

use credential_connections::record::NewIntent;
use credential_connections::store::StoreError;
use rstest::rstest;

use crate::sample::{NOW, acquire, commit, connected, create, credential, state, tenant};
use crate::stage::{Database, Stage};

fn path(stage: &Stage) -> PathBuf {
    let Database::Sqlite(path) = &stage.database else {
        unreachable!()
    };
    path.clone()
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    format!("{}{suffix}", path.display()).into()
}

/// A copy, as a backup makes one.
async fn backup(stage: &Stage) -> PathBuf {
    let copy = stage.folder().join("copy.db");
    stage
        .execute(&format!("VACUUM INTO '{}'", copy.display()))
        .await;
    copy
}

#[rstest]
#[case::by_a_backup(|path: &Path, copy: &Path| {
    fs::rename(copy, path).unwrap();
    fs::remove_file(beside(path, "-wal")).unwrap();
    fs::remove_file(beside(path, "-shm")).unwrap();
})]
#[case::by_a_backup_beside_the_old_log(|path: &Path, copy: &Path| fs::rename(copy, path).unwrap())]
#[case::moved_away(|path: &Path, _: &Path| fs::rename(path, beside(path, ".old")).unwrap())]
#[case::removed(|path: &Path, _: &Path| fs::remove_file(path).unwrap())]
#[case::by_a_link(|path: &Path, copy: &Path| {
    fs::remove_file(path).unwrap();
    std::os::unix::fs::symlink(copy, path).unwrap();
})]
#[case::its_log_removed(|path: &Path, _: &Path| fs::remove_file(beside(path, "-wal")).unwrap())]
#[case::its_log_made_anew(|path: &Path, _: &Path| {
    fs::remove_file(beside(path, "-wal")).unwrap();
    fs::write(beside(path, "-wal"), "").unwrap();
})]
#[case::its_index_removed(|path: &Path, _: &Path| fs::remove_file(beside(path, "-shm")).unwrap())]
#[tokio::test]
async fn a_file_that_was_exchanged_is_neither_read_nor_written(#[case] exchange: fn(&Path, &Path)) {
    let stage = Stage::sqlite();
    let store = stage.open().await;
    let id = connected(&*store, "kept").await;
    let leased = acquire(&*store, id, "me").await;
    let copy = backup(&stage).await;
    exchange(&path(&stage), &copy);

    let replaced = |error: StoreError| matches!(error, StoreError::Replaced(_));
    let intent = NewIntent {
        document: state("asked"),
        state: state("renewing"),
        due_at: None,
    };
    let asked = store.record_intent(&leased.lease, &intent, NOW).await;
    assert!(replaced(asked.unwrap_err()), "a request would leave");
    let generation = leased.record.overview.generation;
    let stored = commit(&*store, &leased.lease, generation, "new", NOW).await;
    assert!(replaced(stored.unwrap_err()));
    assert!(replaced(store.get(&tenant(), id).await.unwrap_err()));
    let created = store.create(&tenant(), &credential("new"), NOW).await;
    let error = created.unwrap_err();
    assert!(error.to_string().contains("credentials.db"), "{error}");
    assert!(!error.is_passing());
}

/// What another process stores in the restored file stays, its log included, when the old one ends.
#[tokio::test]
async fn a_process_that_ends_leaves_the_new_file_and_its_log_alone() {
    let stage = Stage::sqlite();
    let old = stage.open().await;
    let id = connected(&*old, "kept").await;
    let copy = backup(&stage).await;
    let file = path(&stage);
    fs::rename(&copy, &file).unwrap();
    for suffix in ["-wal", "-shm"] {
        fs::remove_file(beside(&file, suffix)).unwrap();
    }
    let new = stage.open().await;
    create(&*new, "after").await;
    assert!(old.get(&tenant(), id).await.is_err());
    drop(old);
    assert!(beside(&file, "-wal").exists());
    create(&*new, "later").await;
    drop(new);
    let again = stage.open().await;
    assert_eq!(again.list(&tenant(), None, 10).await.unwrap().len(), 3);
}

/// So that nobody has to start it again where a file was only away for a moment.
#[tokio::test]
async fn a_file_that_is_back_is_used_again() {
    let stage = Stage::sqlite();
    let store = stage.open().await;
    let id = connected(&*store, "kept").await;
    let (file, away) = (path(&stage), stage.folder().join("away"));
    fs::rename(&file, &away).unwrap();
    assert!(store.get(&tenant(), id).await.is_err());
    fs::rename(&away, &file).unwrap();
    assert!(store.get(&tenant(), id).await.is_ok());
    create(&*store, "new").await;
}
