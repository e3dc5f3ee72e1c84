use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rstest::rstest;

use super::*;

const SECRET: &str = "Not/a-Real+secret&\"0123456789\u{fc}xyz";
const PLAIN: &str = "not-a-real-secret-0123456789abcdef";

fn search(secrets: &[&str]) -> SecretSearch {
    let mut search = SecretSearch::default();
    for secret in secrets {
        search.add(&Secret::new(*secret));
    }
    search
}

#[track_caller]
pub(super) fn check_found(secret: &str, text: &str) {
    assert!(
        !search(&[secret]).find(text).is_empty(),
        "{secret:?} in {text:?}"
    );
}

#[track_caller]
pub(super) fn check_not_found(secret: &str, text: &str) {
    assert!(
        search(&[secret]).find(text).is_empty(),
        "{secret:?} in {text:?}"
    );
}

pub(super) fn hex(value: &str, separator: &str) -> String {
    let digits = value.bytes().map(|byte| format!("{byte:02x}"));
    digits.collect::<Vec<_>>().join(separator)
}

fn base32(value: &str) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: String = value.bytes().map(|byte| format!("{byte:08b}")).collect();
    let digits = bits.as_bytes().chunks(5).map(|chunk| {
        let digit = format!("{:0<5}", String::from_utf8_lossy(chunk));
        char::from(ALPHABET[usize::from_str_radix(&digit, 2).unwrap()])
    });
    digits.collect()
}

pub(super) fn each(value: &str, spell: impl Fn(char) -> String) -> String {
    value.chars().map(spell).collect()
}

pub(super) fn grouped(value: &str, width: usize, separator: &str) -> String {
    let letters: Vec<char> = value.chars().collect();
    let groups = letters
        .chunks(width)
        .map(|it| it.iter().collect::<String>());
    groups.collect::<Vec<_>>().join(separator)
}

