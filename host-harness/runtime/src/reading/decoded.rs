//! What a text is if it is an encoding: base64, base32, hexadecimal, numbers of bytes, backwards.
//!
//! Encodings of a short text are undone, rather than a long secret encoded in every way: a text has no
//! more than a few kilobytes, and most are too short to hold anything.

use zeroize::Zeroizing;

use super::canonical::{Form, plain};

/// Shorter than this, no encoding holds eight characters of a secret.
const SHORTEST: usize = 11;

/// The canonical forms of what the text may encode, and of what that may encode in turn.
pub(super) fn forms(text: &str, plain_form: &Form) -> Vec<Form> {
    let mut forms = vec![reversed(plain_form), rotated(plain_form)];
    for bytes in decodings(text) {
        if let Some(inner) = as_encoding(&bytes) {
            forms.extend(decodings(inner).iter().map(|it| canonical(it)));
        }
        forms.push(canonical(&bytes));
    }
    forms
}

/// The bytes that the text stands for, in each encoding and at each alignment.
fn decodings(text: &str) -> Vec<Bytes> {
    if text.len() < SHORTEST {
        return Vec::new();
    }
    let base64 = digits_of(text, base64_digit);
    let base32 = digits_of(text, base32_digit);
    let hexadecimal = hexadecimal(text);
    let mut all: Vec<Bytes> = (0..4).map(|skip| bytes_of(&base64, 6, skip)).collect();
    // In the URL-safe alphabet a hyphen is a digit, elsewhere it separates; likewise underscores.
    if text.contains(['-', '_']) {
        let digits = digits_of(text, base64_url_digit);
        all.extend((0..4).map(|skip| bytes_of(&digits, 6, skip)));
    }
    all.extend((0..8).map(|skip| bytes_of(&base32, 5, skip)));
    all.extend((0..2).map(|skip| bytes_of(&hexadecimal, 4, skip)));
    all.push(numbers(text));
    all
}

/// Decoded bytes that may be an encoding themselves: visible ASCII alone.
fn as_encoding(bytes: &[u8]) -> Option<&str> {
    let is_visible = |it: &u8| it.is_ascii_graphic() || it.is_ascii_whitespace();
    let may_be = bytes.len() >= SHORTEST && bytes.iter().all(is_visible);
    may_be.then(|| str::from_utf8(bytes).ok())?
}

/// What was decoded, wiped when it is dropped.
type Bytes = Zeroizing<Vec<u8>>;

fn reversed(form: &Form) -> Form {
    Zeroizing::new(form.iter().rev().copied().collect())
}

/// ROT13.
fn rotated(form: &Form) -> Form {
    let rotate = |it: &u8| match it {
        b'a'..=b'm' => it + 13,
        b'n'..=b'z' => it - 13,
        other => *other,
    };
    Zeroizing::new(form.iter().map(rotate).collect())
}

/// The digits of an encoding; whatever is none is dropped, line breaks among them.
fn digits_of(text: &str, digit: impl Fn(u8) -> Option<u8>) -> Bytes {
    Zeroizing::new(text.bytes().filter_map(digit).collect())
}

fn base64_digit(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

fn base64_url_digit(byte: u8) -> Option<u8> {
    match byte {
        b'-' => Some(62),
        b'_' => Some(63),
        other => base64_digit(other),
    }
}

fn base32_digit(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a'),
        b'2'..=b'7' => Some(byte - b'2' + 26),
        _ => None,
    }
}

/// Hexadecimal digits, without `0x` and `\x` before each byte.
fn hexadecimal(text: &str) -> Zeroizing<Vec<u8>> {
    let bytes = text.as_bytes();
    let digit = |(at, byte): (usize, &u8)| {
        let next_is_x = bytes
            .get(at + 1)
            .is_some_and(|it| it.eq_ignore_ascii_case(&b'x'));
        if *byte == b'0' && next_is_x {
            return None;
        }
        char::from(*byte)
            .to_digit(16)
            .and_then(|it| u8::try_from(it).ok())
    };
    Zeroizing::new(bytes.iter().enumerate().filter_map(digit).collect())
}

/// The bytes that digits of this width make, the first `skip` digits left out.
fn bytes_of(digits: &[u8], width: u32, skip: usize) -> Bytes {
    let mut bytes = Zeroizing::new(Vec::with_capacity(digits.len()));
    let (mut held, mut count) = (0_u32, 0);
    for digit in digits.iter().skip(skip) {
        held = (held << width) | u32::from(*digit);
        count += width;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from((held >> count) & 0xFF).unwrap_or_default());
        }
    }
    bytes
}

/// Bytes as text where they are UTF-8, else as ASCII with whatever is not dropped: UTF-16 of plain
/// letters is read so too.
fn canonical(bytes: &[u8]) -> Form {
    match str::from_utf8(bytes) {
        Ok(text) => plain(text),
        Err(_) => {
            let letters = bytes.iter().filter(|it| it.is_ascii_alphanumeric());
            Zeroizing::new(letters.map(u8::to_ascii_lowercase).collect())
        }
    }
}

/// Numbers from 0 to 255, whatever stands between them, as bytes.
fn numbers(text: &str) -> Bytes {
    let numbers = text.split(|c: char| !c.is_ascii_digit());
    Zeroizing::new(numbers.filter_map(|it| it.parse().ok()).collect())
}
