//! Several at once, in one process and over a lease that was lost.

use std::time::Duration;

use credential_connections::record::Fingerprint;
use credential_connections::service::{
    AccessToken, BuildError, Connections, Error, LEASE_MARGIN, Terms,
};
use credential_connections::state::State;
use mock_intacct::{Fault, FaultRule, Rotation, TokenKind};
use tokio::task::JoinHandle;

use crate::stage::{LEASE, LIFE, SESSION, World, builder, tenant};
use credential_connections::record::Name;

crate::on_both! {
    sixty_four_callers_make_one_request_and_get_the_same_token,
    callers_who_wait_are_told_the_same_refusal,
    one_credentials_trouble_does_not_delay_another,
    a_lease_that_a_request_could_outlive_is_refused_from_the_start,
    an_invalid_grant_is_not_believed_where_newer_tokens_are_stored,
    tokens_that_come_too_late_do_not_replace_newer_ones,
    tokens_that_come_too_late_are_kept_where_there_are_no_newer_ones,
    a_request_whose_worker_is_gone_is_looked_into_once_its_lease_has_run_out,
}

fn call(connections: &Connections, name: &Name) -> JoinHandle<Result<AccessToken, Error>> {
    let (connections, name) = (connections.clone(), name.clone());
    tokio::spawn(async move { connections.access_token(tenant(), &name).await })
}

/// `two refreshes at once burn a single-use token`, within one process.
async fn sixty_four_callers_make_one_request_and_get_the_same_token(world: World) {
    let dana = world.dana().await;
    world.advance(LIFE);
    let held = world.inject(FaultRule::new(Fault::SlowHead));
    let callers: Vec<_> = (0..64).map(|_| call(&world.connections, &dana)).collect();
    held.reached(1).await;
    held.release();
    let newest = world
        .mock
        .issued()
        .last(TokenKind::Access)
        .unwrap()
        .value
        .clone();
    for caller in callers {
        assert_eq!(caller.await.unwrap().unwrap().secret().expose(), newest);
    }
    world.renewals().assert_statuses(&[200]);
}

async fn callers_who_wait_are_told_the_same_refusal(world: World) {
    let dana = world.dana().await;
    world.inject(FaultRule::new(Fault::Refuse(
        mock_intacct::refusal::ENDED_REFRESH_TOKEN,
    )));
    world.advance(LIFE);
    let callers: Vec<_> = (0..64).map(|_| call(&world.connections, &dana)).collect();
    for caller in callers {
        assert!(matches!(caller.await.unwrap(), Err(Error::Reconnect(_))));
    }
    world.renewals().assert_count(1);
}

/// `a lock for all credentials`.
async fn one_credentials_trouble_does_not_delay_another(world: World) {
    let (dana, loader) = (world.dana().await, world.loader().await);
    world.advance(LIFE);
    let held = world.inject(FaultRule::new(Fault::SlowHead).for_grant("refresh_token"));
    let waiting = call(&world.connections, &dana);
    held.reached(1).await;
    world
        .connections
        .access_token(tenant(), &loader)
        .await
        .unwrap();
    assert!(!waiting.is_finished());
    held.release();
    waiting.await.unwrap().unwrap();
}

/// `the lock expires before the HTTP call does`.
async fn a_lease_that_a_request_could_outlive_is_refused_from_the_start(world: World) {
    let terms = Terms {
        request_deadline: Duration::from_secs(60),
        lease: Duration::from_secs(60) + LEASE_MARGIN - Duration::from_millis(1),
        ..Terms::default()
    };
    let built = Connections::builder(world.store.clone())
        .terms(terms)
        .build();
    assert!(matches!(
        built.err(),
        Some(BuildError::LeaseTooShort { .. })
    ));
}

/// `the loser of a race wipes the winner's token`: on `invalid_grant` the store is read first.
async fn an_invalid_grant_is_not_believed_where_newer_tokens_are_stored(world: World) {
    let dana = world.dana().await;
    world.advance(LIFE);
    // Held with its refusal: a consent that dana gave elsewhere has ended the refresh token.
    world.consent_elsewhere("dana").await;
    let held = world.inject(FaultRule::new(Fault::SlowHead).for_grant("refresh_token"));
    let loser = call(&world.connections, &dana);
    held.reached(1).await;
    // Its lease runs out while it waits, and a person connects again.
    world.advance(LEASE);
    let other = world.another("second").await;
    let winner = sign_in(&world, &other, &dana).await;
    held.release();
    assert_eq!(loser.await.unwrap().unwrap(), winner);
    assert_eq!(world.state(&dana).await, State::Connected);
}