/// Each spelling of a whole secret, as services make them.
#[rstest]
#[case::as_it_is(|s: &str| s.to_owned())]
#[case::in_a_sentence(|s: &str| format!("The value '{s}' is invalid."))]
#[case::in_capitals(|s: &str| s.to_uppercase())]
#[case::in_lower_case(|s: &str| s.to_lowercase())]
#[case::title_case(|s: &str| s[..1].to_uppercase() + &s[1..])]
#[case::html_named(|s: &str| s.replace('&', "&amp;").replace('"', "&quot;"))]
#[case::html_decimal(|s: &str| each(s, |c| format!("&#{};", u32::from(c))))]
#[case::html_hexadecimal(|s: &str| each(s, |c| format!("&#x{:X};", u32::from(c))))]
#[case::html_without_semicolon(|s: &str| each(s, |c| format!("&#x{:x} ", u32::from(c))))]
#[case::html_of_signs_alone(|s: &str| s.replace('+', "&#43;").replace('/', "&#x2F;").replace('=', "&#61;"))]
#[case::html_twice(|s: &str| s.replace('&', "&amp;amp;").replace('"', "&amp;quot;"))]
#[case::json_slashes(|s: &str| s.replace('/', "\\/"))]
#[case::json_unicode(|s: &str| each(s, |c| if c.is_ascii_alphanumeric() { c.into() } else { format!("\\u{:04x}", u32::from(c)) }))]
#[case::json_unicode_of_all(|s: &str| each(s, |c| format!("\\u{:04X}", u32::from(c))))]
#[case::json_in_json(|s: &str| serde_json::Value::from(serde_json::Value::from(s).to_string()).to_string())]
#[case::c_hexadecimal(|s: &str| s.bytes().map(|b| format!("\\x{b:02x}")).collect())]
#[case::c_octal(|s: &str| s.bytes().map(|b| format!("\\{b:03o}")).collect())]
#[case::rust_debug(|s: &str| format!("{s:?}"))]
#[case::rust_escape(|s: &str| s.escape_unicode().to_string())]
#[case::sql_quotes(|s: &str| s.replace('"', "\"\""))]
#[case::sql_backslash(|s: &str| s.replace('"', "\\\"").replace('\'', "\\'"))]
#[case::percent(|s: &str| percent_encoding::utf8_percent_encode(s, percent_encoding::NON_ALPHANUMERIC).to_string())]
#[case::percent_lower(|s: &str| percent_encoding::utf8_percent_encode(s, percent_encoding::NON_ALPHANUMERIC).to_string().to_lowercase())]
#[case::percent_of_all(|s: &str| s.bytes().map(|b| format!("%{b:02X}")).collect())]
#[case::percent_twice(|s: &str| percent_encoding::utf8_percent_encode(s, percent_encoding::NON_ALPHANUMERIC).to_string().replace('%', "%25"))]
#[case::percent_four_times(|s: &str| percent_encoding::utf8_percent_encode(s, percent_encoding::NON_ALPHANUMERIC).to_string().replace('%', "%25252525"))]
#[case::percent_unicode(|s: &str| each(s, |c| format!("%u{:04x}", u32::from(c))))]
#[case::form(|s: &str| form_urlencoded::byte_serialize(s.as_bytes()).collect())]
#[case::quoted_printable(|s: &str| s.bytes().map(|b| format!("={b:02X}")).collect())]
#[case::mixed_escapes(|s: &str| s.replace('/', "%2F").replace('&', "&amp;").replace('+', "\\u002b"))]
#[case::hexadecimal(|s: &str| hex(s, ""))]
#[case::hexadecimal_capitals(|s: &str| hex(s, "").to_uppercase())]
#[case::hexadecimal_colons(|s: &str| hex(s, ":"))]
#[case::hexadecimal_blanks(|s: &str| hex(s, " "))]
#[case::hexadecimal_prefixed(|s: &str| format!("0x{}", hex(s, ", 0x")))]
#[case::hexadecimal_after_a_digit(|s: &str| format!("f{}", hex(s, "")))]
#[case::base64(|s: &str| STANDARD.encode(s))]
#[case::base64_url(|s: &str| URL_SAFE_NO_PAD.encode(s))]
#[case::base64_in_lines(|s: &str| grouped(&STANDARD.encode(s), 20, "\r\n "))]
#[case::base64_lower(|s: &str| STANDARD.encode(s).to_lowercase())]
#[case::base64_capitals(|s: &str| STANDARD.encode(s).to_uppercase())]
#[case::base64_percent(|s: &str| STANDARD.encode(s).replace('=', "%3D").replace('/', "%2F"))]
#[case::basic(|s: &str| format!("Basic {}", STANDARD.encode(format!("client:{s}"))))]
#[case::basic_encoded(|s: &str| {
    let form: String = form_urlencoded::byte_serialize(s.as_bytes()).collect();
    format!("Basic {}", STANDARD.encode(format!("c:{form}")))
})]
#[case::base64_twice(|s: &str| STANDARD.encode(STANDARD.encode(s)))]
#[case::base64_of_hexadecimal(|s: &str| STANDARD.encode(hex(s, "")))]
#[case::base64_of_utf_16(|s: &str| STANDARD.encode(s.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()))]
#[case::base32(|s: &str| base32(s))]
#[case::base32_lower(|s: &str| base32(s).to_lowercase())]
#[case::backwards(|s: &str| s.chars().rev().collect())]
#[case::rot13(|s: &str| each(s, |c| match c {
    'a'..='m' | 'A'..='M' => char::from(u8::try_from(c).unwrap() + 13).to_string(),
    'n'..='z' | 'N'..='Z' => char::from(u8::try_from(c).unwrap() - 13).to_string(),
    c => c.to_string(),
}))]
#[case::bytes_as_numbers(|s: &str| format!("{:?}", s.as_bytes()))]
#[case::grouped_by_four(|s: &str| grouped(s, 4, " "))]
#[case::grouped_by_hyphens(|s: &str| grouped(s, 4, "-"))]
#[case::one_by_one(|s: &str| grouped(s, 1, ", "))]
#[case::wrapped(|s: &str| grouped(s, 10, "\n"))]
#[case::wrapped_softly(|s: &str| grouped(s, 9, "=\r\n"))]
#[case::zero_width(|s: &str| grouped(s, 3, "\u{200b}"))]
#[case::soft_hyphens(|s: &str| grouped(s, 5, "\u{ad}"))]
#[case::full_width(|s: &str| each(s, |c| match u32::from(c) {
    code @ 0x21..=0x7E => char::from_u32(code + 0xFEE0).unwrap().to_string(),
    _ => c.to_string(),
}))]
#[case::decomposed(|s: &str| s.replace('\u{fc}', "u\u{308}"))]
#[case::in_tags(|s: &str| grouped(s, 6, "</b><b>").replace("<", " <"))]
#[case::cut_to_eight(|s: &str| s.chars().take(11).collect())]
#[case::cut_with_an_ellipsis(|s: &str| s.chars().take(20).collect::<String>() + "…")]
#[case::the_end_alone(|s: &str| s.chars().skip(12).collect())]
#[case::the_middle_alone(|s: &str| s.chars().skip(6).take(14).collect())]
#[case::last_four_starred(|s: &str| s.chars().take(s.chars().count() - 4).collect::<String>() + "****")]
fn a_secret_is_found_in_every_spelling(
    #[case] spell: fn(&str) -> String,
    #[values(
        SECRET,
        PLAIN,
        "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo0",
        "4f3c2b1a-9d8e-4c7b-a6f5-0123456789ab"
    )]
    secret: &str,
) {
    check_found(secret, &spell(secret));
}

