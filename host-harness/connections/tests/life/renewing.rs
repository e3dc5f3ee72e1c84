//! Tokens in use: handed out, renewed when they are due, renewed when they are refused.

use std::time::Duration;

use credential_connections::record::Fingerprint;
use credential_connections::service::{Error, Terms};
use credential_connections::state::State;
use credential_connections::store::StoreError;
use mock_intacct::{Fault, FaultRule, Rotation, TokenKind};

use crate::stage::{LIFE, World, session, tenant};

crate::on_both! {
    a_fresh_token_is_handed_out_without_a_request,
    a_token_that_is_due_is_renewed_before_it_is_handed_out,
    a_token_is_fresh_until_its_margin_begins,
    a_token_that_lives_shorter_than_the_margin_is_not_renewed_at_every_call,
    a_web_services_user_is_renewed_by_asking_again,
    a_session_is_followed_by_its_refresh_token,
    a_person_may_renew_a_fresh_token,
    what_another_process_ends_is_noticed_within_the_recheck,
    what_another_process_renews_is_found_in_the_store,
    a_draft_gives_no_token,
    a_renewal_goes_to_its_end_though_its_caller_gives_up,
}

async fn a_fresh_token_is_handed_out_without_a_request(world: World) {
    let dana = world.dana().await;
    let token = world
        .connections
        .access_token(tenant(), &dana)
        .await
        .unwrap();
    let issued = world.mock.issued();
    assert_eq!(
        token.secret().expose(),
        issued.last(TokenKind::Access).unwrap().value
    );
    world.mock.ledger().token_requests().assert_count(1);
}

async fn a_token_that_is_due_is_renewed_before_it_is_handed_out(world: World) {
    let dana = world.dana().await;
    let old = world
        .connections
        .access_token(tenant(), &dana)
        .await
        .unwrap();
    world.advance(LIFE - Duration::from_secs(1_800));
    let new = world
        .connections
        .access_token(tenant(), &dana)
        .await
        .unwrap();
    assert!(new.generation() > old.generation());
    assert_ne!(new.secret(), old.secret());
    assert_eq!(new.expires_at(), Some(world.now().plus(LIFE)));
    world.renewals().assert_statuses(&[200]);
    assert_eq!(
        world.history(&dana).await,
        ["added", "connected", "renewed"]
    );
}

async fn a_token_is_fresh_until_its_margin_begins(world: World) {
    let dana = world.dana().await;
    world.advance(LIFE - Duration::from_secs(1_801));
    world
        .connections
        .access_token(tenant(), &dana)
        .await
        .unwrap();
    world.renewals().assert_count(0);
}

/// `margin longer than the token's life`: the property over all lives is beside the state machine.
async fn a_token_that_lives_shorter_than_the_margin_is_not_renewed_at_every_call(world: World) {
    world.change(|company| company.tokens.access_lifetime_seconds = 60);
    let dana = world.dana().await;
    for second in 0..120 {
        world
            .connections
            .access_token(tenant(), &dana)
            .await
            .unwrap();
        assert!(
            world.renewals().len() <= 1 + second / 54,
            "after {second} s"
        );
        world.advance(Duration::from_secs(1));
    }
    world.renewals().assert_count(2);
}

/// `the rotated token is dropped, or overwritten with nothing`.
#[rstest::rstest]
#[case::with_a_new_refresh_token(Rotation::ReuseKillsFamily, 4)]
#[case::without_one(Rotation::Off, 1)]
#[tokio::test]
async fn renewal_after_renewal_goes_on(#[case] rotation: Rotation, #[case] refresh_tokens: usize) {
    let world = World::start().await;
    world.change(|company| company.tokens.rotation = rotation);
    let dana = world.dana().await;
    for _ in 0..3 {
        world.advance(LIFE);
        world
            .connections
            .access_token(tenant(), &dana)
            .await
            .unwrap();
    }
    world.renewals().assert_statuses(&[200, 200, 200]);
    assert_eq!(
        world.mock.issued().of_kind(TokenKind::Refresh).count(),
        refresh_tokens
    );
    let kept = world
        .status(&dana)
        .await
        .overview
        .tokens
        .unwrap()
        .refresh
        .unwrap();
    let issued = world
        .mock
        .issued()
        .last(TokenKind::Refresh)
        .unwrap()
        .value
        .clone();
    assert_eq!(kept, Fingerprint::of(&issued.into()));
}

async fn a_web_services_user_is_renewed_by_asking_again(world: World) {
    let loader = world.loader().await;
    world.advance(LIFE);
    world
        .connections
        .access_token(tenant(), &loader)
        .await
        .unwrap();
    world.renewals().assert_count(0);
    world
        .mock
        .ledger()
        .token_requests_with("client_credentials")
        .assert_count(2);
}

async fn a_session_is_followed_by_its_refresh_token(world: World) {
    let by_session = world
        .add("By session", session(&world.mock.company()))
        .await;
    world
        .connections
        .connect(tenant(), &by_session, None)
        .await
        .unwrap();
    world.advance(LIFE);
    world
        .connections
        .access_token(tenant(), &by_session)
        .await
        .unwrap();
    world.renewals().assert_statuses(&[200]);
}

async fn a_person_may_renew_a_fresh_token(world: World) {
    let dana = world.dana().await;
    let old = world
        .connections
        .access_token(tenant(), &dana)
        .await
        .unwrap();
    let new = world.connections.renew(tenant(), &dana).await.unwrap();
    assert!(new.generation() > old.generation());
}

async fn what_another_process_ends_is_noticed_within_the_recheck(world: World) {
    let dana = world.dana().await;
    world
        .connections
        .access_token(tenant(), &dana)
        .await
        .unwrap();
    world
        .another("second")
        .await
        .remove(tenant(), &dana)
        .await
        .unwrap();
    // From memory: neither disk nor network is asked, so it is not noticed yet.
    world
        .connections
        .access_token(tenant(), &dana)
        .await
        .unwrap();
    world.advance(Terms::default().recheck);
    let gone = world.connections.access_token(tenant(), &dana).await;
    assert_eq!(gone, Err(Error::Store(StoreError::NotFound)));
}

async fn what_another_process_renews_is_found_in_the_store(world: World) {
    let dana = world.dana().await;
    let other = world.another("second").await;
    other.access_token(tenant(), &dana).await.unwrap();
    world.advance(LIFE);
    let renewed = world
        .connections
        .access_token(tenant(), &dana)
        .await
        .unwrap();
    assert_eq!(other.access_token(tenant(), &dana).await.unwrap(), renewed);
    world.renewals().assert_count(1);
}

async fn a_draft_gives_no_token(world: World) {
    let draft = world.add_loader("Draft").await;
    let error = world.connections.access_token(tenant(), &draft).await;
    assert_eq!(error, Err(Error::NotConnected));
    world.mock.ledger().assert_count(0);
}

/// A caller who does not wait to the end must not take the new tokens down with it.
async fn a_renewal_goes_to_its_end_though_its_caller_gives_up(world: World) {
    let dana = world.dana().await;
    world.advance(LIFE);
    let held = world.inject(FaultRule::new(Fault::SlowHead));
    let connections = world.connections.clone();
    let caller = tokio::spawn({
        let dana = dana.clone();
        async move { connections.access_token(tenant(), &dana).await }
    });
    held.reached(1).await;
    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    held.release();
    world
        .connections
        .access_token(tenant(), &dana)
        .await
        .unwrap();
    assert_eq!(world.state(&dana).await, State::Connected);
    world.renewals().assert_count(1);
}
