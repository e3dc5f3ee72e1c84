//! How long Intacct asks to be left alone.
//!
//! `Retry-After` (RFC 9110 section 10.2.3) is a number of seconds or a date; a date counts from the
//! answer's own `Date`, because nothing here has a clock. Intacct's own headers begin with `X-IA-`
//! and end in `Retry-After` or `RetryAfter`; `X-IA-CPU-Limit-Reset` may be the only one (M). Where
//! several speak, the longest wait is safe.

use crate::{http_date, model::Response, number};

/// The headers of an answer that are read, as the descriptor declares them: the moment of the answer,
/// then whatever may hold a wait.
pub(crate) const HEADERS: &[&str] = &[
    DATE,
    "retry-after",
    "x-ia-*retry-after",
    "x-ia-*retryafter",
    "x-ia-cpu-limit-reset",
];
/// When an answer was made (RFC 9110 section 6.6.1).
pub(crate) const DATE: &str = "date";

/// Never less: "0" would mean to try again at once, and so for ever.
pub const SHORTEST_SECONDS: u32 = 1;
/// Never more: asking once an hour burdens nobody, and a wrong header does no lasting harm.
pub const LONGEST_SECONDS: u32 = 3_600;

/// Seconds to wait, by any header that is declared for that, within [`SHORTEST_SECONDS`] and
/// [`LONGEST_SECONDS`]; `None` where the answer does not say.
pub(crate) fn retry_after_seconds(response: &Response) -> Option<u32> {
    let waits = response.headers.iter().filter(|(name, _)| name != DATE);
    let longest = waits
        .filter_map(|(_, value)| seconds(value.trim(), response))
        .max()?;
    let clamped = longest.clamp(SHORTEST_SECONDS.into(), LONGEST_SECONDS.into());
    u32::try_from(clamped).ok()
}

fn seconds(value: &str, response: &Response) -> Option<u64> {
    number::rounded_up(value).or_else(|| until(value, response))
}

/// A date that has passed means no wait.
fn until(value: &str, response: &Response) -> Option<u64> {
    let answered = http_date::parse(response.header(DATE)?)?;
    http_date::parse(value).map(|then| then.saturating_sub(answered))
}

#[cfg(test)]
mod tests {
    use super::retry_after_seconds;
    use crate::model::{BodyKind, Response};
    use rstest::rstest;

    const DATE: (&str, &str) = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");

    #[rstest]
    #[case::seconds(&[("retry-after", "30")], Some(30))]
    #[case::blanks_around(&[("retry-after", " 30 ")], Some(30))]
    #[case::part_of_a_second(&[("retry-after", "29.2")], Some(30))]
    #[case::nothing_said(&[DATE], None)]
    #[case::at_once(&[("retry-after", "0")], Some(1))]
    #[case::a_day(&[("retry-after", "86400")], Some(3_600))]
    #[case::absurd(&[("retry-after", "99999999999999999999999")], Some(3_600))]
    #[case::negative(&[("retry-after", "-5")], None)]
    #[case::words(&[("retry-after", "soon")], None)]
    #[case::empty(&[("retry-after", "")], None)]
    #[case::intacct_with_hyphen(&[("x-ia-*retry-after", "7")], Some(7))]
    #[case::intacct_without_hyphen(&[("x-ia-*retryafter", "7")], Some(7))]
    #[case::intacct_shortest_name(&[("x-ia-retry-after", "7")], Some(7))]
    #[case::intacct_by_its_full_name(&[("x-ia-tenant-retryafter", "7")], Some(7))]
    #[case::intacct_of_computing_time(&[("x-ia-cpu-limit-reset", "7")], Some(7))]
    #[case::the_longest_counts(&[("retry-after", "3"), ("x-ia-*retry-after", "8")], Some(8))]
    #[case::of_one_name_the_longest(&[("x-ia-*retry-after", "8"), ("x-ia-*retry-after", "3")], Some(8))]
    #[case::one_of_two_is_garbage(&[("retry-after", "x"), ("x-ia-*retry-after", "8")], Some(8))]
    #[case::date(&[DATE, ("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT")], Some(30))]
    #[case::date_of_rfc_850(&[DATE, ("retry-after", "Sunday, 06-Nov-94 08:50:07 GMT")], Some(30))]
    #[case::date_that_has_passed(&[DATE, ("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT")], Some(1))]
    #[case::date_next_year(&[DATE, ("retry-after", "Mon, 06 Nov 1995 08:00:00 GMT")], Some(3_600))]
    #[case::date_without_a_date(&[("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT")], None)]
    fn the_wait_is_read_from_the_headers(
        #[case] headers: &[(&str, &str)],
        #[case] wait: Option<u32>,
    ) {
        let headers = headers
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()));
        let response = Response {
            status: 429,
            headers: headers.collect(),
            body: BodyKind::Empty,
            members: [].into(),
        };
        assert_eq!(retry_after_seconds(&response), wait);
    }
}
