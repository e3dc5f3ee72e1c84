//! How far each credential was when this process saw it last. Fences and generations only go up (monotonic
//! counters), so a lower one shows that the database was put back to an older state under this process: a
//! backup was restored over it, or a standby took over that had not got the last commits.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::record::{CredentialId, Fence, Generation};
use crate::store::{Replacement, StoreError};

/// The newest lease and the newest tokens of a credential.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) fence: u64,
    pub(super) generation: u64,
}

impl Position {
    /// Of a credential that was deleted: it does not come back.
    pub(super) const DELETED: Self = Self {
        fence: u64::MAX,
        generation: u64::MAX,
    };

    pub(super) fn new(fence: Fence, generation: Generation) -> Self {
        Self {
            fence: fence.number(),
            generation: generation.number(),
        }
    }

    /// Refuses what is older than this, which was seen before it was read.
    pub(super) fn check(self, found: Self, id: CredentialId) -> Result<(), StoreError> {
        if found.fence < self.fence || found.generation < self.generation {
            Err(StoreError::Replaced(Replacement::Older(id)))
        } else {
            Ok(())
        }
    }
}

/// What this process has seen.
#[derive(Default)]
pub(super) struct Seen(Mutex<HashMap<CredentialId, Position>>);

impl Seen {
    pub(super) fn of(&self, id: CredentialId) -> Position {
        self.all().get(&id).copied().unwrap_or_default()
    }

    /// Never goes down: of two calls, the one that read first may end last.
    pub(super) fn note(&self, id: CredentialId, found: Position) {
        let mut all = self.all();
        let seen = all.entry(id).or_default();
        seen.fence = seen.fence.max(found.fence);
        seen.generation = seen.generation.max(found.generation);
    }

    fn all(&self) -> MutexGuard<'_, HashMap<CredentialId, Position>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
