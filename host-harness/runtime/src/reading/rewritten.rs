//! A secret that is itself a writing of bytes, such as a UUID or a key in hexadecimal or base64: the same
//! bytes, written otherwise.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

use super::canonical::{Form, plain};
use super::search::folded_base64;

/// Fewer bytes are written by too many texts.
const FEWEST_BYTES: usize = 8;

/// More bytes are no number that anybody writes in decimal digits.
const MOST_IN_DECIMAL: usize = 32;

/// In base64 at each alignment, base32, hexadecimal and decimal digits; the writing that the secret has is
/// among them. Empty, where the secret is no writing of bytes.
pub(super) fn forms(secret: &str) -> Vec<Form> {
    let readings = [hexadecimal(secret), base64(secret)];
    let long = |it: &Bytes| it.len() >= FEWEST_BYTES;
    let readings = readings.into_iter().flatten().filter(long);
    readings.flat_map(|bytes| writings(&bytes)).collect()
}

type Bytes = Zeroizing<Vec<u8>>;

fn writings(bytes: &[u8]) -> Vec<Form> {
    let reversed: Bytes = Zeroizing::new(bytes.iter().rev().copied().collect());
    let mut forms: Vec<Form> = (0..3).map(|it| folded_base64(bytes, it)).collect();
    forms.push(hexadecimal_of(bytes));
    forms.push(base32_of(bytes, b"abcdefghijklmnopqrstuvwxyz234567"));
    forms.push(base32_of(bytes, b"0123456789abcdefghijklmnopqrstuv"));
    forms.push(base32_of(bytes, b"0123456789abcdefghjkmnpqrstvwxyz"));
    if bytes.len() <= MOST_IN_DECIMAL {
        // As a number, either end first.
        forms.extend([decimal_of(bytes), decimal_of(&reversed)]);
    }
    forms
}

/// The bytes of hexadecimal digits, whatever stands between them.
fn hexadecimal(secret: &str) -> Option<Bytes> {
    let digits = plain(secret);
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    let digit = |it: u8| char::from(it).to_digit(16);
    let byte = |pair: &[u8]| u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).ok();
    let bytes: Option<Vec<u8>> = digits.chunks_exact(2).map(byte).collect();
    bytes.map(Zeroizing::new)
}

fn base64(secret: &str) -> Option<Bytes> {
    let config = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let alphabets = [&alphabet::STANDARD, &alphabet::URL_SAFE];
    let mut engines = alphabets
        .map(|it| GeneralPurpose::new(it, config))
        .into_iter();
    engines
        .find_map(|it| it.decode(secret).ok())
        .map(Zeroizing::new)
}

fn hexadecimal_of(bytes: &[u8]) -> Form {
    let digit = |it: u8| b"0123456789abcdef"[usize::from(it)];
    let digits = bytes.iter().flat_map(|it| [digit(it >> 4), digit(it & 15)]);
    Zeroizing::new(digits.collect())
}

/// The last digit, which the bytes do not fill, is left out.
fn base32_of(bytes: &[u8], alphabet: &[u8; 32]) -> Form {
    let mut form = Zeroizing::new(Vec::with_capacity(bytes.len() * 2));
    let (mut held, mut count) = (0_u32, 0);
    for byte in bytes {
        held = (held << 8 | u32::from(*byte)) & 0xFFFF;
        count += 8;
        while count >= 5 {
            count -= 5;
            let digit = usize::try_from((held >> count) & 31).unwrap_or_default();
            form.push(alphabet[digit]);
        }
    }
    form
}

/// The bytes as one number, in decimal digits.
fn decimal_of(bytes: &[u8]) -> Form {
    // The digits, the last one first.
    let mut digits = Zeroizing::new(Vec::with_capacity(bytes.len() * 3));
    for byte in bytes {
        let mut carry = u32::from(*byte);
        for digit in digits.iter_mut() {
            carry += u32::from(*digit) * 256;
            *digit = u8::try_from(carry % 10).unwrap_or_default();
            carry /= 10;
        }
        while carry > 0 {
            digits.push(u8::try_from(carry % 10).unwrap_or_default());
            carry /= 10;
        }
    }
    Zeroizing::new(digits.iter().rev().map(|it| b'0' + it).collect())
}
