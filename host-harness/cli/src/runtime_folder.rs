//! The folder for what lives as long as a run: sockets, files that a browser is handed. It is the
//! user's alone (`$XDG_RUNTIME_DIR`, XDG Base Directory Specification), or one in the cache folder.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::PathBuf;
use std::{env, io};

use crate::folders;

/// Where it is, whether it exists or not.
pub(crate) fn path() -> Option<PathBuf> {
    let environment = |name: &str| env::var_os(name);
    let named = environment("XDG_RUNTIME_DIR").map(PathBuf::from);
    let base = named.filter(|it| it.is_absolute()).or_else(|| {
        let cache = folders::base("XDG_CACHE_HOME", ".cache", environment)?;
        Some(cache.join("credential-harness"))
    })?;
    Some(base.join("harness"))
}

/// Makes it where it is missing.
///
/// # Errors
///
/// Where it cannot be made, or belongs to somebody else, or is open to others, or where somebody else
/// could exchange it.
pub(crate) fn prepare() -> io::Result<PathBuf> {
    let path = path().ok_or_else(|| io::Error::other("no folder of this user is known"))?;
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&path)?;
    let path = private_files::check_folder(&path).map_err(io::Error::other)?;
    let found = fs::symlink_metadata(&path)?;
    let own = found.uid() == rustix::process::geteuid().as_raw();
    if own && found.mode() & 0o077 == 0 {
        return Ok(path);
    }
    let refused = format!("{} is not this user's alone (mode 0700)", path.display());
    Err(io::Error::new(io::ErrorKind::PermissionDenied, refused))
}
