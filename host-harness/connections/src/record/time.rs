//! Moments, as a caller tells them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// How far the clocks of machines on one store may be apart. What was written later than that from now was
/// written by a clock that was wrong.
pub const CLOCK_SKEW: Duration = Duration::from_secs(30);

/// A moment, in milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted. A store never
/// reads a clock: the caller says what time it is.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From milliseconds since 1970.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// That much later; the last moment there is where it would be past it.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(millis(duration)))
    }

    /// That much earlier; the first moment there is where it would be before it.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(millis(duration)))
    }

    /// Whether it is further ahead than clocks may be apart: something that has happened already cannot
    /// have happened then.
    #[must_use]
    pub fn is_impossible_at(self, now: Self) -> bool {
        self > now.plus(CLOCK_SKEW)
    }

    /// How long ago `earlier` was; nothing where it is still to come.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        let millis = self.0.saturating_sub(earlier.0);
        Duration::from_millis(u64::try_from(millis).unwrap_or(0))
    }
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        match time.duration_since(UNIX_EPOCH) {
            Ok(after) => Self(millis(after)),
            Err(before) => Self(-millis(before.duration())),
        }
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_do_not_wrap_around() {
        let last = Timestamp::from_millis(i64::MAX);
        assert_eq!(last.plus(Duration::MAX), last);
        assert_eq!(
            Timestamp::from_millis(-5).minus(Duration::MAX).as_millis(),
            i64::MIN
        );
        assert_eq!(Timestamp::from_millis(5).since(last), Duration::ZERO);
    }

    #[test]
    fn a_system_time_keeps_its_milliseconds() {
        let time = UNIX_EPOCH + Duration::from_micros(1_234_567);
        assert_eq!(Timestamp::from(time), Timestamp::from_millis(1234));
        let time = UNIX_EPOCH - Duration::from_secs(1);
        assert_eq!(Timestamp::from(time), Timestamp::from_millis(-1000));
    }
}