#[rstest]
#[case::with_a_sign("-4815162342123456789", "-4.815162342123457e+19")]
#[case::with_leading_zeros("007481516234212345", "7481516234212345")]
#[case::with_a_point("4815162342.12345678", "4815162342.1234567")]
#[case::grouped("4815162342123456", "4.815.162.342.123.456")]
#[case::with_a_plus("+4815162342123456", "4815162342123456")]
fn digits_are_found_however_they_are_written(#[case] secret: &str, #[case] text: &str) {
    check_found(secret, text);
}

#[test]
fn blanks_around_a_secret_do_not_hide_it() {
    check_found(" not-a-real-secret\n", "'not-a-real-secret'");
}

#[test]
fn a_short_secret_is_found_as_a_word() {
    check_found("abc12", "abc12");
    check_found("abc12", "The PIN ABC12 is wrong.");
    check_found("!?#*", "bad: !?#*");
    for text in ["abc123", "xabc12", "ab c12d"] {
        assert!(search(&["abc12"]).find(text).is_empty(), "{text}");
    }
    assert!(
        search(&["", "x"]).find("x y z").is_empty(),
        "one letter stands anywhere"
    );
}

/// What ordinary answers say, next to ordinary secrets.
#[rstest]
fn what_holds_no_secret_is_told(
    #[values(
        "Bearer",
        "invalid_grant",
        "GW-0011",
        "REST-1206",
        "tokenInvalid",
        "Kxq2EB0E9-Va1E~YX2n-0g",
        "Invalid Request",
        "The username format is invalid (expected user@company)",
        "43200",
        "1700000000",
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "https://api.intacct.com/ia/api/v1",
        "5RSJ2EB032~YxHyCP0Q3Gr-lzGEE4vfYQAAAAs",
        "ws-loader",
        "Nordlicht-DEV",
        "Zzyzz Delivery",
        "Copy both again from the Sage developer portal, without blanks."
    )]
    text: &str,
    #[values(
        "not-a-real-secret-0123456789abcdef",
        "4f3c2b1a-9d8e-4c7b-a6f5-0123456789ab",
        "Zm9vYmFyYmF6cXV4cXV1eGNvcmdlZ3JhdWx0",
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.c2lnbmF0dXJl",
        "p4ss w0rd!"
    )]
    secret: &str,
) {
    assert!(
        search(&[secret]).find(text).is_empty(),
        "{secret} in {text}"
    );
}

#[test]
fn it_is_known_which_secret_was_found() {
    let mut search = SecretSearch::default();
    let first = search.add(&Secret::new("not-a-real-first-11111"));
    let second = search.add(&Secret::new("unlike-it-the-second-22222"));
    assert_eq!(search.add(&Secret::new("not-a-real-first-11111")), first);
    let found = search.find("x unlike-it-the-second-22222 y");
    assert!(found.intersects(second) && !found.intersects(first));
    // One that becomes known later is looked for too.
    let third = search.add(&Secret::new("later-known-third-33333"));
    assert!(search.find("later-known-third-33333").intersects(third));
}

#[test]
fn the_name_of_a_secret_is_found_as_text() {
    let suffix = "00ab12cd34ef5678";
    for text in [
        "client_secret.1.00ab12cd34ef5678",
        "CLIENT_SECRET.1.00AB12CD34EF5678",
        "client%5Fsecret%2E1%2E00ab12cd34ef5678",
        "00ab12cd%334ef5678",
        "\"\\u0030\\u0030ab12cd34ef5678\"",
        "00ab-12cd-34ef-5678",
    ] {
        assert!(mentions(text, suffix), "{text}");
    }
    assert!(!mentions("client_secret.1.0011223344556677", suffix));
}

proptest::proptest! {
    /// Wherever it stands in a text, a window of a secret is found.
    #[test]
    fn any_eight_letters_in_a_row_are_found(
        secret in "[a-zA-Z0-9]{12,40}",
        at in 0_usize..4,
        before in "[ -~]{0,30}",
        after in "[ -~]{0,30}",
    ) {
        let part = &secret[at..at + 8];
        let text = format!("{before} {part} {after}");
        proptest::prop_assert!(!search(&[&secret]).find(&text).is_empty());
    }

    #[test]
    fn any_text_is_searched_without_a_fault(secret in "\\PC{0,40}", text in "\\PC{0,200}") {
        let _ = search(&[&secret]).find(&text);
    }
}
