//! Dates in headers (RFC 9110 section 5.6.7), as seconds since 1970.

/// Reads the three forms that a recipient must take: `Sun, 06 Nov 1994 08:49:37 GMT`,
/// `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994`. The day of the week is not
/// looked at.
pub(crate) fn parse(text: &str) -> Option<u64> {
    let mut parts = [""; 6];
    let mut count = 0_usize;
    for part in text.split([' ', ',', '-']).filter(|part| !part.is_empty()) {
        *parts.get_mut(count)? = part;
        count = count.checked_add(1)?;
    }
    match (count, parts) {
        (6, [_, day, month, year, time, "GMT" | "UTC"]) => seconds(year, month, day, time),
        (5, [_, month, day, time, year, _]) => seconds(year, month, day, time),
        _ => None,
    }
}

fn seconds(year: &str, month: &str, day: &str, time: &str) -> Option<u64> {
    let days = days_since_1970(full_year(year)?, month_number(month)?, within(day, 1, 31)?)?;
    days.checked_mul(86_400)?.checked_add(time_of_day(time)?)
}

fn time_of_day(text: &str) -> Option<u64> {
    let mut parts = text.split(':');
    let hours = within(parts.next()?, 0, 23)?;
    let minutes = within(parts.next()?, 0, 59)?;
    let seconds = within(parts.next()?, 0, 60)?;
    if parts.next().is_some() {
        return None;
    }
    hours
        .checked_mul(3_600)?
        .checked_add(minutes.checked_mul(60)?)?
        .checked_add(seconds)
}

/// Two digits are of the century from 1970 on.
fn full_year(text: &str) -> Option<u64> {
    let year = within(text, 0, 9_999)?;
    match (text.len(), year) {
        (2, 0..=69) => year.checked_add(2_000),
        (2, _) => year.checked_add(1_900),
        (4, 1970..) => Some(year),
        _ => None,
    }
}

fn month_number(name: &str) -> Option<u64> {
    const NAMES: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let index = NAMES
        .iter()
        .position(|known| known.eq_ignore_ascii_case(name))?;
    u64::try_from(index).ok()?.checked_add(1)
}

/// Counts with years that begin in March, so that the leap day is a year's last.
fn days_since_1970(year: u64, month: u64, day: u64) -> Option<u64> {
    let (year, month) = if month > 2 {
        (year, month.checked_sub(3)?)
    } else {
        (year.checked_sub(1)?, month.checked_add(9)?)
    };
    let leap_days = (year / 4)
        .checked_sub(year / 100)?
        .checked_add(year / 400)?;
    let before_month = month.checked_mul(153)?.checked_add(2)? / 5;
    let days = year
        .checked_mul(365)?
        .checked_add(leap_days)?
        .checked_add(before_month)?;
    // 719,469 days before it by this count is 1 January 1970.
    days.checked_add(day)?.checked_sub(719_469)
}

fn within(text: &str, least: u64, most: u64) -> Option<u64> {
    let digits = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = if digits {
        text.parse().ok()?
    } else {
        return None;
    };
    (least..=most).contains(&number).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::parse;
    use rstest::rstest;

    #[rstest]
    #[case::today("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777)]
    #[case::of_rfc_850("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777)]
    #[case::of_asctime("Sun Nov  6 08:49:37 1994", 784_111_777)]
    #[case::the_first_second("Thu, 01 Jan 1970 00:00:00 GMT", 0)]
    #[case::leap_day("Thu, 29 Feb 2024 00:00:00 GMT", 1_709_164_800)]
    #[case::after_a_leap_day("Fri, 01 Mar 2024 00:00:00 GMT", 1_709_251_200)]
    #[case::century_with_leap_day("Tue, 29 Feb 2000 12:00:00 GMT", 951_825_600)]
    #[case::leap_second("Sat, 31 Dec 2016 23:59:60 GMT", 1_483_228_800)]
    #[case::two_digits_of_this_century("Tuesday, 24-Nov-26 11:10:40 GMT", 1_795_518_640)]
    #[case::far_away("Fri, 31 Dec 9999 23:59:59 GMT", 253_402_300_799)]
    fn a_date_is_read(#[case] text: &str, #[case] seconds: u64) {
        assert_eq!(parse(text), Some(seconds));
    }

    #[rstest]
    #[case::empty("")]
    #[case::words("soon")]
    #[case::iso("1994-11-06T08:49:37Z")]
    #[case::other_zone("Sun, 06 Nov 1994 08:49:37 CET")]
    #[case::no_such_month("Sun, 06 Foo 1994 08:49:37 GMT")]
    #[case::no_such_hour("Sun, 06 Nov 1994 24:49:37 GMT")]
    #[case::no_such_day("Sun, 00 Nov 1994 08:49:37 GMT")]
    #[case::before_1970("Wed, 31 Dec 1969 23:59:59 GMT")]
    #[case::signed("Sun, +6 Nov 1994 08:49:37 GMT")]
    #[case::too_many_parts("Sun, 06 Nov 1994 08:49:37 GMT GMT")]
    #[case::four_parts_of_time("Sun, 06 Nov 1994 08:49:37:11 GMT")]
    fn no_date_is_made_up(#[case] text: &str) {
        assert_eq!(parse(text), None);
    }
}
