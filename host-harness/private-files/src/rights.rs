//! Who may do what with a file, by its metadata.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use crate::{FileError, namespace};

/// The bits by which others than the owner write.
const OTHERS_WRITE: u32 = 0o022;

/// The bit by which the group writes.
const GROUP_WRITES: u32 = 0o020;

/// The bits by which others than the owner do anything.
const OTHERS: u32 = 0o077;

/// In a folder with this bit, a name is changed by the owner of the file alone.
pub(crate) const STICKY: u32 = 0o1000;

/// What others than the owner may do with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Privacy {
    /// They may read it, not write to it.
    ReadByOthers,
    /// Nothing.
    OwnerOnly,
}

pub(crate) fn check_regular(metadata: &Metadata) -> Result<(), FileError> {
    if metadata.is_file() {
        Ok(())
    } else {
        Err(FileError::NotRegular)
    }
}

pub(crate) fn check_file(
    path: &Path,
    metadata: &Metadata,
    privacy: Privacy,
) -> Result<(), FileError> {
    check_regular(metadata)?;
    check_owner(path, metadata)?;
    let mode = permissions(metadata);
    match privacy {
        Privacy::ReadByOthers => check_not_writable(path, mode),
        Privacy::OwnerOnly if mode & OTHERS != 0 => Err(FileError::Readable {
            path: path.to_owned(),
            mode,
        }),
        Privacy::OwnerOnly => Ok(()),
    }
}

/// A folder in which a name is looked up.
pub(crate) fn check_folder(path: &Path, metadata: &Metadata) -> Result<(), FileError> {
    check_owner_on_the_way(path, metadata)?;
    if permissions(metadata) & STICKY != 0 {
        return Ok(());
    }
    check_folder_not_writable(path, metadata)
}

/// A folder in which nobody else makes files.
pub(crate) fn check_own_folder(path: &Path, metadata: &Metadata) -> Result<(), FileError> {
    if !metadata.is_dir() {
        return Err(FileError::NotAFolder);
    }
    check_owner(path, metadata)?;
    check_folder_not_writable(path, metadata)
}

/// The group may write to a folder where nobody but its owner is in it.
fn check_folder_not_writable(path: &Path, metadata: &Metadata) -> Result<(), FileError> {
    let mode = permissions(metadata);
    let me = rustix::process::geteuid().as_raw();
    if is_private_group(me, metadata.uid(), metadata.gid()) {
        return check_not_writable(path, mode & !GROUP_WRITES);
    }
    check_not_writable(path, mode)
}

/// A user private group has the number of its one member. Where users have such groups, every folder that
/// they make is writable by it (pam_umask(8), `usergroups`).
fn is_private_group(me: u32, owner: u32, group: u32) -> bool {
    me != 0 && owner == me && group == me
}

/// The owner of a folder or link on the way. In a user namespace, the machine's own folders belong to
/// nobody that the namespace knows (user_namespaces(7)); whoever set the namespace up answers for them.
pub(crate) fn check_owner_on_the_way(path: &Path, metadata: &Metadata) -> Result<(), FileError> {
    if namespace::is_unknown(metadata.uid()) {
        return Ok(());
    }
    check_owner(path, metadata)
}

fn check_owner(path: &Path, metadata: &Metadata) -> Result<(), FileError> {
    let owner = metadata.uid();
    if owner == 0 || owner == rustix::process::geteuid().as_raw() {
        return Ok(());
    }
    Err(FileError::Foreign {
        path: path.to_owned(),
        owner,
    })
}

fn check_not_writable(path: &Path, mode: u32) -> Result<(), FileError> {
    if mode & OTHERS_WRITE == 0 {
        return Ok(());
    }
    Err(FileError::Writable {
        path: path.to_owned(),
        mode,
    })
}

fn permissions(metadata: &Metadata) -> u32 {
    metadata.mode() & 0o7777
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_with_the_users_number_is_the_users_alone() {
        assert!(is_private_group(1000, 1000, 1000));
        assert!(!is_private_group(1000, 1000, 100), "another group");
        assert!(!is_private_group(1000, 1001, 1001), "another user's");
        assert!(!is_private_group(1000, 0, 0), "root's");
        assert!(!is_private_group(0, 0, 0), "root has no such group");
    }
}
