//! Disks that really are full or read-only, mounted for one test. Where nothing can be mounted, what
//! `faults` and `postgres_faults` imitate is all that is tested, and the output says so.
//!
//! SQLite writes in this process, so its disk is seen by this test binary, started again; a
//! PostgreSQL server sees a disk of its own.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use credential_connections::master_key::KeyFile;
use credential_connections::record::CredentialId;
use credential_connections::store::{Effect, Location, Store, StoreError, StoreOptions, open};
use credential_runtime::SystemRandomness;
use test_stores::Server;
use test_stores::disk::{may_mount, on_read_only_disk, on_small_disk};

use crate::faults::fill;
use crate::sample::{NOW, connected, create, credential, name, tenant};
use crate::stage::Stage;

/// The order to work on a disk: how, and in which folder.
const VARIABLE: &str = "CREDENTIAL_TEST_DISK";

const SMALL: u64 = 2 << 20;

/// A new database takes eight of it.
const SMALL_FOR_A_SERVER: u64 = 16 << 20;

/// What a server's log fills when it is new is one of it; some are needed to make a database.
const SMALL_FOR_A_LOG: u64 = 24 << 20;

#[test]
fn a_small_disk_that_is_full_is_said_and_nothing_is_lost_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    if may_mount() {
        work_on(on_small_disk(folder.path(), SMALL), "small", folder.path());
    }
}

#[tokio::test]
async fn a_read_only_disk_is_said_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    KeyFile::new(key(folder.path()))
        .create(&SystemRandomness)
        .unwrap();
    let store = open_in(folder.path()).await.unwrap();
    connected(&*store, "kept").await;
    if may_mount() {
        // It is in use elsewhere, so its log is beside it, which readers need.
        work_on(on_read_only_disk(folder.path()), "read-only", folder.path());
    }
}

/// Readers of a log need a file beside it, and nobody can make one there.
#[tokio::test]
async fn a_read_only_disk_without_a_log_is_said_on_sqlite() {
    let stage = Stage::sqlite();
    let folder = stage.folder();
    KeyFile::new(key(folder)).create(&SystemRandomness).unwrap();
    let store = open_in(folder).await.unwrap();
    let id = connected(&*store, "kept").await;
    let before = store.get(&tenant(), id).await;
    drop(store);
    // Whoever leaves the file last takes the log with them.
    stage.execute("PRAGMA wal_checkpoint(TRUNCATE)").await;
    assert!(!folder.join("credentials.db-wal").exists());
    if may_mount() {
        work_on(on_read_only_disk(folder), "read-only, with no log", folder);
    }
    let store = open_in(folder).await.unwrap();
    assert_eq!(store.get(&tenant(), id).await, before);
}

/// Starts this test binary again, on that disk.
fn work_on(mut disk: Command, how: &str, folder: &Path) {
    let output = disk
        .arg(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "disks::work", "--nocapture"])
        .env(VARIABLE, format!("{how}\n{}", folder.display()))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}\n{errors}");
    assert!(
        said.contains(&format!("worked on a disk that is {how}")),
        "{said}"
    );
}

/// Works where it was started for it, and is nothing otherwise.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a process of its own, which other tests start"]
#[allow(
    clippy::print_stdout,
    reason = "the test that started it reads it; the lint does not look into every test"
)]
async fn work() {
    let Ok(order) = std::env::var(VARIABLE) else {
        return;
    };
    match order.split_once('\n').unwrap() {
        ("small", folder) => work_on_small(Path::new(folder)).await,
        ("read-only", folder) => work_on_read_only(Path::new(folder)).await,
        (_, folder) => be_refused(Path::new(folder)).await,
    }
    let how = order.lines().next().unwrap();
    println!("\nworked on a disk that is {how}");
}

async fn work_on_small(folder: &Path) {
    KeyFile::new(key(folder)).create(&SystemRandomness).unwrap();
    let store = open_in(folder).await.unwrap();
    let ballast = folder.join("ballast");
    std::fs::write(&ballast, vec![1; 200_000]).unwrap();
    let make_room = async || std::fs::remove_file(&ballast).unwrap();
    fill_and_make_room(&*store, make_room).await;
}

