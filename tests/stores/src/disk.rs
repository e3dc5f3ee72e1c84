//! Disks that are small or read-only: mounted where only the processes that are started on them see
//! them. They go with the last of these, so nothing is left to be unmounted.
//!
//! Mounting needs root, or a kernel that lets a user have a namespace of its own.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A file system in memory at `$1`, of `$2` bytes, for whoever owned the folder.
const SMALL: &str =
    "mount -t tmpfs -o mode=0700,size=\"$2\",uid=\"$(stat -c %u \"$1\")\" tmpfs \"$1\"";

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
    let mut command = mounting(script, folder, bytes);
    command.args(same_user());
    command
}

/// The same, but what is added runs as whoever has mounted it.
fn mounting(script: &str, folder: &Path, bytes: u64) -> Command {
    let mut command = Command::new("unshare");
    if !rustix::process::geteuid().is_root() {
        // Root in a namespace of its own.
        command.args(["--user", "--map-root-user"]);
    }
    let script = format!("{script} || exit 125; shift 2; exec \"$@\"");
    command.args(["--mount", "--", "sh", "-c", &script, "mounted"]);
    command.arg(folder).arg(bytes.to_string());
    command
}

/// From root in a namespace of its own back to who this process is.
fn same_user() -> Vec<String> {
    let (user, group) = (rustix::process::geteuid(), rustix::process::getegid());
    if user.is_root() {
        return Vec::new();
    }
    let (user, group) = (user.as_raw(), group.as_raw());
    let words = format!("unshare --user --map-user={user} --map-group={group} --");
    words.split(' ').map(str::to_owned).collect()
}

/// A small disk that stays while processes on it come and go, and goes with the process that made it.
pub struct SmallDisk {
    folder: PathBuf,
    /// Ends when its standard input does.
    holder: Child,
}

impl SmallDisk {
    /// A disk of so many bytes at this folder. Only where [`may_mount`].
    #[must_use]
    pub fn new(folder: &Path, bytes: u64) -> Self {
        let mut holder = mounting(SMALL, folder, bytes)
            .args(["sh", "-c", "echo; exec cat"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // Its first word: the disk is there.
        let said = holder.stdout.as_mut().unwrap();
        said.read_exact(&mut [0]).unwrap();
        let folder = folder.to_owned();
        Self { folder, holder }
    }

    /// A command that sees it. The program and its arguments are to be added.
    #[must_use]
    pub fn command(&self) -> Command {
        let mut command = Command::new("nsenter");
        command.args(["--target", &self.holder.id().to_string(), "--mount"]);
        if !rustix::process::geteuid().is_root() {
            command.args(["--user", "--preserve-credentials"]);
        }
        command.arg("--").args(same_user());
        command
    }

    /// The same folder, as this process sees it.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        let inside = self.folder.strip_prefix("/").unwrap();
        Path::new("/proc")
            .join(self.holder.id().to_string())
            .join("root")
            .join(inside)
    }
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
