//! Disks that are small or read-only: mounted where only the processes that are started on them see
//! them. They go with the last of these, so nothing is left to be unmounted.
//!
//! Mounting needs root, or a kernel that lets a user have a namespace of its own.

use std::path::Path;
use std::process::{Command, Stdio};

/// A file system in memory at `$1`, of `$2` bytes, for whoever owned the folder.
const SMALL: &str = "mount -t tmpfs -o size=\"$2\",uid=\"$(stat -c %u \"$1\")\" tmpfs \"$1\"";

/// The folder `$1` as it is, but read-only.
const READ_ONLY: &str = "mount --bind \"$1\" \"$1\" && mount -o remount,bind,ro \"$1\"";

/// A command that sees a disk of so many bytes at this folder. The program and its arguments are to
/// be added.
#[must_use]
pub fn on_small_disk(folder: &Path, bytes: u64) -> Command {
    mounted(SMALL, folder, bytes)
}

/// A command that sees this folder as a disk that nobody can write to, root neither. The program and
/// its arguments are to be added.
#[must_use]
pub fn on_read_only_disk(folder: &Path) -> Command {
    mounted(READ_ONLY, folder, 0)
}

fn mounted(script: &str, folder: &Path, bytes: u64) -> Command {
    let mut command = Command::new("unshare");
    let (user, group) = (rustix::process::geteuid(), rustix::process::getegid());
    let then = if user.is_root() {
        "exec".to_owned()
    } else {
        // Root in a namespace of its own, as long as it takes to mount; then the same user again.
        command.args(["--user", "--map-root-user"]);
        let (user, group) = (user.as_raw(), group.as_raw());
        format!("exec unshare --user --map-user={user} --map-group={group} --")
    };
    let script = format!("{script} || exit 125; shift 2; {then} \"$@\"");
    command.args(["--mount", "--", "sh", "-c", &script, "mounted"]);
    command.arg(folder).arg(bytes.to_string());
    command
}

/// Whether this machine lets a test have such disks. Says so where it does not.
#[must_use]
pub fn may_mount() -> bool {
    let folder = tempfile::tempdir().unwrap();
    let mut command = on_small_disk(folder.path(), 1 << 16);
    command.arg("true").stderr(Stdio::null());
    let may = command.status().is_ok_and(|it| it.success());
    if !may {
        say("no disk can be mounted here: a full one and a read-only one are only imitated");
    }
    may
}

#[expect(clippy::print_stdout, reason = "a test's output, for whoever reads it")]
fn say(what: &str) {
    println!("{what}");
}
