//! The canonical form of a text, in which it is searched for secrets: letters and digits alone, without
//! case, each form of one letter as that letter.

use unicode_normalization::char::{canonical_combining_class, decompose_compatible};
use zeroize::Zeroizing;

use super::letters::to_ascii;
use super::search::Budget;

/// What a letter beyond ASCII costs, as bytes of ASCII: measured.
const LETTER_COST: usize = 32;

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
        for c in text.chars() {
            decompose_compatible(c, |part| fold(to_ascii(part), &mut form));
        }
    }
    form
}

/// The same, as far as the budget goes.
pub(super) fn plain_within(text: &str, budget: &mut Budget) -> Option<Form> {
    budget.spend(text.len())?;
    if !text.is_ascii() {
        // One character may be many letters: up to eighteen.
        for c in text.chars() {
            let mut letters = 0;
            decompose_compatible(c, |_| letters += 1);
            budget.spend(letters * LETTER_COST)?;
        }
    }
    Some(plain(text))
}

/// Adds what counts of a decomposed character. Marks that combine do not, whatever their order.
fn fold(c: char, form: &mut Vec<u8>) {
    if c.is_ascii_alphanumeric() {
        form.extend(u8::try_from(c.to_ascii_lowercase()));
    } else if !c.is_ascii() && c.is_alphanumeric() && canonical_combining_class(c) == 0 {
        let folded = c.to_uppercase().flat_map(char::to_lowercase);
        form.extend(folded.filter(|it| it.is_alphanumeric()).map(byte));
    }
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

#[cfg(test)]
mod tests {
    use super::super::escapes::unescaped;
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let rounds = unescaped(text);
        let forms: Vec<Form> = rounds.iter().map(|it| plain(it)).collect();
        assert!(
            forms.iter().any(|it| it.as_slice() == expected.as_bytes()),
            "{text}: {rounds:?}"
        );
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
            proptest::prop_assert!(rounds.len() <= 14);
        }
    }
}
