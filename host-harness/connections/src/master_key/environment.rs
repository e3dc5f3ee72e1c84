//! Master keys from an environment variable.

use zeroize::Zeroizing;

use super::{KeyError, KeySource, MasterKeys, text};

/// An environment variable that holds master keys. It does not change while a process runs, so after
/// a rotation every process needs to be started again with the new key in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyVariable(String);

impl KeyVariable {
    /// Names the variable.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }
}

impl KeySource for KeyVariable {
    fn load(&self) -> Result<MasterKeys, KeyError> {
        let place = format!("the environment variable {}", self.0);
        match std::env::var(&self.0).map(Zeroizing::new) {
            Ok(value) => text::parse(&value, &place),
            Err(std::env::VarError::NotPresent) => Err(KeyError::Missing(place)),
            Err(std::env::VarError::NotUnicode(_)) => Err(KeyError::Malformed { place, entry: 1 }),
        }
    }
}
