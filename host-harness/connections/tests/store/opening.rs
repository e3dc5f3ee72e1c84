//! Making, upgrading and refusing a store.

use std::os::unix::fs::PermissionsExt as _;

use credential_connections::master_key::MasterKeys;
use credential_connections::store::StoreError;

use crate::sample::{create, tenant};
use crate::stage::{Database, Stage, all};

crate::on_both! {
    a_newer_schema_is_refused_and_left_alone,
    many_may_open_a_new_store_at_once,
    a_store_is_found_again_as_it_was_left,
    a_store_that_is_not_to_be_made_is_not_made,
}

async fn a_newer_schema_is_refused_and_left_alone(stage: Stage) {
    stage.open().await;
    stage
        .execute("INSERT INTO credential_schema (version, name) VALUES (99, 'the future')")
        .await;
    let Err(error) = stage.try_open(MasterKeys::one(stage.key.clone())).await else {
        panic!("a newer schema was accepted");
    };
    assert_eq!(
        error,
        StoreError::NewerSchema {
            found: 99,
            known: 2
        }
    );
    assert!(
        error.to_string().contains("upgrade this program"),
        "{error}"
    );
    assert_eq!(
        stage.count("SELECT count(*) FROM credential_schema").await,
        3
    );
}

async fn many_may_open_a_new_store_at_once(stage: Stage) {
    let stores = all((0..12).map(|_| stage.open())).await;
    for (number, store) in stores.iter().enumerate() {
        create(&**store, &format!("credential {number}")).await;
    }
    assert_eq!(
        stores[0].list(&tenant(), None, 100).await.unwrap().len(),
        12
    );
    assert_eq!(
        stage.count("SELECT count(*) FROM credential_schema").await,
        2
    );
    assert_eq!(
        stage
            .count("SELECT count(*) FROM credential_master_key")
            .await,
        1
    );
}

async fn a_store_is_found_again_as_it_was_left(stage: Stage) {
    let store = stage.open().await;
    let id = create(&*store, "a").await;
    let before = store.get(&tenant(), id).await;
    drop(store);
    assert_eq!(stage.open().await.get(&tenant(), id).await, before);
}

async fn a_store_that_is_not_to_be_made_is_not_made(mut stage: Stage) {
    stage.options.create = false;
    let keys = || MasterKeys::one(stage.key.clone());
    assert_eq!(stage.try_open(keys()).await.err(), Some(StoreError::Absent));
    match &stage.database {
        Database::Sqlite(path) => {
            assert!(!path.exists());
            // What a full disk left behind is no store, either.
            std::fs::write(path, "").unwrap();
            assert_eq!(stage.try_open(keys()).await.err(), Some(StoreError::Absent));
            assert_eq!(std::fs::metadata(path).unwrap().len(), 0);
        }
        Database::Postgres { .. } => {
            let sql = "SELECT count(*) FROM pg_class WHERE relname LIKE 'credential%'";
            assert_eq!(stage.count(sql).await, 0);
        }
    }
    stage.options.create = true;
    stage.open().await;
    stage.options.create = false;
    stage.open().await;
}

/// And so are the log and the index beside it.
#[tokio::test]
async fn a_new_file_is_readable_by_its_owner_alone() {
    let stage = Stage::sqlite();
    let _store = stage.open().await;
    let mut seen = 0;
    for entry in std::fs::read_dir(stage.folder()).unwrap().flatten() {
        assert_eq!(
            entry.metadata().unwrap().permissions().mode() & 0o777,
            0o600,
            "{entry:?}"
        );
        seen += 1;
    }
    assert_eq!(seen, 3);
}

#[tokio::test]
async fn another_programs_database_is_left_alone() {
    let stage = Stage::sqlite();
    stage.execute("CREATE TABLE bookmarks (url TEXT)").await;
    let opened = stage.try_open(MasterKeys::one(stage.key.clone())).await;
    assert!(matches!(opened.err(), Some(StoreError::Misconfigured(_))));
    assert_eq!(stage.count("SELECT count(*) FROM sqlite_schema").await, 1);
}

#[tokio::test]
async fn a_file_that_is_no_database_is_left_alone() {
    let stage = Stage::sqlite();
    let Database::Sqlite(path) = &stage.database else {
        unreachable!()
    };
    let text = "somebody's letter\n".repeat(100);
    std::fs::write(path, &text).unwrap();
    let opened = stage.try_open(MasterKeys::one(stage.key.clone())).await;
    assert!(matches!(opened.err(), Some(StoreError::Corrupt(_))));
    assert_eq!(std::fs::read_to_string(path).unwrap(), text);
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_said() {
    let stage = Stage::sqlite();
    let path = stage.folder().join("missing/credentials.db");
    let location = credential_connections::store::Location::Sqlite(path);
    let keys = std::sync::Arc::new(MasterKeys::one(stage.key.clone()));
    let opened = credential_connections::store::open(&location, keys, &stage.options).await;
    let Err(StoreError::Misconfigured(what)) = opened else {
        panic!("it was opened")
    };
    assert!(what.contains("missing/credentials.db"), "{what}");
}

#[tokio::test]
async fn a_database_that_is_not_there_is_said() {
    let stage = Stage::postgres().await;
    let Database::Postgres { server, .. } = &stage.database else {
        unreachable!()
    };
    let location = server.url("nowhere").parse().unwrap();
    let keys = std::sync::Arc::new(MasterKeys::one(stage.key.clone()));
    let opened = credential_connections::store::open(&location, keys, &stage.options).await;
    let Err(StoreError::Misconfigured(what)) = opened else {
        panic!("it was opened")
    };
    assert!(what.contains("nowhere"), "{what}");
}
