//! Requests with secrets by name, and answers with secrets taken out.

use serde::Serialize;

use crate::secret::Blemishes;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Segment {
    Text(String),
    Secret(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) name: String,
    pub(crate) value: Vec<Segment>,
}

/// A request's method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// GET
    Get,
    /// POST
    Post,
    /// PUT
    Put,
    /// PATCH
    Patch,
    /// DELETE
    Delete,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RequestBody {
    None,
    Form(Vec<Pair>),
    Json(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) url: String,
    pub(crate) headers: Vec<Pair>,
    pub(crate) body: RequestBody,
    pub(crate) seal: Vec<String>,
}

/// What a plugin may know of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sealed {
    pub(crate) name: String,
    pub(crate) length: u32,
    pub(crate) blemishes: Blemishes,
    pub(crate) claims: Vec<(String, String)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SealedMember {
    pub(crate) pointer: String,
    pub(crate) value: Sealed,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ResponseBody {
    Empty,
    Json(String),
    Withheld {
        content_type: Option<String>,
        length: u64,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: ResponseBody,
    pub(crate) sealed: Vec<SealedMember>,
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
}

/// What became of a request.
pub(crate) type Answer = Result<Response, Failure>;
