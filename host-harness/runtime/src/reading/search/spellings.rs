//! Further spellings, each by itself: those that services, gateways, languages and formats have for a
//! text, and the ways in which a short secret is written.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use rstest::rstest;

use super::tests::{check_found, check_not_found, each, grouped, hex};

/// Each sign in this way, and what is no sign as it is.
fn signs(s: &str, spell: impl Fn(u32) -> String) -> String {
    each(s, |c| {
        if c.is_alphanumeric() {
            c.to_string()
        } else {
            spell(u32::from(c))
        }
    })
}

fn named(s: &str, semicolon: &str) -> String {
    const NAMES: [(char, &str); 11] = [
        (':', "colon"),
        ('@', "commat"),
        ('.', "period"),
        ('_', "lowbar"),
        ('/', "sol"),
        ('+', "plus"),
        ('=', "equals"),
        ('#', "num"),
        ('$', "dollar"),
        ('%', "percnt"),
        ('-', "hyphen"),
    ];
    let mut text = s.to_owned();
    for (sign, name) in NAMES {
        text = text.replace(sign, &format!("\u{1}{name}{semicolon}"));
    }
    text.replace('\u{1}', "&")
}

fn utf7(s: &str) -> String {
    signs(s, |c| {
        let unit = u16::try_from(c).unwrap().to_be_bytes();
        format!("+{}-", STANDARD.encode(unit).trim_end_matches('='))
    })
}

fn utf7_of_all(s: &str) -> String {
    let units: Vec<u8> = s.encode_utf16().flat_map(u16::to_be_bytes).collect();
    format!("+{}-", STANDARD.encode(units).trim_end_matches('='))
}

fn shifted(s: &str, small: u32, capital: u32, digit: u32) -> String {
    each(s, |c| {
        let first = match c {
            'a'..='z' => (u32::from('a'), small),
            'A'..='Z' => (u32::from('A'), capital),
            '0'..='9' => (u32::from('0'), digit),
            other => return other.to_string(),
        };
        char::from_u32(u32::from(c) - first.0 + first.1)
            .unwrap()
            .to_string()
    })
}

fn look_alike(s: &str) -> String {
    each(s, |c| {
        let look = match c {
            'a' => 'а',
            'A' => 'Α',
            'B' => 'В',
            'c' => 'с',
            'e' => 'е',
            'E' => 'Ε',
            'H' => 'Н',
            'i' => 'і',
            'o' => 'ο',
            'p' => 'р',
            's' => 'ѕ',
            't' => 'т',
            'x' => 'х',
            'y' => 'у',
            other => other,
        };
        look.to_string()
    })
}

