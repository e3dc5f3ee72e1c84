//! Where a secret comes from: an environment variable, a file of its own, or a person who types it.
//! Never the command line, which every process of the machine can read.

use std::env::{self, VarError};
use std::fs::{File, Metadata};
use std::io::{self, IsTerminal as _, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use credential_runtime::Secret;
use toml::Spanned;
use toml::de::DeValue;

use crate::document::Table;

/// More than this is no secret that a form asks for. A JWT is a few kilobytes.
const MOST_BYTES: u64 = 64 << 10;

/// What one may write for a value that is not to stand in the file.
pub(crate) const FORMS: &str = "{ env = \"NAME\" }, { file = \"path\" } or { prompt = true }";

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// An environment variable.
    Env(String),
    /// A file that holds nothing else.
    File(PathBuf),
    /// A person at the terminal.
    Prompt,
}

/// What stands beside a field's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Given {
    /// The value itself.
    Text(String),
    /// Where to get it.
    From(Source),
}

/// Why a value cannot be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SourceError {
    #[error("the environment variable {0} is not set")]
    NotSet(String),
    #[error("the environment variable {0} is empty")]
    EmptyVariable(String),
    #[error("the environment variable {0} is no UTF-8 text")]
    NotUnicode(String),
    #[error("{} cannot be read: {source}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{} is no file", .0.display())]
    NotAFile(PathBuf),
    #[error("{} can be read by others than you (mode {mode:03o})", path.display())]
    ReadableByOthers { path: PathBuf, mode: u32 },
    #[error("{} is empty", .0.display())]
    EmptyFile(PathBuf),
    #[error("{} is larger than a secret can be (64 KiB)", .0.display())]
    TooLarge(PathBuf),
    #[error("there is no terminal to type it at")]
    NoTerminal,
    #[error("nothing was typed")]
    NothingTyped,
    #[error("the terminal cannot be read: {0}")]
    Terminal(io::Error),
}

impl SourceError {
    /// What to do about it.
    pub(crate) fn hint(&self) -> Option<String> {
        match self {
            Self::NotSet(name) | Self::EmptyVariable(name) => {
                Some(format!("set {name} for this command, or give the secret another way"))
            }
            Self::ReadableByOthers { path, .. } => Some(format!("chmod 600 {}", path.display())),
            Self::NoTerminal => Some(
                "run this at a terminal, or write { env = \"NAME\" } or { file = \"path\" } instead"
                    .to_owned(),
            ),
            Self::NotUnicode(_)
            | Self::Unreadable { .. }
            | Self::NotAFile(_)
            | Self::EmptyFile(_)
            | Self::TooLarge(_)
            | Self::NothingTyped
            | Self::Terminal(_) => None,
        }
    }
}

/// Asks a person for a secret.
pub(crate) trait Prompt {
    /// `label` is the field's name as the form shows it.
    fn ask(&self, label: &str) -> Result<Secret, SourceError>;
}

/// The terminal, without echo.
pub(crate) struct Terminal;

impl Prompt for Terminal {
    fn ask(&self, label: &str) -> Result<Secret, SourceError> {
        if !io::stdin().is_terminal() {
            return Err(SourceError::NoTerminal);
        }
        let prompt = format!("{} (not shown): ", crate::text::plain(label));
        let typed = rpassword::prompt_password(prompt).map_err(SourceError::Terminal)?;
        if typed.is_empty() {
            return Err(SourceError::NothingTyped);
        }
        Ok(Secret::new(typed))
    }
}

impl Source {
    /// The value.
    pub(crate) fn read(&self, label: &str, prompt: &dyn Prompt) -> Result<Secret, SourceError> {
        match self {
            Self::Env(name) => from_env(name),
            Self::File(path) => from_file(path),
            Self::Prompt => prompt.ask(label),
        }
    }

    /// For a person who reads where values come from.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Env(name) => format!("from the environment variable {name}"),
            Self::File(path) => format!("from the file {}", path.display()),
            Self::Prompt => "typed at the terminal".to_owned(),
        }
    }
}

impl Given {
    /// Reads what stands beside a key; notes what is neither a text nor a source. `folder` is what
    /// paths are relative to.
    pub(crate) fn parse<'a>(
        table: &Table<'a>,
        key: &str,
        value: &'a Spanned<DeValue<'a>>,
        folder: &Path,
    ) -> Option<Self> {
        if let Some(text) = value.get_ref().as_str() {
            return Some(Self::Text(text.to_owned()));
        }
        let Some(inner) = table.inline(key, value) else {
            let message = format!("`{key}` is neither a text in quotes nor a source");
            table.note(value.span(), message, Some(&format!("a source is {FORMS}")));
            return None;
        };
        Source::parse(inner, folder).map(Self::From)
    }
}

