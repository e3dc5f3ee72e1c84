//! Failover: a server that took writes is a standby from now on, or another one is.

use std::sync::Arc;
use std::time::Duration;

use credential_connections::master_key::MasterKeys;
use credential_connections::store::{Location, Store, StoreError, open};

use crate::proxy::Proxy;
use crate::sample::{NOW, connected, create, credential, tenant};
use crate::stage::{Database, Stage, all};
use test_stores::{Server, connect, execute};

/// A primary and its standby, and where a store finds them.
struct Pair {
    stage: Stage,
    primary: Arc<Server>,
    standby: Server,
    database: String,
}

impl Pair {
    async fn start() -> Self {
        let primary = tokio::task::spawn_blocking(|| Server::start(&[]))
            .await
            .unwrap();
        let primary = Arc::new(primary);
        let stage = Stage::on(Arc::clone(&primary)).await;
        connected(&*stage.open().await, "kept").await;
        let source = Arc::clone(&primary);
        let standby = tokio::task::spawn_blocking(move || source.start_standby())
            .await
            .unwrap();
        let Database::Postgres { url, .. } = &stage.database else {
            unreachable!()
        };
        let database = url.rsplit_once('/').unwrap().1.to_owned();
        Self {
            stage,
            primary,
            standby,
            database,
        }
    }

    async fn open(&self, hosts: &str, options: &str) -> Result<Arc<dyn Store>, StoreError> {
        let url = format!("postgres://owner@{hosts}/{}{options}", self.database);
        let location: Location = url.parse().unwrap();
        let keys = Arc::new(MasterKeys::one(self.stage.key.clone()));
        open(&location, keys, &self.stage.options).await
    }

    fn both(&self) -> String {
        format!(
            "127.0.0.1:{},127.0.0.1:{}",
            self.standby.port(),
            self.primary.port()
        )
    }
}

/// What a load balancer does: what is open stays open, what is new goes elsewhere.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_to_a_server_that_takes_no_writes_any_more_are_given_up() {
    let pair = Pair::start().await;
    let proxy = Proxy::to(pair.primary.port()).await;
    let store = pair
        .open(&format!("127.0.0.1:{}", proxy.port()), "")
        .await
        .unwrap();
    // Several connections are open, and all to the standby, when the primary is back.
    proxy.lead_to(pair.standby.port());
    proxy.cut();
    let whose = tenant();
    let reads = all((0..6).map(|_| store.list(&whose, None, 10))).await;
    assert!(
        reads.iter().any(Result::is_ok),
        "a standby can be read: {reads:?}"
    );
    let refused = store.create(&tenant(), &credential("a"), NOW).await;
    assert!(
        matches!(refused, Err(StoreError::ReadOnly(_))),
        "{refused:?}"
    );
    proxy.lead_to(pair.primary.port());
    create(&*store, "a").await;
}

/// A server that is demoted under the connections that there are, without closing them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_that_a_demoted_server_refuses_is_made_on_another() {
    let pair = Pair::start().await;
    let store = pair.open(&pair.both(), "").await.unwrap();
    create(&*store, "before").await;
    let on = "ALTER SYSTEM SET default_transaction_read_only = on";
    execute(&pair.primary.url("postgres"), on).await;
    let standby = pair.standby.url("postgres");
    let promote = connect(&standby).await;
    let done = promote
        .query_one("SELECT pg_promote(true, 60)", &[])
        .await
        .unwrap();
    assert!(done.get::<_, bool>(0));
    execute(&pair.primary.url("postgres"), "SELECT pg_reload_conf()").await;
    wait_until_read_only(&pair.primary.url(&pair.database)).await;

    create(&*store, "after").await;
    let there = connect(&pair.standby.url(&pair.database)).await;
    let sql = "SELECT count(*) FROM credential WHERE name = 'after'";
    let found: i64 = there.query_one(sql, &[]).await.unwrap().get(0);
    assert_eq!(found, 1, "it is at the new primary");
}

/// A reload is carried out by each process of the server in its own time: asked until it is.
async fn wait_until_read_only(url: &str) {
    loop {
        let client = connect(url).await;
        let sql = "SELECT current_setting('default_transaction_read_only')";
        let value: String = client.query_one(sql, &[]).await.unwrap().get(0);
        if value == "on" {
            return;
        }
    }
}

#[rstest::rstest]
#[case::without_a_word("")]
#[case::asked_for("?target_session_attrs=read-write")]
#[case::as_libpq_has_it("?target_session_attrs=primary")]
#[case::any("?target_session_attrs=any")]
#[case::in_any_order("?load_balance_hosts=random")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_several_servers_the_one_that_takes_writes_is_used(#[case] options: &str) {
    let pair = Pair::start().await;
    let store = pair.open(&pair.both(), options).await.unwrap();
    create(&*store, "a").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_takes_no_writes_is_refused_where_the_url_asks_for_one_that_does() {
    let pair = Pair::start().await;
    let standby = format!("127.0.0.1:{}", pair.standby.port());
    let opened = pair
        .open(&standby, "?target_session_attrs=read-write")
        .await;
    assert!(matches!(opened.err(), Some(StoreError::ReadOnly(_))));
    let readable = pair.open(&standby, "").await.unwrap();
    assert_eq!(readable.list(&tenant(), None, 10).await.unwrap().len(), 1);
}

/// The first is a machine that is gone: it says nothing at all.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_says_nothing_leaves_time_for_the_next() {
    let mut pair = Pair::start().await;
    pair.stage.options.call_timeout = Duration::from_secs(4);
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let hosts = format!(
        "127.0.0.1:{},127.0.0.1:{}",
        silent.local_addr().unwrap().port(),
        pair.primary.port()
    );
    let store = pair.open(&hosts, "").await.unwrap();
    create(&*store, "a").await;
}
