//! TOML files that people write: read once, every mistake at once, each with its line and column.
//!
//! The text of a file is never repeated in a message, names of keys apart: a secret may stand where
//! none belongs. So the values are read here by hand, and not by a deserializer whose messages
//! quote what it found.

mod table;

use std::cell::RefCell;
use std::ops::Range;
use std::path::{Path, PathBuf};

use private_files::Privacy;
use serde::Serialize;
use toml::de::DeTable;
use zeroize::Zeroizing;

pub(crate) use table::{Located, Table, suggest};

use crate::text::Page;

/// More than this is no file that a person wrote.
const MOST_BYTES: u64 = 1 << 20;

/// Something in a file that cannot stay as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Mistake {
    /// From 1.
    pub(crate) line: usize,
    /// From 1, in characters.
    pub(crate) column: usize,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

impl Mistake {
    /// For a person, under the name of the file.
    pub(crate) fn add_to(&self, page: Page) -> Page {
        let place = format!("{}:{}", self.line, self.column);
        let page = page.item(2, 7, &place, &self.message);
        match &self.hint {
            Some(hint) => page.item(10, 5, "hint:", hint),
            None => page,
        }
    }
}

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileError {
    /// It cannot be read.
    #[error("{} cannot be read: {source}", path.display())]
    Unreadable { path: PathBuf, source: Unreadable },
    /// It is read, and wrong.
    #[error("{} cannot be used", path.display())]
    Mistakes {
        path: PathBuf,
        mistakes: Vec<Mistake>,
    },
}

/// Why a file is not read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unreadable {
    #[error(transparent)]
    File(#[from] private_files::FileError),
    #[error("it is no text in UTF-8")]
    NotUnicode,
}

impl Unreadable {
    /// What to do about it.
    pub(crate) fn hint(&self) -> Option<String> {
        match self {
            Self::File(error) => error.hint(),
            Self::NotUnicode => None,
        }
    }
}

/// A file's text, and where it stands: paths in it are relative to its folder.
pub(crate) struct Document {
    path: PathBuf,
    text: Zeroizing<String>,
}

impl Document {
    /// Reads a file of any owner.
    pub(crate) fn open(path: &Path) -> Result<Self, FileError> {
        Self::read(path, private_files::read_regular(path, MOST_BYTES))
    }

    /// Reads a file that decides what is protected: nobody else may be able to change it.
    pub(crate) fn open_trusted(path: &Path) -> Result<Self, FileError> {
        let bytes = private_files::read(path, Privacy::ReadByOthers, MOST_BYTES);
        Self::read(path, bytes)
    }

    fn read(
        path: &Path,
        bytes: Result<Zeroizing<Vec<u8>>, private_files::FileError>,
    ) -> Result<Self, FileError> {
        let text = bytes.map_err(Unreadable::from).and_then(|bytes| {
            let text = str::from_utf8(&bytes).map_err(|_| Unreadable::NotUnicode)?;
            Ok(text.to_owned())
        });
        let text = text.map_err(|source| FileError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
        Ok(Self::new(path, text))
    }

    pub(crate) fn new(path: &Path, text: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            text: Zeroizing::new(text.into()),
        }
    }

    /// The folder that paths in the file are relative to.
    pub(crate) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or_else(|| Path::new(""))
    }

    /// What `read` makes of it, if it notes no mistake on the way; else all of them.
    pub(crate) fn parse<T>(
        &self,
        read: impl FnOnce(&Table<'_>) -> Option<T>,
    ) -> Result<T, FileError> {
        let notes = Notes::new(&self.text);
        let read = self.tree(&notes).and_then(|tree| {
            let root = Table::root(&notes, &tree);
            let value = read(&root);
            root.finish();
            value
        });
        let mistakes = notes.in_order();
        match read {
            Some(value) if mistakes.is_empty() => Ok(value),
            _ => Err(self.mistaken(mistakes)),
        }
    }

    /// An error about places in this file that were found later.
    pub(crate) fn mistaken(&self, mistakes: Vec<Mistake>) -> FileError {
        FileError::Mistakes {
            path: self.path.clone(),
            mistakes,
        }
    }

    /// Notes about this file, for what is found later.
    pub(crate) fn notes(&self) -> Notes<'_> {
        Notes::new(&self.text)
    }

    fn tree(&self, notes: &Notes<'_>) -> Option<DeTable<'_>> {
        match DeTable::parse(&self.text) {
            Ok(tree) => Some(tree.into_inner()),
            Err(error) => {
                let message = error.message().trim().replace('\n', "; ");
                notes.add(error.span().unwrap_or_default(), message, None);
                None
            }
        }
    }
}

/// Mistakes, as they are found.
pub(crate) struct Notes<'a> {
    text: &'a str,
    mistakes: RefCell<Vec<Mistake>>,
}

impl<'a> Notes<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            mistakes: RefCell::default(),
        }
    }

    pub(crate) fn add(&self, at: Range<usize>, message: impl Into<String>, hint: Option<String>) {
        let before = self.text.get(..at.start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        self.mistakes.borrow_mut().push(Mistake {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            message: message.into(),
            hint,
        });
    }

    /// As they stand in the file.
    pub(crate) fn in_order(self) -> Vec<Mistake> {
        let mut mistakes = self.mistakes.into_inner();
        mistakes.sort_by_key(|it| (it.line, it.column));
        mistakes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse<T>(text: &str, read: impl FnOnce(&Table<'_>) -> Option<T>) -> Result<T, String> {
        let outcome = Document::new(Path::new("test.toml"), text).parse(read);
        outcome.map_err(|error| match error {
            FileError::Unreadable { source, .. } => source.to_string(),
            FileError::Mistakes { mistakes, .. } => mistakes
                .iter()
                .map(|it| {
                    let hint = it.hint.as_deref().unwrap_or_default();
                    format!("{}:{} {} [{hint}]\n", it.line, it.column, it.message)
                })
                .collect(),
        })
    }

    #[test]
    fn every_mistake_is_told_at_once_in_the_files_order() {
        let text = "b = 1\nplase = \"x\"\n\n[inner]\n  c = []\n";
        let told = parse(text, |table| {
            let place = table.text("place").map(|it| it.value.to_owned());
            if let Some(inner) = table.table("inner") {
                let _ = inner.flag("c");
                inner.finish();
            }
            let _ = table.text("b");
            place
        })
        .map(|_| ())
        .unwrap_err();
        let lines: Vec<&str> = told.lines().collect();
        assert_eq!(
            lines,
            [
                "1:5 `b` is a text in quotes, not an integer []",
                "2:1 unknown key `plase` [did you mean `place`? Known here: `b`, `inner`, `place`.]",
                "5:7 `c` is true or false, not an array []",
            ]
        );
    }

    #[test]
    fn a_file_that_is_no_toml_is_told_with_its_place() {
        let told = parse("a = 1\nb = not-a-real-secret\n", |_| Some(())).unwrap_err();
        assert!(told.starts_with("2:"), "{told}");
        assert!(!told.contains("not-a-real-secret"), "{told}");
    }

    #[test]
    fn columns_count_characters() {
        let told = parse("\"ö\" = 1\n# x\n\"ä\" = { \"ü\" = 1 }", |table| {
            table.table("ä").map(Table::finish)
        })
        .unwrap_err();
        assert_eq!(
            told.lines().last(),
            Some("3:9 unknown key `ü` in [ä] [nothing is known here]")
        );
    }
}
