//! Which files are used, and which are refused.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that fails should stop"
)]

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, chown, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use private_files::{FileError, Privacy, check_file, check_folder, read, read_regular};
use rstest::rstest;
use rustix::fs::{CWD, FileType, Mode, mknodat};
use tempfile::TempDir;

const MOST: u64 = 1024;

/// The user `nobody`. Only root may give files away, so tests that need it pass over where they are
/// not run as root.
const STRANGER: u32 = 65534;

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn file(folder: &Path, mode: u32) -> PathBuf {
    let path = folder.join("file");
    fs::write(&path, "contents").unwrap();
    set_mode(&path, mode);
    path
}

#[track_caller]
fn check_refused<T: std::fmt::Debug>(outcome: Result<T, FileError>, expected: &str) {
    let told = match &outcome {
        Ok(value) => panic!("taken: {value:?}"),
        Err(error) => format!("{error}; {}", error.hint().unwrap_or_default()),
    };
    assert!(told.contains(expected), "{expected:?} in {told:?}");
}

#[rstest]
#[case::the_owners_alone(0o600, true, true)]
#[case::read_only(0o400, true, true)]
#[case::read_by_the_group(0o640, true, false)]
#[case::read_by_everybody(0o644, true, false)]
#[case::run_by_everybody(0o601, true, false)]
#[case::written_by_the_group(0o620, false, false)]
#[case::written_by_everybody(0o602, false, false)]
#[case::written_by_all(0o666, false, false)]
fn a_mode_decides(#[case] mode: u32, #[case] protected: bool, #[case] secret: bool) {
    let folder = folder();
    let path = file(folder.path(), mode);
    for (privacy, expected) in [
        (Privacy::ReadByOthers, protected),
        (Privacy::OwnerOnly, secret),
    ] {
        let outcomes = [
            read(&path, privacy, MOST).map(|_| ()),
            check_file(&path, privacy).map(|_| ()),
        ];
        for outcome in outcomes {
            assert_eq!(outcome.is_ok(), expected, "{privacy:?} {outcome:?}");
            if let Err(error) = outcome {
                assert!(error.hint().unwrap().starts_with("chmod "), "{error:?}");
            }
        }
    }
}

#[test]
fn another_users_file_is_refused() {
    if !is_root() {
        return;
    }
    let folder = folder();
    let path = file(folder.path(), 0o600);
    chown(&path, Some(STRANGER), None).unwrap();
    for privacy in [Privacy::ReadByOthers, Privacy::OwnerOnly] {
        check_refused(
            read(&path, privacy, MOST),
            "belongs to another user (user ID 65534)",
        );
        check_refused(check_file(&path, privacy), "belongs to another user");
    }
}

#[rstest]
#[case::written_by_the_group(0o770, "chmod go-w")]
#[case::written_by_everybody(0o707, "chmod go-w")]
#[case::written_by_all(0o777, "can be changed by others")]
fn a_file_in_a_folder_that_others_write_to_is_refused(#[case] mode: u32, #[case] why: &str) {
    let folder = folder();
    let (outer, inner) = (
        folder.path().join("outer"),
        folder.path().join("outer/inner"),
    );
    fs::create_dir_all(&inner).unwrap();
    let path = file(&inner, 0o600);
    for way in [&inner, &outer] {
        set_mode(way, mode);
        check_refused(read(&path, Privacy::ReadByOthers, MOST), why);
        check_refused(check_file(&path, Privacy::OwnerOnly), why);
        set_mode(way, 0o700);
    }
    read(&path, Privacy::OwnerOnly, MOST).unwrap();
}

#[test]
fn a_sticky_folder_is_trusted_on_the_way_and_not_as_ones_own() {
    let folder = folder();
    let path = file(folder.path(), 0o600);
    set_mode(folder.path(), 0o1777);
    read(&path, Privacy::OwnerOnly, MOST).unwrap();
    check_refused(
        check_folder(folder.path()),
        "can be changed by others (mode 1777)",
    );
    set_mode(folder.path(), 0o755);
    check_folder(folder.path()).unwrap();
}

#[test]
fn a_folder_of_another_user_is_refused() {
    if !is_root() {
        return;
    }
    let folder = folder();
    let inner = folder.path().join("inner");
    fs::create_dir(&inner).unwrap();
    let path = file(&inner, 0o600);
    chown(&inner, Some(STRANGER), None).unwrap();
    check_refused(
        read(&path, Privacy::OwnerOnly, MOST),
        "belongs to another user",
    );
    check_refused(check_folder(&inner), "belongs to another user");
}

/// As Kubernetes mounts secrets: a link to a name below a link to a folder.
#[test]
fn links_of_ones_own_are_followed() {
    let folder = folder();
    fs::create_dir(folder.path().join("..2024")).unwrap();
    file(&folder.path().join("..2024"), 0o400);
    symlink("..2024", folder.path().join("..data")).unwrap();
    symlink("..data/file", folder.path().join("file")).unwrap();
    let link = folder.path().join("file");
    assert_eq!(*read(&link, Privacy::OwnerOnly, MOST).unwrap(), b"contents");
    let resolved = check_file(&link, Privacy::OwnerOnly).unwrap();
    assert!(resolved.ends_with("..2024/file"), "{resolved:?}");
}

