//! The keys that everything else is encrypted under, and where they come from.
//!
//! In scope: reading master keys from a file, an environment variable or the system's keyring, and
//! making new ones. Not in scope: what is encrypted with them, and rotating a store to a new one
//! (`store`).

mod environment;
mod error;
mod file;
mod key;
#[cfg(feature = "keyring")]
mod keyring;
mod text;

pub use environment::KeyVariable;
pub use error::KeyError;
pub use file::KeyFile;
pub use key::{KeyId, MasterKey, MasterKeys};
#[cfg(feature = "keyring")]
pub use keyring::KeyringEntry;

/// Where master keys come from. A store asks again when it meets a key that it does not hold, so a
/// key that is added at the source reaches a running process.
pub trait KeySource: Send + Sync {
    /// Reads the keys, the one for new credentials first. May block.
    ///
    /// # Errors
    ///
    /// [`KeyError`].
    fn load(&self) -> Result<MasterKeys, KeyError>;
}

/// Keys that the embedding program holds.
impl KeySource for MasterKeys {
    fn load(&self) -> Result<MasterKeys, KeyError> {
        Ok(self.clone())
    }
}
