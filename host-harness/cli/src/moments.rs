//! Moments and spans of time, as people say them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use credential_connections::record::Timestamp;
use credential_connections::words::apart;
pub(crate) use credential_connections::words::{from_now, span};

/// The year 9999 ends then; what prints dates goes no further.
const FAR_FUTURE: u64 = 253_402_300_800;

/// The end of a life of so many seconds; absent past what a calendar can say.
pub(crate) fn end(from: SystemTime, life: u64) -> Option<SystemTime> {
    let end = from.checked_add(Duration::from_secs(life))?;
    (seconds(end) < FAR_FUTURE).then_some(end)
}

pub(crate) fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |it| it.as_secs())
}

/// For programs: seconds since 1970.
pub(crate) fn unix_seconds(at: Timestamp) -> i64 {
    at.as_millis().div_euclid(1_000)
}

/// How far off, and the date where a calendar can say it.
pub(crate) fn dated(at: Timestamp, now: Timestamp) -> String {
    let off = apart(at, now, 2);
    let seconds = u64::try_from(unix_seconds(at)).ok();
    let time = seconds.and_then(|seconds| end(UNIX_EPOCH, seconds));
    time.map_or_else(
        || off.clone(),
        |time| format!("{off}, on {}", httpdate::fmt_http_date(time)),
    )
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::intaccts(43_200, Some(44_200))]
    #[case::none_at_all(0, Some(1_000))]
    #[case::past_the_calendar(FAR_FUTURE, None)]
    #[case::past_the_clock(u64::MAX, None)]
    fn a_life_ends_where_the_calendar_can_say_so(#[case] life: u64, #[case] at: Option<u64>) {
        let asked_at = UNIX_EPOCH + Duration::from_secs(1_000);
        assert_eq!(end(asked_at, life).map(seconds), at);
    }

    #[test]
    fn a_moment_past_the_calendar_has_no_date() {
        let now = Timestamp::from_millis(0);
        let soon = Timestamp::from_millis(60_000);
        assert_eq!(
            dated(soon, now),
            "in 1 min, on Thu, 01 Jan 1970 00:01:00 GMT"
        );
        let never = Timestamp::from_millis(i64::MAX);
        assert!(!dated(never, now).contains(", on "));
    }
}
