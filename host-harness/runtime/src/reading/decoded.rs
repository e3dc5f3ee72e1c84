//! What a text is if it is an encoding: base64, base32, hexadecimal, numbers of bytes, backwards.
//!
//! Encodings of a short text are undone, rather than a long secret encoded in every way: a text has no
//! more than a few kilobytes, and most are too short to hold anything.

use zeroize::Zeroizing;

use super::canonical::{Form, plain};

/// Shorter than this, no encoding holds eight characters of a secret.
const SHORTEST: usize = 11;

/// The canonical forms of what the text may encode.
pub(super) fn forms(text: &str, plain_form: &Form) -> Vec<Form> {
    let mut forms = vec![reversed(plain_form), rotated(plain_form)];
    if text.len() < SHORTEST {
        return forms;
    }
    let digits = digits_of(text, base64_digit);
    forms.extend((0..4).map(|skip| bytes_form(&digits, 6, skip)));
    // In the URL-safe alphabet a hyphen is a digit, elsewhere it separates; likewise underscores.
    if text.contains(['-', '_']) {
        let digits = digits_of(text, base64_url_digit);
        forms.extend((0..4).map(|skip| bytes_form(&digits, 6, skip)));
    }
    let digits = digits_of(text, base32_digit);
    forms.extend((0..8).map(|skip| bytes_form(&digits, 5, skip)));
    let digits = hexadecimal(text);
    forms.extend((0..2).map(|skip| bytes_form(&digits, 4, skip)));
    forms.push(numbers(text));
    forms
}

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
fn digits_of(text: &str, digit: impl Fn(u8) -> Option<u8>) -> Zeroizing<Vec<u8>> {
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
        let next_is_x = bytes.get(at + 1).is_some_and(|it| it.eq_ignore_ascii_case(&b'x'));
        if *byte == b'0' && next_is_x {
            return None;
        }
        char::from(*byte).to_digit(16).and_then(|it| u8::try_from(it).ok())
    };
    Zeroizing::new(bytes.iter().enumerate().filter_map(digit).collect())
}

/// The bytes that digits of this width make, the first `skip` digits left out, in canonical form.
fn bytes_form(digits: &[u8], width: u32, skip: usize) -> Form {
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
    canonical(&bytes)
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
fn numbers(text: &str) -> Form {
    let numbers = text.split(|c: char| !c.is_ascii_digit());
    let bytes: Zeroizing<Vec<u8>> =
        Zeroizing::new(numbers.filter_map(|it| it.parse().ok()).collect());
    canonical(&bytes)
}
