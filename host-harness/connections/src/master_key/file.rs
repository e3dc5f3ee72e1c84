//! Master keys from a file that only its owner can read.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use credential_runtime::Randomness;
use private_files::{FileError, Privacy};

use super::{KeyError, KeyId, KeySource, MasterKey, MasterKeys, text};

/// More than anyone's keys; a file that is longer is something else.
const LONGEST_FILE: u64 = 64 * 1024;

/// A file that holds master keys. Its owner is the user of this process or root, and nobody else may
/// read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFile(PathBuf);

impl KeyFile {
    /// Names the file.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Draws a key and makes the file with it, whole or not at all, readable by its owner alone. A file
    /// that exists is left alone, unless it is empty.
    ///
    /// # Errors
    ///
    /// [`KeyError::Exists`], [`KeyError::Unusable`].
    pub fn create(&self, randomness: &dyn Randomness) -> Result<MasterKeys, KeyError> {
        let keys = MasterKeys::one(MasterKey::draw(randomness));
        if !self.0.exists() {
            private_files::check_file(&self.0, Privacy::OwnerOnly)
                .map_err(|error| self.not_trusted(&error))?;
        }
        private_files::create(&self.0, text::write(keys.iter()).as_bytes())
            .map_err(|error| self.not_made(&error))?;
        Ok(keys)
    }

    /// Draws a key and puts it before those that there are: the first step of a rotation.
    ///
    /// # Errors
    ///
    /// [`KeyError`]; the file is as it was then.
    pub fn add(&self, randomness: &dyn Randomness) -> Result<MasterKeys, KeyError> {
        let old = self.load()?;
        let new = MasterKeys::one(MasterKey::draw(randomness));
        let keys = old.iter().cloned().fold(new, MasterKeys::and);
        self.replace(keys.iter())?;
        Ok(keys)
    }

    /// Drops the keys that stand after the current one and are not needed any more, and gives their
    /// names: the last step of a rotation. What stands before the current one is for the next
    /// rotation, and stays.
    ///
    /// # Errors
    ///
    /// [`KeyError::Missing`] where the file does not hold the current key; the file is as it was
    /// then.
    pub fn forget_old(&self, current: &KeyId, needed: &[KeyId]) -> Result<Vec<KeyId>, KeyError> {
        let keys = self.load()?;
        let names = keys.ids();
        let missing = || KeyError::Missing(format!("{} under the name {current}", self.place()));
        let at = names.iter().position(|id| id == current);
        let older = names.into_iter().skip(at.ok_or_else(missing)?);
        let old: Vec<KeyId> = older
            .filter(|id| id != current && !needed.contains(id))
            .collect();
        if !old.is_empty() {
            self.replace(keys.iter().filter(|key| !old.contains(key.id())))?;
        }
        Ok(old)
    }

    /// Whole or not at all: a new file takes the old one's place.
    fn replace<'a>(&self, keys: impl Iterator<Item = &'a MasterKey>) -> Result<(), KeyError> {
        private_files::replace(&self.0, text::write(keys).as_bytes())
            .map_err(|error| self.unusable(&error))
    }

    fn place(&self) -> String {
        self.0.display().to_string()
    }

    fn unusable(&self, error: &std::io::Error) -> KeyError {
        KeyError::Unusable {
            place: self.place(),
            reason: error.to_string(),
        }
    }

    fn not_made(&self, error: &std::io::Error) -> KeyError {
        match error.kind() {
            ErrorKind::AlreadyExists => KeyError::Exists(self.0.clone()),
            _ => self.unusable(error),
        }
    }

    /// Says who else could read the key, or exchange it.
    fn not_trusted(&self, error: &FileError) -> KeyError {
        match error {
            FileError::Readable { mode, .. } => KeyError::Exposed {
                path: self.0.clone(),
                mode: *mode,
            },
            FileError::Foreign { path, owner } if !path.is_dir() => KeyError::Foreign {
                path: self.0.clone(),
                owner: *owner,
            },
            error if error.is_missing() => KeyError::Missing(self.place()),
            error => KeyError::Unusable {
                place: self.place(),
                reason: error.with_hint(),
            },
        }
    }
}

impl KeySource for KeyFile {
    fn load(&self) -> Result<MasterKeys, KeyError> {
        let bytes = private_files::read(&self.0, Privacy::OwnerOnly, LONGEST_FILE)
            .map_err(|error| self.not_trusted(&error))?;
        let value = std::str::from_utf8(&bytes).map_err(|_| KeyError::Unusable {
            place: self.place(),
            reason: "it is no text in UTF-8".to_owned(),
        })?;
        text::parse(value, &self.place())
    }
}
