//! The canonical form of a text, in which it is searched for secrets: letters and digits alone, without
//! case, after whatever escaping a service may have applied is undone.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

/// How often escapes are undone: a service that escapes more than this many times in a row is none.
const MOST_ROUNDS: usize = 4;

/// Letters and digits, without case, each as one byte: those of ASCII as they are, others as a byte of
/// 128 and more that stands for several.
pub(super) type Form = Zeroizing<Vec<u8>>;

/// A text's letters and digits. White space, line breaks, punctuation, quotes, marks and characters
/// that nobody sees are dropped, forms of one letter are one (NFKD).
pub(super) fn plain(text: &str) -> Form {
    let mut form = Zeroizing::new(Vec::with_capacity(text.len()));
    if text.is_ascii() {
        let letters = text.bytes().filter(u8::is_ascii_alphanumeric);
        form.extend(letters.map(|it| it.to_ascii_lowercase()));
    } else {
        let letters = text.nfkd().filter(|c| c.is_alphanumeric());
        let folded = letters
            .flat_map(char::to_uppercase)
            .flat_map(char::to_lowercase);
        form.extend(folded.filter(|c| c.is_alphanumeric()).map(byte));
    }
    form
}

fn byte(c: char) -> u8 {
    match u8::try_from(c) {
        Ok(byte) if byte.is_ascii() => byte,
        _ => {
            let hash = u32::from(c).wrapping_mul(0x9E37_79B1) >> 25;
            0x80 | u8::try_from(hash).unwrap_or(0x7F)
        }
    }
}

/// The text, and what it is with its escapes undone once, twice and so on, as long as that changes it.
pub(super) fn unescaped(text: &str) -> Vec<Cow<'_, str>> {
    let mut rounds = vec![Cow::Borrowed(text)];
    while rounds.len() <= MOST_ROUNDS {
        let Some(next) = rounds.last().and_then(|last| undo(last)) else {
            break;
        };
        rounds.push(Cow::Owned(next));
    }
    rounds
}

/// The text without its markup; absent where it has none.
pub(super) fn without_tags(text: &str) -> Option<String> {
    if !(text.contains('<') && text.contains('>')) {
        return None;
    }
    let parts = text
        .split('<')
        .enumerate()
        .map(|(number, part)| match part.split_once('>') {
            Some((_, behind)) if number > 0 => behind,
            _ => part,
        });
    Some(parts.collect())
}

/// One layer of escapes undone, of every kind at once; absent where there is none.
fn undo(text: &str) -> Option<String> {
    if !text.contains(['&', '\\', '%', '=', '+']) {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let undone = match c {
            '&' => entity(rest),
            '\\' => backslash(rest),
            '%' => percent(rest),
            '=' => hex_byte(rest, 1).map(|byte| (Undone::Byte(byte), 3)),
            _ => None,
        };
        let (undone, length) = undone.unwrap_or((Undone::Char(c), c.len_utf8()));
        match undone {
            Undone::Byte(byte) => bytes.push(byte),
            Undone::Char(c) => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            Undone::Nothing => {}
        }
        rest = &rest[length..];
    }
    let undone = String::from_utf8_lossy(&bytes).into_owned();
    (undone != text).then_some(undone)
}

/// What an escape stands for.
enum Undone {
    Char(char),
    /// Of a longer character perhaps.
    Byte(u8),
    Nothing,
}

/// `&amp;`, `&#38;`, `&#x26;`, with and without the semicolon.
fn entity(text: &str) -> Option<(Undone, usize)> {
    const NAMED: [(&str, char); 12] = [
        ("amp", '&'),
        ("lt", '<'),
        ("gt", '>'),
        ("quot", '"'),
        ("apos", '\''),
        ("nbsp", ' '),
        ("sol", '/'),
        ("plus", '+'),
        ("equals", '='),
        ("colon", ':'),
        ("lowbar", '_'),
        ("period", '.'),
    ];
    let body = &text[1..];
    let (character, mut length) = if let Some(number) = body.strip_prefix('#') {
        let hex = number.strip_prefix(['x', 'X']);
        let (digits, radix) = hex.map_or((number, 10), |digits| (digits, 16));
        let digits: &str = leading(digits, |c| c.is_digit(radix), 8);
        let value = u32::from_str_radix(digits, radix).ok()?;
        let prefix = if radix == 16 { 3 } else { 2 };
        (char::from_u32(value)?, prefix + digits.len())
    } else {
        let found = NAMED.iter().find(|(name, _)| {
            body.get(..name.len())
                .is_some_and(|it| it.eq_ignore_ascii_case(name))
        });
        let (name, character) = found?;
        (*character, 1 + name.len())
    };
    if text[length..].starts_with(';') {
        length += 1;
    }
    Some((Undone::Char(character), length))
}

