//! Files that other users can not change, or not read.
//!
//! In scope: the permissions and owners of a file, of the links that lead to it and of every folder on
//! the way, because whoever can write to a folder can exchange what is in it; and that reading comes to
//! an end, since a pipe may have no writer and a device no end. Not in scope: what a file says, and
//! whoever has the rights of this process's user or of root.
//!
//! A file or folder is trusted where its owner is the effective user of this process or root, and
//! neither its group nor everybody may write to it; to a folder, its group may where it is the user's own
//! private group. A secret's file is read by its owner alone; by a group as well where root owns it and this
//! process is not root's, or where the service manager handed it over ([`Privacy::OwnerOnly`]). On the way, a folder with the sticky bit (such as
//! `/tmp`) is trusted as well: nobody can exchange what another user owns there.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, reason = "a test that fails should stop")
)]

mod error;
mod namespace;
mod path;
mod rights;
mod write;

use std::fs::{File, OpenOptions};
use std::io::Read as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use zeroize::Zeroizing;

pub use error::FileError;
pub use rights::Privacy;
pub use write::{create, replace};

/// Reads a whole file that is trusted in this way.
///
/// # Errors
///
/// [`FileError`].
pub fn read(path: &Path, privacy: Privacy, most: u64) -> Result<Zeroizing<Vec<u8>>, FileError> {
    let resolved = path::resolve(path)?;
    let file = open(&resolved, OFlags::NOFOLLOW)?;
    // Of the file that is open, so that it cannot be exchanged in between.
    rights::check_file(&resolved, &file.metadata()?, privacy)?;
    read_bounded(file, most)
}

/// Reads a whole file of any owner. It must be a regular file of a bounded size.
///
/// # Errors
///
/// [`FileError`].
pub fn read_regular(path: &Path, most: u64) -> Result<Zeroizing<Vec<u8>>, FileError> {
    read_bounded(open(path, OFlags::empty())?, most)
}

/// The path of a file without links, after a look at the file and at all that leads to it. A file that
/// does not exist yet passes, where it can be made by nobody else.
///
/// The file is not opened: to close one drops the locks that this process holds on it.
///
/// # Errors
///
/// [`FileError`].
pub fn check_file(path: &Path, privacy: Privacy) -> Result<PathBuf, FileError> {
    let resolved = path::resolve(path)?;
    match resolved.symlink_metadata() {
        Ok(metadata) => rights::check_file(&resolved, &metadata, privacy)?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(error.into()),
    }
    Ok(resolved)
}

/// The path of a folder without links, after a look at the folder and at all that leads to it. Nobody
/// else may make files in it, so the sticky bit is not enough.
///
/// # Errors
///
/// [`FileError`].
pub fn check_folder(path: &Path) -> Result<PathBuf, FileError> {
    let resolved = path::resolve(path)?;
    rights::check_own_folder(&resolved, &resolved.symlink_metadata()?)?;
    Ok(resolved)
}

/// Opens a regular file, without waiting for somebody at the other end of a pipe.
fn open(path: &Path, flags: OFlags) -> Result<File, FileError> {
    // Before it is opened: opening a device may do something, and a socket cannot be opened.
    rights::check_regular(&path.metadata()?)?;
    let flags = flags | OFlags::NONBLOCK | OFlags::NOCTTY;
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(path)?;
    rights::check_regular(&file.metadata()?)?;
    Ok(file)
}

fn read_bounded(file: File, most: u64) -> Result<Zeroizing<Vec<u8>>, FileError> {
    let length = file.metadata()?.len().min(most);
    // With room for the read that finds the end, so that nothing is copied and left behind.
    let capacity = usize::try_from(length).unwrap_or_default() + 1;
    let mut bytes = Zeroizing::new(Vec::with_capacity(capacity));
    // What the system makes up as it is read has no length beforehand.
    file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(FileError::TooLarge { most });
    }
    Ok(bytes)
}
