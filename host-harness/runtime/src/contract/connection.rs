//! A connected credential.

use serde::Serialize;

use super::diagnosis::Diagnosis;
use crate::secret::Secret;

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// As it should be.
    Passed,
    /// Not as it should be.
    Failed,
    /// Not looked at.
    Skipped,
}

/// One thing that a test looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Stable.
    pub id: String,
    /// What was looked at.
    pub title: String,
    /// How it ended.
    pub outcome: Outcome,
    /// What was seen.
    pub detail: Option<String>,
    /// Where it failed: what it means and who has to act.
    pub diagnosis: Option<Diagnosis>,
}

/// A header to add to an API request, the secrets filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthHeader {
    /// The header's name.
    pub name: String,
    /// The header's value; holds the access token.
    pub value: Secret,
}

/// The tokens that are held for a credential, for [`Operation::revoke`](crate::Operation::revoke).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeldTokens {
    /// The access token, perhaps stale.
    pub access: Option<Secret>,
    /// The refresh token.
    pub refresh: Option<Secret>,
}
