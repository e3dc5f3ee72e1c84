//! What the sandbox costs: each step through it and without it, in one run.
//!
//! "Native" is the same core called directly, with the same HTTP settings, its secrets filled in and
//! taken out by a few lines of code here. `cargo bench --package end-to-end`, or
//! `cargo xtask bench`.

#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "a benchmark has no callers, and may fail by panicking"
)]

mod native;
mod renewals;
mod warm;

use credential_runtime::{Failure, Grant, Operation, Secret, Settings};
use criterion::{Criterion, criterion_group, criterion_main};
use end_to_end::{REDIRECT_URI, World, regular_user, web_services_user};
use tokio::runtime::Runtime;

/// A token response as Intacct gives it, without tokens that would mean anything.
pub const ANSWER: &str = r#"{"token_type":"Bearer","access_token":"not-a-real-access-token-0123456789","refresh_token":"not-a-real-refresh-token-0123456789","expires_in":43200}"#;

pub fn refresh() -> Grant {
    Grant::RefreshToken(Secret::new("not-a-real-refresh-token"))
}

/// A fresh instance, one pure call.
fn authorization_url(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let world = runtime.block_on(World::start());
    let settings = regular_user(&world.mock.company());
    let core = native::settings(&settings);
    let mut group = criterion.benchmark_group("authorization-url");
    group.bench_function("native", |it| it.iter(|| native::authorization_url(&core)));
    group.bench_function("fresh instance", |it| {
        let operation = world.operation(&settings);
        it.to_async(&runtime)
            .iter(|| operation.begin_authorization(REDIRECT_URI));
    });
    group.finish();
}

/// Two fresh instances: the request, and its answer understood; nothing is sent.
fn token_request_and_answer(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let world = runtime.block_on(World::start());
    let settings = web_services_user(&world.mock.company());
    let core = native::settings(&settings);
    let mut group = criterion.benchmark_group("token request and answer");
    group.bench_function("native", |it| it.iter(|| native::exchange_in_memory(&core)));
    group.bench_function("two fresh instances", |it| {
        it.to_async(&runtime)
            .iter(|| exchange_in_memory(&world, &settings));
    });
    group.finish();
}

async fn exchange_in_memory(world: &World, settings: &Settings) {
    let operation: Operation = world.operation(settings);
    let prepared = operation.prepare_token_request(&refresh()).await.unwrap();
    let answer: Result<_, Failure> = Ok(http::Response::new(ANSWER.as_bytes().to_vec()));
    operation.receive_tokens(prepared, answer).await.unwrap();
}

/// A call of an instance that is there already: what is left of the cost when nothing is set up.
fn warm_call(criterion: &mut Criterion) {
    let mut instance = warm::Instance::new();
    let mut group = criterion.benchmark_group("validate an empty form");
    group.bench_function("native", |it| it.iter(|| intacct_core::validate(&[])));
    group.bench_function("warm instance", |it| {
        it.iter(|| instance.validate_nothing());
    });
    group.finish();
}

criterion_group!(
    benches,
    authorization_url,
    token_request_and_answer,
    warm_call,
    renewals::bench
);
criterion_main!(benches);
