//! A credential's tokens (RFC 6749 section 5.1), as they are stored.

use std::collections::BTreeMap;

use credential_runtime::{Identity, Secret};
use serde::Serialize;

use super::{Fingerprint, Timestamp};

/// The tokens themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenPair {
    /// The access token.
    pub access: Secret,
    /// The refresh token, where the service gave one.
    pub refresh: Option<Secret>,
}

/// What may be known of stored tokens by anyone who may see the credential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TokenFacts {
    /// When the access token was asked for.
    pub obtained_at: Timestamp,
    /// When the access token ends; absent where the service did not say.
    pub expires_at: Option<Timestamp>,
    /// Which access token it is.
    pub access: Fingerprint,
    /// Which refresh token it is; absent where there is none.
    pub refresh: Option<Fingerprint>,
    /// When the refresh token ends; absent where the service did not say.
    pub refresh_expires_at: Option<Timestamp>,
}

impl TokenFacts {
    /// The same, but no token lives longer from now than it did when it was obtained: where the clock
    /// of then was ahead, the ends that it wrote are too late.
    #[must_use]
    pub fn by_the_clock_of(self, now: Timestamp) -> Self {
        let obtained_at = self.obtained_at;
        if !obtained_at.is_impossible_at(now) {
            return self;
        }
        let latest = |end: Timestamp| end.min(now.plus(end.since(obtained_at)));
        Self {
            expires_at: self.expires_at.map(latest),
            refresh_expires_at: self.refresh_expires_at.map(latest),
            ..self
        }
    }
}

/// What becomes of the stored refresh token when new tokens are stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefreshChange {
    /// The answer brought a new one.
    Replace(Secret),
    /// The answer brought none, so the old one is still good (RFC 6749 section 6).
    Keep,
    /// The old one belongs to an earlier grant: there is none from now on.
    Drop,
}

/// New tokens to store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTokens {
    /// The access token.
    pub access: Secret,
    /// What becomes of the refresh token.
    pub refresh: RefreshChange,
    /// Whom they speak for; absent: what was known stays.
    pub identity: Option<Identity>,
    /// When they were asked for.
    pub obtained_at: Timestamp,
    /// When the access token ends; absent where the service did not say.
    pub expires_at: Option<Timestamp>,
    /// When the refresh token ends; absent where the service did not say.
    pub refresh_expires_at: Option<Timestamp>,
    /// What connecting taught, by the form's field; empty: what was known stays.
    pub facts: BTreeMap<String, String>,
}
