//! Retrying with backoff: writes that the store does not take yet.

use std::time::Duration;

use tokio::time::Instant;

use super::Error;
use crate::store::StoreError;

/// How long a write waits before it is tried again: first, and at the most.
const WRITE_AGAIN: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(5));

/// For how long something is tried again, with pauses that grow.
pub(super) struct Patience {
    since: Instant,
    limit: Duration,
    pause: Duration,
}

impl Patience {
    pub(super) fn of(limit: Duration) -> Self {
        Self {
            since: Instant::now(),
            limit,
            pause: WRITE_AGAIN.0,
        }
    }

    /// Waits until it is to be tried again. False, and at once, where the time is over.
    pub(super) async fn pause(&mut self) -> bool {
        if self.since.elapsed() >= self.limit {
            return false;
        }
        tokio::time::sleep(self.pause).await;
        self.pause = (self.pause * 2).min(WRITE_AGAIN.1);
        true
    }
}

/// Writes, and tries again while `may_mend` says of the error that the store may take it later.
pub(super) async fn retry_write<T, F>(
    patience: &mut Patience,
    may_mend: impl Fn(&StoreError) -> bool,
    mut write: impl FnMut() -> F,
) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, StoreError>>,
{
    loop {
        let error = match write().await {
            Err(error) if may_mend(&error) => error,
            result => return result,
        };
        tracing::warn!(%error, "a result cannot be stored yet; it is tried again");
        if !patience.pause().await {
            return Err(error);
        }
    }
}

/// Of a write that loses nothing where it is given up: room can be made and rights be granted while we
/// wait.
pub(super) fn may_mend(error: &StoreError) -> bool {
    error.is_passing() || matches!(error, StoreError::Full | StoreError::ReadOnly(_))
}

/// Of new tokens, which exist nowhere else: whatever the database says, somebody can put it right while
/// we wait (a password, a key file, a setting, a right), unless these tokens have no place in it any more.
pub(super) fn may_mend_for_tokens(error: &StoreError) -> bool {
    !matches!(
        error,
        StoreError::Fenced { .. }
            | StoreError::StaleGeneration { .. }
            | StoreError::NotFound
            | StoreError::Corrupt(_)
    )
}

/// Of the lease that new tokens are stored under: also that another holds it now passes.
pub(super) fn lease_may_be_had(error: &Error) -> bool {
    match error {
        Error::Store(StoreError::Fenced { .. }) | Error::Busy | Error::Held(_) => true,
        Error::Store(error) => may_mend_for_tokens(error),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Fence, Generation};
    use crate::store::Effect;

    /// What is done about each: tokens, the lease for them, and a state alone.
    #[rstest::rstest]
    #[case(StoreError::Busy, (true, true, true))]
    #[case(StoreError::Unavailable { reason: String::new(), effect: Effect::Unknown }, (true, true, true))]
    #[case(StoreError::Full, (true, true, true))]
    #[case(StoreError::ReadOnly(String::new()), (true, true, true))]
    #[case(StoreError::Refused("(XX000)".into()), (true, true, false))]
    #[case(StoreError::Misconfigured("(28P01)".into()), (true, true, false))]
    #[case(StoreError::NotDurable { setting: "fsync".into(), value: "off".into() }, (true, true, false))]
    #[case(StoreError::Replaced(crate::store::Replacement::File("store.db".into())), (true, true, false))]
    #[case(StoreError::Absent, (true, true, false))]
    #[case(StoreError::Fenced { held: Fence(1), newest: Fence(2) }, (false, true, false))]
    #[case(StoreError::StaleGeneration { expected: Generation(1), found: Generation(2) }, (false, false, false))]
    #[case(StoreError::NotFound, (false, false, false))]
    #[case(StoreError::Corrupt(String::new()), (false, false, false))]
    fn what_may_mend_is_tried_again(
        #[case] error: StoreError,
        #[case] (tokens, lease, state): (bool, bool, bool),
    ) {
        assert_eq!(may_mend_for_tokens(&error), tokens);
        assert_eq!(may_mend(&error), state);
        assert_eq!(lease_may_be_had(&Error::Store(error)), lease);
    }

    #[tokio::test(start_paused = true)]
    async fn the_pauses_grow_and_the_patience_ends() {
        let mut patience = Patience::of(Duration::from_secs(300));
        let begun = Instant::now();
        let mut tries = 0;
        while patience.pause().await {
            tries += 1;
        }
        assert!((60..=80).contains(&tries), "{tries}");
        let took = begun.elapsed();
        assert!((300..=305).contains(&took.as_secs()), "{took:?}");
        assert!(!Patience::of(Duration::ZERO).pause().await);
    }
}
