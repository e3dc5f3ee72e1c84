//! How long to wait before the service is asked again.

use std::time::Duration;

use super::Circumstances;
use crate::record::Timestamp;

/// After the first attempt that came to nothing. A passing fault is often over by then.
pub const FIRST_WAIT: Duration = Duration::from_secs(5);

/// However often it came to nothing. Ten thousand credentials then ask a service that is down some
/// thirty times a second, and none notices later than this that it is up again.
pub const LONGEST_WAIT: Duration = Duration::from_secs(5 * 60);

/// After a request whose answer was not seen, before the same refresh token is sent again: the
/// service may still be working on the first. The pause grows where the answer is not seen again.
pub const PROBE_DELAY: Duration = Duration::from_secs(60);

/// How long a refresh token is taken to live where the service does not say: so long after it was
/// obtained, the service is asked again about it though no answer was about the grant.
pub const ASSUMED_REFRESH_LIFE: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// After a refusal that an administrator has to see to. Rarely enough to be no burden, often enough
/// that nobody has to tell us that it was put right.
pub const ADMINISTRATOR_INTERVAL: Duration = Duration::from_secs(60 * 60);

/// However long a wait the service asks for, or a plugin reads out of its answer: a day. One wrong number
/// then ends no renewal for years.
pub const LONGEST_ASKED_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// A wait that the service asked for is stretched by up to this part of itself, so that those who
/// were told the same do not come back together.
const STRETCH: u32 = 10;

/// The longest that a wait of this kind lasts, with its stretch.
pub(super) fn longest(wait: Duration) -> Duration {
    wait + wait / STRETCH
}

/// When to try again after `failures` attempts in a row that came to nothing, this one included.
///
/// The wait doubles from [`FIRST_WAIT`] to [`LONGEST_WAIT`] and is then shortened by up to half, so
/// that many do not come back together. While the stored token still works, it is at most half of
/// the time that is left, so that several attempts fit in before its end.
pub(super) fn next_attempt(failures: u32, at: &Circumstances) -> Timestamp {
    let doublings = failures.saturating_sub(1).min(16);
    let wait = (FIRST_WAIT * (1 << doublings)).min(LONGEST_WAIT);
    let wait = wait - at.jitter.of(wait / 2);
    let left = at
        .expires_at
        .map_or(Duration::ZERO, |end| end.since(at.now));
    let wait = if left.is_zero() {
        wait
    } else {
        wait.min((left / 2).max(FIRST_WAIT / 2))
    };
    at.now.plus(wait)
}

/// When to send a refresh token again of which it is not known whether it is spent: with the same
/// pauses, none of them shorter than [`PROBE_DELAY`].
pub(super) fn next_probe(failures: u32, at: &Circumstances) -> Timestamp {
    next_attempt(failures, at).max(at.now.plus(PROBE_DELAY))
}

/// When to try again after the service asked for a wait: not before it is over, whatever else
/// presses, and within a day.
pub(super) fn after_wait(wait: Duration, at: &Circumstances) -> Timestamp {
    let wait = wait.min(LONGEST_ASKED_WAIT);
    at.now.plus(wait).plus(at.jitter.of(wait / STRETCH))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Jitter;
    use super::*;

    fn at(expires_in: Option<u64>, jitter: Jitter) -> Circumstances {
        let now = Timestamp::from_millis(1_000_000);
        Circumstances {
            now,
            expires_at: expires_in.map(|seconds| now.plus(Duration::from_secs(seconds))),
            refresh_ends_at: None,
            jitter,
        }
    }

    #[track_caller]
    fn check(failures: u32, expires_in: Option<u64>, jitter: Jitter, millis: u64) {
        let at = at(expires_in, jitter);
        let wait = next_attempt(failures, &at).since(at.now);
        assert_eq!(
            wait,
            Duration::from_millis(millis),
            "{failures} {expires_in:?}"
        );
    }

    #[test]
    fn the_wait_doubles_up_to_its_bound() {
        check(1, None, Jitter::NONE, 5_000);
        check(2, None, Jitter::NONE, 10_000);
        check(6, None, Jitter::NONE, 160_000);
        check(7, None, Jitter::NONE, 300_000);
        check(u32::MAX, None, Jitter::NONE, 300_000);
        check(7, None, Jitter::from_bytes([0, 0, 0, 0x80]), 225_000);
    }

    #[test]
    fn the_wait_leaves_room_for_another_attempt_before_the_end() {
        check(7, Some(100), Jitter::NONE, 50_000);
        check(7, Some(6), Jitter::NONE, 3_000);
        check(7, Some(1), Jitter::NONE, 2_500);
        check(1, Some(100), Jitter::NONE, 5_000);
        check(1, Some(0), Jitter::NONE, 5_000);
    }

    proptest! {
        #[test]
        fn a_wait_is_never_shorter_than_half_the_first_nor_longer_than_the_longest(
            failures in 1..=u32::MAX, left in proptest::option::of(0..1_000_000_u64), bytes: [u8; 4],
        ) {
            let at = at(left, Jitter::from_bytes(bytes));
            let wait = next_attempt(failures, &at).since(at.now);
            prop_assert!(wait >= FIRST_WAIT / 2, "{wait:?}");
            prop_assert!(wait <= LONGEST_WAIT, "{wait:?}");
        }

        #[test]
        fn a_wait_that_was_asked_for_is_obeyed_and_little_longer(
            seconds in 1..=86_400_u64, left in proptest::option::of(0..1_000_u64), bytes: [u8; 4],
        ) {
            let at = at(left, Jitter::from_bytes(bytes));
            let asked = Duration::from_secs(seconds);
            let wait = after_wait(asked, &at).since(at.now);
            prop_assert!(wait >= asked && wait <= asked * 11 / 10, "{wait:?}");
        }

        #[test]
        fn no_wait_is_longer_than_a_day_and_its_stretch(seconds: u64, bytes: [u8; 4]) {
            let at = at(None, Jitter::from_bytes(bytes));
            let wait = after_wait(Duration::from_secs(seconds), &at).since(at.now);
            prop_assert!(wait <= LONGEST_ASKED_WAIT * 11 / 10, "{wait:?}");
        }
    }
}