/// `a stale write overwrites a rotated token`: tokens that come after the lease was lost replace
/// nothing newer.
async fn tokens_that_come_too_late_do_not_replace_newer_ones(world: World) {
    let dana = world.dana().await;
    world.advance(LIFE);
    let held = world.inject(FaultRule::new(Fault::SlowHead).for_grant("refresh_token"));
    let late = call(&world.connections, &dana);
    held.reached(1).await;
    world.advance(LEASE);
    let other = world.another("second").await;
    let winner = sign_in(&world, &other, &dana).await;
    held.release();
    assert_eq!(late.await.unwrap().unwrap(), winner);
    let stored = world.status(&dana).await.overview.tokens.unwrap();
    assert_eq!(stored.access, Fingerprint::of(winner.secret()));
}

/// A worker that slept through its lease comes back with the only tokens there are: they are stored,
/// although another has meanwhile given the grant up.
async fn tokens_that_come_too_late_are_kept_where_there_are_no_newer_ones(world: World) {
    world.change(|company| company.tokens.rotation = Rotation::On);
    let dana = world.dana().await;
    world.advance(LIFE);
    let held = world.inject(FaultRule::new(Fault::SlowHead).for_grant("refresh_token"));
    let late = call(&world.connections, &dana);
    held.reached(1).await;
    world.advance(LEASE);
    let other = world.another("second").await;
    let given_up = other.access_token(tenant(), &dana).await.unwrap_err();
    assert!(matches!(given_up, Error::Reconnect(_)), "{given_up:?}");
    held.release();
    let token = late.await.unwrap().unwrap();
    assert_eq!(world.state(&dana).await, State::Connected);
    world.advance(LIFE);
    let newer = world
        .connections
        .access_token(tenant(), &dana)
        .await
        .unwrap();
    assert!(newer.generation() > token.generation());
}

/// `a crash between answer and store`, seen from the next worker: the intent says that something was
/// on its way.
async fn a_request_whose_worker_is_gone_is_looked_into_once_its_lease_has_run_out(world: World) {
    world.change(|company| company.tokens.rotation = Rotation::Off);
    let dana = world.dana().await;
    world.advance(LIFE);
    let held = world.inject(FaultRule::new(Fault::SlowHead).for_grant("refresh_token"));
    let gone = call(&world.connections, &dana);
    held.reached(1).await;
    assert!(matches!(world.state(&dana).await, State::Renewing { .. }));
    let other = world.another("second").await;
    assert_eq!(other.run_due().await.unwrap(), Default::default());
    world.advance(LEASE);
    other.access_token(tenant(), &dana).await.unwrap();
    assert_eq!(
        world.history(&dana).await,
        ["added", "connected", "interrupted", "renewed"]
    );
    world.renewals().assert_count(2);
    held.remove();
    gone.await.unwrap().unwrap();
}

async fn sign_in(world: &World, connections: &Connections, name: &Name) -> AccessToken {
    let uri = crate::stage::REDIRECT_URI;
    let begun = connections
        .begin_connect(tenant(), name, uri, SESSION, None)
        .await
        .unwrap();
    let redirected = world
        .browse(&begun.url, "dana", mock_intacct::browser::Consent::Allow)
        .await;
    connections
        .finish_connect(SESSION, &redirected)
        .await
        .unwrap();
    connections.access_token(tenant(), name).await.unwrap()
}

#[tokio::test]
async fn who_has_a_token_that_still_works_does_not_wait_long_for_a_newer_one() {
    let world = World::start().await;
    let dana = world.dana().await;
    let impatient = Terms {
        patience: Duration::from_millis(1),
        ..Terms::default()
    };
    let builder = builder(
        &world.store,
        &world.mock.origin(),
        &world.clock,
        "impatient",
    )
    .await;
    let impatient = builder.terms(impatient).build().unwrap();
    let old = impatient.access_token(tenant(), &dana).await.unwrap();
    world.advance(LIFE - Duration::from_secs(1_800));
    let held = world.inject(FaultRule::new(Fault::SlowHead));
    let still = impatient.access_token(tenant(), &dana).await.unwrap();
    assert_eq!(still, old);
    held.reached(1).await;
    held.release();
    let renewed = world
        .connections
        .access_token(tenant(), &dana)
        .await
        .unwrap();
    assert!(renewed.generation() > old.generation());
    world.renewals().assert_count(1);
}
