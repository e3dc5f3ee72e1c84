//! Finding what is due among many that are not.

use std::hint::black_box;

use criterion::Criterion;
use tokio::runtime::Runtime;

use crate::stage::World;
use crate::worlds;
use test_stores::execute;

/// How many credentials there are. Of each number ten are due.
const AMONG: [u32; 3] = [10, 10_000, 1_000_000];

pub fn finding_what_is_due(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let mut group = criterion.benchmark_group("what is due");
    for among in AMONG {
        for (place, world) in runtime.block_on(worlds()) {
            runtime.block_on(fill(&world, among));
            let now = world.now();
            let found = runtime.block_on(world.store.due(now, None, 256)).unwrap();
            assert_eq!(found.len(), 10, "{place} {among}");
            group.bench_function(format!("{place}, 10 among {among}"), |it| {
                it.to_async(&runtime).iter(|| async {
                    let due = world.store.due(now, None, 256).await.unwrap();
                    black_box((due, world.store.next_due(now).await.unwrap()))
                });
            });
        }
    }
    group.finish();
}

/// Copies of one credential, each due at another time, ten of them already.
async fn fill(world: &World, credentials: u32) {
    world.add_loader("Loader").await;
    let copies = format!(
        "INSERT INTO credential \
         (tenant, id, name, plugin_id, plugin_digest, settings_version, state, generation, due_at, \
          fence, created_at, events, key_id, data_key, settings) \
         WITH RECURSIVE copy (number) AS \
         (SELECT 1 UNION ALL SELECT number + 1 FROM copy WHERE number < {credentials}) \
         SELECT tenant, '0000000000000000000000' || (1000000000 + number), 'copy ' || number, \
          plugin_id, plugin_digest, settings_version, state, generation, \
          created_at + 1000 * (number - 10), fence, created_at, events, key_id, data_key, settings \
         FROM credential CROSS JOIN copy"
    );
    if world.location.starts_with("postgres") {
        execute(&world.location, &copies).await;
        execute(&world.location, "ANALYZE credential").await;
    } else {
        let connection = rusqlite::Connection::open(&world.location).unwrap();
        connection.execute_batch(&copies).unwrap();
    }
}
