//! Numbers in texts, not negative: digits, a fraction, an exponent, as JSON writes them.

/// Seconds, any fraction cut off: a token is not trusted for a part of a second.
pub(crate) fn rounded_down(text: &str) -> Option<u64> {
    Some(parse(text)?.0)
}

/// Seconds, any fraction taken for a whole one: a wait is rather too long than too short.
pub(crate) fn rounded_up(text: &str) -> Option<u64> {
    let (whole, fraction) = parse(text)?;
    Some(whole.saturating_add(u64::from(fraction)))
}

/// The whole part, at most `u64::MAX`, and whether there is more.
fn parse(text: &str) -> Option<(u64, bool)> {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    if !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    let shift: i64 = exponent.parse().ok()?;
    let point = i64::try_from(whole.len()).ok()?.saturating_add(shift);
    Some(split_at(whole.bytes().chain(fraction.bytes()), point))
}

/// The number that stands before the point, and whether anything but zeros stands behind it.
fn split_at(digits: impl Iterator<Item = u8>, point: i64) -> (u64, bool) {
    let (mut whole, mut more, mut left) = (0_u64, false, point);
    for digit in digits {
        if left > 0 {
            whole = appended(whole, digit);
        } else {
            more |= digit != b'0';
        }
        left = left.saturating_sub(1);
    }
    // Twenty more digits are more than fit.
    (0..left.min(20)).for_each(|_| whole = appended(whole, b'0'));
    (whole, more)
}

fn appended(number: u64, digit: u8) -> u64 {
    let digit = u64::from(digit.saturating_sub(b'0'));
    number.saturating_mul(10).saturating_add(digit)
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
    #[case::exponent("4.32e4", 43_200, 43_200)]
    #[case::exponent_with_sign("1E+2", 100, 100)]
    #[case::exponent_that_leaves_a_fraction("12.5e0", 12, 13)]
    #[case::negative_exponent("12345e-2", 123, 124)]
    #[case::vanishing("1e-9", 0, 1)]
    #[case::huge_exponent("1e400", u64::MAX, u64::MAX)]
    #[case::zero_with_an_exponent("0e400", 0, 0)]
    #[case::more_than_fits("99999999999999999999999", u64::MAX, u64::MAX)]
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
    #[case::exponent_without_digits("1e")]
    #[case::exponent_with_two_signs("1e+-3")]
    #[case::no_fraction_after_the_point("1.")]
    #[case::nothing_before_the_point(".5")]
    #[case::unit("30s")]
    #[case::blank(" 1")]
    fn anything_else_is_none(#[case] text: &str) {
        assert_eq!(rounded_down(text), None);
    }
}
