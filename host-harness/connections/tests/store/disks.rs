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
use credential_connections::store::{Location, Store, StoreError, StoreOptions, open};
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
        (_, folder) => work_on_read_only(Path::new(folder)).await,
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
    assert_eq!(fill(store).await, StoreError::Full);
    assert_eq!(store.get(&tenant(), id).await, before);
    make_room().await;
    // It works again, in the same process.
    create(store, "after").await;
    assert_eq!(store.get(&tenant(), id).await, before);
}

fn key(folder: &Path) -> PathBuf {
    folder.join("master.key")
}

async fn open_in(folder: &Path) -> Result<Arc<dyn Store>, StoreError> {
    let location = Location::Sqlite(folder.join("credentials.db"));
    let keys = Arc::new(KeyFile::new(key(folder)));
    open(&location, keys, &StoreOptions::default()).await
}
