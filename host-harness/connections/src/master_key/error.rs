//! Why there is no master key.

use std::path::PathBuf;

/// Why master keys cannot be read or made. Holds no part of a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Make one, or name the right place.
    #[error("there is no master key at {0}")]
    Missing(String),
    /// Take the rights away from the others, and consider the key known to them.
    #[error(
        "the master key's file {path} can be read by others than its owner (mode {mode:04o}); \
         `chmod 600` it, or mount it with mode 0440 or less for this process's group alone"
    )]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Someone else could have put the key there.
    #[error("the master key's file {path} belongs to another user (user id {owner})")]
    Foreign {
        /// The file.
        path: PathBuf,
        /// Whose it is.
        owner: u32,
    },
    /// A key that exists is never overwritten.
    #[error("there is a file at {0} already; a master key is never overwritten")]
    Exists(PathBuf),
    /// What is there is no key.
    #[error(
        "what stands at {place} is no master key (entry {entry}): a key is 32 random bytes in base64"
    )]
    Malformed {
        /// The file, variable or keyring entry.
        place: String,
        /// Which of the keys there, counted from 1.
        entry: usize,
    },
    /// The place cannot be used.
    #[error("the master key at {place} cannot be used: {reason}")]
    Unusable {
        /// The file, variable or keyring entry.
        place: String,
        /// The system's own words.
        reason: String,
    },
}
