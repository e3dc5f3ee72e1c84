//! Numbers in texts, not negative: digits, and perhaps a fraction. Headers and claims hold them.

/// Any fraction cut off: a token is not trusted for a part of a second.
pub(crate) fn rounded_down(text: &str) -> Option<u64> {
    Some(parse(text)?.0)
}

/// Any fraction taken for a whole one: a wait is rather too long than too short.
pub(crate) fn rounded_up(text: &str) -> Option<u64> {
    let (whole, fraction) = parse(text)?;
    Some(whole.saturating_add(u64::from(fraction)))
}

/// The whole part, at most `u64::MAX`, and whether there is more.
fn parse(text: &str) -> Option<(u64, bool)> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let more = fraction.bytes().any(|digit| digit != b'0');
    (is_digits(whole) && is_digits(fraction)).then(|| (whole.parse().unwrap_or(u64::MAX), more))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::{rounded_down, rounded_up};
    use rstest::rstest;

    #[rstest]
    #[case::whole("43200", 43_200, 43_200)]
    #[case::fraction("1.25", 1, 2)]
    #[case::no_real_fraction("2.000", 2, 2)]
    #[case::leading_zeros("007", 7, 7)]
    #[case::more_than_fits("99999999999999999999999", u64::MAX, u64::MAX)]
    #[case::a_fraction_more_than_fits("18446744073709551615.1", u64::MAX, u64::MAX)]
    fn digits_are_a_number(#[case] text: &str, #[case] down: u64, #[case] up: u64) {
        assert_eq!(
            (rounded_down(text), rounded_up(text)),
            (Some(down), Some(up))
        );
    }

    #[rstest]
    #[case::empty("")]
    #[case::negative("-1")]
    #[case::signed("+1")]
    #[case::an_exponent("1e9")]
    #[case::no_fraction_after_the_point("1.")]
    #[case::nothing_before_the_point(".5")]
    #[case::two_points("1.2.3")]
    #[case::unit("30s")]
    #[case::blank(" 1")]
    fn anything_else_is_none(#[case] text: &str) {
        assert_eq!(rounded_down(text), None);
    }
}
