//! Interface `connection`: how a call is authenticated, and what a test of a connection found.

use super::{Diagnosis, Pair, SecretRef};
use alloc::{string::String, vec::Vec};

/// What makes an API request one of this credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiAuthentication {
    /// The bearer token (RFC 6750).
    pub bearer: SecretRef,
    /// Further headers.
    pub headers: Vec<Pair>,
}

/// The tokens that the host holds for a credential.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeldTokens {
    /// The access token, perhaps stale.
    pub access: Option<SecretRef>,
    /// The refresh token.
    pub refresh: Option<SecretRef>,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// As it should be.
    Passed,
    /// Not as it should be.
    Failed,
    /// Not looked at, or nothing could be seen.
    Skipped,
}

/// One thing that a test looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// For programs; stable.
    pub id: &'static str,
    /// What was looked at.
    pub title: &'static str,
    /// How it ended.
    pub outcome: Outcome,
    /// What was seen; no secret.
    pub detail: Option<String>,
    /// Where it failed: what it means and who has to act.
    pub diagnosis: Option<Diagnosis>,
}
