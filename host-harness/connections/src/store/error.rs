//! Why a store did not do what it was asked.

use std::path::PathBuf;

use crate::master_key::{KeyError, KeyId};
use crate::record::{CredentialId, Fence, Generation, Name, SettingsVersion};

/// Whether a call that failed may have changed something all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing was changed.
    None,
    /// The database was lost while it was storing: read before acting on it.
    Unknown,
}

/// How a store became another one while it was in use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Replacement {
    /// The file at the store's path is another one than the one that is open.
    #[error(
        "the file {} was replaced, moved or removed while it was in use; this process uses neither the old \
         one nor the new one",
        .0.display()
    )]
    File(PathBuf),
    /// Of this credential, an older lease or older tokens are stored than this process has seen.
    #[error(
        "the store went back in time while it was in use: it holds an older state of the credential with the \
         ID {0} than this process has seen; this process uses no such state"
    )]
    Older(CredentialId),
}

/// Why a store did not do what it was asked, by what the caller does next. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Choose another name.
    #[error("there is a credential named `{0}` already")]
    NameTaken(Name),
    /// There is no such credential of this tenant.
    #[error("there is no such credential")]
    NotFound,
    /// The tokens were replaced since they were read: read again, and use those.
    #[error(
        "the tokens were replaced in the meantime (generation {} instead of {})",
        found.number(), expected.number()
    )]
    StaleGeneration {
        /// What the caller had read.
        expected: Generation,
        /// What is stored.
        found: Generation,
    },
    /// The settings were replaced since they were read: read again, and edit those.
    #[error(
        "the settings were changed by someone else in the meantime (version {} instead of {})",
        found.number(), expected.number()
    )]
    StaleSettings {
        /// What the caller had read.
        expected: SettingsVersion,
        /// What is stored.
        found: SettingsVersion,
    },
    /// The state was replaced since it was read: read again, and decide again.
    #[error("the credential's state changed in the meantime")]
    StaleState,
    /// The lease was lost: another may have acted since. Read again; do not write.
    #[error(
        "the lease was lost to someone else (number {}, and the newest is {})",
        held.number(), newest.number()
    )]
    Fenced {
        /// The lease that the caller holds.
        held: Fence,
        /// The newest lease.
        newest: Fence,
    },
    /// Another process held the database for too long. Nothing was changed; try again.
    #[error("the database is locked by another process; try again")]
    Busy,
    /// The database cannot be reached, or was lost on the way. Try again later.
    #[error("the database cannot be used at the moment: {reason}")]
    Unavailable {
        /// What happened.
        reason: String,
        /// Whether something may have been changed.
        effect: Effect,
    },
    /// Make room, then try again. Nothing was changed.
    #[error("there is no room left for the database")]
    Full,
    /// Grant the right to write. Nothing was changed.
    #[error("the database may only be read: {0}")]
    ReadOnly(String),
    /// The store needs a master key that its key source does not hold. Nothing was changed.
    #[error(
        "this is the wrong master key: the store needs {needed}, and the key source holds {}",
        list(held)
    )]
    KeyMissing {
        /// What is needed.
        needed: KeyId,
        /// What the source holds.
        held: Vec<KeyId>,
    },
    /// The master key cannot be read from its source. Nothing was changed.
    #[error(transparent)]
    KeySource(#[from] KeyError),
    /// Upgrade this program. Nothing was changed.
    #[error(
        "the store was written by a newer version of this program (schema {found}; this version \
         knows {known}); upgrade this program"
    )]
    NewerSchema {
        /// The schema that was found.
        found: u32,
        /// The newest schema that this version knows.
        known: u32,
    },
    /// Change the server's setting: with it, a power cut could lose tokens.
    #[error(
        "the database is set to lose data in a power cut ({setting} = {value}); set {setting} to on"
    )]
    NotDurable {
        /// The setting's name.
        setting: String,
        /// Its value.
        value: String,
    },
    /// There is no store, and none was to be made.
    #[error("there is none yet, and nothing was made")]
    Absent,
    /// The location or the rights are wrong: correct them.
    #[error("the store cannot be opened: {0}")]
    Misconfigured(String),
    /// The store is another one than the one that was in use. Nothing that was asked for counts: end every
    /// process that uses the store, put it right, and start them again.
    #[error(transparent)]
    Replaced(Replacement),
    /// The database refuses what it was asked, and says why. Nothing was changed, and nothing is known to be
    /// damaged.
    #[error("the database refuses: {0}")]
    Refused(String),
    /// What is stored is not what was written there. A backup brings back refresh tokens that are spent by
    /// now: it is the last resort.
    #[error("what is stored is damaged: {0}")]
    Corrupt(String),
}

impl StoreError {
    /// Whether the same call may succeed later without anyone changing anything.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Busy | Self::Unavailable { .. })
    }

    /// Whether the database failed or was changed by others, and not what was asked of it.
    pub(super) fn is_database_fault(&self) -> bool {
        matches!(
            self,
            Self::Unavailable { .. }
                | Self::Full
                | Self::ReadOnly(_)
                | Self::Replaced(_)
                | Self::Refused(_)
                | Self::Misconfigured(_)
                | Self::Corrupt(_)
        )
    }
}

fn list(keys: &[KeyId]) -> String {
    if keys.is_empty() {
        return "none".to_owned();
    }
    let texts: Vec<String> = keys.iter().map(ToString::to_string).collect();
    texts.join(", ")
}
