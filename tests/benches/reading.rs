//! What it costs to read the dearest answers there can be: 5 ms at the most, each. It fails where one takes
//! longer than that.
//!
//! `cargo bench --package end-to-end --features reading --bench reading`, or `cargo xtask bench`.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    reason = "a benchmark has no callers, and may fail by panicking"
)]

use std::time::{Duration, Instant};

use credential_runtime::Runtime;
use credential_runtime::properties::{DearAnswer, dear_answers};
use criterion::{Criterion, criterion_group, criterion_main};

/// What one answer may take.
const MOST: Duration = Duration::from_millis(5);

/// The shortest of so many runs counts: the others are longer by what else the machine does.
const RUNS: usize = 20;

fn time(answer: &DearAnswer) -> Duration {
    let start = Instant::now();
    answer.read();
    start.elapsed()
}

fn dearest_answers(criterion: &mut Criterion) {
    let tasks = tokio::runtime::Runtime::new().unwrap();
    let runtime = Runtime::builder().build().unwrap();
    let plugin = tasks.block_on(runtime.load(intacct_component::COMPONENT));
    let members = plugin.unwrap().descriptor().members.clone();
    let mut group = criterion.benchmark_group("reading the dearest answers");
    group.sample_size(20);
    for answer in dear_answers(&members) {
        let least = (0..RUNS).map(|_| time(&answer)).min();
        assert!(least <= Some(MOST), "{}: {least:?}", answer.name);
        group.bench_function(answer.name, |it| it.iter(|| answer.read()));
    }
    group.finish();
}

criterion_group!(benches, dearest_answers);
criterion_main!(benches);
