//! A connection pooler between a store and PostgreSQL: PgBouncer, in each of its modes.

use std::sync::Arc;

use credential_connections::master_key::MasterKeys;
use credential_connections::store::{Location, Store, StoreError, open};

use crate::sample::{NOW, acquire, commit, connected, create, credential, tenant};
use crate::stage::{Database, Stage, all};
use test_stores::Pooler;

/// The pooler, and where the test's database is behind it.
fn behind(stage: &Stage, mode: &str) -> (Pooler, Location) {
    let Database::Postgres { url, server } = &stage.database else {
        unreachable!()
    };
    let pooler = Pooler::start(server, mode, 2);
    let database = url.rsplit_once('/').unwrap().1;
    let location = pooler.url(database).parse().unwrap();
    (pooler, location)
}

async fn open_at(stage: &Stage, location: &Location) -> Result<Arc<dyn Store>, StoreError> {
    let keys = Arc::new(MasterKeys::one(stage.key.clone()));
    open(location, keys, &stage.options).await
}

/// Two connections to the server for two dozen processes: each gets another one for each transaction.
async fn many_processes_work_behind_it(mode: &str) {
    let stage = Stage::postgres().await;
    let (_pooler, location) = behind(&stage, mode);
    let opened = all((0..24).map(|_| open_at(&stage, &location))).await;
    let stores: Vec<_> = opened.into_iter().map(Result::unwrap).collect();
    let renewals = stores.iter().enumerate().map(|(number, store)| async move {
        let id = connected(&**store, &format!("credential {number}")).await;
        let leased = acquire(&**store, id, "me").await;
        let generation = leased.record.overview.generation;
        commit(&**store, &leased.lease, generation, "new", NOW)
            .await
            .unwrap();
        store.history(&tenant(), id, None, 10).await.unwrap().len()
    });
    assert_eq!(all(renewals).await, [3; 24]);
    assert_eq!(
        stores[0].list(&tenant(), None, 100).await.unwrap().len(),
        24
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_transaction_mode_it_may_stand_before_the_database() {
    many_processes_work_behind_it("transaction").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_session_mode_it_may_stand_before_the_database() {
    // Every connection keeps one to the server: as many as there are.
    let stage = Stage::postgres().await;
    let (_pooler, location) = behind(&stage, "session");
    let store = open_at(&stage, &location).await.unwrap();
    create(&*store, "a").await;
    assert_eq!(store.list(&tenant(), None, 10).await.unwrap().len(), 1);
}

/// A setting that is left on a connection would hold for whoever gets it next.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_is_left_as_it_was_found() {
    let stage = Stage::postgres().await;
    let (pooler, location) = behind(&stage, "transaction");
    let store = open_at(&stage, &location).await.unwrap();
    create(&*store, "a").await;
    let Database::Postgres { url, .. } = &stage.database else {
        unreachable!()
    };
    let database = url.rsplit_once('/').unwrap().1;
    let other = test_stores::connect(&pooler.url(database)).await;
    for name in [
        "lock_timeout",
        "statement_timeout",
        "idle_in_transaction_session_timeout",
        "client_min_messages",
        "synchronous_commit",
    ] {
        let sql =
            format!("SELECT 1 FROM pg_settings WHERE name = '{name}' AND setting <> reset_val");
        let left = other.simple_query(&sql).await.unwrap();
        let rows = left
            .iter()
            .filter(|it| matches!(it, tokio_postgres::SimpleQueryMessage::Row(_)));
        assert_eq!(rows.count(), 0, "{name}");
    }
    let prepared = "SELECT 1 FROM pg_prepared_statements";
    assert_eq!(
        other.simple_query(prepared).await.unwrap().len(),
        2,
        "its columns and its end"
    );
}

/// And a commit is on the disk all the same, whatever the database's own setting.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_survives_a_power_cut_behind_it() {
    let stage = Stage::postgres().await;
    let off = "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', \
               current_database()); END $$";
    stage.execute(off).await;
    let (_pooler, location) = behind(&stage, "transaction");
    let store = open_at(&stage, &location).await.unwrap();
    let settings = store.durability().await.unwrap();
    assert!(settings.contains(&("synchronous_commit".to_owned(), "on".to_owned())));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_statement_mode_it_is_named() {
    let stage = Stage::postgres().await;
    let (_pooler, location) = behind(&stage, "statement");
    let opened = open_at(&stage, &location).await;
    let Err(StoreError::Misconfigured(why)) = opened else {
        panic!("it was opened")
    };
    assert!(why.contains("connection pooler"), "{why}");
    assert!(why.contains("transaction mode"), "{why}");
}

/// A code that nobody here knows is no damage: restoring a backup would lose tokens.
#[rstest::rstest]
#[case::nobodys("99X99", "refuses")]
#[case::no_such_table("42P01", "refuses")]
#[case::an_internal_error("XX000", "refuses")]
#[case::out_of_range("22003", "refuses")]
#[case::a_broken_rule("23514", "refuses")]
#[case::another_clients_statement("42P05", "connection pooler")]
#[case::a_statement_that_is_gone("26000", "connection pooler")]
#[case::damage("XX001", "damaged")]
#[case::a_damaged_index("XX002", "damaged")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_what_the_server_calls_damage_is_damage(#[case] code: &str, #[case] expected: &str) {
    let stage = Stage::postgres().await;
    let store = stage.open().await;
    stage
        .execute(&format!(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{code}'; END $$; \
             CREATE TRIGGER refuse BEFORE INSERT ON credential_event EXECUTE FUNCTION refuse()"
        ))
        .await;
    let error = store
        .create(&tenant(), &credential("new"), NOW)
        .await
        .unwrap_err();
    assert!(error.to_string().contains(expected), "{error}");
    assert!(error.to_string().contains(code), "{error}");
    stage
        .execute("DROP TRIGGER refuse ON credential_event")
        .await;
    create(&*store, "new").await;
}
