//! Interface `http`: requests that name secrets, and answers from which secrets were taken.

use super::{Sealed, SecretRef};
use alloc::{string::String, vec::Vec};

/// A piece of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// As it stands.
    Text(String),
    /// The value of the secret of that name; the host fills it in.
    Secret(SecretRef),
}

/// A header or a form field; the host joins the segments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The header's or the form field's name.
    pub name: &'static str,
    /// In this order, without a separator.
    pub value: Vec<Segment>,
}

impl Pair {
    /// A value that is text alone.
    pub(crate) fn text(name: &'static str, value: impl Into<String>) -> Self {
        Self {
            name,
            value: [Segment::Text(value.into())].into(),
        }
    }

    /// A value that is a secret alone.
    pub(crate) fn secret(name: &'static str, secret: &SecretRef) -> Self {
        Self {
            name,
            value: [Segment::Secret(secret.clone())].into(),
        }
    }
}

/// The methods that Intacct's sign-in needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Does something.
    Post,
}

/// What is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestBody {
    /// Nothing.
    None,
    /// `application/x-www-form-urlencoded`; the host encodes.
    Form(Vec<Pair>),
}

/// A request, the secrets in it by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// What to do.
    pub method: Method,
    /// Absolute.
    pub url: String,
    /// Beyond those that the host sets itself.
    pub headers: Vec<Pair>,
    /// What to send.
    pub body: RequestBody,
    /// JSON Pointers (RFC 6901) of what must be sealed in the answer.
    pub seal: &'static [&'static str],
}

/// A member that was taken out of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedMember {
    /// A JSON Pointer (RFC 6901) into the answer.
    pub pointer: String,
    /// What may be known of it.
    pub value: Sealed,
}

/// A body that is not shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withheld {
    /// As Intacct, or something in between, declared it.
    pub content_type: Option<String>,
    /// In bytes.
    pub length: u64,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResponseBody {
    /// No bytes.
    Empty,
    /// JSON, the secrets taken out.
    Json(String),
    /// Anything else.
    Withheld(Withheld),
}

impl ResponseBody {
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Json(_) => false,
            Self::Withheld(withheld) => withheld.length == 0,
        }
    }
}

/// An answer, whatever its status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, sealed.
    pub body: ResponseBody,
    /// What was taken out of the body, in document order.
    pub sealed: Vec<SealedMember>,
}

impl Response {
    /// A header by its name in lower case; the first, where there are several.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let (_, value) = self.headers.iter().find(|(header, _)| header == name)?;
        Some(value)
    }

    /// The last sealed member at a pointer that holds anything. The last, because that is the one
    /// that a JSON parser keeps where a member stands twice.
    pub(crate) fn sealed_at(&self, pointer: &str) -> Option<&Sealed> {
        let mut members = self.sealed.iter().rev();
        let member = members.find(|member| member.pointer == pointer)?;
        Some(&member.value).filter(|value| value.length > 0)
    }

    /// Whether the status is one of success (RFC 9110 section 15.3).
    pub(crate) fn succeeded(&self) -> bool {
        matches!(self.status, 200..=299)
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Why.
    pub kind: FailureKind,
    /// The host's words; no secret.
    pub message: String,
    /// Whether any byte of the request may have left.
    pub request_sent: bool,
}

/// What became of a request.
pub type Answer = Result<Response, Failure>;
