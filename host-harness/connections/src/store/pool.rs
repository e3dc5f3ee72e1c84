//! Connections that are kept for the next call.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Idle connections, and how many there may be in all. Callers get their turn in the order in which
/// they asked.
pub(super) struct Pool<C> {
    turns: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<C>>>,
}

/// The right to use one connection.
pub(super) struct Turn<C> {
    idle: Arc<Mutex<Vec<C>>>,
    _permit: OwnedSemaphorePermit,
}

impl<C> Pool<C> {
    pub(super) fn new(connections: usize) -> Self {
        let turns = Arc::new(Semaphore::new(connections.max(1)));
        Self {
            turns,
            idle: Arc::new(Mutex::new(Vec::new())),
        }
    }

    /// Waits for a turn; absent where the pool is no more.
    pub(super) async fn turn(&self) -> Option<Turn<C>> {
        let permit = Arc::clone(&self.turns).acquire_owned().await.ok()?;
        Some(Turn {
            idle: Arc::clone(&self.idle),
            _permit: permit,
        })
    }
}

impl<C> Turn<C> {
    /// A connection that was given back, the last one first.
    pub(super) fn take_idle(&self) -> Option<C> {
        lock(&self.idle).pop()
    }

    /// Keeps a connection for the next turn. One that is not given back is closed when it is dropped.
    pub(super) fn give_back(self, connection: C) {
        lock(&self.idle).push(connection);
    }
}

fn lock<C>(idle: &Mutex<Vec<C>>) -> MutexGuard<'_, Vec<C>> {
    idle.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_connection_that_is_given_back_is_used_again_and_no_more_are_used_at_once() {
        let pool = Pool::new(1);
        let turn = pool.turn().await.unwrap();
        assert_eq!(turn.take_idle(), None);
        assert_eq!(pool.turns.available_permits(), 0);
        turn.give_back("connection");
        assert_eq!(pool.turn().await.unwrap().take_idle(), Some("connection"));
        assert_eq!(pool.turns.available_permits(), 1);
    }
}
