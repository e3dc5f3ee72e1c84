//! Spans of time, as people say them.

use crate::record::Timestamp;

const UNITS: [(u64, &str); 4] = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];

/// So many seconds, by their largest unit, and the next where it counts: `1 d 1 h`.
#[must_use]
pub fn span(seconds: u64) -> String {
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
#[must_use]
pub fn from_now(at: Timestamp, now: Timestamp) -> String {
    apart(at, now, 1)
}

/// How far off, in at most so many units.
#[must_use]
pub fn apart(at: Timestamp, now: Timestamp, most: usize) -> String {
    if at > now {
        format!("in {}", units(at.since(now).as_secs(), most))
    } else {
        format!("{} ago", units(now.since(at).as_secs(), most))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_said_in_its_largest_units() {
        let cases = [
            (0, "0 s"),
            (59, "59 s"),
            (61, "1 min 1 s"),
            (43_200, "12 h"),
            (90_061, "1 d 1 h"),
        ];
        for (seconds, expected) in cases {
            assert_eq!(span(seconds), expected);
        }
    }

    #[test]
    fn a_moment_is_said_from_now() {
        let moment = |seconds: i64| Timestamp::from_millis(seconds * 1_000);
        let cases = [
            (143_199, "in 11 h"),
            (99_820, "3 min ago"),
            (100_000, "0 s ago"),
        ];
        for (at, expected) in cases {
            assert_eq!(from_now(moment(at), moment(100_000)), expected);
        }
    }
}
