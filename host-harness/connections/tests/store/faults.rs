//! A database that is full, read-only or locked: a clear error, nothing lost, and on it goes.

use std::time::Duration;

use credential_connections::record::{NewCredential, Secret, Settings};
use credential_connections::store::{Store, StoreError};

use crate::sample::{NOW, acquire, commit, connected, create, credential, tenant};
use crate::stage::{Database, Stage};

/// Creates credentials until one is refused, and says how many there are then.
pub(crate) async fn fill(store: &dyn Store) -> (usize, StoreError) {
    let settings = Settings::new().with_secret("large", Secret::new("x".repeat(20_000)));
    for number in 0..1_000 {
        let new = NewCredential {
            settings: settings.clone(),
            ..credential(&format!("{number}"))
        };
        if let Err(error) = store.create(&tenant(), &new, NOW).await {
            return (number, error);
        }
    }
    panic!("it never was full");
}

/// A bound on the file says what a disk says that is full; `disks` has one that is.
#[tokio::test]
async fn a_full_disk_is_said_and_nothing_is_lost() {
    let mut stage = Stage::sqlite();
    stage.options.largest_file = Some(400_000);
    let store = stage.open().await;
    let id = connected(&*store, "kept").await;
    let before = store.get(&tenant(), id).await;
    let (filled, error) = fill(&*store).await;
    assert_eq!(error, StoreError::Full);
    assert_eq!(store.check_writable().await, Err(StoreError::Full));
    assert_eq!(store.get(&tenant(), id).await, before);
    // Room is made, and it works again, in the same process.
    let mut stored = store.list(&tenant(), None, 1_000).await.unwrap();
    assert_eq!(stored.len(), filled + 1);
    let last = stored.remove(0);
    store.delete(&tenant(), last.id).await.unwrap();
    assert_eq!(store.check_writable().await, Ok(()));
    create(&*store, "after").await;
    assert_eq!(
        stage
            .count("SELECT count(*) FROM pragma_integrity_check() WHERE 1")
            .await,
        1
    );
}

/// SQLite opens a file whose header asks for a newer writer for reading alone; so a test can have a
/// file that even root cannot write.
#[tokio::test]
async fn a_read_only_file_can_be_read_and_is_not_written() {
    use std::os::unix::fs::FileExt as _;
    let stage = Stage::sqlite();
    let store = stage.open().await;
    let id = connected(&*store, "kept").await;
    let before = store.get(&tenant(), id).await;
    drop(store);
    stage.execute("PRAGMA wal_checkpoint(TRUNCATE)").await;
    let Database::Sqlite(path) = &stage.database else {
        unreachable!()
    };
    const WRITE_VERSION: u64 = 18;
    let file = std::fs::File::options().write(true).open(path).unwrap();
    file.write_all_at(&[3], WRITE_VERSION).unwrap();
    drop(file);

    let store = stage.open().await;
    assert_eq!(store.get(&tenant(), id).await, before);
    let written = store.create(&tenant(), &credential("new"), NOW).await;
    assert!(
        matches!(written, Err(StoreError::ReadOnly(_))),
        "{written:?}"
    );
    assert_eq!(store.list(&tenant(), None, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_locked_file_is_said_after_the_time_that_was_set() {
    let mut stage = Stage::sqlite();
    stage.options.busy_timeout = Duration::from_millis(50);
    let store = stage.open().await;
    let id = connected(&*store, "kept").await;
    let leased = acquire(&*store, id, "me").await;
    let generation = leased.record.overview.generation;
    let commit = || commit(&*store, &leased.lease, generation, "new", NOW);

    let Database::Sqlite(path) = &stage.database else {
        unreachable!()
    };
    let other = rusqlite::Connection::open(path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let refused = commit().await.unwrap_err();
    assert_eq!(refused, StoreError::Busy);
    assert!(refused.is_passing());
    // Reading goes on beside a writer.
    assert!(store.get(&tenant(), id).await.is_ok());
    other.execute_batch("ROLLBACK").unwrap();
    assert!(commit().await.is_ok());
}

#[tokio::test]
async fn a_damaged_file_is_said() {
    use std::os::unix::fs::FileExt as _;
    let stage = Stage::sqlite();
    let store = stage.open().await;
    let id = connected(&*store, "damaged").await;
    drop(store);
    stage.execute("PRAGMA wal_checkpoint(TRUNCATE)").await;
    let page =
        |table: &str| format!("SELECT rootpage * 4096 FROM sqlite_schema WHERE name = '{table}'");
    let end = stage.count(&page("credential")).await;
    let Database::Sqlite(path) = &stage.database else {
        unreachable!()
    };
    let file = std::fs::File::options().write(true).open(path).unwrap();
    file.write_all_at(&[0xff; 4096], u64::try_from(end).unwrap() - 4096)
        .unwrap();
    let store = stage.open().await;
    let read = store.get(&tenant(), id).await;
    assert!(matches!(read, Err(StoreError::Corrupt(_))), "{read:?}");
}
