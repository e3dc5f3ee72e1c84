//! Escapes undone: what a text is once a service's escaping is taken back, of whatever kind it was.
//!
//! Entities (HTML), backslashes (JSON, C, Perl, CSS, LDAP), percent (URLs), quoted-printable (RFC 2045),
//! `_x002F_` (XML names, spreadsheets) and UTF-7 (RFC 2152).

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// How often escapes are undone, one kind within another. Of one kind any number is undone at once.
const MOST_ROUNDS: usize = 4;

/// Rounds after an escape that can be read in another way.
const MORE_ROUNDS: usize = 2;

/// As many texts `unescaped` gives at the most.
pub(super) const MOST_UNDONE: usize = 1 + MOST_ROUNDS + 3 * (1 + MORE_ROUNDS);

/// How an escape is read that means one thing here and another there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dialect {
    /// A backslash before digits is octal, as in C.
    Usual,
    /// It is a byte of two hexadecimal digits, as in LDAP (RFC 4515).
    Ldap,
    /// It is a character of up to six hexadecimal digits and a blank, as in CSS.
    Css,
    /// `+` and base64 up to `-` is UTF-16.
    Utf7,
}

/// The text, and what it is with its escapes undone once, twice and so on, as long as that changes it;
/// then the same for each other way to read them.
pub(super) fn unescaped(text: &str) -> Vec<Cow<'_, str>> {
    let mut rounds = vec![Cow::Borrowed(text)];
    go_on(&mut rounds, MOST_ROUNDS);
    for dialect in [Dialect::Ldap, Dialect::Css, Dialect::Utf7] {
        if let Some(other) = undo(text, dialect)
            && !rounds.iter().any(|it| *it == other)
        {
            rounds.push(Cow::Owned(other));
            go_on(&mut rounds, MORE_ROUNDS);
        }
    }
    rounds
}

fn go_on(rounds: &mut Vec<Cow<'_, str>>, most: usize) {
    for _ in 0..most {
        let Some(next) = rounds.last().and_then(|last| undo(last, Dialect::Usual)) else {
            break;
        };
        rounds.push(Cow::Owned(next));
    }
}

/// Whether a text has a character that any escape begins with.
pub(super) fn may_be_in(text: &str) -> bool {
    text.contains(['&', '\\', '%', '=', '_', '+'])
}

