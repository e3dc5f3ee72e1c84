//! Renewals per second, each with its lease, its intent, its request and its tokens stored.

use std::time::{Duration, Instant};

use credential_connections::record::Name;
use credential_connections::service::Error;
use criterion::Criterion;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use crate::stage::{World, tenant};
use crate::worlds;

/// For so long each is measured.
const MEASURED: Duration = Duration::from_secs(5);

/// How many credentials are renewed at a time.
const AT_A_TIME: [usize; 3] = [1, 4, 16];

/// Printed rather than handed to criterion: what counts is how many there are in a second.
pub fn renewals(_: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    for at_a_time in AT_A_TIME {
        for (place, world) in runtime.block_on(worlds()) {
            let per_second = runtime.block_on(measure(&world, at_a_time));
            println!("renewals on {place}, {at_a_time} at a time: {per_second:.0} per second");
        }
    }
}

async fn measure(world: &World, at_a_time: usize) -> f64 {
    let mut tasks = JoinSet::new();
    let mut names = Vec::new();
    for number in 0..at_a_time {
        names.push(connected(world, number).await);
    }
    let begun = Instant::now();
    for name in names {
        let connections = world.connections.clone();
        tasks.spawn(async move {
            let mut renewed = 0_u32;
            while begun.elapsed() < MEASURED {
                connections.renew(tenant(), &name).await.unwrap();
                renewed += 1;
            }
            renewed
        });
    }
    let renewed: u32 = tasks.join_all().await.into_iter().sum();
    f64::from(renewed) / begun.elapsed().as_secs_f64()
}

/// Several stand for one user, which has to be confirmed.
async fn connected(world: &World, number: usize) -> Name {
    let name = world.add_loader(&format!("Loader {number}")).await;
    let connections = &world.connections;
    if let Err(Error::EndsAnother(warned)) = connections.connect(tenant(), &name, None).await {
        let confirm = Some(&warned.confirm);
        connections.connect(tenant(), &name, confirm).await.unwrap();
    }
    name
}
