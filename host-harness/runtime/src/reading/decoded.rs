//! What a text is if it is an encoding: base64, base32, hexadecimal, binary, bytes as numbers (decimal
//! and octal), ROT13, backwards.
//!
//! Encodings of a short text are undone, rather than a long secret encoded in every way: a text has no
//! more than a few kilobytes, and most are too short to hold anything.

use zeroize::Zeroizing;

use super::canonical::{Form, plain_within};
use super::escapes::{MOST_UNDONE, unescaped};
use super::search::Budget;

/// Shorter than this, no encoding holds eight characters of a secret.
const SHORTEST: usize = 11;

/// The longest encoding in which a secret of a few letters is looked for. In bytes.
const LONGEST_WORD: usize = 512;

/// What making the decodings of a text costs, as a multiple of its bytes: some fifty, most of them
/// shorter than the text.
const DECODINGS: usize = 32;

/// The canonical forms of what the text may encode, and of what that may encode in turn. Absent, where
/// that would cost more than the budget has.
pub(super) fn forms(text: &str, plain_form: &Form, budget: &mut Budget) -> Option<Vec<Form>> {
    let mut forms = vec![reversed(plain_form), rotated(plain_form)];
    budget.spend(text.len() * DECODINGS)?;
    for bytes in decodings(text) {
        if let Some(inner) = visible(&bytes).filter(|it| it.len() >= SHORTEST) {
            budget.spend(inner.len() * (DECODINGS + MOST_UNDONE))?;
            for bytes in decodings(inner) {
                forms.push(canonical(&bytes, budget)?);
            }
            // Visible ASCII, and so is what it may be an escape of; but for entities of other letters.
            for text in unescaped(inner).iter().skip(1) {
                forms.push(plain_within(text, budget)?);
            }
        }
        forms.push(canonical(&bytes, budget)?);
    }
    Some(forms)
}

/// What the text may encode that can be read, for secrets that are looked for as words. Absent, where
/// that would cost more than the budget has.
pub(super) fn readable(text: &str, budget: &mut Budget) -> Option<Vec<Zeroizing<String>>> {
    let words = text.split_ascii_whitespace();
    let mut readable = Vec::new();
    for word in words.filter(|it| it.len() <= LONGEST_WORD) {
        budget.spend(word.len() * DECODINGS)?;
        let decoded = decodings(word);
        let texts = decoded.iter().filter_map(|it| visible(it));
        readable.extend(texts.map(|it| Zeroizing::new(it.to_owned())));
    }
    Some(readable)
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
    // These two are told from the usual one by digits that it does not have.
    if text.contains(['0', '1', '8', '9']) {
        for digit in [base32_hex_digit, crockford_digit] {
            let digits = digits_of(text, digit);
            all.extend((0..8).map(|skip| bytes_of(&digits, 5, skip)));
        }
    }
    all.extend((0..2).map(|skip| bytes_of(&hexadecimal, 4, skip)));
    let bits = digits_of(text, |it| matches!(it, b'0' | b'1').then(|| it - b'0'));
    if bits.len() >= 8 * 8 {
        all.extend((0..8).map(|skip| bytes_of(&bits, 1, skip)));
    }
    let decimal = digits_of(text, |it| it.is_ascii_digit().then(|| it - b'0'));
    if decimal.len() >= 3 * 8 {
        all.extend((0..3).map(|skip| of_three(&decimal, skip)));
    }
    all.extend([numbers(text, 10), numbers(text, 8), numbers(text, 2)]);
    all
}

/// Decoded bytes that may be an encoding themselves: visible ASCII alone.
fn visible(bytes: &[u8]) -> Option<&str> {
    let is_visible = |it: &u8| it.is_ascii_graphic() || it.is_ascii_whitespace();
    let may_be = !bytes.is_empty() && bytes.iter().all(is_visible);
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

/// The alphabet that keeps the order (RFC 4648 section 7).
fn base32_hex_digit(byte: u8) -> Option<u8> {
    let digit = char::from(byte).to_digit(32)?;
    u8::try_from(digit).ok()
}

/// The alphabet without look-alikes (Douglas Crockford): no I, L, O, U.
fn crockford_digit(byte: u8) -> Option<u8> {
    const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let at = memchr::memchr(byte.to_ascii_lowercase(), ALPHABET)?;
    u8::try_from(at).ok()
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
fn canonical(bytes: &[u8], budget: &mut Budget) -> Option<Form> {
    match str::from_utf8(bytes) {
        Ok(text) => plain_within(text, budget),
        Err(_) => {
            budget.spend(bytes.len())?;
            let letters = bytes.iter().filter(|it| it.is_ascii_alphanumeric());
            Some(Zeroizing::new(
                letters.map(u8::to_ascii_lowercase).collect(),
            ))
        }
    }
}

/// Numbers from 0 to 255, whatever stands between them, as bytes.
fn numbers(text: &str, radix: u32) -> Bytes {
    let numbers = text.split(|c: char| !c.is_ascii_digit());
    let bytes = numbers.filter_map(|it| u8::from_str_radix(it, radix).ok());
    Zeroizing::new(bytes.collect())
}

/// The same, each of three digits with nothing between them.
fn of_three(digits: &[u8], skip: usize) -> Bytes {
    let numbers = digits.get(skip..).unwrap_or_default().chunks_exact(3);
    let values = numbers.map(|it| {
        it.iter()
            .fold(0_u16, |sum, digit| sum * 10 + u16::from(*digit))
    });
    Zeroizing::new(values.filter_map(|it| u8::try_from(it).ok()).collect())
}
