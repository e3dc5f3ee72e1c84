//! The heartbeat of a background task stays away for as long as its store fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use credential_connections::store::Store;
use tokio::sync::oneshot;

use crate::stage::{World, builder};
use crate::wrapped_store::{Failing, WrappedStore};

crate::on_both! {
    no_heartbeat_while_the_store_fails_and_one_once_it_is_well,
}

/// No look at the store is further away than that.
const LOOK: Duration = Duration::from_secs(30);

async fn no_heartbeat_while_the_store_fails_and_one_once_it_is_well(world: World) {
    let failing = Arc::new(Failing::default());
    let store: Arc<dyn Store> = Arc::new(WrappedStore {
        store: Arc::clone(&world.store),
        around: Arc::<Failing>::clone(&failing),
    });
    let origin = world.mock.origin();
    let watching = builder(&store, &origin, &world.clock, "watch").await;
    let watching = watching.build().unwrap();
    let beats = Arc::new(AtomicUsize::new(0));
    let (stop, stopped) = oneshot::channel::<()>();
    let beating = Arc::clone(&beats);
    let watch = tokio::spawn(async move {
        let beat = move || {
            beating.fetch_add(1, Ordering::SeqCst);
        };
        let stopped = async { drop(stopped.await) };
        watching.watch_with_heartbeat(stopped, Some(beat)).await;
    });
    let beaten = || beats.load(Ordering::SeqCst);
    until(&world, || beaten() > 2).await;
    for call in ["due", "next_due", "check_writable"] {
        failing.fail(Some(call));
        until(&world, || failing.failed() > 0).await;
        let before = beaten();
        until(&world, || failing.failed() > 4).await;
        assert_eq!(beaten(), before, "{call}");
        failing.fail(None);
        until(&world, || beaten() > before + 2).await;
    }
    stop.send(()).unwrap();
    watch.await.unwrap();
}

async fn until(world: &World, done: impl Fn() -> bool) {
    while !done() {
        world.advance(LOOK);
        tokio::task::yield_now().await;
    }
}
