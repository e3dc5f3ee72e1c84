//! Where the store is.

use std::env::{self, VarError};
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
    #[error("HARNESS_STORE is no text in UTF-8; name the file with --store")]
    NotText,
    #[error("a password stands on the command line, where every process can read it")]
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
            Self::PasswordOnCommandLine => Some(
                "put the URL into HARNESS_STORE, or the password into PGPASSFILE, and change the password",
            ),
            Self::NoFolder => Some("name a file with --store"),
            Self::Location(_) | Self::NotText | Self::Folder { .. } => None,
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
        Ok(text) if !text.trim().is_empty() => Ok(text.parse()?),
        Err(VarError::NotUnicode(_)) => Err(PlaceError::NotText),
        _ => usual_file()
            .map(Location::Sqlite)
            .ok_or(PlaceError::NoFolder),
    }
}

/// In any database's spelling.
fn holds_password(text: &str) -> bool {
    let lower = text.to_lowercase();
    if ["password=", "pwd="].iter().any(|it| lower.contains(it)) {
        return true;
    }
    if let Ok(url) = Url::parse(text)
        && url.has_host()
    {
        return url.password().is_some();
    }
    // Several hosts are more than this parser knows: what stands before the @ decides.
    let before = text.split_once("//").and_then(|(_, it)| it.split_once('@'));
    before.is_some_and(|(user, _)| user.contains(':'))
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
    #[case::keywords("host=db user=app password=not-a-real-secret", true)]
    #[case::keywords_in_capitals("Server=db;Uid=app;Pwd=not-a-real-secret", true)]
    #[case::jdbc("jdbc:postgresql://app:not-a-real-secret@db/harness", true)]
    #[case::no_scheme("//app:not-a-real-secret@db/harness", true)]
    #[case::several_hosts("postgres://app:not-a-real-secret@a:1,b:2/db", true)]
    fn a_password_on_the_command_line_is_seen(#[case] text: &str, #[case] expected: bool) {
        assert_eq!(holds_password(text), expected);
    }
}
