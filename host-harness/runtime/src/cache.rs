//! Compiled components on disk, so that a start costs microseconds instead of a compilation.
//!
//! What is loaded from here runs as machine code, so the directory must be one that nobody but its
//! owner can write to: a directory that is not is refused, not warned about. An entry is named by
//! the component's digest and by everything that compilation depends on; one that does not fit
//! cannot be found. It begins with a checksum (SHA-256) of its name and contents, which is verified before
//! anything of it is used: against damage and mix-ups. Against whoever can write there, nothing helps.

use std::fs::{DirBuilder, File};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{
    DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _,
};
use std::path::{Path, PathBuf};

use private_files::FileError;
use rustix::fs::OFlags;
use sha2::{Digest as _, Sha256};
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::digest::Digest;

/// Why a directory cannot hold compiled components.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// It cannot be made or looked at.
    #[error("the cache directory {path} cannot be used: {source}")]
    Io {
        /// The directory.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Somebody else could put machine code there.
    #[error("the cache directory {path} is not safe: {source}; make it yours alone (chmod 700)")]
    NotPrivate {
        /// The directory.
        path: PathBuf,
        /// Who could write to it, or to what leads to it.
        source: FileError,
    },
}

/// A directory of compiled components.
#[derive(Debug)]
pub(crate) struct Cache(PathBuf);

impl Cache {
    /// Opens the directory, making it where it is missing.
    pub(crate) fn open(path: &Path) -> Result<Self, CacheError> {
        let wrap = |source| CacheError::Io {
            path: path.to_owned(),
            source,
        };
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .map_err(wrap)?;
        match private_files::check_folder(path) {
            Ok(resolved) => Ok(Self(resolved)),
            Err(FileError::Io(source)) => Err(wrap(source)),
            Err(source) => Err(CacheError::NotPrivate {
                path: path.to_owned(),
                source,
            }),
        }
    }

    /// The name of a component's entry: by its digest, and by all that compiling depends on.
    pub(crate) fn entry(engine: &Engine, digest: &Digest) -> String {
        let mut hasher = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        format!("{}-{:016x}.compiled", digest.hex(), hasher.finish())
    }

    /// What is kept under this name; or why an entry that is there counts as missing: it is damaged, or not its
    /// owner's alone.
    pub(crate) fn load(&self, engine: &Engine, entry: &str) -> Result<Option<Component>, String> {
        let kept = match read(&self.0.join(entry)) {
            Ok(kept) => kept,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.to_string()),
        };
        let compiled = verified(entry, &kept).ok_or("its checksum is not that of its contents")?;
        machine_code(engine, compiled).map(Some)
    }

    /// Keeps what was compiled. A directory that cannot be written costs time and nothing else.
    pub(crate) fn store(&self, entry: &str, compiled: &[u8]) {
        if let Err(error) = self.write(entry, compiled) {
            tracing::warn!(%error, "the compiled plugin could not be kept");
        }
    }

    /// Written beside its place, readable by its owner alone, and moved there: nobody reads half an entry. A
    /// crash may leave one that is torn, which its checksum tells.
    fn write(&self, entry: &str, compiled: &[u8]) -> io::Result<()> {
        let mut file = tempfile::Builder::new()
            .prefix("unfinished-")
            .tempfile_in(&self.0)?;
        file.write_all(&checksum(entry, compiled))?;
        file.write_all(compiled)?;
        file.persist(self.0.join(entry))?;
        Ok(())
    }
}

/// The length of a SHA-256.
const CHECKSUM_BYTES: usize = 32;

/// The SHA-256 of an entry's name and contents: one entry under another's name does not fit.
fn checksum(entry: &str, compiled: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let hasher = Sha256::new_with_prefix(entry.as_bytes());
    hasher
        .chain_update([0])
        .chain_update(compiled)
        .finalize()
        .into()
}

/// A regular file of this user, that nobody else can write to; a link is not followed.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let mut file = File::options()
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(path)?;
    let metadata = file.metadata()?;
    let ours = metadata.uid() == rustix::process::geteuid().as_raw();
    if !metadata.is_file() || !ours || metadata.permissions().mode() & 0o022 != 0 {
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            "it is not a file of this user's alone",
        ));
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The machine code of an entry, where its checksum fits. It is verified in memory and used from there, so
/// that nobody changes it between the two.
fn verified<'a>(entry: &str, kept: &'a [u8]) -> Option<&'a [u8]> {
    let (expected, compiled) = kept.split_at_checked(CHECKSUM_BYTES)?;
    (checksum(entry, compiled) == expected).then_some(compiled)
}

#[expect(unsafe_code, reason = "what is loaded runs as machine code")]
fn machine_code(engine: &Engine, compiled: &[u8]) -> Result<Component, String> {
    // SAFETY: the file was written by `Cache::write` as this user, into a directory and under a mode that
    // nobody else can write to; its checksum binds it to its name, which binds it to the component and to
    // this engine.
    unsafe { Component::deserialize(engine, compiled) }.map_err(|error| format!("{error:#}"))
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;

    use std::fs;

    use super::*;

    #[test]
    fn a_directory_is_made_private() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("a/b");
        Cache::open(&path).unwrap();
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o700
        );
    }

    #[test]
    fn a_directory_that_others_can_write_to_is_refused() {
        let parent = tempfile::tempdir().unwrap();
        fs::set_permissions(parent.path(), Permissions::from_mode(0o777)).unwrap();
        let error = Cache::open(parent.path()).unwrap_err();
        assert!(matches!(error, CacheError::NotPrivate { .. }), "{error}");
    }

    #[test]
    fn a_file_in_its_place_is_an_error_that_names_it() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let error = Cache::open(file.path()).unwrap_err();
        assert!(
            error.to_string().contains(file.path().to_str().unwrap()),
            "{error}"
        );
    }
}