#[rstest]
#[case::named_entities(|s: &str| named(s, ";"))]
#[case::named_entities_without_semicolon(|s: &str| named(s, ""))]
#[case::named_entities_twice(|s: &str| named(s, ";").replace('&', "&amp;"))]
#[case::named_entities_in_capitals(|s: &str| s.replace('&', "&AMP;").replace('"', "&QUOT;").replace('<', "&LT;"))]
#[case::letters_as_entities(|s: &str| each(s, |c| match c {
    'a' => "&aopf;".to_owned(),
    'e' => "&efr;".to_owned(),
    'r' => "&rscr;".to_owned(),
    other => other.to_string(),
}))]
#[case::accented_entities(|s: &str| each(s, |c| match c {
    'a' | 'e' => format!("&{c}acute;"),
    other => other.to_string(),
}))]
#[case::entities_with_zeros(|s: &str| each(s, |c| format!("&#{:012};", u32::from(c))))]
#[case::hexadecimal_entities_with_zeros(|s: &str| each(s, |c| format!("&#X{:010X};", u32::from(c))))]
#[case::entities_six_times(|s: &str| each(s, |c| format!("&{}#{};", "amp;".repeat(5), u32::from(c))))]
#[case::signs_as_entities_six_times(|s: &str| signs(s, |c| format!("&{}#x{c:x};", "amp;".repeat(5))))]
#[case::entities_of_percent(|s: &str| signs(s, |c| format!("&#37;{c:02x}")))]
#[case::percent_of_entities(|s: &str| signs(s, |c| format!("%26%23{c}%3B")))]
#[case::percent_ten_times(|s: &str| signs(s, |c| format!("%{}{c:02X}", "25".repeat(9))))]
#[case::percent_of_the_percent_of_all(|s: &str| s.bytes().map(|b| { let d = format!("{b:02x}"); format!("%25%{:02x}%{:02x}", d.as_bytes()[0], d.as_bytes()[1]) }).collect())]
#[case::percent_mixed_case(|s: &str| s.bytes().enumerate().map(|(n, b)| if n % 2 == 0 { format!("%{b:02X}") } else { format!("%{b:02x}") }).collect())]
#[case::form_with_blanks(|s: &str| s.replace('+', " ").replace('/', "%2f"))]
#[case::json_escapes_eight_deep(|s: &str| signs(s, |c| format!("{}u{c:04x}", "\\".repeat(8))))]
#[case::java_unicode(|s: &str| signs(s, |c| format!("\\uuu{c:04X}")))]
#[case::perl(|s: &str| signs(s, |c| format!("\\x{{{c:x}}}")))]
#[case::perl_names(|s: &str| signs(s, |c| format!("\\N{{U+{c:X}}}")))]
#[case::c_of_signs(|s: &str| signs(s, |c| format!("\\x{c:02x}")))]
#[case::octal_of_signs(|s: &str| signs(s, |c| format!("\\{c:03o}")))]
#[case::octal_of_the_shell(|s: &str| signs(s, |c| format!("\\0{c:03o}")))]
#[case::octal_list(|s: &str| s.bytes().map(|b| format!("{b:03o} ")).collect())]
#[case::ldap(|s: &str| signs(s, |c| format!("\\{c:02x}")))]
#[case::css(|s: &str| signs(s, |c| format!("\\{c:x} ")))]
#[case::css_of_six_digits(|s: &str| signs(s, |c| format!("\\{c:06X}")))]
#[case::xml_names(|s: &str| signs(s, |c| format!("_x{c:04X}_")))]
#[case::short_xml_names(|s: &str| signs(s, |c| format!("_x{c:02x}_")))]
#[case::utf_7(utf7)]
#[case::utf_7_of_all(utf7_of_all)]
#[case::quoted_printable_of_signs(|s: &str| signs(s, |c| format!("={c:02X}")))]
#[case::encoded_word(|s: &str| format!("=?UTF-8?B?{}?=", STANDARD.encode(s)))]
#[case::encoded_word_quoted(|s: &str| format!("=?UTF-8?Q?{}?=", signs(s, |c| format!("={c:02X}"))))]
#[case::base64_url_padded(|s: &str| URL_SAFE.encode(s))]
#[case::base64_of_basic_at_each_offset(|s: &str| STANDARD.encode(format!("id:{s}")))]
#[case::base64_after_one(|s: &str| STANDARD.encode(format!("i:{s}")))]
#[case::base64_of_json(|s: &str| STANDARD.encode(format!("{{\"secret\":{}}}", serde_json::Value::from(s))))]
#[case::base64_of_percent_twice(|s: &str| STANDARD.encode(signs(s, |c| format!("%25{c:02X}"))))]
#[case::base64_with_escaped_lines(|s: &str| grouped(&STANDARD.encode(s), 16, "\\r\\n"))]
#[case::base64_in_a_data_url(|s: &str| format!("data:text/plain;base64,{}", STANDARD.encode(s)))]
#[case::base64_from_the_middle(|s: &str| STANDARD.encode(s).chars().skip(5).take(16).collect())]
#[case::hexadecimal_of_percent(|s: &str| hex(&signs(s, |c| format!("%{c:02X}")), ""))]
#[case::hexadecimal_in_pairs(|s: &str| hex(s, "-").to_uppercase())]
#[case::hexadecimal_dump(|s: &str| grouped(&hex(s, ""), 4, " "))]
#[case::code_points(|s: &str| each(s, |c| format!("U+{:04X} ", u32::from(c))))]
#[case::binary(|s: &str| s.bytes().map(|b| format!("{b:08b} ")).collect())]
#[case::binary_at_once(|s: &str| s.bytes().map(|b| format!("{b:08b}")).collect())]
#[case::decimal_at_once(|s: &str| s.bytes().map(|b| format!("{b:03}")).collect())]
#[case::a_call_for_each(|s: &str| s.bytes().map(|b| format!("CHR({b})||")).collect())]
#[case::bold(|s: &str| shifted(s, 0x1D41A, 0x1D400, 0x1D7CE))]
#[case::monospaced(|s: &str| shifted(s, 0x1D68A, 0x1D670, 0x1D7F6))]
#[case::circled(|s: &str| shifted(s, 0x24D0, 0x24B6, 0x0660))]
#[case::squared(|s: &str| shifted(s, 0x1F170, 0x1F130, 0x06F0))]
#[case::flags(|s: &str| shifted(s, 0x1F1E6, 0x1F1E6, 0x0966))]
#[case::tags(|s: &str| shifted(s, 0xE0061, 0xE0041, 0xE0030))]
#[case::look_alikes(look_alike)]
#[case::accents_added(|s: &str| each(s, |c| format!("{c}\u{301}\u{323}")))]
#[case::struck_through(|s: &str| each(s, |c| format!("{c}\u{336}")))]
#[case::joined(|s: &str| grouped(s, 1, "\u{200d}"))]
#[case::word_joiners(|s: &str| grouped(s, 2, "\u{2060}"))]
#[case::byte_order_marks(|s: &str| grouped(s, 2, "\u{feff}"))]
#[case::right_to_left(|s: &str| format!("\u{202e}{}\u{202c}", s.chars().rev().collect::<String>()))]
#[case::isolated(|s: &str| grouped(s, 3, "\u{2066}\u{2069}"))]
#[case::variation_selectors(|s: &str| grouped(s, 1, "\u{fe0f}"))]
#[case::alternating_case(|s: &str| s.chars().enumerate().map(|(n, c)| if n % 2 == 0 { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }).collect())]
#[case::underscores(|s: &str| grouped(s, 4, "_"))]
#[case::dots(|s: &str| grouped(s, 3, "."))]
#[case::comments(|s: &str| grouped(s, 5, "<!-- x -->"))]
#[case::empty_tags(|s: &str| grouped(s, 5, "<wbr/>"))]
#[case::marked(|s: &str| format!("<em>{}</em>{}", &s[..6], &s[6..]))]
#[case::sql_concatenation(|s: &str| format!("'{}' || '{}'", &s[..6], &s[6..]))]
#[case::eight_at_the_head(|s: &str| s.chars().filter(|c| c.is_alphanumeric()).take(8).collect())]
#[case::eight_at_the_tail(|s: &str| { let all: Vec<char> = s.chars().filter(|c| c.is_alphanumeric()).collect(); all[all.len() - 8..].iter().collect() })]
fn a_secret_is_found_in_further_spellings(
    #[case] spell: fn(&str) -> String,
    #[values(
        "Be:ar@er._not-a/real+se=cr#et$4711%x",
        "not-a-real-secret-0123456789abcdef",
        "4f3c2b1a-9d8e-4c7b-a6f5-0123456789ab"
    )]
    secret: &str,
) {
    check_found(secret, &spell(secret));
}

