//! The way to a file: every folder in which a name is looked up, and every symbolic link.

use std::ffi::OsString;
use std::fs::Metadata;
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Component, Path, PathBuf};

use crate::FileError;
use crate::rights::{check_folder, check_owner_on_the_way};

/// As many links as Linux follows (path_resolution(7)).
const MOST_LINKS: usize = 40;

/// Follows a path name by name, and checks each folder and link. Gives the path without links. The
/// last name need not exist.
pub(crate) fn resolve(path: &Path) -> Result<PathBuf, FileError> {
    let mut walk = Walk {
        at: PathBuf::from("/"),
        ahead: Vec::new(),
        links: 0,
    };
    walk.lead_to(&std::path::absolute(path)?);
    check_folder(&walk.at, &walk.at.symlink_metadata()?)?;
    while let Some(name) = walk.ahead.pop() {
        walk.enter(name)?;
    }
    Ok(walk.at)
}

/// A path that is followed.
struct Walk {
    /// What was reached: without links, every folder checked.
    at: PathBuf,
    /// The names ahead, the next one last.
    ahead: Vec<OsString>,
    links: usize,
}

impl Walk {
    /// Puts a path's names ahead of those that there are.
    fn lead_to(&mut self, path: &Path) {
        if path.is_absolute() {
            self.at = PathBuf::from("/");
        }
        let names = path.components().rev().filter_map(|it| match it {
            Component::Normal(name) => Some(name.to_owned()),
            Component::ParentDir => Some(OsString::from("..")),
            Component::RootDir | Component::CurDir | Component::Prefix(_) => None,
        });
        self.ahead.extend(names);
    }

    fn enter(&mut self, name: OsString) -> Result<(), FileError> {
        if name == ".." {
            self.at.pop();
            return Ok(());
        }
        let next = self.at.join(name);
        match next.symlink_metadata() {
            Ok(metadata) if metadata.is_symlink() => self.follow(&next, &metadata),
            Ok(metadata) => self.step(next, &metadata),
            Err(error) if error.kind() == ErrorKind::NotFound && self.ahead.is_empty() => {
                self.at = next;
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    fn follow(&mut self, link: &Path, metadata: &Metadata) -> Result<(), FileError> {
        check_owner_on_the_way(link, metadata)?;
        self.links += 1;
        if self.links > MOST_LINKS {
            return Err(FileError::Links);
        }
        let target = link.read_link()?;
        if is_magic(link, &self.at.join(&target)) {
            return self.step(link.to_owned(), &link.metadata()?);
        }
        self.lead_to(&target);
        Ok(())
    }

    fn step(&mut self, next: PathBuf, metadata: &Metadata) -> Result<(), FileError> {
        if metadata.is_dir() {
            check_folder(&next, metadata)?;
        } else if !self.ahead.is_empty() {
            return Err(io::Error::from(ErrorKind::NotADirectory).into());
        }
        self.at = next;
        Ok(())
    }
}

/// Whether a link leads elsewhere than its text says, as `/proc/<pid>/root` does (proc(5)).
fn is_magic(link: &Path, target: &Path) -> bool {
    match (link.metadata(), target.metadata()) {
        (Ok(followed), Ok(named)) => (followed.dev(), followed.ino()) != (named.dev(), named.ino()),
        (Ok(_), Err(_)) => true,
        (Err(_), _) => false,
    }
}
