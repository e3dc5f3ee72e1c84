//! A store that becomes another one under a process that has it open. An SQLite file that is exchanged is neither
//! read nor written; on both databases, an older state than the process has seen is not used.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use credential_connections::record::{CredentialId, Generation, NewIntent};
use credential_connections::store::{Replacement, Store, StoreError};
use rstest::rstest;

use crate::sample::{
    NOW, TTL, acquire, commit, connected, create, credential, name, owner, renew, seconds_later,
    state, tenant, transition,
};
use crate::stage::{Database, Stage, all};
use test_stores::run;

crate::on_both! {
    an_older_state_lets_no_request_leave_however_often_it_is_tried,
    an_older_state_between_a_lease_and_its_tokens_is_noticed,
    an_older_state_without_the_lease_of_a_request_lets_it_not_leave,
    a_deleted_credential_that_is_back_is_not_used,
    what_was_discarded_and_is_back_is_not_used,
    calls_beside_each_other_are_no_older_state,
    a_check_for_writes_leaves_nothing_behind,
}

/// How somebody puts a backup into a database that is in use.
#[derive(Clone, Copy)]
enum Restore {
    /// `cp` over the file, which stays the same one.
    CopyOver,
    /// Row by row, as a database tool does.
    Rows,
    /// `pg_restore --clean`.
    Restored,
}

/// A backup of this moment.
async fn save(stage: &Stage) -> PathBuf {
    match &stage.database {
        Database::Sqlite(_) => backup(stage).await,
        Database::Postgres { url, server } => {
            let id = CredentialId::draw(&credential_runtime::SystemRandomness);
            let file = server.folder().join(format!("{id}.dump"));
            let path = file.display().to_string();
            run("pg_dump", &["--format=custom", "--file", &path, url]);
            file
        }
    }
}

async fn restore(stage: &Stage, backup: &Path) {
    let way = match &stage.database {
        Database::Sqlite(_) => Restore::Rows,
        Database::Postgres { .. } => Restore::Restored,
    };
    restore_by(way, stage, backup).await;
}

async fn restore_by(way: Restore, stage: &Stage, backup: &Path) {
    let backup = backup.display().to_string();
    match (way, &stage.database) {
        (Restore::CopyOver, Database::Sqlite(file)) => {
            stage.execute("PRAGMA wal_checkpoint(TRUNCATE)").await;
            // By another process: to close the file in this one would drop SQLite's locks.
            let copied = Command::new("cp").arg(&backup).arg(file).status().unwrap();
            assert!(copied.success());
        }
        (Restore::Rows, Database::Sqlite(_)) => {
            let rows = |table: &str| format!("INSERT INTO {table} SELECT * FROM backup.{table};");
            stage
                .execute(&format!(
                    "ATTACH '{backup}' AS backup; BEGIN IMMEDIATE; \
                     DELETE FROM credential_event; DELETE FROM credential; {} {} COMMIT",
                    rows("credential"),
                    rows("credential_event")
                ))
                .await;
        }
        (Restore::Restored, Database::Postgres { url, .. }) => {
            let clean = ["--clean", "--if-exists", "--exit-on-error", "--dbname"];
            run("pg_restore", &[&clean[..], &[url, &backup]].concat());
        }
        _ => unreachable!(),
    }
}

fn older<T: std::fmt::Debug>(id: CredentialId, result: Result<T, StoreError>) {
    let expected = StoreError::Replaced(Replacement::Older(id));
    assert_eq!(result.unwrap_err(), expected);
}

/// Everything that a request begins with.
async fn nothing_leaves(store: &dyn Store, id: CredentialId) {
    for later in 0..5 {
        let now = seconds_later(later * 1_000);
        older(
            id,
            store.acquire(&tenant(), id, &owner("me"), now, TTL).await,
        );
    }
    older(id, store.get(&tenant(), id).await);
}

async fn an_older_state_lets_no_request_leave_however_often_it_is_tried(stage: Stage) {
    let store = stage.open().await;
    let id = connected(&*store, "kept").await;
    let backup = save(&stage).await;
    renew(&*store, id, "newer").await;
    restore(&stage, &backup).await;
    nothing_leaves(&*store, id).await;
    older(id, store.get_by_name(&tenant(), &name("kept")).await);
    let error = store.get(&tenant(), id).await.unwrap_err();
    let said = error.to_string();
    assert!(said.contains("went back in time"), "{said}");
    assert!(said.contains(&id.to_string()), "{said}");
    assert!(!error.is_passing());
    // What nobody has seen is no older state, and a process that is started now has seen nothing.
    create(&*store, "new").await;
    let again = stage.open().await;
    renew(&*again, id, "again").await;
}

