//! Master keys from the system's keyring.

use credential_runtime::Randomness;
use keyring_core::{Entry, Error};
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
        open(&self.service, &self.user).map_err(|error| self.unusable(&error.to_string()))
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

/// In the system's own keyring.
#[cfg(not(test))]
fn open(service: &str, user: &str) -> Result<Entry, Error> {
    keyring::v1::Entry::new(service, user).map(|it| it.inner)
}

#[cfg(test)]
use tests::open;

/// A machine that runs tests has no unlocked keyring. These are on the mock of the library that talks
/// to one; `tests/store/keyring.rs` asks one that is really there.
#[cfg(test)]
mod tests {
    use std::sync::{Arc, LazyLock};

    use credential_runtime::SystemRandomness;
    use keyring_core::mock::{Cred, Store};
    use keyring_core::{CredentialStore, Entry, Error};

    use super::*;
    use crate::store::{Location, StoreOptions};

    static KEYRING: LazyLock<Arc<CredentialStore>> = LazyLock::new(|| Store::new().unwrap());

    pub(super) fn open(service: &str, user: &str) -> Result<Entry, Error> {
        Entry::new_in_store(&KEYRING, service, user)
    }

    /// Each test has a service of its own.
    fn entry(service: &str) -> KeyringEntry {
        KeyringEntry::new(service, "tester")
    }

    fn keys() -> MasterKeys {
        MasterKeys::one(MasterKey::draw(&SystemRandomness))
    }

    #[test]
    fn what_is_not_there_is_missing_and_what_was_made_is_found() {
        let entry = entry("made");
        let missing = KeyError::Missing("the keyring entry made of tester".to_owned());
        assert_eq!(entry.load(), Err(missing));
        let made = entry.create(&SystemRandomness).unwrap();
        assert_eq!(entry.load(), Ok(made));
    }

    #[test]
    fn a_key_that_is_there_is_never_overwritten() {
        let entry = entry("there");
        let made = entry.create(&SystemRandomness).unwrap();
        let again = entry.create(&SystemRandomness).unwrap_err();
        assert!(again.to_string().contains("never overwritten"), "{again}");
        assert_eq!(entry.load(), Ok(made));
    }

    #[test]
    fn what_is_no_key_is_told_by_its_place_and_kept() {
        let entry = entry("wrong");
        let inner = open("wrong", "tester").unwrap();
        inner.set_password("not-a-real-secret").unwrap();
        let (place, number) = ("the keyring entry wrong of tester".to_owned(), 1);
        let malformed = KeyError::Malformed {
            place,
            entry: number,
        };
        assert_eq!(entry.load(), Err(malformed));
        assert!(entry.create(&SystemRandomness).is_err());
        assert_eq!(inner.get_password().unwrap(), "not-a-real-secret");
    }

    #[test]
    fn what_cannot_be_read_is_unusable_and_its_bytes_are_not_told() {
        let entry = entry("unreadable");
        let inner = open("unreadable", "tester").unwrap();
        inner.set_secret(&[0xff, 0xfe, 42]).unwrap();
        let error = entry.load().unwrap_err();
        assert!(matches!(error, KeyError::Unusable { .. }), "{error:?}");
        assert!(!format!("{error:?}").contains("42"), "{error:?}");
    }

    #[test]
    fn a_locked_keyring_is_unusable() {
        let entry = entry("locked");
        let inner = open("locked", "tester").unwrap();
        let mock: &Cred = inner.as_any().downcast_ref().unwrap();
        mock.set_error(Error::NoStorageAccess("it is locked".into()));
        let error = entry.load().unwrap_err();
        assert!(error.to_string().contains("it is locked"), "{error}");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_store_takes_its_key_from_there_and_is_rotated_to_one_that_is_added() {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::Sqlite(folder.path().join("credentials.db"));
        let entry = entry("rotated");
        let old = entry.create(&SystemRandomness).unwrap();
        let source = Arc::new(entry.clone());
        let options = StoreOptions::default();
        let store = crate::store::open(&location, source, &options)
            .await
            .unwrap();
        let new = keys();
        entry
            .replace(&new.clone().and(old.first().clone()))
            .unwrap();
        assert_eq!(
            store.begin_rotation().await.unwrap().current,
            *new.first().id()
        );
        assert_eq!(store.rewrap(100).await.unwrap(), 0);
        entry.replace(&new).unwrap();
        assert_eq!(store.keys().await.unwrap().retiring, []);
    }
}
