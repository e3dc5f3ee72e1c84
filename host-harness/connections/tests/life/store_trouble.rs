//! The store goes away at the worst moment: when new tokens are in hand and nowhere else.

use std::sync::Arc;

use credential_connections::record::{Fingerprint, Name};
use credential_connections::service::{AccessToken, Connections, Error, Terms};
use credential_connections::state::State;
use credential_connections::store::StoreError;
use mock_intacct::{Fault, FaultRule, TokenKind};
use tokio::task::JoinHandle;

use crate::stage::{LIFE, World, tenant};
use test_stores::Server;

pub fn call(connections: &Connections, name: &Name) -> JoinHandle<Result<AccessToken, Error>> {
    let (connections, name) = (connections.clone(), name.clone());
    tokio::spawn(async move { connections.access_token(tenant(), &name).await })
}

async fn on_a_server_of_its_own() -> (World, Arc<Server>) {
    let server = tokio::task::spawn_blocking(|| Arc::new(Server::start(&[])))
        .await
        .unwrap();
    (World::start_on(&server).await, server)
}

async fn with(server: &Arc<Server>, act: fn(&Server)) {
    let server = Arc::clone(server);
    tokio::task::spawn_blocking(move || act(&server))
        .await
        .unwrap();
}

pub async fn assert_stored_is_newest(world: &World, name: &Name) {
    let stored = world.status(name).await.overview.tokens.unwrap();
    let issued = world.mock.issued();
    let newest = |kind| Fingerprint::of(&issued.last(kind).unwrap().value.as_str().into());
    assert_eq!(stored.access, newest(TokenKind::Access));
    assert_eq!(stored.refresh, Some(newest(TokenKind::Refresh)));
}

#[tokio::test]
async fn tokens_that_come_while_postgres_is_down_are_stored_when_it_is_up_again() {
    let (world, server) = on_a_server_of_its_own().await;
    let dana = world.dana().await;
    world.advance(LIFE);
    let held = world.inject(FaultRule::new(Fault::SlowHead));
    let caller = call(&world.connections, &dana);
    held.reached(1).await;
    with(&server, Server::stop).await;
    held.release();
    held.let_go().await;
    assert!(
        !caller.is_finished(),
        "nobody gets a token that is not stored"
    );
    with(&server, Server::start_again).await;
    caller.await.unwrap().unwrap();
    assert_stored_is_newest(&world, &dana).await;
    world.renewals().assert_count(1);
}

#[tokio::test]
async fn without_a_store_no_request_leaves() {
    let (world, server) = on_a_server_of_its_own().await;
    let dana = world.dana().await;
    world
        .connections
        .access_token(tenant(), &dana)
        .await
        .unwrap();
    with(&server, Server::stop).await;
    // What is in memory is handed out for a while.
    world
        .connections
        .access_token(tenant(), &dana)
        .await
        .unwrap();
    world.advance(Terms::default().recheck);
    let error = world
        .connections
        .access_token(tenant(), &dana)
        .await
        .unwrap_err();
    assert!(
        matches!(error, Error::Store(StoreError::Unavailable { .. })),
        "{error:?}"
    );
    world.renewals().assert_count(0);
    with(&server, Server::start_again).await;
    world
        .connections
        .access_token(tenant(), &dana)
        .await
        .unwrap();
    assert_eq!(world.state(&dana).await, State::Connected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_that_come_while_sqlite_is_locked_are_stored_when_it_is_free() {
    let world = World::start().await;
    let dana = world.dana().await;
    world.advance(LIFE);
    let held = world.inject(FaultRule::new(Fault::SlowHead));
    let caller = call(&world.connections, &dana);
    held.reached(1).await;
    let other = rusqlite::Connection::open(&world.location).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    held.release();
    held.let_go().await;
    assert!(
        !caller.is_finished(),
        "nobody gets a token that is not stored"
    );
    other.execute_batch("ROLLBACK").unwrap();
    caller.await.unwrap().unwrap();
    assert_stored_is_newest(&world, &dana).await;
}
