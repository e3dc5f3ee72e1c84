//! The mock's time, which a test moves.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A clock that tests move. Clones show the same time.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Mutex<Reading>>);

#[derive(Clone, Copy, Debug)]
enum Reading {
    /// Stands still, in seconds since the epoch.
    Fixed(u64),
    /// The system's time and this many seconds.
    Following(u64),
}

impl Clock {
    /// Stands at this instant until it is moved; in seconds since 1970-01-01 UTC.
    #[must_use]
    pub fn fixed_at(unix_seconds: u64) -> Self {
        Self(Arc::new(Mutex::new(Reading::Fixed(unix_seconds))))
    }

    /// Follows the system's clock.
    #[must_use]
    pub fn system() -> Self {
        Self(Arc::new(Mutex::new(Reading::Following(0))))
    }

    /// Seconds since 1970-01-01 UTC.
    #[must_use]
    pub fn now(&self) -> u64 {
        match *self.reading() {
            Reading::Fixed(seconds) => seconds,
            Reading::Following(ahead) => system_seconds().saturating_add(ahead),
        }
    }

    /// Moves it forward; parts of a second are dropped.
    pub fn advance(&self, by: Duration) {
        match &mut *self.reading() {
            Reading::Fixed(seconds) | Reading::Following(seconds) => {
                *seconds = seconds.saturating_add(by.as_secs());
            }
        }
    }

    /// What it shows, as a system time.
    pub(crate) fn system_time(&self) -> SystemTime {
        UNIX_EPOCH
            .checked_add(Duration::from_secs(self.now()))
            .unwrap_or(UNIX_EPOCH)
    }

    fn reading(&self) -> std::sync::MutexGuard<'_, Reading> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn system_seconds() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_clock_moves_only_when_it_is_moved() {
        let clock = Clock::fixed_at(1_000);
        let same = clock.clone();
        clock.advance(Duration::from_secs(60));
        assert_eq!(same.now(), 1_060);
    }

    #[test]
    fn a_following_clock_can_be_ahead() {
        let clock = Clock::system();
        let before = clock.now();
        clock.advance(Duration::from_secs(100_000));
        assert!(clock.now() >= before + 100_000);
    }
}
