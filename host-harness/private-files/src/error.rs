//! Why a file is not used.

use std::io;
use std::path::PathBuf;

use crate::rights::{SET_GROUP_ID, STICKY};

/// Why a file or a folder is not used. Each text goes after `… cannot be used: `.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// What the system says.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It is no regular file.
    #[error("it is a folder, a pipe or a device; name a regular file")]
    NotRegular,
    /// It is no folder.
    #[error("it is no folder")]
    NotAFolder,
    /// It holds more than is read.
    #[error("it is larger than {}", size(*.most))]
    TooLarge {
        /// The bound, in bytes.
        most: u64,
    },
    /// Its owner is neither root nor the user of this process.
    #[error("{} belongs to another user (user ID {owner})", path.display())]
    Foreign {
        /// The file, or what leads to it.
        path: PathBuf,
        /// The owner's user ID.
        owner: u32,
    },
    /// Its group or everybody may write to it.
    #[error("{} can be changed by others (mode {mode:04o})", path.display())]
    Writable {
        /// The file, or a folder that leads to it.
        path: PathBuf,
        /// The permissions.
        mode: u32,
    },
    /// It holds a secret, and its group or everybody may reach it.
    #[error("{} can be read by others than you (mode {mode:03o})", path.display())]
    Readable {
        /// The file.
        path: PathBuf,
        /// The permissions.
        mode: u32,
        /// Whether it is root's, and this process's user cannot change that.
        is_roots: bool,
    },
    /// Links lead to links without end.
    #[error("too many symbolic links lead to it")]
    Links,
}

impl FileError {
    /// What happened and what to do about it, in one line.
    #[must_use]
    pub fn with_hint(&self) -> String {
        match self.hint() {
            Some(hint) => format!("{self}; {hint}"),
            None => self.to_string(),
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Foreign { path, .. } => Some(format!(
                "make it yours or root's (chown), or use another place than {}",
                path.display()
            )),
            Self::Writable { mode, .. } if mode & STICKY != 0 => {
                Some("use a folder of your own".to_owned())
            }
            Self::Writable { path, mode } if mode & SET_GROUP_ID != 0 => Some(format!(
                "a group shares it, as a volume with `fsGroup` does: give it to this user alone (chown {} {path}; \
                 chmod 700 {path}), in Kubernetes once by an init container that runs as root, with `fsGroup` left out",
                rustix::process::geteuid().as_raw(),
                path = path.display()
            )),
            Self::Writable { path, .. } => Some(format!("chmod go-w {}", path.display())),
            Self::Readable { is_roots: true, .. } => Some(
                "mount it with mode 0440 or 0400 (`defaultMode` of a Secret volume), for this process's \
                 group alone"
                    .to_owned(),
            ),
            Self::Readable { path, .. } => Some(format!("chmod 600 {}", path.display())),
            Self::Io(_)
            | Self::NotRegular
            | Self::NotAFolder
            | Self::TooLarge { .. }
            | Self::Links => None,
        }
    }

    /// Whether there is no such file.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Io(error) if error.kind() == io::ErrorKind::NotFound)
    }
}

fn size(bytes: u64) -> String {
    match bytes >> 10 {
        kibibytes if kibibytes > 1024 && kibibytes % 1024 == 0 => {
            format!("{} MiB", kibibytes >> 10)
        }
        kibibytes => format!("{kibibytes} KiB"),
    }
}
