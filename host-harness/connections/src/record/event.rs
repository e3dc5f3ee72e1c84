//! What happened to a credential, without secrets.

use serde::Serialize;

use super::{Diagnosis, Fingerprint, Generation, Timestamp};

/// What kind of event it was: stable, in lower case with hyphens, such as `renewed`. The store does
/// not interpret it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct EventKind(std::borrow::Cow<'static, str>);

impl EventKind {
    /// Names a kind of event.
    #[must_use]
    pub const fn new(kind: &'static str) -> Self {
        Self(std::borrow::Cow::Borrowed(kind))
    }

    /// Its name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As it was read from a store.
    pub(crate) fn stored(kind: String) -> Self {
        Self(kind.into())
    }
}

/// An event to add to a credential's history. The store adds the moment, the generation and the
/// tokens' fingerprints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvent {
    /// What kind of event it was.
    pub kind: EventKind,
    /// What went wrong, where something did.
    pub diagnosis: Option<Diagnosis>,
    /// One sentence for people; holds no secret.
    pub note: Option<String>,
}

impl NewEvent {
    /// An event of which there is nothing more to say.
    #[must_use]
    pub const fn new(kind: &'static str) -> Self {
        Self {
            kind: EventKind::new(kind),
            diagnosis: None,
            note: None,
        }
    }

    /// Says what went wrong.
    #[must_use]
    pub fn with_diagnosis(mut self, diagnosis: Diagnosis) -> Self {
        self.diagnosis = Some(diagnosis);
        self
    }

    /// Adds a sentence for people.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }
}

/// An event of a credential's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Event {
    /// Its place in the credential's history: 1, 2, 3, …
    pub number: u64,
    /// When it happened.
    pub at: Timestamp,
    /// What kind of event it was.
    pub kind: EventKind,
    /// The generation of the tokens that the credential had after it.
    pub generation: Generation,
    /// The access token that the credential had after it.
    pub access: Option<Fingerprint>,
    /// The refresh token that the credential had after it.
    pub refresh: Option<Fingerprint>,
    /// What went wrong, where something did.
    pub diagnosis: Option<Diagnosis>,
    /// One sentence for people.
    pub note: Option<String>,
}
