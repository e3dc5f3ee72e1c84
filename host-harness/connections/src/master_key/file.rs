//! Master keys from a file that only its owner can read.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use credential_runtime::Randomness;
use private_files::{FileError, Privacy};

use super::{KeyError, KeyId, KeySource, MasterKey, MasterKeys, text};

/// Only the owner reads and writes.
const OWNER_ONLY: u32 = 0o600;

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

    /// Draws a key and makes the file with it, readable by its owner alone. A file that exists is
    /// left alone.
    ///
    /// # Errors
    ///
    /// [`KeyError::Exists`], [`KeyError::Unusable`].
    pub fn create(&self, randomness: &dyn Randomness) -> Result<MasterKeys, KeyError> {
        let keys = MasterKeys::one(MasterKey::draw(randomness));
        self.write_new(&self.0, keys.iter())?;
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
        let mut beside = self.0.clone().into_os_string();
        beside.push(".new");
        let beside = PathBuf::from(beside);
        // What an interrupted attempt left behind was never in use.
        let _ = std::fs::remove_file(&beside);
        self.write_new(&beside, keys)?;
        std::fs::rename(&beside, &self.0).map_err(|error| self.unusable(&error))?;
        self.sync_folder()
    }

    fn write_new<'a>(
        &self,
        path: &Path,
        keys: impl Iterator<Item = &'a MasterKey>,
    ) -> Result<(), KeyError> {
        if !path.exists() {
            private_files::check_file(path, Privacy::OwnerOnly)
                .map_err(|error| self.not_trusted(&error))?;
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(OWNER_ONLY);
        let mut file = options.open(path).map_err(|error| self.not_made(&error))?;
        file.write_all(text::write(keys).as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(|error| self.unusable(&error))?;
        self.sync_folder()
    }

    /// A name is durable when its folder is.
    fn sync_folder(&self) -> Result<(), KeyError> {
        let folder = match self.0.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        File::open(folder)
            .and_then(|folder| folder.sync_all())
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
