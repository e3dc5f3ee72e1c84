//! What a token costs: from memory, from the store, by a renewal; and what it costs to find out what
//! is due. `cargo bench --package credential-connections`.
//!
//! The renewals are whole ones: the shipped component in the sandbox, HTTP on loopback to a mock, and
//! every durable write. They run on SQLite and on a PostgreSQL server of this run's own.

#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a benchmark has no callers, may fail by panicking, and prints its result"
)]

#[path = "../../tests/life/clock.rs"]
mod clock;
mod due;
mod renewals;
#[path = "../../tests/life/stage.rs"]
#[allow(dead_code, reason = "the tests need more of it")]
mod stage;

use std::hint::black_box;
use std::time::Duration;

use credential_connections::service::Terms;
use criterion::{Criterion, criterion_group, criterion_main};
use tokio::runtime::Runtime;

use stage::{World, builder, tenant};

/// Both stores, by name.
pub async fn worlds() -> [(&'static str, World); 2] {
    let postgres = World::start_on_postgres().await;
    [("sqlite", World::start().await), ("postgres", postgres)]
}

fn fresh_tokens(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let mut group = criterion.benchmark_group("a fresh token");
    for (place, world) in runtime.block_on(worlds()) {
        let name = runtime.block_on(world.loader());
        if place == "sqlite" {
            group.bench_function("from memory", |it| {
                it.to_async(&runtime).iter(|| async {
                    let token = world.connections.access_token(tenant(), &name).await;
                    black_box(token.unwrap())
                });
            });
        }
        let forgetful = Terms {
            recheck: Duration::ZERO,
            ..Terms::default()
        };
        let origin = world.mock.origin();
        let builder = builder(&world.store, &origin, &world.clock, "forgetful");
        let connections = runtime.block_on(builder).terms(forgetful).build().unwrap();
        group.bench_function(format!("from {place}"), |it| {
            it.to_async(&runtime).iter(|| async {
                black_box(connections.access_token(tenant(), &name).await.unwrap())
            });
        });
    }
    group.finish();
}

criterion_group!(
    benches,
    fresh_tokens,
    due::finding_what_is_due,
    renewals::renewals
);
criterion_main!(benches);
