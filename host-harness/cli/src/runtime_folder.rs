//! The folder for what lives as long as a run: sockets, files that a browser is handed. It is the
//! user's alone (`$XDG_RUNTIME_DIR`, XDG Base Directory Specification), or one in the cache folder.

use std::ffi::OsString;
use std::fs::{self, DirBuilder};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::PathBuf;
use std::{env, io};

use crate::folders;

/// Where it is, whether it exists or not.
fn path() -> Option<PathBuf> {
    let user = rustix::process::geteuid().as_raw();
    places(user, |name| env::var_os(name)).into_iter().next()
}

/// Where it may be of another run of this user, which may have had other variables: a service and a login
/// differ in `XDG_RUNTIME_DIR`. Most likely first.
pub(crate) fn paths() -> Vec<PathBuf> {
    places(rustix::process::geteuid().as_raw(), |name| {
        env::var_os(name)
    })
}

fn places(user: u32, environment: impl Fn(&str) -> Option<OsString>) -> Vec<PathBuf> {
    let named = environment("XDG_RUNTIME_DIR").map(PathBuf::from);
    let named = named.filter(|it| it.is_absolute());
    let cache = folders::base("XDG_CACHE_HOME", ".cache", &environment);
    let cache = cache.map(|it| it.join("credential-harness"));
    // Where pam_systemd(8) makes it.
    let usual = PathBuf::from(format!("/run/user/{user}"));
    let mut bases: Vec<PathBuf> = named.into_iter().chain(cache).collect();
    if !bases.is_empty() && !bases.contains(&usual) {
        bases.push(usual);
    }
    bases.into_iter().map(|it| it.join("harness")).collect()
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

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::of_a_login(&[("XDG_RUNTIME_DIR", "/run/user/7"), ("HOME", "/home/dana")],
        &["/run/user/7/harness", "/home/dana/.cache/credential-harness/harness"])]
    #[case::of_a_service(&[("HOME", "/home/dana")],
        &["/home/dana/.cache/credential-harness/harness", "/run/user/7/harness"])]
    #[case::elsewhere(&[("XDG_RUNTIME_DIR", "/tmp/run"), ("XDG_CACHE_HOME", "/cache"), ("HOME", "/home/dana")],
        &["/tmp/run/harness", "/cache/credential-harness/harness", "/run/user/7/harness"])]
    #[case::relative(&[("XDG_RUNTIME_DIR", "run"), ("HOME", "/home/dana")],
        &["/home/dana/.cache/credential-harness/harness", "/run/user/7/harness"])]
    #[case::nowhere(&[], &[])]
    fn a_run_is_looked_for_wherever_it_may_have_been_started(
        #[case] variables: &[(&str, &str)],
        #[case] expected: &[&str],
    ) {
        let value = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| OsString::from(value))
        };
        let expected: Vec<PathBuf> = expected.iter().map(PathBuf::from).collect();
        assert_eq!(places(7, value), expected);
    }
}
