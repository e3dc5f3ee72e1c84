//! Files that somebody names, read whole.
//!
//! In scope: that reading one comes to an end. A pipe that nobody writes to would hold the command up,
//! and a device may have no end: only a regular file of a bounded size is read. Not in scope: what a
//! file says, and who may read or change it.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use rustix::fs::OFlags;

/// All of a regular file.
///
/// # Errors
///
/// What the system says, [`io::ErrorKind::InvalidInput`] where it is no regular file, and
/// [`io::ErrorKind::FileTooLarge`] where it holds more than `most` bytes.
pub(crate) fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let file = open(path)?;
    // Of the file that is open, so that it cannot be exchanged in between.
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(irregular());
    }
    let mut bytes = Vec::with_capacity(expected(metadata.len().min(most)));
    // What the system makes up as it is read has no length beforehand.
    file.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(too_large(most));
    }
    Ok(bytes)
}

/// Does not wait for somebody at the other end of a pipe.
fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .custom_flags(OFlags::NONBLOCK.bits().cast_signed())
        .open(path)
}

/// With room for the read that finds the end, so that nothing is copied and left behind.
fn expected(length: u64) -> usize {
    usize::try_from(length).unwrap_or_default() + 1
}

fn irregular() -> io::Error {
    let what = "it is a folder, a pipe or a device; name a regular file";
    io::Error::new(io::ErrorKind::InvalidInput, what)
}

fn too_large(most: u64) -> io::Error {
    let what = format!("it is larger than {} KiB", most >> 10);
    io::Error::new(io::ErrorKind::FileTooLarge, what)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::empty(0)]
    #[case::as_large_as_may_be(1024)]
    fn a_file_within_its_size_is_read_whole(#[case] size: usize) {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), vec![b'x'; size]).unwrap();
        assert_eq!(read(file.path(), 1024).unwrap(), vec![b'x'; size]);
    }

    #[test]
    fn one_byte_more_is_too_large() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), [b'x'; 1025]).unwrap();
        let error = read(file.path(), 1024).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
        assert_eq!(error.to_string(), "it is larger than 1 KiB");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_that_tells_no_length_is_read_and_bounded_all_the_same() {
        let path = Path::new("/proc/self/status");
        assert_eq!(fs::metadata(path).unwrap().len(), 0);
        assert!(read(path, 1 << 20).unwrap().starts_with(b"Name:"));
        let error = read(path, 10).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
    }
}
