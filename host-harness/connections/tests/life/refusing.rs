//! What a refusal, a fault and a missing answer do to a credential.

use std::time::Duration;

use credential_connections::service::{Edit, Error};
use credential_connections::state::{LONGEST_WAIT, State};
use credential_runtime::SettingValue;
use mock_intacct::{Fault, FaultRule, Wait, refusal};

use crate::stage::{LIFE, World, tenant};

crate::on_both! {
    while_the_service_is_away_a_token_that_still_works_is_handed_out,
    a_wait_that_the_service_asked_for_is_kept_by_programs,
    a_wait_that_the_service_asked_for_is_overruled_by_a_person,
    a_pause_of_our_own_grows_and_may_be_overruled_by_a_person,
    a_dead_grant_is_asked_for_once,
    a_dead_grant_is_asked_for_once_more_after_the_settings_changed,
    a_dead_grant_comes_to_life_by_connecting_again,
    what_an_administrator_switched_off_is_looked_at_again_by_the_hour,
    a_person_who_has_put_it_right_need_not_wait_for_the_hour,
}

/// Nothing of it can have taken effect.
const PASSING: &[Fault] = &[
    Fault::Throttled(Wait::Unsaid),
    Fault::Throttled(Wait::Seconds),
    Fault::Throttled(Wait::Date),
    Fault::Throttled(Wait::XIaHyphenated),
    Fault::Throttled(Wait::XIaJoined),
    Fault::Unavailable(Wait::Unsaid),
    Fault::Unavailable(Wait::Seconds),
    Fault::InternalError,
    Fault::EmptyErrorPage,
    Fault::HtmlErrorPage,
];

/// `a passing fault is reported as a dead grant`.
#[tokio::test]
async fn a_passing_fault_leaves_the_credential_healthy() {
    for fault in PASSING {
        let world = World::start().await;
        let dana = world.dana().await;
        world.advance(LIFE);
        world.inject(FaultRule::new(*fault));
        let error = world
            .connections
            .access_token(tenant(), &dana)
            .await
            .unwrap_err();
        assert!(matches!(error, Error::Wait { .. }), "{fault}: {error:?}");
        let state = world.state(&dana).await;
        assert!(
            matches!(state, State::Throttled { .. }),
            "{fault}: {state:?}"
        );
        world.advance(LONGEST_WAIT);
        world
            .connections
            .access_token(tenant(), &dana)
            .await
            .unwrap();
        assert_eq!(world.state(&dana).await, State::Connected, "{fault}");
    }
}

async fn while_the_service_is_away_a_token_that_still_works_is_handed_out(world: World) {
    let dana = world.dana().await;
    let old = world
        .connections
        .access_token(tenant(), &dana)
        .await
        .unwrap();
    world.advance(LIFE - Duration::from_secs(1_000));
    world.inject(FaultRule::new(Fault::Unavailable(Wait::Unsaid)).always());
    let still = world
        .connections
        .access_token(tenant(), &dana)
        .await
        .unwrap();
    assert_eq!(still, old);
    world.advance(Duration::from_secs(1_000));
    let error = world
        .connections
        .access_token(tenant(), &dana)
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Wait { .. }), "{error:?}");
}

async fn a_wait_that_the_service_asked_for_is_kept_by_programs(world: World) {
    let dana = world.dana().await;
    world.advance(LIFE);
    world.inject(FaultRule::new(Fault::Throttled(Wait::Seconds)).retry_after(90));
    let until = world.now().plus(Duration::from_secs(90));
    world
        .connections
        .access_token(tenant(), &dana)
        .await
        .unwrap_err();
    world.advance(Duration::from_secs(89));
    let error = world
        .connections
        .access_token(tenant(), &dana)
        .await
        .unwrap_err();
    assert!(
        matches!(error, Error::Wait { until: told, .. } if told == until),
        "{error:?}"
    );
    assert_eq!(world.connections.run_due().await.unwrap().fresh, 0);
    world.renewals().assert_count(1);
    world.advance(Duration::from_secs(1));
    world
        .connections
        .access_token(tenant(), &dana)
        .await
        .unwrap();
}

/// A person who renews, or tests, knows better than a wait that was named.
async fn a_wait_that_the_service_asked_for_is_overruled_by_a_person(world: World) {
    let dana = world.dana().await;
    let throttled = || FaultRule::new(Fault::Throttled(Wait::Seconds)).retry_after(3_600);
    world.advance(LIFE);
    world.inject(throttled());
    let waits = world.connections.access_token(tenant(), &dana).await;
    assert!(matches!(waits, Err(Error::Wait { .. })), "{waits:?}");
    world.connections.renew(tenant(), &dana).await.unwrap();
    assert_eq!(world.state(&dana).await, State::Connected);
    world.advance(LIFE);
    world.inject(throttled());
    let waits = world.connections.access_token(tenant(), &dana).await;
    assert!(matches!(waits, Err(Error::Wait { .. })), "{waits:?}");
    world.connections.test(tenant(), &dana).await.unwrap();
    assert_eq!(world.state(&dana).await, State::Connected);
    world.renewals().assert_count(4);
}

