//! The secrets that the host knows, found in any of their spellings.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use zeroize::Zeroizing;

use crate::secret::Secret;

/// Stands where a secret stood inside a longer text.
pub(crate) const MARK: &str = "[sealed]";

/// A secret shorter than this, in bytes, is sealed only where it is the whole of a text: as part of
/// a text it would be found everywhere, and finding it would say nothing.
const SHORTEST_PART: usize = 6;

/// Digits of a JSON number that are kept, whatever they are.
const EXACT_DIGITS: usize = 15;

/// Unreserved characters (RFC 3986 section 2.3) are written as they are.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A search for a set of secrets, each as it is, without the blanks around it, backwards, in
/// hexadecimal digits, percent-encoded, as a form encodes it, JSON-escaped, as a step of a JSON
/// Pointer, and in base64 at each of the three alignments.
pub(crate) struct Known {
    whole: Vec<Secret>,
    /// Longest first, so that of two overlapping secrets the longer is taken. A plain search over a
    /// few dozen texts: an automaton would keep copies that nobody wipes.
    parts: Zeroizing<Vec<String>>,
}

impl Known {
    pub(crate) fn of<'a>(secrets: impl Iterator<Item = &'a Secret>) -> Self {
        let whole: Vec<Secret> = secrets
            .filter(|it| !it.expose().is_empty())
            .cloned()
            .collect();
        let mut parts: Vec<String> = whole
            .iter()
            .map(Secret::expose)
            .filter(|value| value.len() >= SHORTEST_PART)
            .flat_map(spellings)
            .collect();
        parts.sort_by_key(|part| std::cmp::Reverse(part.len()));
        Self {
            whole,
            parts: parts.into(),
        }
    }

    /// Whether a text is one of the secrets.
    pub(crate) fn is(&self, text: &str) -> bool {
        self.whole.iter().any(|secret| secret.expose() == text)
    }

    /// Whether a secret occurs in a text, in any spelling, or shows once it is percent-decoded.
    pub(crate) fn occurs_in(&self, text: &str) -> bool {
        self.occurs_as_is(text)
            || (text.contains('%')
                && self.occurs_as_is(&percent_decode_str(text).decode_utf8_lossy()))
    }

    /// The same for a text whose case was lost, as that of a header's name is.
    pub(crate) fn occurs_in_lower_case(&self, text: &str) -> bool {
        self.parts
            .iter()
            .any(|part| text.contains(&*Zeroizing::new(part.to_ascii_lowercase())))
    }

    /// Whether a secret of digits stands in a body in which it may be a number. Read as one, it is
    /// rounded, and then not found.
    pub(crate) fn may_be_rounded_in(&self, body: &[u8]) -> bool {
        let values = self.whole.iter().map(Secret::expose);
        values
            .filter(|it| it.len() > EXACT_DIGITS && it.bytes().all(|it| it.is_ascii_digit()))
            .any(|it| memchr::memmem::find(body, it.as_bytes()).is_some())
    }

    fn occurs_as_is(&self, text: &str) -> bool {
        self.parts.iter().any(|part| text.contains(part))
    }

    /// The text with every secret in it replaced by the mark. Where a secret shows only once the
    /// text is percent-decoded, nothing of the text is kept.
    pub(crate) fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if !self.occurs_in(text) {
            return Cow::Borrowed(text);
        }
        let redacted = self
            .parts
            .iter()
            .fold(text.to_owned(), |text, part| text.replace(part, MARK));
        if self.occurs_in(&redacted) {
            Cow::Borrowed(MARK)
        } else {
            Cow::Owned(redacted)
        }
    }
}

/// How a secret may be spelled in an answer that repeats it.
pub(crate) fn spellings(value: &str) -> Vec<String> {
    let mut spellings = vec![value.to_owned(), value.chars().rev().collect()];
    spellings.extend(trimmed(value).map(str::to_owned));
    spellings.extend([
        hex(value, "0123456789abcdef"),
        hex(value, "0123456789ABCDEF"),
    ]);
    // What holds no character that needs encoding, such as a JWT, is spelled one way by all of them.
    if !value.bytes().all(is_unreserved) {
        spellings.extend(encodings(value));
    }
    for alignment in 0..3 {
        let core = base64_core(value, alignment);
        if core.contains(['+', '/']) {
            spellings.push(core.replace('+', "-").replace('/', "_"));
        }
        spellings.push(core);
    }
    spellings.sort();
    spellings.dedup();
    spellings
}

/// Without the blanks of a careless copy, which a service takes off before it repeats the rest.
fn trimmed(value: &str) -> Option<&str> {
    let trimmed = value.trim();
    (trimmed.len() < value.len() && trimmed.len() >= SHORTEST_PART).then_some(trimmed)
}

