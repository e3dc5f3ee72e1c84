//! A clock that a test moves.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use credential_connections::record::Timestamp;
use credential_connections::service::Clock;
use tokio::sync::watch;

/// Stands still until it is moved; whoever sleeps by it wakes when it is moved far enough.
#[derive(Clone)]
pub struct TestClock(Arc<watch::Sender<Timestamp>>);

impl TestClock {
    pub fn at(now: Timestamp) -> Self {
        Self(Arc::new(watch::Sender::new(now)))
    }

    pub fn advance(&self, by: Duration) {
        self.0.send_modify(|now| *now = now.plus(by));
    }

    /// As when a date that was wrong is put right.
    #[allow(
        dead_code,
        reason = "the clock is other crates' tests' too, which go forward alone"
    )]
    pub fn put_back(&self, by: Duration) {
        self.0.send_modify(|now| *now = now.minus(by));
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        *self.0.borrow()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        let until = self.now().plus(duration);
        let mut moved = self.0.subscribe();
        Box::pin(async move {
            // The sender lives as long as the clock, so waiting cannot end early.
            let _ = moved.wait_for(|now| *now >= until).await;
        })
    }
}
