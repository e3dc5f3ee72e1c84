//! Panics at every step of a renewal, tokens in hand.

use std::sync::Arc;

use credential_connections::record::Name;
use credential_connections::service::{AccessToken, Connections, Error};
use credential_connections::store::Store;
use credential_runtime::Secret;
use tokio::task::JoinError;

use super::heard::Heard;
use crate::stage::{LEASE, LIFE, World, builder, name, tenant};
use crate::steps::{End, SteppingClock, SteppingZeros, Steps};
use crate::wrapped_store::WrappedStore;

pub async fn panic_at_every_step(world: &World, heard: &Heard) {
    let dana = name("Dana's");
    world.sign_in(&dana, "dana").await.unwrap();
    let steps = renew(world, &dana, End::None).await.0;
    for number in 1..=steps {
        let (reached, outcome) = renew(world, &dana, End::Panic(number)).await;
        assert_eq!(reached, number, "it goes the same way each time");
        match outcome {
            // The caller's own task.
            Err(panic) => heard.print((panic.to_string(), panic)),
            Ok(Err(error)) => heard.error(&error),
            Ok(Ok(token)) => panic!("nobody panicked: {token:?}"),
        }
        recover(world, &dana).await;
    }
    println!("{steps} panics");
    unwrap_it(world, heard, &dana).await;
}

/// Asks for a renewed token in a task, and says how many steps that took.
async fn renew(
    world: &World,
    name: &Name,
    end: End,
) -> (usize, Result<Result<AccessToken, Error>, JoinError>) {
    world.advance(LIFE);
    let steps = Steps::new(end, |_| {});
    let connections = stepping(world, &steps).await;
    steps.begin();
    let name = name.clone();
    let caller = tokio::spawn(async move { connections.access_token(tenant(), &name).await });
    let outcome = caller.await;
    (steps.reached(), outcome)
}

async fn stepping(world: &World, steps: &Arc<Steps>) -> Connections {
    let store: Arc<dyn Store> = Arc::new(WrappedStore {
        store: Arc::clone(&world.store),
        around: Arc::<Steps>::clone(steps),
    });
    let clock = SteppingClock {
        clock: world.clock.clone(),
        steps: Arc::clone(steps),
    };
    let builder = builder(&store, &world.mock.origin(), &world.clock, "panicking").await;
    let builder = builder
        .clock(clock)
        .randomness(SteppingZeros(Arc::clone(steps)));
    builder.build().unwrap()
}

/// As after a crash.
async fn recover(world: &World, name: &Name) {
    world.advance(LEASE);
    match world.connections.access_token(tenant(), name).await {
        Ok(_) => {}
        Err(Error::Reconnect(_)) => drop(world.sign_in(name, "dana").await.unwrap()),
        Err(other) => panic!("neither usable nor truthful: {other:?}"),
    }
}

/// A caller's mistake, a token in hand: the message prints what it was made with.
async fn unwrap_it(world: &World, heard: &Heard, name: &Name) {
    let token = world
        .connections
        .access_token(tenant(), name)
        .await
        .unwrap();
    let secret = token.secret().clone();
    let panicking = tokio::spawn(async move { mistake(Err((token, secret))) });
    heard.print(panicking.await.unwrap_err());
}

fn mistake(result: Result<(), (AccessToken, Secret)>) {
    result.unwrap();
}
