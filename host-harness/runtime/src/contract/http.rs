//! Requests with secrets by name, and answers of which the declared members are read.

use serde::Serialize;

use crate::secret::Blemishes;

pub(crate) use crate::bindings::connector::credential::http::{
    Authorization, Basic, Method, Pair, Request, RequestBody, Segment,
};

/// What a plugin may know of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sealed {
    pub(crate) name: String,
    pub(crate) length: u32,
    pub(crate) blemishes: Blemishes,
    pub(crate) claims: Vec<(String, String)>,
}

/// Why there is no answer (`failure-kind` in the contract).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// The host's policy forbids it.
    Denied,
    /// No address for the name.
    Unresolved,
    /// No connection.
    Unreachable,
    /// A certificate that does not fit.
    Untrusted,
    /// No answer in time.
    Timeout,
    /// An answer larger than the host takes.
    TooLarge,
    /// The connection broke.
    Interrupted,
    /// None of these.
    Other,
}

/// No answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// Why.
    pub kind: FailureKind,
    /// For people; holds no secret.
    pub message: String,
    /// Whether any byte of the request may have left.
    pub request_sent: bool,
    /// What the host found out besides, as a sentence for whoever runs it. It may quote the other side's
    /// certificate, so no plugin is told.
    pub detail: Option<String>,
}