#[test]
fn a_link_through_a_folder_that_others_write_to_is_refused() {
    let folder = folder();
    let path = file(folder.path(), 0o600);
    let open = folder.path().join("open");
    fs::create_dir(&open).unwrap();
    symlink(&path, open.join("link")).unwrap();
    symlink(open.join("link"), folder.path().join("link")).unwrap();
    set_mode(&open, 0o777);
    check_refused(
        read(&folder.path().join("link"), Privacy::OwnerOnly, MOST),
        "open can be changed by others",
    );
}

#[test]
fn another_users_link_in_a_sticky_folder_is_refused() {
    if !is_root() {
        return;
    }
    let folder = folder();
    let path = file(folder.path(), 0o600);
    set_mode(folder.path(), 0o1777);
    let link = folder.path().join("link");
    symlink(&path, &link).unwrap();
    std::os::unix::fs::lchown(&link, Some(STRANGER), None).unwrap();
    check_refused(
        read(&link, Privacy::OwnerOnly, MOST),
        "link belongs to another user",
    );
}

#[test]
fn links_in_a_circle_come_to_an_end() {
    let folder = folder();
    symlink("b", folder.path().join("a")).unwrap();
    symlink("a", folder.path().join("b")).unwrap();
    check_refused(
        read(&folder.path().join("a"), Privacy::OwnerOnly, MOST),
        "too many symbolic links",
    );
}

/// Each is a name at which a plain `open` waits, has no end, or does something.
#[rstest]
#[case::a_pipe(|path: &Path| mknodat(CWD, path, FileType::Fifo, Mode::from(0o600), 0).unwrap())]
#[case::a_socket(|path: &Path| drop(UnixListener::bind(path).unwrap()))]
#[case::a_folder(|path: &Path| fs::create_dir(path).unwrap())]
#[case::a_device_without_end(|path: &Path| symlink("/dev/zero", path).unwrap())]
#[case::a_device_without_a_byte(|path: &Path| symlink("/dev/null", path).unwrap())]
#[case::a_terminal(|path: &Path| symlink("/dev/tty", path).unwrap())]
fn what_is_no_regular_file_is_refused_at_once(#[case] make: fn(&Path)) {
    let folder = folder();
    let path = folder.path().join("file");
    make(&path);
    let why = "it is a folder, a pipe or a device";
    check_refused(read_regular(&path, MOST), why);
    check_refused(read(&path, Privacy::ReadByOthers, MOST), why);
    check_refused(read(&path, Privacy::OwnerOnly, MOST), why);
    check_refused(check_file(&path, Privacy::OwnerOnly), why);
}

#[rstest]
#[case::nothing(0, true)]
#[case::all_that_is_allowed(1024, true)]
#[case::one_byte_more(1025, false)]
fn a_size_is_bounded(#[case] size: usize, #[case] taken: bool) {
    let folder = folder();
    let path = file(folder.path(), 0o600);
    fs::write(&path, vec![b'x'; size]).unwrap();
    for outcome in [
        read(&path, Privacy::OwnerOnly, MOST),
        read_regular(&path, MOST),
    ] {
        match outcome {
            Ok(bytes) => assert!(taken && bytes.len() == size),
            Err(error) => assert!(!taken && error.to_string() == "it is larger than 1 KiB"),
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_tells_no_length_is_read_and_bounded_all_the_same() {
    let path = Path::new("/proc/self/status");
    assert_eq!(fs::metadata(path).unwrap().len(), 0);
    assert!(read_regular(path, 1 << 20).unwrap().starts_with(b"Name:"));
    check_refused(read_regular(path, 10), "it is larger");
}

#[test]
fn a_file_that_is_missing_is_told_from_one_that_cannot_be_made() {
    let folder = folder();
    let missing = folder.path().join("missing");
    assert!(
        read(&missing, Privacy::OwnerOnly, MOST)
            .unwrap_err()
            .is_missing()
    );
    assert_eq!(
        check_file(&missing, Privacy::OwnerOnly)
            .unwrap()
            .file_name(),
        missing.file_name()
    );
    assert!(
        check_file(&missing.join("x"), Privacy::OwnerOnly)
            .unwrap_err()
            .is_missing()
    );
    file(folder.path(), 0o600);
    assert!(check_file(&folder.path().join("file/x"), Privacy::OwnerOnly).is_err());
}

#[test]
fn names_that_lead_up_are_followed_from_where_links_lead() {
    let folder = folder();
    fs::create_dir_all(folder.path().join("a/b")).unwrap();
    let path = file(&folder.path().join("a"), 0o600);
    symlink("a/b", folder.path().join("link")).unwrap();
    let up = folder.path().join("link/../file");
    assert_eq!(
        check_file(&up, Privacy::OwnerOnly).unwrap(),
        fs::canonicalize(path).unwrap()
    );
}
