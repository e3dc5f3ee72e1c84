//! Renewing in the background.

use std::time::Duration;

use credential_connections::record::Name;
use credential_connections::service::Round;
use credential_connections::state::State;
use mock_intacct::{Fault, FaultRule, Wait};
use tokio::sync::oneshot;

use crate::stage::{LIFE, World, tenant};

crate::on_both! {
    nothing_is_renewed_before_it_is_due,
    what_is_due_is_renewed_so_that_callers_need_not_wait,
    one_that_fails_does_not_keep_the_others,
    many_due_credentials_of_one_tenant_take_turns,
    the_watch_renews_when_the_time_has_come_and_ends_when_it_is_told,
}

/// Half an hour, by the plan's margin.
const MARGIN: Duration = Duration::from_secs(1_800);

async fn nothing_is_renewed_before_it_is_due(world: World) {
    world.dana().await;
    world.advance(LIFE - MARGIN - Duration::from_secs(1));
    assert_eq!(world.connections.run_due().await.unwrap(), Round::default());
    world.renewals().assert_count(0);
}

async fn what_is_due_is_renewed_so_that_callers_need_not_wait(world: World) {
    let (dana, loader) = (world.dana().await, world.loader().await);
    world.advance(LIFE - MARGIN);
    let round = world.connections.run_due().await.unwrap();
    assert_eq!(
        round,
        Round {
            fresh: 2,
            ..Round::default()
        }
    );
    let requests = world.mock.ledger().token_requests().len();
    world
        .connections
        .access_token(tenant(), &dana)
        .await
        .unwrap();
    world
        .connections
        .access_token(tenant(), &loader)
        .await
        .unwrap();
    world.mock.ledger().token_requests().assert_count(requests);
}

async fn one_that_fails_does_not_keep_the_others(world: World) {
    let (dana, loader) = (world.dana().await, world.loader().await);
    world.inject(FaultRule::new(Fault::Unavailable(Wait::Unsaid)).for_grant("refresh_token"));
    world.advance(LIFE - MARGIN);
    let round = world.connections.run_due().await.unwrap();
    assert_eq!(
        round,
        Round {
            fresh: 1,
            not_fresh: 1,
            busy: 0,
            ..Round::default()
        }
    );
    assert!(matches!(world.state(&dana).await, State::Throttled { .. }));
    assert_eq!(world.state(&loader).await, State::Connected);
}

async fn many_due_credentials_of_one_tenant_take_turns(world: World) {
    let mut names: Vec<Name> = Vec::new();
    for number in 0..5 {
        let name = world.add_loader(&format!("Loader {number}")).await;
        connect_anyway(&world, &name).await;
        names.push(name);
    }
    world.advance(LIFE - MARGIN);
    let held = world.inject(FaultRule::new(Fault::SlowHead).always());
    let connections = world.connections.clone();
    let round = tokio::spawn(async move { connections.run_due().await });
    held.reached(2).await;
    assert_eq!(held.held(), 2, "two places for one tenant");
    held.release();
    assert_eq!(round.await.unwrap().unwrap().fresh, 5);
}

async fn the_watch_renews_when_the_time_has_come_and_ends_when_it_is_told(world: World) {
    let dana = world.dana().await;
    let (stop, stopped) = oneshot::channel::<()>();
    let connections = world.connections.clone();
    let watch = tokio::spawn(async move {
        connections.watch(async { drop(stopped.await) }).await;
    });
    let held = world.inject(FaultRule::new(Fault::SlowHead));
    // It may rest on the clock already, or look only now: the hour is moved until it has seen it.
    world.advance(LIFE - MARGIN);
    held.reached(1).await;
    stop.send(()).unwrap();
    tokio::task::yield_now().await;
    assert!(
        !watch.is_finished(),
        "what is under way is brought to its end"
    );
    held.release();
    watch.await.unwrap();
    assert_eq!(world.state(&dana).await, State::Connected);
    world.renewals().assert_statuses(&[200]);
}

/// The confirmation that several stand for one user is given.
async fn connect_anyway(world: &World, name: &Name) {
    use credential_connections::service::Error;
    let connections = &world.connections;
    match connections.connect(tenant(), name, None).await {
        Err(Error::EndsAnother(warned)) => {
            let confirm = Some(&warned.confirm);
            connections.connect(tenant(), name, confirm).await.unwrap();
        }
        other => drop(other.unwrap()),
    }
}
