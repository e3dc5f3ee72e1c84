//! What a credential is called, by a person, by a program, and by whom.

use std::fmt;
use std::str::FromStr;

use credential_runtime::Randomness;
use serde::Serialize;
use unicode_normalization::UnicodeNormalization as _;

/// Longest name, in characters. Room for a sentence; short enough for a table and an index.
const LONGEST_NAME: usize = 200;

/// The tenant of someone who runs this for themselves alone.
const DEFAULT_TENANT: &str = "default";

/// A customer of the platform. Nothing of one tenant's is found through another's. In Unicode's normal form C, as a
/// [`Name`] is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Tenant(String);

/// What a person calls a credential: unique within a tenant, compared to the letter, in Unicode's normal form C,
/// so that two spellings that look the same are the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Name(String);

/// Why a text is no name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing but blanks.
    #[error("a name is needed")]
    Empty,
    /// More than 200 characters.
    #[error("a name has at most {LONGEST_NAME} characters, and this one has {0}")]
    TooLong(usize),
    /// Such as a line break or a tab.
    #[error("a name has no line breaks, tabs or other control characters")]
    ControlCharacter,
}

impl Tenant {
    /// # Errors
    ///
    /// [`NameError`]. Blanks around the text are dropped.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        parse_name(&text.nfc().collect::<String>()).map(Self)
    }

    /// A tenant as it stands in a store: an earlier version has stored it in whatever form it was given, and
    /// its secrets are bound to that.
    ///
    /// # Errors
    ///
    /// [`NameError`].
    pub fn stored(text: &str) -> Result<Self, NameError> {
        parse_name(text).map(Self)
    }

    /// The forms in which it may be stored, in the order in which they count.
    pub(crate) fn forms(&self) -> Vec<Self> {
        let mut forms = vec![self.clone()];
        for form in [self.0.nfc().collect(), self.0.nfd().collect()].map(Self) {
            if !forms.contains(&form) {
                forms.push(form);
            }
        }
        forms
    }

    /// As it is stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Tenant {
    fn default() -> Self {
        Self(DEFAULT_TENANT.to_owned())
    }
}

impl Name {
    /// # Errors
    ///
    /// [`NameError`]. Blanks around the text are dropped.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        parse_name(&text.nfc().collect::<String>()).map(Self)
    }

    /// A name as it stands in a store: an earlier version has stored it in whatever form it was given.
    pub(crate) fn stored(text: &str) -> Result<Self, NameError> {
        parse_name(text).map(Self)
    }

    /// Whether it is the same in normal form.
    pub(crate) fn is_spelt(&self, text: &str) -> bool {
        self.0.nfc().eq(text.nfc())
    }

    /// As it is stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn parse_name(text: &str) -> Result<String, NameError> {
    let text = text.trim();
    let length = text.chars().count();
    if text.is_empty() {
        Err(NameError::Empty)
    } else if text.contains(char::is_control) {
        Err(NameError::ControlCharacter)
    } else if length > LONGEST_NAME {
        Err(NameError::TooLong(length))
    } else {
        Ok(text.to_owned())
    }
}

impl fmt::Display for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Tenant {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        Self::parse(text)
    }
}

impl FromStr for Name {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        Self::parse(text)
    }
}

/// What a program calls a credential: 128 random bits, written as 32 hexadecimal digits. It stays
/// the same through renaming, and is bound into every secret of the credential.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CredentialId([u8; 16]);

/// Why a text is no credential's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a credential's id is 32 hexadecimal digits in lower case")]
pub struct IdError;

impl CredentialId {
    /// Draws a new one.
    #[must_use]
    pub fn draw(randomness: &dyn Randomness) -> Self {
        let mut bytes = [0; 16];
        randomness.fill(&mut bytes);
        Self(bytes)
    }

    /// As it is bound into the credential's secrets.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for CredentialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for CredentialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CredentialId({self})")
    }
}

impl Serialize for CredentialId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromStr for CredentialId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let plain = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if text.len() != 32 || !text.bytes().all(plain) {
            return Err(IdError);
        }
        u128::from_str_radix(text, 16)
            .map(|number| Self(number.to_be_bytes()))
            .map_err(|_| IdError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_name(text: &str, expected: Result<&str, NameError>) {
        assert_eq!(
            Name::parse(text).as_ref().map(Name::as_str),
            expected.as_ref().copied()
        );
    }

    #[test]
    fn a_name_is_one_line_that_says_something() {
        check_name("Production", Ok("Production"));
        check_name("  Zweigstelle Köln ", Ok("Zweigstelle Köln"));
        check_name("Ko\u{308}ln", Ok("K\u{f6}ln"));
        check_name("K\u{f6}ln", Ok("K\u{f6}ln"));
        check_name("\u{212b}", Ok("\u{c5}"));
        check_name("", Err(NameError::Empty));
        check_name(" \u{a0}", Err(NameError::Empty));
        check_name("two\nlines", Err(NameError::ControlCharacter));
        check_name(&"x".repeat(200), Ok(&"x".repeat(200)));
        check_name(&"x".repeat(201), Err(NameError::TooLong(201)));
    }

    #[test]
    fn a_tenant_that_looks_the_same_is_the_same() {
        let (composed, decomposed) = ("Zo\u{eb}", "Zoe\u{308}");
        let tenant = Tenant::parse(composed).unwrap();
        assert_eq!(Tenant::parse(decomposed), Ok(tenant.clone()));
        let old = Tenant::stored(decomposed).unwrap();
        assert_ne!(old, tenant);
        assert_eq!(tenant.forms(), [tenant.clone(), old.clone()]);
        assert_eq!(old.forms(), [old.clone(), tenant]);
        assert_eq!(Tenant::default().forms(), [Tenant::default()]);
    }

    #[test]
    fn an_id_reads_back_as_it_is_written() {
        let id = CredentialId([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255]);
        assert_eq!(id.to_string(), "000102030405060708090a0b0c0d0eff");
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for text in [
            "",
            "00",
            &"0".repeat(33),
            &"A".repeat(32),
            &format!("+{}", "0".repeat(31)),
        ] {
            assert_eq!(text.parse::<CredentialId>(), Err(IdError), "{text}");
        }
    }
}
