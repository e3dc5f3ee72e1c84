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

/// What a text may encode.
pub(super) enum Decoded<'a> {
    /// A canonical form.
    Form(&'a [u8]),
    /// Bytes of which the letters and digits of ASCII count.
    Ascii(&'a [u8]),
}

/// Shows what the text may encode, and what that may encode in turn. Absent, where that would cost more
/// than the budget has.
pub(super) fn each(
    text: &str,
    plain_form: &Form,
    budget: &mut Budget,
    see: &mut dyn FnMut(Decoded<'_>),
) -> Option<()> {
    see(Decoded::Form(&reversed(plain_form)));
    see(Decoded::Form(&rotated(plain_form)));
    budget.spend(text.len() * DECODINGS)?;
    decodings(text, &mut |bytes| {
        if let Some(inner) = visible(bytes).filter(|it| it.len() >= SHORTEST) {
            budget.spend(inner.len() * (DECODINGS + MOST_UNDONE))?;
            decodings(inner, &mut |bytes| show(bytes, budget, see))?;
            // Visible ASCII may be entities of any letters.
            for text in unescaped(inner).iter().skip(1) {
                see(Decoded::Form(&plain_within(text, budget)?));
            }
        }
        show(bytes, budget, see)
    })
}

/// What the text may encode that can be read, for secrets that are looked for as words. Absent, where
/// that would cost more than the budget has.
pub(super) fn readable(text: &str, budget: &mut Budget) -> Option<Vec<Zeroizing<String>>> {
    let words = text.split_ascii_whitespace();
    let mut readable = Vec::new();
    for word in words.filter(|it| it.len() <= LONGEST_WORD) {
        budget.spend(word.len() * DECODINGS)?;
        decodings(word, &mut |bytes| {
            readable.extend(visible(bytes).map(|it| Zeroizing::new(it.to_owned())));
            Some(())
        });
    }
    Some(readable)
}

/// Bytes as text where they are UTF-8, else as ASCII with whatever is not dropped: UTF-16 of plain
/// letters is read so too.
fn show(bytes: &[u8], budget: &mut Budget, see: &mut dyn FnMut(Decoded<'_>)) -> Option<()> {
    match str::from_utf8(bytes) {
        Ok(text) if !text.is_ascii() => see(Decoded::Form(&plain_within(text, budget)?)),
        _ => {
            budget.spend(bytes.len())?;
            see(Decoded::Ascii(bytes));
        }
    }
    Some(())
}

/// Shows the bytes that the text stands for, in each encoding and at each alignment.
fn decodings(text: &str, see: &mut dyn FnMut(&[u8]) -> Option<()>) -> Option<()> {
    if text.len() < SHORTEST {
        return Some(());
    }
    // One buffer for all, so that there is one to wipe.
    let mut digits: Bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut bytes: Bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    let has = |signs: &[char]| text.contains(signs);
    for encoding in &ENCODINGS {
        if !encoding.needs.is_empty() && !has(encoding.needs) {
            continue;
        }
        digits.clear();
        digits.extend(text.bytes().filter_map(|it| encoding.digit(it)));
        for skip in 0..encoding.alignments {
            bytes.clear();
            pack(
                digits.get(skip..).unwrap_or_default(),
                encoding.width,
                &mut bytes,
            );
            see(&bytes)?;
        }
    }
    hexadecimal(text, &mut digits);
    for skip in 0..2 {
        bytes.clear();
        pack(digits.get(skip..).unwrap_or_default(), 4, &mut bytes);
        see(&bytes)?;
    }
    digits.clear();
    digits.extend(text.bytes().filter(u8::is_ascii_digit).map(|it| it - b'0'));
    if digits.len() >= 3 * 8 {
        for skip in 0..3 {
            bytes.clear();
            pack_of_three(digits.get(skip..).unwrap_or_default(), &mut bytes);
            see(&bytes)?;
        }
    }
    for radix in [10, 8, 2] {
        bytes.clear();
        numbers(text, radix, &mut bytes);
        see(&bytes)?;
    }
    Some(())
}

/// An encoding by an alphabet, whose digits have as many bits each. What is no digit is dropped, line
/// breaks among it.
struct Encoding {
    /// The digits of ASCII, by their byte; [`NONE`] for what is none.
    digits: [u8; 128],
    width: u32,
    alignments: usize,
    /// Where a text has none of these, this is another one's text. Empty where that cannot be told.
    needs: &'static [char],
}

const NONE: u8 = u8::MAX;

static ENCODINGS: [Encoding; 6] = [
    Encoding::new(
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
        6,
        &[],
    ),
    // In the URL-safe alphabet a hyphen is a digit, elsewhere it separates; likewise underscores.
    Encoding::new(
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
        6,
        &['-', '_'],
    ),
    Encoding::new(b"abcdefghijklmnopqrstuvwxyz234567", 5, &[]),
    // The alphabet that keeps the order (RFC 4648 section 7), and the one without look-alikes (Crockford).
    Encoding::new(
        b"0123456789abcdefghijklmnopqrstuv",
        5,
        &['0', '1', '8', '9'],
    ),
    Encoding::new(
        b"0123456789abcdefghjkmnpqrstvwxyz",
        5,
        &['0', '1', '8', '9'],
    ),
    Encoding::new(b"01", 1, &['0']),
];

impl Encoding {
    /// An alphabet of small letters counts for capitals too.
    const fn new(alphabet: &[u8], width: u32, needs: &'static [char]) -> Self {
        let mut digits = [NONE; 128];
        let mut at = 0;
        while at < alphabet.len() {
            let digit = alphabet[at];
            #[expect(
                clippy::cast_possible_truncation,
                reason = "an alphabet has 64 digits at the most"
            )]
            let value = at as u8;
            digits[digit as usize] = value;
            if alphabet.len() <= 32 {
                digits[digit.to_ascii_uppercase() as usize] = value;
            }
            at += 1;
        }
        Self {
            digits,
            width,
            alignments: if width == 6 { 4 } else { 8 },
            needs,
        }
    }

    fn digit(&self, byte: u8) -> Option<u8> {
        let digit = self.digits.get(usize::from(byte))?;
        (*digit != NONE).then_some(*digit)
    }
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

/// Hexadecimal digits, without `0x` and `\x` before each byte.
fn hexadecimal(text: &str, digits: &mut Vec<u8>) {
    digits.clear();
    let bytes = text.as_bytes();
    let digit = |(at, byte): (usize, &u8)| {
        let next_is_x = || {
            let next = bytes.get(at + 1);
            next.is_some_and(|it| it.eq_ignore_ascii_case(&b'x'))
        };
        if *byte == b'0' && next_is_x() {
            return None;
        }
        let digit = char::from(*byte).to_digit(16)?;
        u8::try_from(digit).ok()
    };
    digits.extend(bytes.iter().enumerate().filter_map(digit));
}

/// The bytes that digits of this width make.
fn pack(digits: &[u8], width: u32, bytes: &mut Vec<u8>) {
    let (mut held, mut count) = (0_u32, 0);
    for digit in digits {
        held = (held << width) | u32::from(*digit);
        count += width;
        if count >= 8 {
            count -= 8;
            let [.., byte] = (held >> count).to_be_bytes();
            bytes.push(byte);
        }
    }
}

/// Decimal digits, three to a byte with nothing between them.
fn pack_of_three(digits: &[u8], bytes: &mut Vec<u8>) {
    let values = digits.chunks_exact(3).map(|it| {
        it.iter()
            .fold(0_u16, |sum, digit| sum * 10 + u16::from(*digit))
    });
    bytes.extend(values.filter_map(|it| u8::try_from(it).ok()));
}

/// Numbers from 0 to 255, whatever stands between them, as bytes.
fn numbers(text: &str, radix: u32, bytes: &mut Vec<u8>) {
    let numbers = text.split(|c: char| !c.is_ascii_digit());
    bytes.extend(numbers.filter_map(|it| u8::from_str_radix(it, radix).ok()));
}
