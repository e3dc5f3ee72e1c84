//! The settings that decide what survives a power cut.

use std::sync::Arc;

use credential_connections::master_key::MasterKeys;
use credential_connections::store::StoreError;

use crate::stage::Stage;
use test_stores::Server;

fn settings<const N: usize>(expected: [(&str, &str); N]) -> Vec<(String, String)> {
    expected
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
}

#[tokio::test]
async fn sqlite_is_set_to_survive_a_power_cut() {
    let store = Stage::sqlite().open().await;
    // 2 is FULL, as the pragma numbers it.
    let expected = settings([
        ("journal_mode", "wal"),
        ("synchronous", "2"),
        ("foreign_keys", "1"),
        ("secure_delete", "1"),
    ]);
    assert_eq!(store.durability().await, Ok(expected));
}

#[tokio::test]
async fn postgresql_is_set_to_survive_a_power_cut_whatever_the_database_says() {
    let stage = Stage::postgres().await;
    let off = "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', \
               current_database()); END $$";
    stage.execute(off).await;
    let expected = settings([
        ("synchronous_commit", "on"),
        ("fsync", "on"),
        ("full_page_writes", "on"),
    ]);
    assert_eq!(stage.open().await.durability().await, Ok(expected));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_does_not_write_to_the_disk_is_refused() {
    let server = tokio::task::spawn_blocking(|| Server::start(&["fsync = off"]))
        .await
        .unwrap();
    let stage = Stage::on(Arc::new(server)).await;
    let opened = stage.try_open(MasterKeys::one(stage.key.clone())).await;
    let expected = StoreError::NotDurable {
        setting: "fsync".to_owned(),
        value: "off".to_owned(),
    };
    assert_eq!(opened.err(), Some(expected));
}
