//! A clock that was ahead for a while, and is put right: nothing waits for what it wrote.

use std::time::Duration;

use credential_connections::record::Name;
use credential_connections::service::Error;
use credential_connections::state::State;
use mock_intacct::{Fault, FaultRule, Rotation, Wait, refusal};

use crate::killing::settle;
use crate::stage::{LIFE, World, tenant};
use crate::worker::Worker;

crate::on_both! {
    who_was_killed_by_a_clock_that_was_ahead_keeps_a_person_for_a_minute,
    who_was_killed_by_a_clock_that_was_ahead_keeps_the_background_for_a_minute,
    who_took_over_by_a_clock_that_was_ahead_keeps_nobody,
    waits_of_a_clock_that_was_ahead_are_over,
    waits_of_a_clock_that_was_ahead_are_over_for_the_background,
    a_token_of_a_clock_that_was_ahead_ends_no_later_than_it_can,
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const MINUTE: Duration = Duration::from_secs(60);

/// A process that is a day ahead is killed while its renewal is under way.
async fn kill_a_day_ahead(world: &World) -> Name {
    world.change(|company| company.tokens.rotation = Rotation::Off);
    let dana = world.dana().await;
    world.clock.advance(DAY);
    let held = world.inject(FaultRule::new(Fault::SlowHead));
    let mut worker = Worker::start(world, "ahead", &dana, 1);
    let begun = tokio::task::spawn_blocking(move || {
        worker.wait_for("ready");
        worker.go();
        worker
    });
    let mut worker = begun.await.unwrap();
    held.reached(1).await;
    worker.kill();
    held.release();
    settle(world).await;
    assert!(matches!(world.state(&dana).await, State::Renewing { .. }));
    dana
}

async fn who_was_killed_by_a_clock_that_was_ahead_keeps_a_person_for_a_minute(world: World) {
    let dana = kill_a_day_ahead(&world).await;
    world.clock.put_back(DAY);
    let renew = || world.connections.renew(tenant(), &dana);
    let error = renew().await.unwrap_err();
    let Error::Wait { until, .. } = error else {
        panic!("{error:?}")
    };
    assert_eq!(until, world.now().plus(MINUTE));
    world.advance(MINUTE);
    renew().await.unwrap();
    assert_eq!(world.state(&dana).await, State::Connected);
}

async fn who_was_killed_by_a_clock_that_was_ahead_keeps_the_background_for_a_minute(world: World) {
    let dana = kill_a_day_ahead(&world).await;
    world.clock.put_back(DAY);
    assert_eq!(world.connections.run_due().await.unwrap().not_fresh, 1);
    world.advance(MINUTE);
    assert_eq!(world.connections.run_due().await.unwrap().fresh, 1);
    assert_eq!(world.state(&dana).await, State::Connected);
}

/// Also where another by that clock has seen that it was killed, before the clock was put back.
async fn who_took_over_by_a_clock_that_was_ahead_keeps_nobody(world: World) {
    let dana = kill_a_day_ahead(&world).await;
    world.clock.advance(Duration::from_secs(130));
    world.inject(FaultRule::new(Fault::Unavailable(Wait::Unsaid)));
    let error = world.connections.renew(tenant(), &dana).await.unwrap_err();
    assert!(matches!(error, Error::Wait { .. }), "{error:?}");
    let state = world.state(&dana).await;
    assert!(matches!(state, State::OutcomeUnknown { .. }), "{state:?}");
    world.clock.put_back(DAY);
    let status = world.status(&dana).await;
    let State::OutcomeUnknown {
        since, again_at, ..
    } = status.standing.state
    else {
        panic!("{status:?}")
    };
    assert!(since <= world.now() && again_at <= world.now());
    world.connections.renew(tenant(), &dana).await.unwrap();
    assert_eq!(world.state(&dana).await, State::Connected);
}

/// What a renewal came to by a clock that was ahead: a wait that was not named, one that was, an answer
/// that never came, one that nobody understands, something to be put right.
const FAULTS: [Fault; 5] = [
    Fault::Unavailable(Wait::Unsaid),
    Fault::Throttled(Wait::Seconds),
    Fault::DropAfterActing,
    Fault::InvalidJson,
    Fault::Refuse(refusal::APPLICATION_NOT_AUTHORIZED),
];

/// A renewal comes to nothing by a clock that is so far ahead; then the clock is put right, and the
/// service is well again.
async fn fail_ahead(world: &World, name: &Name, fault: Fault, ahead: Duration) {
    world.advance(MINUTE);
    world.clock.advance(ahead);
    world.inject(FaultRule::new(fault));
    // By the clock of then the token has ended, or it is good and the service is said to refuse it.
    let failed = match world.connections.access_token(tenant(), name).await {
        Ok(token) => world.connections.report_rejected(&token).await,
        Err(error) => Err(error),
    };
    let error = failed.unwrap_err();
    let waits = matches!(error, Error::Wait { .. } | Error::PutRight(_));
    assert!(waits, "{fault:?}: {error:?}");
    world.mock.clear_faults();
    world.clock.put_back(ahead);
}

async fn waits_of_a_clock_that_was_ahead_are_over(world: World) {
    world.change(|company| company.tokens.rotation = Rotation::Off);
    let dana = world.dana().await;
    for ahead in [6 * 60 * MINUTE, 10 * DAY] {
        for fault in FAULTS {
            fail_ahead(&world, &dana, fault, ahead).await;
            let before = world.status(&dana).await.overview.generation;
            let mut token = world.connections.access_token(tenant(), &dana).await;
            if let Ok(old) = &token
                && old.generation() == before
            {
                // By the clock of now it is good; a program that sees otherwise need not wait.
                token = world.connections.report_rejected(old).await;
            }
            let token = token.unwrap_or_else(|error| panic!("{ahead:?} {fault:?}: {error:?}"));
            assert!(token.generation() > before, "{ahead:?} {fault:?}");
            assert_eq!(world.state(&dana).await, State::Connected, "{fault:?}");
        }
    }
}

async fn waits_of_a_clock_that_was_ahead_are_over_for_the_background(world: World) {
    world.change(|company| company.tokens.rotation = Rotation::Off);
    let dana = world.dana().await;
    for ahead in [6 * 60 * MINUTE, 10 * DAY] {
        for fault in FAULTS {
            fail_ahead(&world, &dana, fault, ahead).await;
            let round = world.connections.run_due().await.unwrap();
            assert_eq!(round.fresh, 1, "{ahead:?} {fault:?}");
            assert_eq!(world.state(&dana).await, State::Connected, "{fault:?}");
            // Once: what was written by the clock of now is no longer due.
            let round = world.connections.run_due().await.unwrap();
            assert_eq!(round.fresh, 0, "{ahead:?} {fault:?}");
        }
    }
}

/// The service is away, so that the stored token is handed out, which was obtained in ten days.
async fn a_token_of_a_clock_that_was_ahead_ends_no_later_than_it_can(world: World) {
    let dana = world.dana().await;
    world.advance(MINUTE);
    world.clock.advance(10 * DAY);
    let renewed = world.connections.renew(tenant(), &dana).await.unwrap();
    assert_eq!(renewed.expires_at(), Some(world.now().plus(LIFE)));
    world.clock.put_back(10 * DAY);
    world.inject(FaultRule::new(Fault::Unavailable(Wait::Unsaid)).always());
    let latest = world.now().plus(LIFE);
    let token = world.connections.access_token(tenant(), &dana).await;
    assert_eq!(token.unwrap().expires_at(), Some(latest));
    let tokens = world.status(&dana).await.overview.tokens.unwrap();
    assert_eq!(tokens.expires_at, Some(latest));
    let listed = world.connections.list(tenant()).await.unwrap();
    let tokens = listed[0].overview.tokens.clone().unwrap();
    assert_eq!(tokens.expires_at, Some(latest));
}