impl Source {
    fn parse(table: Table<'_>, folder: &Path) -> Option<Self> {
        let env = table.text("env").map(|it| Self::Env(it.value.to_owned()));
        let file = table
            .text("file")
            .map(|it| Self::File(folder.join(it.value)));
        let prompt = table.flag("prompt").filter(|it| it.value);
        let prompt = prompt.map(|_| Self::Prompt);
        let mut given = [env, file, prompt].into_iter().flatten();
        let (first, more) = (given.next(), given.next());
        if first.is_none() || more.is_some() {
            let hint = format!("write one of {FORMS}");
            table.note(table.at(), "this is not one source", Some(&hint));
        }
        table.finish();
        first
    }
}

fn from_env(name: &str) -> Result<Secret, SourceError> {
    match env::var(name) {
        Ok(value) if value.is_empty() => Err(SourceError::EmptyVariable(name.to_owned())),
        Ok(value) => Ok(Secret::new(value)),
        Err(VarError::NotPresent) => Err(SourceError::NotSet(name.to_owned())),
        Err(VarError::NotUnicode(_)) => Err(SourceError::NotUnicode(name.to_owned())),
    }
}

fn from_file(path: &Path) -> Result<Secret, SourceError> {
    let unreadable = |source| SourceError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let mut file = File::open(path).map_err(unreadable)?;
    // Of the file that is open, so that it cannot be exchanged in between.
    let length = check(path, &file.metadata().map_err(unreadable)?)?;
    let mut value = String::with_capacity(length);
    file.read_to_string(&mut value).map_err(unreadable)?;
    strip_newline(&mut value);
    if value.is_empty() {
        return Err(SourceError::EmptyFile(path.to_owned()));
    }
    Ok(Secret::new(value))
}

/// The length of a file that a secret may be read from.
fn check(path: &Path, metadata: &Metadata) -> Result<usize, SourceError> {
    let path = || path.to_owned();
    if !metadata.is_file() {
        return Err(SourceError::NotAFile(path()));
    }
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(SourceError::ReadableByOthers { path: path(), mode });
    }
    if metadata.len() > MOST_BYTES {
        return Err(SourceError::TooLarge(path()));
    }
    usize::try_from(metadata.len()).map_err(|_| SourceError::TooLarge(path()))
}

/// Editors and `echo` end a file with a line break that is no part of the secret: one, no more.
fn strip_newline(value: &mut String) {
    if value.ends_with('\n') {
        value.pop();
        if value.ends_with('\r') {
            value.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};

    use rstest::rstest;

    use super::*;

    struct Nobody;

    impl Prompt for Nobody {
        fn ask(&self, _label: &str) -> Result<Secret, SourceError> {
            Err(SourceError::NoTerminal)
        }
    }

    fn file(contents: &str, mode: u32) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), contents).unwrap();
        fs::set_permissions(file.path(), Permissions::from_mode(mode)).unwrap();
        file
    }

    #[rstest]
    #[case::as_it_stands("not-a-real-secret", "not-a-real-secret")]
    #[case::one_line_break("not-a-real-secret\n", "not-a-real-secret")]
    #[case::one_line_break_of_windows("not-a-real-secret\r\n", "not-a-real-secret")]
    #[case::only_one("not-a-real-secret\n\n", "not-a-real-secret\n")]
    #[case::no_blank(" not-a-real-secret ", " not-a-real-secret ")]
    fn a_file_gives_the_secret_without_its_last_line_break(
        #[case] contents: &str,
        #[case] expected: &str,
    ) {
        let file = file(contents, 0o600);
        let secret = Source::File(file.path().to_owned()).read("Secret", &Nobody);
        assert_eq!(secret.unwrap().expose(), expected);
    }

    #[rstest]
    #[case::others(0o604)]
    #[case::the_group(0o640)]
    #[case::writable_by_others(0o602)]
    fn a_file_that_is_not_its_owners_alone_is_refused(#[case] mode: u32) {
        let file = file("not-a-real-secret", mode);
        let error = Source::File(file.path().to_owned())
            .read("Secret", &Nobody)
            .unwrap_err();
        let told = format!("{error}; {}", error.hint().unwrap_or_default());
        assert!(told.contains("chmod 600"), "{told}");
        assert!(!told.contains("not-a-real-secret"), "{told}");
    }

    #[test]
    fn an_empty_file_and_a_folder_are_refused() {
        let empty = file("\n", 0o600);
        let read = |path: &Path| Source::File(path.to_owned()).read("Secret", &Nobody);
        assert!(matches!(read(empty.path()), Err(SourceError::EmptyFile(_))));
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(read(folder.path()), Err(SourceError::NotAFile(_))));
    }

    #[test]
    fn a_file_that_is_too_large_is_refused_unread() {
        let large = file(&"x".repeat(65 << 10), 0o600);
        let outcome = Source::File(large.path().to_owned()).read("Secret", &Nobody);
        assert!(matches!(outcome, Err(SourceError::TooLarge(_))));
    }
}