/// `\/`, `\"`, `\u002f`, `\U0000002f`, `\u{2f}`, `\x2f`, `\57`, and a backslash before any other
/// character, which then stands for itself.
fn backslash(text: &str) -> Option<(Undone, usize)> {
    let next = text[1..].chars().next()?;
    match next {
        'u' if text[2..].starts_with('{') => {
            let digits = leading(&text[3..], |c| c.is_ascii_hexdigit(), 6);
            let length = 3 + digits.len() + usize::from(text[3 + digits.len()..].starts_with('}'));
            code_point(digits).map(|c| (Undone::Char(c), length))
        }
        'u' | 'U' => {
            let width = if next == 'u' { 4 } else { 8 };
            let digits = leading(&text[2..], |c| c.is_ascii_hexdigit(), width);
            let c = if digits.len() == width {
                code_point(digits)?
            } else {
                next
            };
            let length = if digits.len() == width { 2 + width } else { 2 };
            Some((Undone::Char(c), length))
        }
        'x' => hex_byte(text, 2).map(|byte| (Undone::Byte(byte), 4)),
        '0'..='7' => {
            let digits = leading(&text[1..], |c| c.is_digit(8), 3);
            let value = u8::from_str_radix(digits, 8).ok()?;
            Some((Undone::Byte(value), 1 + digits.len()))
        }
        'n' | 'r' | 't' | 'b' | 'f' | 'v' => Some((Undone::Nothing, 2)),
        other => Some((Undone::Char(other), 1 + other.len_utf8())),
    }
}

fn code_point(digits: &str) -> Option<char> {
    char::from_u32(u32::from_str_radix(digits, 16).ok()?)
}

/// `%2f` and `%u002f`.
fn percent(text: &str) -> Option<(Undone, usize)> {
    if text[1..].starts_with(['u', 'U']) {
        let digits = leading(&text[2..], |c| c.is_ascii_hexdigit(), 4);
        return (digits.len() == 4)
            .then(|| code_point(digits))
            .flatten()
            .map(|c| (Undone::Char(c), 6));
    }
    hex_byte(text, 1).map(|byte| (Undone::Byte(byte), 3))
}

fn hex_byte(text: &str, at: usize) -> Option<u8> {
    let digits = text.get(at..at + 2)?;
    let are_digits = digits.bytes().all(|it| it.is_ascii_hexdigit());
    are_digits.then(|| u8::from_str_radix(digits, 16).ok())?
}

/// The characters at the beginning that fit, so many at the most; all of them ASCII.
fn leading(text: &str, fits: impl Fn(char) -> bool, most: usize) -> &str {
    let end = text.chars().take(most).take_while(|c| fits(*c)).count();
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let rounds = unescaped(text);
        let last = rounds.last().map(|it| plain(it)).unwrap_or_default();
        assert_eq!(String::from_utf8_lossy(&last), expected, "{text}");
    }

    #[test]
    fn escapes_are_undone() {
        check("a&amp;b", "ab");
        check("a&#98;c&#x64;e&#102g", "abcdefg");
        check("\\u0061\\x62\\143\\/d\\u{65}", "abcde");
        check("%61%62c%u0064", "abcd");
        check("=61=62", "ab");
        check("%2561%26%2398;", "ab");
        check("\\\\u0061b", "ab");
        check("Ａｂ\u{200b}Ｃ\u{ad}-d e\n'f'", "abcdef");
        check("STRASSE straße", "strassestrasse");
    }

    #[test]
    fn what_only_looks_like_an_escape_stays() {
        check("100%", "100");
        check("a % b & c \\", "abc");
        check("&unknown;", "unknown");
        check("\\u12", "u12");
    }

    proptest::proptest! {
        /// Whatever comes, it ends, and the text itself is always among what is searched.
        #[test]
        fn any_text_has_a_canonical_form(text in "\\PC{0,80}|[&#x;%u\\\\=0-9a-f]{0,40}") {
            let rounds = unescaped(&text);
            proptest::prop_assert_eq!(&rounds[0], &text);
            proptest::prop_assert!(rounds.len() <= MOST_ROUNDS + 1);
        }
    }
}
