//! Files that are made whole or not at all: a disk that is full leaves nothing behind.

use std::fs::File;
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use rustix::fs::{FlockOperation, flock};
use tempfile::NamedTempFile;

/// Makes a file with these bytes, its owner's alone. One that exists is left alone
/// ([`ErrorKind::AlreadyExists`]), unless it is empty: such a file is what a full disk left behind.
///
/// # Errors
///
/// What the system says; there is no such file then.
pub fn create(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let written = write_beside(path, bytes)?;
    if path.symlink_metadata().is_ok() {
        discard_empty(path)?;
    }
    written
        .persist_noclobber(path)
        .map_err(|error| error.error)?;
    sync_folder(path)
}

/// Makes a file with these bytes, its owner's alone, in the place of one that there may be.
///
/// # Errors
///
/// What the system says; the file is as it was then.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let written = write_beside(path, bytes)?;
    written.persist(path).map_err(|error| error.error)?;
    sync_folder(path)
}

/// On the disk, under a name of its own, which goes where this is dropped.
fn write_beside(path: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    let mut file = tempfile::Builder::new()
        .prefix(&name)
        .suffix(".new")
        .tempfile_in(folder(path))?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// Takes an empty file away. Of several that do, none takes away what another has made meanwhile.
fn discard_empty(path: &Path) -> io::Result<()> {
    let metadata = path.symlink_metadata()?;
    if !metadata.is_file() || metadata.len() > 0 {
        return Err(ErrorKind::AlreadyExists.into());
    }
    let empty = File::open(path)?;
    flock(&empty, FlockOperation::LockExclusive)?;
    let (found, there) = (empty.metadata()?, path.symlink_metadata()?);
    let is_same = (found.dev(), found.ino()) == (there.dev(), there.ino());
    if !is_same || found.len() > 0 {
        return Err(ErrorKind::AlreadyExists.into());
    }
    std::fs::remove_file(path)
}

/// A name is durable when its folder is.
fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(folder(path))?.sync_all()
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap().flatten();
        entries
            .map(|it| it.file_name().into_string().unwrap())
            .collect()
    }

    #[test]
    fn a_file_is_made_for_its_owner_alone_and_never_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        create(&path, b"one").unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let again = create(&path, b"two").unwrap_err();
        assert_eq!(again.kind(), ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"one");
        replace(&path, b"three").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"three");
        assert_eq!(names(folder.path()), ["key"]);
    }

    #[test]
    fn an_empty_file_is_what_a_full_disk_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        fs::write(&path, "").unwrap();
        create(&path, b"one").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"one");
    }

    #[test]
    fn a_link_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        symlink("elsewhere", &path).unwrap();
        let made = create(&path, b"one").unwrap_err();
        assert_eq!(made.kind(), ErrorKind::AlreadyExists);
        assert_eq!(names(folder.path()), ["key"]);
    }
}
