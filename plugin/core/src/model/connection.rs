//! Interface `connection`: what a test of a connection found.

use super::Diagnosis;
use alloc::string::String;

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// As it should be.
    Passed,
    /// Not as it should be.
    Failed,
    /// Not looked at.
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
