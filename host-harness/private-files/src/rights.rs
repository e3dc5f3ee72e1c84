//! Who may do what with a file, by its metadata.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use crate::{FileError, namespace};

/// The bits by which others than the owner write.
const OTHERS_WRITE: u32 = 0o022;

/// The bit by which everybody writes.
const EVERYBODY_WRITES: u32 = 0o002;

/// The bits by which others than the owner do anything.
const OTHERS: u32 = 0o077;

/// The bit by which the group reads.
const GROUP_READS: u32 = 0o040;

/// In a folder with this bit, a name is changed by the owner of the file alone.
pub(crate) const STICKY: u32 = 0o1000;

/// Of a folder: what is made in it belongs to its group.
pub(crate) const SET_GROUP_ID: u32 = 0o2000;

/// What others than the owner may do with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Privacy {
    /// They may read it, not write to it.
    ReadByOthers,
    /// Nothing. Its group may read it where the operator chose that group to hand it to this process: root
    /// owns it and this process is not root's (a Secret volume of Kubernetes with `fsGroup`), or it lies in
    /// `$CREDENTIALS_DIRECTORY` (`LoadCredential=` of systemd).
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
        Privacy::ReadByOthers => check_bits(path, mode, OTHERS_WRITE),
        Privacy::OwnerOnly if is_private(mode, || is_handed(path, metadata)) => Ok(()),
        Privacy::OwnerOnly => Err(FileError::Readable {
            path: path.to_owned(),
            mode,
            is_roots: metadata.uid() == 0 && rustix::process::geteuid().as_raw() != 0,
        }),
    }
}

/// Whether nobody else may do anything, or a group that it was handed to may read it, and nothing more.
fn is_private(mode: u32, is_handed: impl FnOnce() -> bool) -> bool {
    let of_others = mode & OTHERS;
    of_others == 0 || (of_others == GROUP_READS && is_handed())
}

/// Whether root, or the service manager, handed the file to this process by its group.
fn is_handed(path: &Path, metadata: &Metadata) -> bool {
    let me = rustix::process::geteuid().as_raw();
    let folder = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
    is_from_root(me, metadata.uid()) || folder.is_some_and(|it| is_below(path, &it))
}

fn is_from_root(me: u32, owner: u32) -> bool {
    owner == 0 && me != 0
}

/// `path` has no links.
fn is_below(path: &Path, folder: &Path) -> bool {
    let folder = folder.is_absolute().then(|| folder.canonicalize().ok());
    folder
        .flatten()
        .is_some_and(|it| it.parent().is_some() && path.starts_with(it))
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
        return check_bits(path, mode, EVERYBODY_WRITES);
    }
    check_bits(path, mode, OTHERS_WRITE)
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

/// None of these bits is set.
fn check_bits(path: &Path, mode: u32, bits: u32) -> Result<(), FileError> {
    if mode & bits == 0 {
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

    #[test]
    fn a_group_reads_what_was_handed_to_it_and_no_more() {
        for mode in [0o400, 0o600, 0o700] {
            assert!(is_private(mode, || false), "{mode:o}");
        }
        for mode in [0o440, 0o640, 0o540] {
            assert!(is_private(mode, || true), "{mode:o}");
            assert!(!is_private(mode, || false), "{mode:o}");
        }
        for mode in [0o444, 0o644, 0o460, 0o660, 0o450, 0o404, 0o420, 0o441] {
            assert!(!is_private(mode, || true), "{mode:o}");
        }
    }

    #[test]
    fn root_hands_files_to_others_and_not_to_itself() {
        assert!(is_from_root(1000, 0));
        assert!(!is_from_root(0, 0), "root chose no group for itself");
        assert!(!is_from_root(1000, 1000), "the user's own");
        assert!(!is_from_root(0, 1000), "another user's");
    }

    #[test]
    fn a_service_managers_folder_is_what_its_variable_names() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().canonicalize().unwrap();
        assert!(is_below(&folder.join("key"), &folder));
        assert!(!is_below(Path::new("/elsewhere/key"), &folder));
        assert!(!is_below(&folder.join("key"), Path::new("/")), "everything");
        assert!(!is_below(&folder.join("key"), Path::new("")));
        assert!(!is_below(&folder.join("key"), &folder.join("missing")));
        let mut longer = folder.clone().into_os_string();
        longer.push("-and-more/key");
        assert!(!is_below(Path::new(&longer), &folder));
    }
}
