//! Master keys from the system's keyring.

use credential_runtime::Randomness;
use keyring::Error;
use keyring::v1::Entry;
use zeroize::Zeroizing;

use super::{KeyError, KeySource, MasterKey, MasterKeys, text};

/// An entry in the system's keyring: Secret Service on Linux, Keychain on macOS, the Credential
/// Manager on Windows. For someone at a desk; a server has no unlocked keyring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyringEntry {
    service: String,
    user: String,
}

impl KeyringEntry {
    /// Names the entry.
    #[must_use]
    pub fn new(service: impl Into<String>, user: impl Into<String>) -> Self {
        Self {
            service: service.into(),
            user: user.into(),
        }
    }

    /// Draws a key and makes the entry with it.
    ///
    /// # Errors
    ///
    /// [`KeyError::Unusable`], also where there is such an entry already.
    pub fn create(&self, randomness: &dyn Randomness) -> Result<MasterKeys, KeyError> {
        if self.load() != Err(KeyError::Missing(self.place())) {
            return Err(self.unusable("it exists, and a master key is never overwritten"));
        }
        let keys = MasterKeys::one(MasterKey::draw(randomness));
        self.replace(&keys)?;
        Ok(keys)
    }

    /// Puts these keys in place of those that there were, in the middle or at the end of a rotation.
    ///
    /// # Errors
    ///
    /// [`KeyError::Unusable`].
    pub fn replace(&self, keys: &MasterKeys) -> Result<(), KeyError> {
        let text = text::write(keys.iter());
        self.entry()?
            .set_password(&text)
            .map_err(|error| self.unusable(&error.to_string()))
    }

    fn entry(&self) -> Result<Entry, KeyError> {
        Entry::new(&self.service, &self.user).map_err(|error| self.unusable(&error.to_string()))
    }

    fn place(&self) -> String {
        format!("the keyring entry {} of {}", self.service, self.user)
    }

    fn unusable(&self, reason: &str) -> KeyError {
        KeyError::Unusable {
            place: self.place(),
            reason: reason.to_owned(),
        }
    }
}

impl KeySource for KeyringEntry {
    fn load(&self) -> Result<MasterKeys, KeyError> {
        match self.entry()?.get_password().map(Zeroizing::new) {
            Ok(value) => text::parse(&value, &self.place()),
            Err(Error::NoEntry) => Err(KeyError::Missing(self.place())),
            Err(error) => Err(self.unusable(&error.to_string())),
        }
    }
}