async fn a_pause_of_our_own_grows_and_may_be_overruled_by_a_person(world: World) {
    let dana = world.dana().await;
    world.advance(LIFE);
    world.inject(FaultRule::new(Fault::Unavailable(Wait::Unsaid)).times(3));
    for seconds in [5, 10, 20] {
        let error = world
            .connections
            .access_token(tenant(), &dana)
            .await
            .unwrap_err();
        let until = world.now().plus(Duration::from_secs(seconds));
        assert!(
            matches!(error, Error::Wait { until: told, .. } if told == until),
            "{error:?}"
        );
        world.advance(Duration::from_secs(seconds - 1));
        world
            .connections
            .access_token(tenant(), &dana)
            .await
            .unwrap_err();
        world.advance(Duration::from_secs(1));
    }
    world.renewals().assert_count(3);
    world.inject(FaultRule::new(Fault::Unavailable(Wait::Unsaid)));
    world
        .connections
        .access_token(tenant(), &dana)
        .await
        .unwrap_err();
    world.connections.renew(tenant(), &dana).await.unwrap();
}

/// `a dead grant is asked for for ever`.
async fn a_dead_grant_is_asked_for_once(world: World) {
    let dana = world.dana().await;
    world.inject(FaultRule::new(Fault::Refuse(refusal::ENDED_REFRESH_TOKEN)));
    for _ in 0..20 {
        world.advance(LIFE);
        let error = world
            .connections
            .access_token(tenant(), &dana)
            .await
            .unwrap_err();
        assert!(matches!(error, Error::Reconnect(_)), "{error:?}");
        let error = world.connections.renew(tenant(), &dana).await.unwrap_err();
        assert!(matches!(error, Error::Reconnect(_)), "{error:?}");
        world.connections.run_due().await.unwrap();
    }
    world.renewals().assert_count(1);
    let status = world.status(&dana).await;
    assert_eq!(status.overview.due_at, None);
    assert!(matches!(
        status.standing.state,
        State::NeedsReconnecting { .. }
    ));
}

async fn a_dead_grant_is_asked_for_once_more_after_the_settings_changed(world: World) {
    let dana = world.dana().await;
    world.advance(LIFE);
    world.inject(FaultRule::new(Fault::Refuse(refusal::ENDED_REFRESH_TOKEN)));
    world
        .connections
        .access_token(tenant(), &dana)
        .await
        .unwrap_err();
    let secret = world.mock.company().applications[0].client_secret.clone();
    let edit = Edit::new().set("client_secret", SettingValue::Secret(secret.into()));
    world
        .connections
        .edit(tenant(), &dana, &edit)
        .await
        .unwrap();
    world
        .connections
        .access_token(tenant(), &dana)
        .await
        .unwrap();
    world.renewals().assert_count(2);
}

async fn a_dead_grant_comes_to_life_by_connecting_again(world: World) {
    let dana = world.dana().await;
    world.advance(LIFE);
    world.inject(FaultRule::new(Fault::Refuse(refusal::ENDED_REFRESH_TOKEN)));
    world
        .connections
        .access_token(tenant(), &dana)
        .await
        .unwrap_err();
    world.sign_in(&dana, "dana").await.unwrap();
    assert_eq!(world.state(&dana).await, State::Connected);
}

async fn what_an_administrator_switched_off_is_looked_at_again_by_the_hour(world: World) {
    let loader = world.loader().await;
    world.change(|company| company.web_services_subscription = false);
    world.advance(LIFE);
    for _ in 0..59 {
        let error = world
            .connections
            .access_token(tenant(), &loader)
            .await
            .unwrap_err();
        assert!(matches!(error, Error::PutRight(_)), "{error:?}");
        world.connections.run_due().await.unwrap();
        world.advance(Duration::from_secs(60));
    }
    world.mock.ledger().token_requests().assert_count(2);
    world.change(|company| company.web_services_subscription = true);
    world.advance(Duration::from_secs(60));
    assert_eq!(world.connections.run_due().await.unwrap().fresh, 1);
    world
        .connections
        .access_token(tenant(), &loader)
        .await
        .unwrap();
}

async fn a_person_who_has_put_it_right_need_not_wait_for_the_hour(world: World) {
    let loader = world.loader().await;
    world.change(|company| company.web_services_subscription = false);
    world.advance(LIFE);
    world
        .connections
        .access_token(tenant(), &loader)
        .await
        .unwrap_err();
    world.change(|company| company.web_services_subscription = true);
    world.connections.renew(tenant(), &loader).await.unwrap();
}
