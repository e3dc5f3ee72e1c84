//! PostgreSQL stopped, cut off, slow, full or read-only: a clear error, nothing lost, and on it goes.

use std::sync::Arc;
use std::time::Duration;

use credential_connections::master_key::MasterKeys;
use credential_connections::store::{Effect, Location, Store, StoreError, open};

use crate::proxy::{Cable, Proxy};
use crate::sample::{NOW, TTL, acquire, commit, connected, create, credential, owner, tenant};
use crate::stage::{Database, Stage};
use test_stores::{Server, connect};

/// A store that reaches the server through a cable, and gives up soon.
async fn through_a_cable(stage: &mut Stage) -> (Proxy, Arc<dyn Store>) {
    stage.options.call_timeout = Duration::from_millis(1_000);
    let Database::Postgres { url, server } = &stage.database else {
        unreachable!()
    };
    let proxy = Proxy::to(server.port()).await;
    let port = |port: u16| format!(":{port}/");
    let location: Location = url
        .replace(&port(server.port()), &port(proxy.port()))
        .parse()
        .unwrap();
    let keys = Arc::new(MasterKeys::one(stage.key.clone()));
    let store = open(&location, keys, &stage.options).await.unwrap();
    (proxy, store)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_restarted_is_used_again() {
    let server = tokio::task::spawn_blocking(|| Server::start(&[]))
        .await
        .unwrap();
    let server = Arc::new(server);
    let stage = Stage::on(Arc::clone(&server)).await;
    let store = stage.open().await;
    let id = connected(&*store, "kept").await;
    let before = store.get(&tenant(), id).await;
    server.stop();
    for _ in 0..2 {
        let error = store
            .create(&tenant(), &credential("a"), NOW)
            .await
            .unwrap_err();
        let StoreError::Unavailable { effect, .. } = &error else {
            panic!("{error:?}")
        };
        assert_eq!(*effect, Effect::None);
        assert!(error.is_passing());
    }
    server.start_again();
    assert_eq!(store.get(&tenant(), id).await, before);
    create(&*store, "a").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_cut_off_is_given_up_in_time_and_used_again() {
    let mut stage = Stage::postgres().await;
    let (proxy, store) = through_a_cable(&mut stage).await;
    let id = connected(&*store, "kept").await;
    proxy.set(Cable::Silent);
    let error = store
        .create(&tenant(), &credential("a"), NOW)
        .await
        .unwrap_err();
    let StoreError::Unavailable { reason, effect } = error else {
        panic!("{error:?}")
    };
    assert_eq!(effect, Effect::None);
    assert!(reason.contains("no answer within 1s"), "{reason}");
    proxy.set(Cable::Whole);
    assert!(store.get(&tenant(), id).await.is_ok());
    create(&*store, "a").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_whose_answer_is_lost_is_unknown_and_may_be_repeated() {
    let mut stage = Stage::postgres().await;
    let (proxy, store) = through_a_cable(&mut stage).await;
    let id = connected(&*store, "a").await;
    let leased = acquire(&*store, id, "me").await;
    let generation = leased.record.overview.generation;
    let commit = || commit(&*store, &leased.lease, generation, "b", NOW);

    proxy.set(Cable::BreaksAfterCommit);
    let error = commit().await.unwrap_err();
    let StoreError::Unavailable { effect, .. } = error else {
        panic!("{error:?}")
    };
    assert_eq!(effect, Effect::Unknown);

    proxy.set(Cable::Whole);
    assert_eq!(commit().await.unwrap().number(), generation.number() + 1);
    let record = store.get(&tenant(), id).await.unwrap();
    assert_eq!(
        record.tokens.unwrap().access.expose(),
        "not-a-real-secret-access-b"
    );
    assert_eq!(
        store.history(&tenant(), id, None, 10).await.unwrap().len(),
        3
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_another_holds_too_long_is_said_and_others_are_not_delayed() {
    let mut stage = Stage::postgres().await;
    stage.options.busy_timeout = Duration::from_millis(100);
    let store = stage.open().await;
    let (stuck, free) = (
        create(&*store, "stuck").await,
        create(&*store, "free").await,
    );
    let Database::Postgres { url, .. } = &stage.database else {
        unreachable!()
    };
    let other = connect(url).await;
    let lock = "BEGIN; SELECT 1 FROM credential WHERE name = 'stuck' FOR UPDATE";
    other.batch_execute(lock).await.unwrap();

    let (tenant, owner) = (tenant(), owner("me"));
    let acquire_stuck = || store.acquire(&tenant, stuck, &owner, NOW, TTL);
    assert_eq!(acquire_stuck().await, Err(StoreError::Busy));
    acquire(&*store, free, "me").await;
    other.batch_execute("ROLLBACK").await.unwrap();
    assert!(acquire_stuck().await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_only_database_can_be_read_and_is_not_written() {
    let stage = Stage::postgres().await;
    let id = connected(&*stage.open().await, "kept").await;
    let read_only = "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET \
                     default_transaction_read_only = on', current_database()); END $$";
    stage.execute(read_only).await;
    let store = stage.open().await;
    assert!(store.get(&tenant(), id).await.is_ok());
    let written = store.create(&tenant(), &credential("new"), NOW).await;
    assert!(
        matches!(written, Err(StoreError::ReadOnly(_))),
        "{written:?}"
    );
}

/// A trigger says what a server says whose disk is full; `disks` has one that is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_said_and_nothing_is_lost() {
    let stage = Stage::postgres().await;
    let store = stage.open().await;
    let id = connected(&*store, "kept").await;
    let before = store.get(&tenant(), id).await;
    stage
        .execute(
            "CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = '53100'; END $$; \
             CREATE TRIGGER fill BEFORE INSERT ON credential_event EXECUTE FUNCTION fill()",
        )
        .await;
    let written = store.create(&tenant(), &credential("new"), NOW).await;
    assert_eq!(written, Err(StoreError::Full));
    assert_eq!(store.check_writable().await, Err(StoreError::Full));
    stage.execute("DROP TRIGGER fill ON credential_event").await;
    assert_eq!(store.get(&tenant(), id).await, before);
    create(&*store, "new").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_in_another_encoding_is_refused() {
    let stage = Stage::postgres().await;
    let Database::Postgres { server, .. } = &stage.database else {
        unreachable!()
    };
    stage
        .execute("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
        .await;
    let keys = Arc::new(MasterKeys::one(stage.key.clone()));
    let opened = open(&server.url("latin").parse().unwrap(), keys, &stage.options).await;
    let Err(StoreError::Misconfigured(what)) = opened else {
        panic!("it was opened")
    };
    assert!(what.contains("LATIN1"), "{what}");
}
