//! Moments: how far off, with the date for whoever wants to know.

use credential_connections::record::Timestamp;
use credential_connections::words::from_now;
use time::OffsetDateTime;

use super::text::counted;

/// Closer than this is now: a person does not count seconds.
const NOW_MILLIS: u64 = 5_000;

const DAY_MILLIS: u64 = 86_400_000;

/// A moment as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    /// `in 11 h`, `3 min ago`, `just now`.
    pub(super) said: String,
    /// Absent past what a calendar can say.
    pub(super) date: Option<Date>,
}

/// A date and time, in UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Date {
    /// RFC 3339, for programs.
    pub(super) machine: String,
    /// `24 Nov 2026, 14:17 UTC`
    pub(super) person: String,
}

impl Moment {
    pub(super) fn new(at: Timestamp, now: Timestamp) -> Self {
        Self {
            said: said(at, now),
            date: Date::of(at),
        }
    }
}

fn said(at: Timestamp, now: Timestamp) -> String {
    let off = at.as_millis().abs_diff(now.as_millis());
    match usize::try_from(off / DAY_MILLIS) {
        _ if off < NOW_MILLIS => "just now".to_owned(),
        Ok(0) | Err(_) => from_now(at, now),
        Ok(count) => {
            let days = counted(count, "day", "days");
            if at > now {
                format!("in {days}")
            } else {
                format!("{days} ago")
            }
        }
    }
}

impl Date {
    fn of(at: Timestamp) -> Option<Self> {
        let seconds = at.as_millis().div_euclid(1_000);
        let at = OffsetDateTime::from_unix_timestamp(seconds).ok()?;
        let (year, month, day) = (at.year(), at.month(), at.day());
        let (hour, minute, second) = (at.hour(), at.minute(), at.second());
        // The calendar's end, and the years that RFC 3339 can write.
        let date = (0..=9999).contains(&year);
        date.then(|| Self {
            machine: format!(
                "{year:04}-{:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z",
                u8::from(month)
            ),
            person: format!(
                "{day} {:.3} {year}, {hour:02}:{minute:02} UTC",
                month.to_string()
            ),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_795_529_820_000);

    #[test]
    fn a_moment_is_said_from_now_and_dated() {
        let cases = [
            (0, "just now", "24 Nov 2026, 14:17 UTC"),
            (4_999, "just now", "24 Nov 2026, 14:17 UTC"),
            (5_000, "in 5 s", "24 Nov 2026, 14:17 UTC"),
            (43_199_000, "in 11 h", "25 Nov 2026, 02:16 UTC"),
            (-180_000, "3 min ago", "24 Nov 2026, 14:14 UTC"),
            (-86_400_000, "1 day ago", "23 Nov 2026, 14:17 UTC"),
            (259_200_000, "in 3 days", "27 Nov 2026, 14:17 UTC"),
            (-259_200_000, "3 days ago", "21 Nov 2026, 14:17 UTC"),
        ];
        for (off, said, date) in cases {
            let moment = Moment::new(Timestamp::from_millis(NOW.as_millis() + off), NOW);
            assert_eq!(moment.said, said);
            assert_eq!(moment.date.map(|it| it.person).as_deref(), Some(date));
        }
    }

    #[test]
    fn programs_read_the_date_as_rfc_3339() {
        let date = Date::of(NOW).map(|it| it.machine);
        assert_eq!(date.as_deref(), Some("2026-11-24T14:17:00Z"));
    }

    #[test]
    fn a_moment_past_the_calendar_has_no_date() {
        for millis in [i64::MAX, i64::MIN, 253_402_300_800_000] {
            assert_eq!(Date::of(Timestamp::from_millis(millis)), None, "{millis}");
        }
    }
}
