//! A secret's value, and what may be said of it without telling it.

use std::fmt;

use zeroize::Zeroizing;

/// A secret's value.
///
/// It has no `Display` and no `Serialize`, its `Debug` says nothing of the value, it is wiped when
/// dropped, and [`Secret::expose`] is the one way to read it: search for that word to see every
/// place where a value is used.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes a value into keeping. A plain `String` that was grown piece by piece may have left
    /// copies behind; build it in one piece.
    #[must_use]
    pub fn new(value: impl Into<String>) -> Self {
        Self(Zeroizing::new(value.into()))
    }

    /// The value.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Length in Unicode scalar values, as the contract's `sealed.length` counts.
    #[must_use]
    pub fn length(&self) -> u32 {
        u32::try_from(self.0.chars().count()).unwrap_or(u32::MAX)
    }

    /// What is odd about its spelling.
    #[must_use]
    pub fn blemishes(&self) -> Blemishes {
        let value = self.expose();
        let trimmed = value.trim();
        Blemishes {
            surrounding_whitespace: trimmed.len() != value.len(),
            inner_whitespace: trimmed.contains(char::is_whitespace),
            control_characters: value.contains(char::is_control),
            non_ascii: !value.is_ascii(),
            web_address: has_part_of_web_address(trimmed),
        }
    }

    /// A few characters for a person to recognize it by, such as `eyJ…Yz4 (812)`; of a short value
    /// only the length. At most six characters are ever shown, of a value of 24 or more.
    #[must_use]
    pub fn masked(&self) -> String {
        let value: Vec<char> = self.expose().chars().collect();
        if value.len() < 24 || value.iter().any(|c| c.is_control()) {
            return format!("•••••• ({})", value.len());
        }
        let head: String = value[..3].iter().collect();
        let tail: String = value[value.len() - 3..].iter().collect();
        format!("{head}…{tail} ({})", value.len())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl PartialEq for Secret {
    /// In a time that does not depend on where the values differ.
    fn eq(&self, other: &Self) -> bool {
        use subtle::ConstantTimeEq as _;
        self.expose()
            .as_bytes()
            .ct_eq(other.expose().as_bytes())
            .into()
    }
}

impl Eq for Secret {}

/// The marks of a careless copy and paste (`blemishes` in the contract).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Blemishes {
    /// White space before the first or after the last visible character.
    pub surrounding_whitespace: bool,
    /// White space between visible characters.
    pub inner_whitespace: bool,
    /// Unicode control characters, line breaks and tabs among them.
    pub control_characters: bool,
    /// A character outside ASCII.
    pub non_ascii: bool,
    /// A part of a web address: `://`, `&`, or a `=` with something other than `=` behind it.
    pub web_address: bool,
}

/// A `=` at the end is padding (RFC 4648 section 3.2), elsewhere it stands before a parameter's value.
fn has_part_of_web_address(value: &str) -> bool {
    let before_padding = value.trim_end_matches('=');
    value.contains("://") || value.contains('&') || before_padding.contains('=')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_blemishes(value: &str, expected: Blemishes) {
        assert_eq!(Secret::new(value).blemishes(), expected, "{value:?}");
    }

    #[test]
    fn blemishes_are_told_apart() {
        let clean = Blemishes::default();
        check_blemishes("", clean);
        check_blemishes("plain-value", clean);
        check_blemishes(
            "value ",
            Blemishes {
                surrounding_whitespace: true,
                ..clean
            },
        );
        check_blemishes(
            " ",
            Blemishes {
                surrounding_whitespace: true,
                ..clean
            },
        );
        check_blemishes(
            "two words",
            Blemishes {
                inner_whitespace: true,
                ..clean
            },
        );
        check_blemishes(
            "bell\u{7}",
            Blemishes {
                control_characters: true,
                ..clean
            },
        );
        check_blemishes(
            "value\n",
            Blemishes {
                surrounding_whitespace: true,
                control_characters: true,
                ..clean
            },
        );
        check_blemishes(
            "välue",
            Blemishes {
                non_ascii: true,
                ..clean
            },
        );
    }

    #[test]
    fn a_part_of_a_web_address_is_told_from_a_value() {
        let has_part = |value: &str| Secret::new(value).blemishes().web_address;
        for pasted in [
            "https://example.com/not-a-real-session",
            "https://example.com/frame?.sess=not-a-real-session&.uid=5",
            ".sess=not-a-real-session",
            "not-a-real-session&.uid=5",
            "not-a-real-session&",
            " sess=not-a-real-session ",
        ] {
            assert!(has_part(pasted), "{pasted}");
        }
        for value in [
            "",
            "not-a-real-session",
            "bm90LWEtcmVhbA==",
            "bm90LWE= ",
            "a/b+c.d_e~f",
            "==",
        ] {
            assert!(!has_part(value), "{value}");
        }
    }

    #[test]
    fn length_counts_characters_not_bytes() {
        assert_eq!(Secret::new("äß").length(), 2);
    }

    #[test]
    fn debug_and_mask_do_not_tell_the_value() {
        let secret = Secret::new("not-a-real-secret-0123456789");
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        assert_eq!(secret.masked(), "not…789 (28)");
        assert_eq!(Secret::new("not-a-real-secret").masked(), "•••••• (17)");
    }

    #[test]
    fn equality_compares_values() {
        assert_eq!(Secret::new("a"), Secret::new("a"));
        assert_ne!(Secret::new("a"), Secret::new("b"));
        assert_ne!(Secret::new("a"), Secret::new("aa"));
    }
}
