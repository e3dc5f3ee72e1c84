//! Graceful shutdown: what was begun is known, so that a process can wait for it before it ends.

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Connections;

/// Renewals, exchanges and writes that go on by themselves.
pub(super) struct Begun {
    tasks: TaskTracker,
    stopping: CancellationToken,
}

impl Default for Begun {
    fn default() -> Self {
        let tasks = TaskTracker::new();
        // Closed, it says when it is empty; tasks may begin all the same.
        tasks.close();
        Self {
            tasks,
            stopping: CancellationToken::new(),
        }
    }
}

impl Begun {
    /// Does something to its end, on the runtime that this is called on.
    pub(super) fn spawn<T: Send + 'static>(
        &self,
        task: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<T> {
        self.tasks.spawn(task)
    }

    /// Whether nothing new is to be begun.
    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.is_cancelled()
    }

    /// Done once nothing new is to be begun.
    pub(super) async fn stopping(&self) {
        self.stopping.cancelled().await;
    }
}

impl Connections {
    /// Whether nothing that was begun here is under way.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.0.begun.tasks.is_empty()
    }

    /// Waits until nothing that was begun here is under way: no renewal, no exchange, no write. More
    /// may begin meanwhile and afterwards.
    pub async fn idle(&self) {
        self.0.begun.tasks.wait().await;
    }

    /// Graceful shutdown, for every clone: no renewal begins any more, one that still waits for
    /// another process ends with [`Error::Stopping`](super::Error::Stopping), and what has begun is
    /// waited for until its result is stored. That takes a request's deadline, and where the store
    /// cannot be used, [`Terms::store_patience`](super::Terms::store_patience) more.
    ///
    /// Call it before the tokio runtime is shut down: a runtime that ends earlier cuts renewals off,
    /// and the refresh tokens that they spent are lost.
    pub async fn finish(&self) {
        self.0.begun.stopping.cancel();
        self.idle().await;
    }
}
