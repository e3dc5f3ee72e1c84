//! Master keys from a file that only its owner can read.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use credential_runtime::Randomness;
use zeroize::Zeroizing;

use super::{KeyError, KeyId, KeySource, MasterKey, MasterKeys, text};

/// Only the owner reads and writes.
const OWNER_ONLY: u32 = 0o600;

/// The bits by which others than the owner reach a file.
const OTHERS: u32 = 0o077;

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

    fn check_rights(&self, file: &File) -> Result<(), KeyError> {
        let metadata = file.metadata().map_err(|error| self.unusable(&error))?;
        let (mode, owner) = (metadata.mode() & 0o7777, metadata.uid());
        if mode & OTHERS != 0 {
            return Err(KeyError::Exposed {
                path: self.0.clone(),
                mode,
            });
        }
        if owner != 0 && owner != rustix::process::geteuid().as_raw() {
            return Err(KeyError::Foreign {
                path: self.0.clone(),
                owner,
            });
        }
        Ok(())
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

    fn not_opened(&self, error: &std::io::Error) -> KeyError {
        match error.kind() {
            ErrorKind::NotFound => KeyError::Missing(self.place()),
            _ => self.unusable(error),
        }
    }
}

impl KeySource for KeyFile {
    fn load(&self) -> Result<MasterKeys, KeyError> {
        let file = File::open(&self.0).map_err(|error| self.not_opened(&error))?;
        self.check_rights(&file)?;
        let mut value = Zeroizing::new(String::with_capacity(4096));
        file.take(LONGEST_FILE)
            .read_to_string(&mut value)
            .map_err(|error| self.unusable(&error))?;
        text::parse(&value, &self.place())
    }
}
