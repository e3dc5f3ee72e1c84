//! Moments and spans of time, as people say them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use credential_connections::record::Timestamp;

/// The year 9999 ends then; what prints dates goes no further.
const FAR_FUTURE: u64 = 253_402_300_800;

const UNITS: [(u64, &str); 4] = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];

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

/// A span of time by its largest unit, and the next where it counts.
pub(crate) fn span(seconds: u64) -> String {
    units(seconds, 2)
}

fn units(seconds: u64, most: usize) -> String {
    let mut rest = seconds;
    let mut parts = Vec::new();
    for (size, name) in UNITS {
        let count = rest / size;
        rest %= size;
        if count > 0 {
            parts.push(format!("{count} {name}"));
        }
    }
    parts.truncate(most);
    if parts.is_empty() {
        return "0 s".to_owned();
    }
    parts.join(" ")
}

/// How far off, in one unit: `in 11 h`, `3 min ago`.
pub(crate) fn from_now(at: Timestamp, now: Timestamp) -> String {
    apart(at, now, 1)
}

fn apart(at: Timestamp, now: Timestamp, most: usize) -> String {
    if at > now {
        format!("in {}", units(at.since(now).as_secs(), most))
    } else {
        format!("{} ago", units(now.since(at).as_secs(), most))
    }
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
    #[case::nothing(0, "0 s")]
    #[case::seconds(59, "59 s")]
    #[case::minutes(61, "1 min 1 s")]
    #[case::intaccts(43_200, "12 h")]
    #[case::two_units_at_most(90_061, "1 d 1 h")]
    fn a_span_is_said_in_its_largest_units(#[case] seconds: u64, #[case] expected: &str) {
        assert_eq!(span(seconds), expected);
    }

    #[rstest]
    #[case::intaccts(43_200, Some(44_200))]
    #[case::none_at_all(0, Some(1_000))]
    #[case::past_the_calendar(FAR_FUTURE, None)]
    #[case::past_the_clock(u64::MAX, None)]
    fn a_life_ends_where_the_calendar_can_say_so(#[case] life: u64, #[case] at: Option<u64>) {
        let asked_at = UNIX_EPOCH + Duration::from_secs(1_000);
        assert_eq!(end(asked_at, life).map(seconds), at);
    }

    #[rstest]
    #[case::to_come(143_199, "in 11 h")]
    #[case::past(99_820, "3 min ago")]
    #[case::this_moment(100_000, "0 s ago")]
    fn a_moment_is_said_from_now(#[case] at: i64, #[case] expected: &str) {
        let moment = |seconds: i64| Timestamp::from_millis(seconds * 1_000);
        assert_eq!(from_now(moment(at), moment(100_000)), expected);
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
