//! A master key and its name.

use std::fmt;

use credential_runtime::Randomness;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::crypto::{Broken, Key, hex, open, seal};

/// Stands before a key when it is hashed to its name, so that this hash is of no use elsewhere.
const NAMING: &[u8] = b"credential-store/1 name of a master key\0";

/// Associated data of a check value.
const CHECK: &[u8] = b"credential-store/1 check of a master key\0";

/// Bytes of the hash that make a name.
const NAME_BYTES: usize = 8;

/// A master key's name: 16 hexadecimal digits, made from the key by a hash that cannot be turned
/// back.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct KeyId(String);

impl KeyId {
    /// As it is stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As it was read from a store.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A key that data keys are wrapped with: 32 random bytes, wiped when dropped.
#[derive(Clone)]
pub struct MasterKey {
    key: Key,
    id: KeyId,
}

impl MasterKey {
    /// Draws a new key.
    #[must_use]
    pub fn draw(randomness: &dyn Randomness) -> Self {
        let mut key = Key::default();
        randomness.fill(key.as_mut_slice());
        Self::of(key)
    }

    pub(crate) fn of(key: Key) -> Self {
        let hash = Sha256::new()
            .chain_update(NAMING)
            .chain_update(key.as_slice());
        let id = KeyId(hex(&hash.finalize()[..NAME_BYTES]));
        Self { key, id }
    }

    /// Its name.
    #[must_use]
    pub fn id(&self) -> &KeyId {
        &self.id
    }

    pub(crate) fn key(&self) -> &Key {
        &self.key
    }

    /// What a store keeps to tell this key from another of the same name, and from a damaged one.
    pub(crate) fn check_value(&self, randomness: &dyn Randomness) -> Result<Vec<u8>, Broken> {
        seal(&self.key, CHECK, self.id.0.as_bytes(), randomness)
    }

    /// Whether a check value was made by this key.
    pub(crate) fn made(&self, check_value: &[u8]) -> bool {
        open(&self.key, CHECK, check_value).is_ok()
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({})", self.id)
    }
}

impl PartialEq for MasterKey {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for MasterKey {}

/// One or more master keys: the first is for new credentials, the others are still needed for older
/// ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MasterKeys {
    first: MasterKey,
    others: Vec<MasterKey>,
}

impl MasterKeys {
    /// The keys of a store that is not being rotated.
    #[must_use]
    pub fn one(key: MasterKey) -> Self {
        Self {
            first: key,
            others: Vec::new(),
        }
    }

    /// Adds a key that is still needed for older credentials.
    #[must_use]
    pub fn and(mut self, older: MasterKey) -> Self {
        self.others.push(older);
        self
    }

    /// The key for new credentials.
    #[must_use]
    pub fn first(&self) -> &MasterKey {
        &self.first
    }

    /// The key of that name.
    #[must_use]
    pub fn get(&self, id: &KeyId) -> Option<&MasterKey> {
        self.iter().find(|key| key.id() == id)
    }

    /// Every key, the first first.
    pub fn iter(&self) -> impl Iterator<Item = &MasterKey> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// Their names, in the same order.
    #[must_use]
    pub fn ids(&self) -> Vec<KeyId> {
        self.iter().map(|key| key.id().clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use credential_runtime::SystemRandomness;

    use super::*;

    #[test]
    fn a_key_is_named_by_its_bytes_and_shows_none_of_them() {
        let key = MasterKey::of(Key::new([0xab; 32]));
        assert_eq!(key.id(), MasterKey::of(Key::new([0xab; 32])).id());
        assert_ne!(key.id(), MasterKey::of(Key::new([0xac; 32])).id());
        assert_eq!(format!("{key:?}"), format!("MasterKey({})", key.id()));
        assert!(!format!("{key:?}").contains("abab"));
    }

    #[test]
    fn a_check_value_tells_keys_apart() {
        let [key, other] = [(); 2].map(|()| MasterKey::draw(&SystemRandomness));
        let check = key.check_value(&SystemRandomness).unwrap();
        assert!(key.made(&check));
        assert!(!other.made(&check));
    }
}
