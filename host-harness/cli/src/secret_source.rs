//! Where a secret comes from: an environment variable, a file of its own, or a person who types it.
//! Never the command line, which every process of the machine can read.

use std::env::{self, VarError};
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};

use credential_runtime::Secret;
use private_files::{FileError, Privacy};
use toml::Spanned;
use toml::de::DeValue;
use zeroize::Zeroizing;

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
    /// Where to get a secret.
    From(Source),
    /// Where to get what is no secret: `text = true` says so.
    TextFrom(Source),
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
    Unreadable { path: PathBuf, source: FileError },
    #[error("{} is no text in UTF-8", .0.display())]
    NotText(PathBuf),
    #[error("{} is empty", .0.display())]
    EmptyFile(PathBuf),
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
            Self::Unreadable { source, .. } => source.hint(),
            Self::NoTerminal => Some(
                "run this at a terminal, or write { env = \"NAME\" } or { file = \"path\" } instead"
                    .to_owned(),
            ),
            Self::NotUnicode(_)
            | Self::NotText(_)
            | Self::EmptyFile(_)
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
        let is_text = inner.flag("text").is_some_and(|it| it.value);
        let source = Source::parse(inner, folder)?;
        Some(if is_text {
            Self::TextFrom(source)
        } else {
            Self::From(source)
        })
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
        Ok(value) => match without_newline(&Zeroizing::new(value)) {
            "" => Err(SourceError::EmptyVariable(name.to_owned())),
            value => Ok(Secret::new(value)),
        },
        Err(VarError::NotPresent) => Err(SourceError::NotSet(name.to_owned())),
        Err(VarError::NotUnicode(_)) => Err(SourceError::NotUnicode(name.to_owned())),
    }
}

fn from_file(path: &Path) -> Result<Secret, SourceError> {
    let bytes = private_files::read(path, Privacy::OwnerOnly, MOST_BYTES);
    let bytes = bytes.map_err(|source| SourceError::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    let value = str::from_utf8(&bytes).map_err(|_| SourceError::NotText(path.to_owned()))?;
    match without_newline(value) {
        "" => Err(SourceError::EmptyFile(path.to_owned())),
        value => Ok(Secret::new(value)),
    }
}

/// Editors and `echo` end a file, and a Secret that becomes a variable, with a line break that is no part of the secret: one, no more.
fn without_newline(value: &str) -> &str {
    match value.strip_suffix('\n') {
        Some(line) => line.strip_suffix('\r').unwrap_or(line),
        None => value,
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt as _;

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
    fn an_empty_file_is_refused() {
        let empty = file("\n", 0o600);
        let outcome = Source::File(empty.path().to_owned()).read("Secret", &Nobody);
        assert!(matches!(outcome, Err(SourceError::EmptyFile(_))));
    }

    #[rstest]
    #[case::too_large(|path: &Path| fs::write(path, "x".repeat(65 << 10)).unwrap(), "larger than 64 KiB")]
    #[case::a_pipe(
        |path: &Path| {
            let kind = rustix::fs::FileType::Fifo;
            rustix::fs::mknodat(rustix::fs::CWD, path, kind, 0o600.into(), 0).unwrap();
        },
        "it is a folder, a pipe or a device"
    )]
    #[case::a_folder(|path: &Path| fs::create_dir(path).unwrap(), "it is a folder, a pipe or a device")]
    #[case::a_device(
        |path: &Path| std::os::unix::fs::symlink("/dev/zero", path).unwrap(),
        "it is a folder, a pipe or a device"
    )]
    #[case::nothing(|_: &Path| {}, "No such file")]
    #[case::no_text(
        |path: &Path| {
            fs::write(path, [0xff]).unwrap();
            fs::set_permissions(path, Permissions::from_mode(0o600)).unwrap();
        },
        "no text in UTF-8"
    )]
    fn what_holds_no_secret_is_refused_at_once(#[case] make: fn(&Path), #[case] why: &str) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        make(&path);
        if path.is_file() {
            fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        }
        let error = Source::File(path).read("Secret", &Nobody).unwrap_err();
        assert!(error.to_string().contains(why), "{error}");
    }
}