fn hex(value: &str, digits: &str) -> String {
    let digit = |nibble: u8| char::from(digits.as_bytes()[usize::from(nibble)]);
    value
        .bytes()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_')
}

/// Percent-encoded with digits of either case, as a form's value, as JSON writes it, and as a step of
/// a JSON Pointer.
fn encodings(value: &str) -> [String; 6] {
    let percent = utf8_percent_encode(value, RESERVED).to_string();
    let form: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
    let escaped = serde_json::Value::from(value).to_string();
    let inner = escaped
        .strip_prefix('"')
        .and_then(|it| it.strip_suffix('"'))
        .unwrap_or(&escaped);
    [
        lower_hex(&percent),
        lower_hex(&form),
        percent,
        form,
        inner.to_owned(),
        pointer_step(value),
    ]
}

/// A step of a JSON Pointer (RFC 6901 section 3).
pub(crate) fn pointer_step(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// `%2F` as `%2f`.
fn lower_hex(encoded: &str) -> String {
    let mut rest = 0;
    encoded
        .chars()
        .map(|c| {
            rest = if c == '%' { 2 } else { i32::max(rest - 1, -1) };
            if c != '%' && rest >= 0 {
                c.to_ascii_lowercase()
            } else {
                c
            }
        })
        .collect()
}

/// The characters of a base64 text that a value decides alone, where `alignment` bytes of something
/// else stand before it (as the user name does in Basic authentication).
fn base64_core(value: &str, alignment: usize) -> String {
    let mut bytes = vec![0; alignment];
    bytes.extend_from_slice(value.as_bytes());
    let encoded = STANDARD_NO_PAD.encode(&bytes);
    let start = (alignment * 8).div_ceil(6);
    let end = bytes.len() * 8 / 6;
    encoded[start..end].to_owned()
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    const SECRET: &str = "not/a real+secret?ü";

    fn known(values: &[&str]) -> Known {
        let secrets: Vec<Secret> = values.iter().map(|it| Secret::new(*it)).collect();
        Known::of(secrets.iter())
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(known(&[SECRET]).redact(text), expected, "{text}");
    }

    #[test]
    fn a_secret_is_found_in_every_spelling() {
        check(&format!("bad secret {SECRET}!"), "bad secret [sealed]!");
        check("x=not%2Fa%20real%2Bsecret%3F%C3%BC&y", "x=[sealed]&y");
        check("x=not%2fa%20real%2bsecret%3f%c3%bc&y", "x=[sealed]&y");
        check("x=not%2Fa+real%2Bsecret%3F%C3%BC&y", "x=[sealed]&y");
        check("nothing of the kind", "nothing of the kind");
        check("/not~1a real+secret?ü/token", "/[sealed]/token");
        check("{\"m\": \"ü?terces+laer a/ton\"}", "{\"m\": \"[sealed]\"}");
        check("6e6f742f61207265616c2b7365637265743fc3bc.", "[sealed].");
        check("6E6F742F61207265616C2B7365637265743FC3BC.", "[sealed].");
    }

    #[test]
    fn a_spelling_that_mixes_encodings_takes_the_whole_text_along() {
        check("x=%6eot%2Fa real+secret?ü&y", "[sealed]");
    }

    #[test]
    fn base64_is_found_at_every_alignment() {
        for before in ["", "u", "us", "use", "user:"] {
            let text = STANDARD.encode(format!("{before}{SECRET} and more"));
            assert!(known(&[SECRET]).occurs_in(&text), "{before}");
            assert!(!known(&["another-secret"]).occurs_in(&text), "{before}");
        }
    }

    #[test]
    fn blanks_around_a_secret_do_not_hide_it() {
        let pasted = known(&[" not-a-real-secret\n"]);
        assert_eq!(pasted.redact("'not-a-real-secret'"), "'[sealed]'");
        assert_eq!(known(&[" abc "]).redact("abcdef"), "abcdef");
    }

    #[test]
    fn a_secret_is_found_where_case_was_lost() {
        let known = known(&["Not-A-Real-Secret"]);
        assert!(known.occurs_in_lower_case("x-not-a-real-secret"));
        assert!(!known.occurs_in("x-not-a-real-secret"));
    }

    #[test]
    fn lower_hex_changes_hex_digits_alone() {
        assert_eq!(lower_hex("A%2FB%C3%BCD"), "A%2fB%c3%bcD");
    }

    #[test]
    fn a_short_secret_is_sealed_only_as_a_whole() {
        let known = known(&["abc", ""]);
        assert!(known.is("abc"));
        assert!(!known.is(""));
        assert_eq!(known.redact("abcdef"), "abcdef");
    }

    #[test]
    fn the_longest_of_overlapping_secrets_is_taken() {
        assert_eq!(
            known(&["secret-1", "secret-1-longer"]).redact("secret-1-longer"),
            "[sealed]"
        );
    }
}