#[rstest]
#[case::copied_over_the_file(Restore::CopyOver)]
#[case::row_by_row(Restore::Rows)]
#[tokio::test]
async fn an_older_state_in_the_same_file_lets_no_request_leave(#[case] way: Restore) {
    let stage = Stage::sqlite();
    let store = stage.open().await;
    let id = connected(&*store, "kept").await;
    let backup = save(&stage).await;
    renew(&*store, id, "newer").await;
    assert!(store.get(&tenant(), id).await.is_ok());
    restore_by(way, &stage, &backup).await;
    nothing_leaves(&*store, id).await;
}

/// The log holds what is newer, and SQLite reads that: whatever comes of it, the old token is not used.
#[tokio::test]
async fn a_copy_over_the_file_beside_its_log_brings_no_old_token_back() {
    let stage = Stage::sqlite();
    let store = stage.open().await;
    let id = connected(&*store, "kept").await;
    let backup = save(&stage).await;
    renew(&*store, id, "newer").await;
    let file = path(&stage);
    let copied = Command::new("cp").arg(&backup).arg(file).status().unwrap();
    assert!(copied.success());
    match store.acquire(&tenant(), id, &owner("me"), NOW, TTL).await {
        Ok(acquired) => {
            let found = format!("{acquired:?}");
            let record = store.get(&tenant(), id).await.unwrap();
            let tokens = record.tokens.unwrap();
            let access = tokens.access.expose();
            assert_eq!(access, "not-a-real-secret-access-newer", "{found}");
        }
        Err(error) => assert!(!error.is_passing(), "{error}"),
    }
}

/// The lease of the backup is the newest one, and its tokens are not.
async fn an_older_state_between_a_lease_and_its_tokens_is_noticed(stage: Stage) {
    let store = stage.open().await;
    let id = connected(&*store, "kept").await;
    let leased = acquire(&*store, id, "me").await;
    let backup = save(&stage).await;
    let generation = leased.record.overview.generation;
    commit(&*store, &leased.lease, generation, "newer", NOW)
        .await
        .unwrap();
    restore(&stage, &backup).await;
    older(id, store.get(&tenant(), id).await);
    let later = seconds_later(600);
    older(
        id,
        store.acquire(&tenant(), id, &owner("me"), later, TTL).await,
    );
}

async fn an_older_state_without_the_lease_of_a_request_lets_it_not_leave(stage: Stage) {
    let store = stage.open().await;
    let id = connected(&*store, "kept").await;
    let backup = save(&stage).await;
    renew(&*store, id, "newer").await;
    let leased = acquire(&*store, id, "me").await;
    restore(&stage, &backup).await;
    let intent = NewIntent {
        document: state("asked"),
        state: state("renewing"),
        due_at: None,
    };
    let asked = store.record_intent(&leased.lease, &intent, NOW).await;
    assert!(matches!(asked, Err(StoreError::Fenced { .. })), "{asked:?}");
}

async fn a_deleted_credential_that_is_back_is_not_used(stage: Stage) {
    let store = stage.open().await;
    let id = connected(&*store, "deleted").await;
    let backup = save(&stage).await;
    store.delete(&tenant(), id).await.unwrap();
    let gone = store.get(&tenant(), id).await;
    assert_eq!(gone, Err(StoreError::NotFound));
    restore(&stage, &backup).await;
    nothing_leaves(&*store, id).await;
}

async fn what_was_discarded_and_is_back_is_not_used(stage: Stage) {
    let store = stage.open().await;
    let id = connected(&*store, "disconnected").await;
    let leased = acquire(&*store, id, "me").await;
    let backup = save(&stage).await;
    let generation = store
        .discard_tokens(&leased.lease, &transition("draft"), NOW)
        .await
        .unwrap();
    assert_ne!(generation, Generation::default());
    restore(&stage, &backup).await;
    older(id, store.get(&tenant(), id).await);
}

/// A read that began before a renewal may end after it.
async fn calls_beside_each_other_are_no_older_state(stage: Stage) {
    let store = stage.open().await;
    let id = connected(&*store, "kept").await;
    let renewing = async {
        for number in 0..40 {
            renew(&*store, id, &number.to_string()).await;
        }
    };
    let reading = async {
        let mut refused = Vec::new();
        for _ in 0..80 {
            let reads = (0..4).map(|_| async { store.get(&tenant(), id).await.err() });
            let results = all(reads).await;
            refused.extend(results.into_iter().flatten());
        }
        refused
    };
    let ((), refused) = tokio::join!(renewing, reading);
    assert_eq!(refused, []);
}

async fn a_check_for_writes_leaves_nothing_behind(stage: Stage) {
    let store = stage.open().await;
    create(&*store, "kept").await;
    let rows = async || {
        let mut counts = Vec::new();
        for table in ["credential", "credential_event", "credential_schema"] {
            let sql = format!("SELECT count(*) FROM {table}");
            counts.push(stage.count(&sql).await);
        }
        counts
    };
    let before = rows().await;
    let checks = all((0..4).map(|_| store.check_writable())).await;
    assert_eq!(checks, vec![Ok(()); 4]);
    assert_eq!(rows().await, before);
}

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