/// One layer of escapes undone, of every kind at once; absent where there is none.
fn undo(text: &str, dialect: Dialect) -> Option<String> {
    let may_be = match dialect {
        Dialect::Usual => text.contains(['&', '\\', '%', '=', '_']),
        Dialect::Ldap | Dialect::Css => text.contains('\\'),
        Dialect::Utf7 => text.contains('+') && text.contains('-'),
    };
    if !may_be {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let undone = match (c, dialect) {
            ('+', Dialect::Utf7) => utf7(rest),
            ('&', _) => entity(rest),
            ('\\', _) => backslash(rest, dialect),
            ('%', _) => percent(rest),
            ('=', _) => hex_byte(rest, 1).map(|byte| (Undone::Byte(byte), 3)),
            ('_', _) => xml_name(rest),
            _ => None,
        };
        let (undone, length) = undone.unwrap_or((Undone::Char(c), c.len_utf8()));
        match undone {
            Undone::Byte(byte) => bytes.push(byte),
            Undone::Char(c) => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            Undone::Text(text) => bytes.extend_from_slice(text.as_bytes()),
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
    Text(String),
}

/// `&amp;`, `&#38;`, `&#x26;`, with and without the semicolon; `&amp;amp;` is one too.
fn entity(text: &str) -> Option<(Undone, usize)> {
    let repeated = repeated(&text[1..], &["amp;", "#38;", "#x26;", "#X26;"]);
    [1 + repeated, 1].into_iter().find_map(|start| {
        let (undone, length) = single_entity(&text[start..])?;
        Some((undone, start + length))
    })
}

fn single_entity(body: &str) -> Option<(Undone, usize)> {
    if let Some(number) = body.strip_prefix('#') {
        return numeric(number).map(|(c, length)| (Undone::Char(c), 1 + length));
    }
    named_entity(body).map(|(text, length)| (Undone::Text(text), length))
}

/// How many bytes of repetitions a text begins with, the last of which is needed for what follows.
fn repeated(text: &str, parts: &[&str]) -> usize {
    let mut length = 0;
    loop {
        let rest = &text[length..];
        let Some(part) = parts.iter().find(|it| rest.starts_with(**it)) else {
            return length;
        };
        let behind = &rest[part.len()..];
        let goes_on = behind.starts_with('#')
            || behind
                .find(';')
                .is_some_and(|end| behind[..end].bytes().all(|it| it.is_ascii_alphanumeric()));
        if !goes_on {
            return length;
        }
        length += part.len();
    }
}

fn numeric(number: &str) -> Option<(char, usize)> {
    let hex = number.strip_prefix(['x', 'X']);
    let (digits, radix) = hex.map_or((number, 10), |digits| (digits, 16));
    let zeros = digits.len() - digits.trim_start_matches('0').len();
    let significant = leading(&digits[zeros..], |c| c.is_digit(radix), 8);
    if zeros + significant.len() == 0 {
        return None;
    }
    let value = u32::from_str_radix(significant, radix).unwrap_or(0);
    let length = usize::from(radix == 16) + zeros + significant.len();
    let semicolon = usize::from(number[length..].starts_with(';'));
    Some((char::from_u32(value)?, length + semicolon))
}

/// By the names of HTML. Those of signs that passwords have are taken without a semicolon, too.
fn named_entity(body: &str) -> Option<(String, usize)> {
    const SIGNS: [(&str, &str); 28] = [
        ("amp", "&"),
        ("lt", "<"),
        ("gt", ">"),
        ("quot", "\""),
        ("apos", "'"),
        ("nbsp", " "),
        ("sol", "/"),
        ("plus", "+"),
        ("equals", "="),
        ("colon", ":"),
        ("lowbar", "_"),
        ("period", "."),
        ("commat", "@"),
        ("num", "#"),
        ("dollar", "$"),
        ("percnt", "%"),
        ("ast", "*"),
        ("excl", "!"),
        ("quest", "?"),
        ("comma", ","),
        ("semi", ";"),
        ("lpar", "("),
        ("rpar", ")"),
        ("hyphen", "-"),
        ("dash", "-"),
        ("bsol", "\\"),
        ("verbar", "|"),
        ("hat", "^"),
    ];
    let name = leading(body, |c| c.is_ascii_alphanumeric(), 32);
    if body[name.len()..].starts_with(';') {
        let written = format!("&{name};");
        let spelled = [written.to_ascii_lowercase(), written];
        let decoded = spelled.iter().rev().find_map(|it| {
            let decoded = html_escape::decode_html_entities(it);
            (decoded != it.as_str()).then(|| decoded.into_owned())
        });
        if let Some(decoded) = decoded {
            return Some((decoded, name.len() + 1));
        }
    }
    let sign = SIGNS.iter().find(|(name, _)| {
        body.get(..name.len())
            .is_some_and(|it| it.eq_ignore_ascii_case(name))
    });
    sign.map(|(name, sign)| ((*sign).to_owned(), name.len()))
}

/// `\/`, `\"`, `\u002f`, `\U0000002f`, `\u{2f}`, `\x2f`, `\x{2f}`, `\N{U+2F}`, `\57`, and any number of
/// backslashes before any other character, which then stands for itself.
fn backslash(text: &str, dialect: Dialect) -> Option<(Undone, usize)> {
    let start = text.len() - text.trim_start_matches('\\').len();
    let body = &text[start..];
    // The last of a text stands for itself: taken as one, however many they are.
    let Some(next) = body.chars().next() else {
        return Some((Undone::Char('\\'), start));
    };
    let undone = match (dialect, next) {
        (Dialect::Ldap, _) if hex_byte(body, 0).is_some() => {
            hex_byte(body, 0).map(|byte| (Undone::Byte(byte), 2))
        }
        (Dialect::Css, c) if c.is_ascii_hexdigit() => css(body),
        (_, 'u' | 'U' | 'x' | 'X' | 'N') => {
            lettered(body).or(Some((Undone::Char(next), next.len_utf8())))
        }
        (_, '0'..='7') => octal(body),
        (_, 'n' | 'r' | 't' | 'b' | 'f' | 'v') => Some((Undone::Char(' '), 1)),
        (_, other) => Some((Undone::Char(other), other.len_utf8())),
    };
    undone.map(|(undone, length)| (undone, start + length))
}

/// A code point or a byte behind a letter.
fn lettered(body: &str) -> Option<(Undone, usize)> {
    let letter = body.chars().next()?;
    let braced = match letter {
        'N' => body.strip_prefix("N{U+"),
        _ => body[1..].strip_prefix('{'),
    };
    if let Some(braced) = braced {
        let digits = leading(braced, |c| c.is_ascii_hexdigit(), 8);
        let length = body.len() - braced.len() + digits.len();
        let closed = usize::from(body[length..].starts_with('}'));
        return code_point(digits).map(|c| (Undone::Char(c), length + closed));
    }
    match letter {
        'u' => {
            let letters = body.len() - body.trim_start_matches('u').len();
            unit(body, letters)
        }
        'U' => {
            let digits = leading(&body[1..], |c| c.is_ascii_hexdigit(), 8);
            if digits.len() == 8 {
                code_point(digits).map(|c| (Undone::Char(c), 9))
            } else {
                unit(body, 1)
            }
        }
        'x' | 'X' => hex_byte(body, 1).map(|byte| (Undone::Byte(byte), 3)),
        _ => None,
    }
}

/// Four hexadecimal digits, or two times four that make one character (RFC 8259 section 7).
fn unit(body: &str, at: usize) -> Option<(Undone, usize)> {
    let digits = |at: usize| {
        let digits = leading(body.get(at..)?, |c| c.is_ascii_hexdigit(), 4);
        (digits.len() == 4).then(|| u16::from_str_radix(digits, 16).ok())?
    };
    let first = digits(at)?;
    if let Ok(c) = char::decode_utf16([first]).next()? {
        return Some((Undone::Char(c), at + 4));
    }
    let second = body
        .get(at + 4..)?
        .trim_start_matches('\\')
        .strip_prefix('u')?;
    let behind = body.len() - second.len();
    let c = char::decode_utf16([first, digits(behind)?]).next()?.ok()?;
    Some((Undone::Char(c), behind + 4))
}

fn octal(body: &str) -> Option<(Undone, usize)> {
    let braces = usize::from(body.starts_with('0'));
    let digits = leading(body, |c| c.is_digit(8), 3 + braces);
    let byte = |digits: &str| u8::from_str_radix(digits, 8).ok();
    // `\0141` is one of the shell's, where `\014` and a digit is C's: taken for the former.
    let length = if byte(digits).is_some() {
        digits.len()
    } else {
        digits.len() - 1
    };
    byte(&digits[..length]).map(|byte| (Undone::Byte(byte), length))
}

fn css(body: &str) -> Option<(Undone, usize)> {
    let digits = leading(body, |c| c.is_ascii_hexdigit(), 6);
    let blank = usize::from(body[digits.len()..].starts_with([' ', '\t', '\n']));
    code_point(digits).map(|c| (Undone::Char(c), digits.len() + blank))
}

fn code_point(digits: &str) -> Option<char> {
    char::from_u32(u32::from_str_radix(digits, 16).ok()?)
}

/// `%2f`, `%u002f`, and `%252f` with any number of `25`.
fn percent(text: &str) -> Option<(Undone, usize)> {
    let mut start = 1;
    while text[start..].starts_with("25") && is_escaped(&text[start + 2..]) {
        start += 2;
    }
    let body = &text[start..];
    if body.starts_with(['u', 'U']) {
        return unit(body, 1).map(|(undone, length)| (undone, start + length));
    }
    hex_byte(body, 0).map(|byte| (Undone::Byte(byte), start + 2))
}

fn is_escaped(text: &str) -> bool {
    hex_byte(text, 0).is_some() || (text.starts_with(['u', 'U']) && unit(text, 1).is_some())
}

/// `_x002F_` and `_x2f_`.
fn xml_name(text: &str) -> Option<(Undone, usize)> {
    let body = text
        .strip_prefix("_x")
        .or_else(|| text.strip_prefix("_X"))?;
    let digits = leading(body, |c| c.is_ascii_hexdigit(), 8);
    let is_closed = digits.len() >= 2 && body[digits.len()..].starts_with('_');
    is_closed.then(|| code_point(digits).map(|c| (Undone::Char(c), 3 + digits.len())))?
}

/// `+AC8-`; `+-` is a plus.
fn utf7(text: &str) -> Option<(Undone, usize)> {
    let digits = leading(
        &text[1..],
        |c| c.is_ascii_alphanumeric() || c == '/' || c == '+',
        1 << 12,
    );
    let behind = &text[1 + digits.len()..];
    let length = 1 + digits.len() + usize::from(behind.starts_with('-'));
    // What is left over of the last digit is no whole unit.
    let forgiving = GeneralPurpose::new(
        &base64::alphabet::STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_allow_trailing_bits(true)
            .with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    let whole = digits.len() - usize::from(digits.len() % 4 == 1);
    let bytes = forgiving.decode(&digits[..whole]).ok()?;
    let units = bytes
        .chunks_exact(2)
        .map(|it| u16::from_be_bytes([it[0], it[1]]));
    let text: String = char::decode_utf16(units).filter_map(Result::ok).collect();
    (!text.is_empty()).then_some((Undone::Text(text), length))
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
