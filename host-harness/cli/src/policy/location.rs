//! Which file holds the policy.

use std::env;
use std::path::{Path, PathBuf};

/// Where the policy stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Location {
    /// The command line or `HARNESS_POLICY` names it.
    Named(PathBuf),
    /// In its usual place.
    Usual(PathBuf),
    /// Nowhere: the default holds. The usual place is where one may be put, if there is a home.
    Nowhere(Option<PathBuf>),
}

impl Location {
    /// The file that was named, else the one in its usual place where there is one.
    pub(crate) fn find(named: Option<&Path>) -> Self {
        if let Some(path) = named {
            return Self::Named(path.to_owned());
        }
        match usual() {
            Some(path) if exists(&path) => Self::Usual(path),
            place => Self::Nowhere(place),
        }
    }

    /// The file, where there is one.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Self::Named(path) | Self::Usual(path) => Some(path),
            Self::Nowhere(_) => None,
        }
    }

    /// In words, for a person.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Named(path) | Self::Usual(path) => path.display().to_string(),
            Self::Nowhere(_) => "the default (there is no policy file)".to_owned(),
        }
    }

    /// Where an entry that is missing is to be written.
    pub(crate) fn where_to_write(&self) -> String {
        match self {
            Self::Named(path) | Self::Usual(path) => path.display().to_string(),
            Self::Nowhere(Some(path)) => format!(
                "a policy file, such as {} (begin with `harness policy example`)",
                path.display()
            ),
            Self::Nowhere(None) => {
                "a policy file, and name it with --policy (begin with `harness policy example`)"
                    .to_owned()
            }
        }
    }
}

/// `$XDG_CONFIG_HOME/credential-harness/policy.toml` (XDG Base Directory Specification: a relative
/// path in the variable does not count).
fn usual() -> Option<PathBuf> {
    let folder = crate::folders::base("XDG_CONFIG_HOME", ".config", |name| env::var_os(name))?;
    Some(folder.join("credential-harness").join("policy.toml"))
}

/// A file that cannot be looked at counts as one that is there: reading it then says why not.
fn exists(path: &Path) -> bool {
    path.try_exists().unwrap_or(true)
}
