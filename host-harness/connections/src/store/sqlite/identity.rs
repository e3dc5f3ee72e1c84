//! Which files are open (device and inode), so that one that was exchanged under a process is noticed:
//! restoring a backup over an open store, or removing its log, would split what is stored in two.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use crate::store::{Replacement, StoreError};

/// The database, its log and its index. The last two are there for as long as a connection is.
const SUFFIXES: [&str; 3] = ["", "-wal", "-shm"];

/// A connection, and the files that it has open.
pub(super) struct OpenFile {
    pub(super) connection: Connection,
    files: Files,
}

/// What stood at the paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Files {
    path: PathBuf,
    /// Absent where there was no such file.
    found: [Option<(u64, u64)>; 3],
}

impl Files {
    /// Without opening them: to close one would drop SQLite's locks.
    pub(super) fn at(path: &Path) -> Self {
        let found = SUFFIXES.map(|suffix| {
            let metadata = fs::metadata(beside(path, suffix)).ok()?;
            Some((metadata.dev(), metadata.ino()))
        });
        Self {
            path: path.to_owned(),
            found,
        }
    }

    /// The file that is another one by now, or is there no more.
    fn changed(&self, now: &Self) -> Option<PathBuf> {
        let pairs = SUFFIXES.iter().zip(self.found.iter().zip(&now.found));
        let mut changed = pairs.filter(|(_, (was, is))| was.is_some() && was != is);
        changed.next().map(|(suffix, _)| beside(&self.path, suffix))
    }

    fn database(&self) -> Option<(u64, u64)> {
        self.found[0]
    }
}

impl OpenFile {
    /// A connection that has read from the file; `before` is what stood there before it was opened.
    pub(super) fn new(connection: Connection, before: &Files) -> Result<Self, StoreError> {
        let files = Files::at(&before.path);
        if files.database() != before.database() {
            return Err(StoreError::Replaced(Replacement::File(files.path)));
        }
        Ok(Self { connection, files })
    }

    /// Whether the files at the paths are those that are open.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        let Some(path) = self.files.changed(&Files::at(&self.files.path)) else {
            return Ok(());
        };
        self.leave_alone();
        Err(StoreError::Replaced(Replacement::File(path)))
    }

    /// When this connection is closed, it neither writes its log into the file nor removes the log, which
    /// is another's by now.
    fn leave_alone(&self) {
        let option = DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE;
        if let Err(error) = self.connection.set_db_config(option, true) {
            tracing::warn!(%error, "a replaced file cannot be left alone");
        }
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}
