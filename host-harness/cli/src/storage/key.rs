//! The master key: from a file, from the environment, or made on first use.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use credential_connections::master_key::{KeyError, KeyFile, KeySource, KeyVariable};
use credential_connections::store::Location;
use credential_runtime::SystemRandomness;

use crate::exit::Exit;
use crate::output::talk;
use crate::report::Report;
use crate::text::Page;

/// The environment variable that may hold the key.
const VARIABLE: &str = "HARNESS_MASTER_KEY";

/// Where the key is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    /// A file that was named.
    Named(KeyFile),
    /// The file beside the store.
    Beside(KeyFile),
    /// The environment.
    Variable,
}

impl Key {
    /// What the command line names, else the environment, else the file beside the store. Several
    /// machines share a database, and so a key: for them it has to be named.
    pub(super) fn find(named: Option<&Path>, location: &Location) -> Result<Self, Report> {
        if let Some(path) = named {
            return Ok(Self::Named(KeyFile::new(path)));
        }
        if env::var_os(VARIABLE).is_some_and(|it| !it.is_empty()) {
            return Ok(Self::Variable);
        }
        match location {
            Location::Sqlite(path) if beside(path) == *path => Err(Report::new(
                Exit::Usage,
                format!("{} is where the key of such a store would be", path.display()),
            )
            .hint("give the store another name, such as credentials.db, or name the key with --key-file")),
            Location::Sqlite(path) => Ok(Self::Beside(KeyFile::new(beside(path)))),
            Location::Postgres(_) => {
                Err(
                    Report::new(Exit::Usage, "a database needs a master key that is named").hint(
                        "`harness key create FILE` makes one; give every machine the same, with \
                 --key-file FILE or in HARNESS_MASTER_KEY",
                    ),
                )
            }
        }
    }

    pub(super) fn source(&self) -> Arc<dyn KeySource> {
        match self {
            Self::Named(file) | Self::Beside(file) => Arc::new(file.clone()),
            Self::Variable => Arc::new(KeyVariable::new(VARIABLE)),
        }
    }

    /// The file, where it is one.
    pub(crate) fn file(&self) -> Option<&KeyFile> {
        match self {
            Self::Named(file) | Self::Beside(file) => Some(file),
            Self::Variable => None,
        }
    }

    /// Makes the file beside a store that is to be made. A store that exists has its key somewhere:
    /// another would be of no use to it.
    pub(super) fn make_if_new(&self, location: &Location) -> Result<(), Report> {
        match (self, location) {
            (Self::Beside(file), Location::Sqlite(store))
                if !holds_something(store) && !holds_something(file.path()) =>
            {
                make(file)
            }
            _ => Ok(()),
        }
    }

    /// In words.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Named(file) | Self::Beside(file) => file.path().display().to_string(),
            Self::Variable => format!("the environment variable {VARIABLE}"),
        }
    }
}

fn make(file: &KeyFile) -> Result<(), Report> {
    match file.create(&SystemRandomness) {
        Ok(_) => {
            talk(&Page::new().line(format!(
                "A new master key was made in {}. Keep a copy of it apart from the store: without \
                 it, what is stored cannot be read.",
                file.path().display()
            )));
            Ok(())
        }
        // Another process was first.
        Err(KeyError::Exists(_)) => Ok(()),
        Err(error) => Err(Report::machine(error.to_string())),
    }
}

fn beside(store: &Path) -> PathBuf {
    store.with_extension("key")
}

/// Not where there is nothing, or an empty file, as a full disk leaves one.
fn holds_something(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|it| !it.is_file() || it.len() > 0)
}
