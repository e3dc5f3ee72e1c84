//! An access token, as it is handed out.

use std::sync::Arc;

use credential_runtime::Secret;

use crate::record::{CredentialId, Generation, Record, Tenant, Timestamp};

/// An access token that is stored, and so may be used. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessToken {
    pub(super) tenant: Arc<Tenant>,
    pub(super) id: CredentialId,
    pub(super) secret: Arc<Secret>,
    pub(super) generation: Generation,
    pub(super) obtained_at: Timestamp,
    pub(super) expires_at: Option<Timestamp>,
}

impl AccessToken {
    pub(super) fn stored(record: &Record, now: Timestamp) -> Option<Self> {
        let facts = record.overview.tokens.clone()?.by_the_clock_of(now);
        let pair = record.tokens.as_ref()?;
        Some(Self {
            tenant: Arc::new(record.overview.tenant.clone()),
            id: record.overview.id,
            secret: Arc::new(pair.access.clone()),
            generation: record.overview.generation,
            obtained_at: facts.obtained_at,
            expires_at: facts.expires_at,
        })
    }

    /// The token itself.
    #[must_use]
    pub fn secret(&self) -> &Secret {
        &self.secret
    }

    /// Which tokens of the credential these are; later ones have a higher number.
    #[must_use]
    pub fn generation(&self) -> Generation {
        self.generation
    }

    /// When it ends; absent where the service did not say.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    /// Whether its time is over.
    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }

    /// Which credential it is of.
    #[must_use]
    pub fn credential(&self) -> (&Tenant, CredentialId) {
        (&self.tenant, self.id)
    }
}
