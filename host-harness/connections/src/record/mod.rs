//! What is stored: the nouns of a credential's record.
//!
//! In scope: the values that a [`Store`](crate::store::Store) takes and gives, each of which can
//! only be made well-formed. Not in scope: how they are written (`store`), what a state means (the
//! state machine's; here it is a [`Document`]).

mod credential;
mod document;
mod event;
mod fingerprint;
mod lease;
mod names;
mod time;
mod tokens;

pub use credential::{
    Bound, Failure, Generation, Intent, NewCredential, NewIntent, Overview, PluginRef, Record,
    SecretsSince, SettingsChange, SettingsVersion, StateChange, Transition,
};
pub use credential_runtime::{Digest, Identity, Secret, SettingValue, Settings};
pub use document::{Document, DocumentError};
pub use event::{Event, EventKind, NewEvent};
pub use fingerprint::Fingerprint;
pub use lease::{Acquisition, Due, Fence, HeldBy, LONGEST_LEASE, Lease, LeasedRecord, Owner};
pub use names::{CredentialId, IdError, Name, NameError, Tenant};
pub use time::{CLOCK_SKEW, Timestamp};
pub use tokens::{NewTokens, RefreshChange, TokenFacts, TokenPair};

pub use crate::state::Diagnosis;
