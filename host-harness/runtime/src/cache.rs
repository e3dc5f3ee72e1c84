//! Compiled components on disk, so that a start costs microseconds instead of a compilation.
//!
//! What is loaded from here runs as machine code, so the directory must be one that nobody but its
//! owner can write to: a directory that is not is refused, not warned about. An entry is named by
//! the component's digest and by everything that compilation depends on; one that does not fit
//! cannot be found.

use std::fs::{self, DirBuilder, File, Permissions};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use private_files::FileError;
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

    /// The compiled component, from here where it is, else compiled and put here. A directory that
    /// cannot be written costs time and nothing else.
    pub(crate) fn compile(
        &self,
        engine: &Engine,
        digest: &Digest,
        bytes: &[u8],
    ) -> wasmtime::Result<Component> {
        let entry = self.entry(engine, digest);
        if let Some(component) = load(engine, &entry) {
            return Ok(component);
        }
        let component = Component::from_binary(engine, bytes)?;
        if let Err(error) = store(&entry, &component.serialize()?) {
            tracing::warn!(%error, "the compiled plugin could not be kept");
        }
        Ok(component)
    }

    fn entry(&self, engine: &Engine, digest: &Digest) -> PathBuf {
        let mut hasher = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        self.0
            .join(format!("{}-{:016x}.cwasm", digest.hex(), hasher.finish()))
    }
}

/// An entry that is missing, damaged or of another user is compiled again.
#[expect(unsafe_code, reason = "what is loaded runs as machine code")]
fn load(engine: &Engine, entry: &Path) -> Option<Component> {
    let metadata = fs::symlink_metadata(entry).ok()?;
    let ours = metadata.uid() == rustix::process::geteuid().as_raw();
    if !metadata.is_file() || !ours || metadata.permissions().mode() & 0o022 != 0 {
        return None;
    }
    // SAFETY: the file was written by `store` as this user, into a directory and under a mode that
    // nobody else can write to, and its name binds it to the component and to this engine.
    unsafe { Component::deserialize_file(engine, entry) }.ok()
}

/// Written beside its place and moved there, so that nobody reads half an entry.
fn store(entry: &Path, compiled: &[u8]) -> io::Result<()> {
    let unfinished = entry.with_extension(format!("{}.tmp", std::process::id()));
    let mut file = File::create(&unfinished)?;
    file.set_permissions(Permissions::from_mode(0o600))?;
    file.write_all(compiled)?;
    file.sync_all()?;
    fs::rename(&unfinished, entry)
}

#[cfg(test)]
mod tests {
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
