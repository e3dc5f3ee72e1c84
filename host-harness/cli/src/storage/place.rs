//! Where the store is.

use std::env;
use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use credential_connections::store::{Location, LocationError};
use url::Url;

use crate::folders;

/// A folder that its owner alone enters.
const OWNER_ONLY: u32 = 0o700;

/// Why there is no place for a store.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PlaceError {
    #[error(transparent)]
    Location(#[from] LocationError),
    #[error("a URL with a password stands on the command line, where every process can read it")]
    PasswordOnCommandLine,
    #[error(
        "there is no folder to keep credentials in, since neither HOME nor XDG_DATA_HOME is set"
    )]
    NoFolder,
    #[error("the folder {} cannot be made: {source}", path.display())]
    Folder { path: PathBuf, source: io::Error },
}

impl PlaceError {
    /// What to do about it.
    pub(crate) fn hint(&self) -> Option<&'static str> {
        match self {
            Self::PasswordOnCommandLine => {
                Some("put the URL into HARNESS_STORE, and change the password")
            }
            Self::NoFolder => Some("name a file with --store"),
            Self::Location(_) | Self::Folder { .. } => None,
        }
    }
}

/// What the command line names, else the environment, else the usual file.
pub(super) fn find(named: Option<&str>) -> Result<Location, PlaceError> {
    if let Some(text) = named {
        if holds_password(text) {
            return Err(PlaceError::PasswordOnCommandLine);
        }
        return Ok(text.parse()?);
    }
    match env::var("HARNESS_STORE") {
        Ok(text) if !text.is_empty() => Ok(text.parse()?),
        _ => usual_file()
            .map(Location::Sqlite)
            .ok_or(PlaceError::NoFolder),
    }
}

fn holds_password(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else {
        // Several hosts are more than this parser knows: what stands before the @ decides.
        let before = text
            .split_once("://")
            .and_then(|(_, it)| it.split_once('@'));
        return before.is_some_and(|(user, _)| user.contains(':')) || text.contains("password=");
    };
    url.password().is_some() || url.query_pairs().any(|(name, _)| name == "password")
}

fn usual_file() -> Option<PathBuf> {
    let data = folders::base("XDG_DATA_HOME", ".local/share", |name| env::var_os(name))?;
    Some(data.join("credential-harness").join("credentials.db"))
}

/// Makes the folder of a file that is to be made.
pub(super) fn prepare(location: &Location) -> Result<(), PlaceError> {
    match location {
        Location::Sqlite(path) => make_folder(path),
        Location::Postgres(_) => Ok(()),
    }
}

fn make_folder(path: &Path) -> Result<(), PlaceError> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    let Some(folder) = folder.filter(|it| fs::metadata(it).is_err()) else {
        return Ok(());
    };
    let mut builder = DirBuilder::new();
    let made = builder.recursive(true).mode(OWNER_ONLY).create(folder);
    made.map_err(|source| PlaceError::Folder {
        path: folder.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::a_file("credentials.db", false)]
    #[case::a_file_with_a_colon("a:b@c.db", false)]
    #[case::a_user_alone("postgres://app@db.example.com/db", false)]
    #[case::beside_the_user("postgres://app:not-a-real-secret@db.example.com/db", true)]
    #[case::in_the_query("postgres://db.example.com/db?password=not-a-real-secret", true)]
    #[case::several_hosts("postgres://app:not-a-real-secret@a:1,b:2/db", true)]
    fn a_password_on_the_command_line_is_seen(#[case] text: &str, #[case] expected: bool) {
        assert_eq!(holds_password(text), expected);
    }
}