#[rstest]
#[case::alone("730194", "730194")]
#[case::in_a_sentence("p4$$-w0d", "The password p4$$-w0d is wrong")]
#[case::in_capitals("p4$$-w0d", "P4$$-W0D")]
#[case::grouped("730194", "730 194")]
#[case::one_by_one("730194", "7-3-0-1-9-4")]
#[case::zero_width("730194", "730\u{200b}194")]
#[case::backwards("730194", "code 491037.")]
#[case::without_zeros("007301", "7301")]
#[case::in_another_script("730194", "۷۳۰۱۹۴")]
#[case::entities("ab@12", "ab&commat;12")]
#[case::percent("ab@12", "ab%4012")]
#[case::base64("abc12", "YWJjMTI=")]
#[case::basic("abc12", "Basic aWQ6YWJjMTI=")]
#[case::hexadecimal("abc12", "6162633132")]
#[case::as_a_float("730194", "730194.0")]
#[case::signs_alone("!?#*", "bad: !?#*")]
fn a_short_secret_is_found_as_whole_words(#[case] secret: &str, #[case] text: &str) {
    check_found(secret, text);
}

/// Out of reach, on record: what no service does by itself to a text that it repeats. SECURITY.md says so.
#[rstest]
#[case::every_second_letter(|s: &str| s.chars().step_by(2).collect())]
#[case::another_cipher(|s: &str| each(s, |c| if c.is_ascii_lowercase() { char::from((u8::try_from(c).unwrap() - b'a' + 5) % 26 + b'a').to_string() } else { c.to_string() }))]
#[case::seven_letters(|s: &str| s.chars().filter(|c| c.is_alphanumeric()).take(7).collect())]
fn what_is_out_of_reach_is_on_record(#[case] spell: fn(&str) -> String) {
    let secret = "qwmzkxbvplrtnshdgjfc";
    check_not_found(secret, &spell(secret));
}