async fn work_on_read_only(folder: &Path) {
    let store = open_in(folder).await.unwrap();
    let kept = store.get_by_name(&tenant(), &name("kept")).await.unwrap();
    assert!(kept.tokens.is_some());
    let written = store.create(&tenant(), &credential("new"), NOW).await;
    assert!(
        matches!(written, Err(StoreError::ReadOnly(_))),
        "{written:?}"
    );
}

async fn be_refused(folder: &Path) {
    let Err(StoreError::ReadOnly(why)) = open_in(folder).await else {
        panic!("it was opened, or refused for another reason")
    };
    assert!(why.contains("log"), "{why}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_small_disk_that_is_full_is_said_and_nothing_is_lost_on_postgres() {
    if !may_mount() {
        return;
    }
    let start = || Arc::new(Server::start_with_small_disk(SMALL_FOR_A_SERVER));
    let server = tokio::task::spawn_blocking(start).await.unwrap();
    let stage = Stage::on_small_disk(server).await;
    let store = stage.open().await;
    stage
        .execute("CREATE TABLE ballast AS SELECT repeat('x', 1000) FROM generate_series(1, 1000)")
        .await;
    fill_and_make_room(&*store, async || stage.execute("DROP TABLE ballast").await).await;
}

async fn fill_and_make_room(store: &dyn Store, make_room: impl AsyncFnOnce()) {
    let id: CredentialId = connected(store, "kept").await;
    let before = store.get(&tenant(), id).await;
    let (filled, error) = fill(store).await;
    assert_eq!(error, StoreError::Full);
    assert_eq!(store.check_writable().await, Err(StoreError::Full));
    assert_eq!(store.get(&tenant(), id).await, before);
    assert_eq!(stored(store).await, filled + 1);
    make_room().await;
    assert_eq!(store.check_writable().await, Ok(()));
    // It works again, in the same process.
    create(store, "after").await;
    assert_eq!(store.get(&tenant(), id).await, before);
}

/// PostgreSQL panics where its log has no room, and goes on from the log once there is some.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_without_room_stops_the_server_and_nothing_is_lost_on_postgres() {
    if !may_mount() {
        return;
    }
    let start = || Arc::new(Server::start_with_small_log(SMALL_FOR_A_LOG));
    let server = tokio::task::spawn_blocking(start).await.unwrap();
    let stage = Stage::on(Arc::clone(&server)).await;
    let store = stage.open().await;
    let id = connected(&*store, "kept").await;
    let before = store.get(&tenant(), id).await;
    let ballast = server.log_disk().unwrap().join("ballast");
    std::fs::write(&ballast, vec![1; 2 << 20]).unwrap();
    let (filled, error) = fill(&*store).await;
    // The server's last words are those of a full disk, and nobody knows what it has kept.
    let StoreError::Unavailable { effect, .. } = &error else {
        panic!("{error:?}")
    };
    let unknown = usize::from(*effect == Effect::Unknown);
    // One of its processes may still answer for a moment.
    match store.get(&tenant(), id).await {
        Err(refused) => assert!(refused.is_passing(), "{refused:?}"),
        found => assert_eq!(found, before),
    }

    std::fs::remove_file(&ballast).unwrap();
    tokio::task::spawn_blocking(move || server.recover())
        .await
        .unwrap();
    assert_eq!(store.get(&tenant(), id).await, before);
    let found = stored(&*store).await;
    assert!((filled + 1..=filled + 1 + unknown).contains(&found));
    create(&*store, "after").await;
}

async fn stored(store: &dyn Store) -> usize {
    let all = store.list(&tenant(), None, 1_000).await;
    all.unwrap().len()
}

fn key(folder: &Path) -> PathBuf {
    folder.join("master.key")
}

async fn open_in(folder: &Path) -> Result<Arc<dyn Store>, StoreError> {
    let location = Location::Sqlite(folder.join("credentials.db"));
    let keys = Arc::new(KeyFile::new(key(folder)));
    open(&location, keys, &StoreOptions::default()).await
}