/// Secrets that are a writing of bytes: the same bytes, written otherwise.
#[rstest]
#[case::base64_of_a_key("4f3c2b1a9d8e4c7ba6f5042311ab89ef", "TzwrGp2OTHum9QQjEauJ7w==")]
#[case::in_a_text("4f3c2b1a9d8e4c7ba6f5042311ab89ef", "key TzwrGp2OTHum9QQjEauJ7w, then")]
#[case::base64_of_a_uuid("4F3C2B1A-9D8E-4C7B-A6F5-042311AB89EF", "TzwrGp2OTHum9QQjEauJ7w")]
#[case::base64_after_something("4f3c2b1a9d8e4c7ba6f5042311ab89ef", "eE88Kxqdjkx7pvUEIxGrie8=")]
#[case::a_part_of_it("4f3c2b1a9d8e4c7ba6f5042311ab89ef", "wrGp2OTHum9Q")]
#[case::base32_of_a_key("4f3c2b1a9d8e4c7ba6f5042311ab89ef", "J46CWGU5RZGHXJXVAQRRDK4J54")]
#[case::a_number_of_a_key(
    "4f3c2b1a9d8e4c7ba6f5042311ab89ef",
    "105321423730826801198982793526015396335"
)]
#[case::hexadecimal_of_base64("TzwrGp2OTHum9QQjEauJ7w==", "4f3c2b1a9d8e4c7ba6f5042311ab89ef")]
#[case::hexadecimal_of_url_safe_base64("-_8rGp2OTHum9QQjEauJ7w", "FB:FF:2B:1A:9D:8E:4C:7B:A6:F5")]
#[case::base32_in_order(
    "not-a-real-secret-0123456789abcdef",
    "DPNN8BB15LP6AOBC5LPMAORICLQ2QC1H68PJ8D9M6SS3IOB2CDI6APG"
)]
#[case::base32_of_crockford(
    "not-a-real-secret-0123456789abcdef",
    "DSQQ8BB15NS6ARBC5NSPARVJCNT2TC1H68SK8D9P6WW3JRB2CDJ6ASG"
)]
fn other_writings_of_the_same_bytes_are_found(#[case] secret: &str, #[case] text: &str) {
    check_found(secret, text);
    check_not_found("another-secret-that-is-none-of-these", text);
}
