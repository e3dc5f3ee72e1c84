//! Interface `http`: requests that name secrets, and answers of which the declared members were read.
//!
//! Narrower than the contract where Intacct needs less: one method of authentication, one piece to a
//! value, no text in a URL that is not this plugin's own.

use super::{Sealed, SecretRef};
use alloc::{string::String, vec::Vec};

/// The value of a header or of a form field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// As it stands.
    Text(String),
    /// The value of the secret of that name; the host fills it in.
    Secret(SecretRef),
}

/// A header or a form field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The header's or the form field's name.
    pub name: &'static str,
    /// What it holds.
    pub value: Segment,
}

impl Pair {
    /// A value that is a text.
    pub(crate) fn text(name: &'static str, value: impl Into<String>) -> Self {
        let value = Segment::Text(value.into());
        Self { name, value }
    }

    /// A value that is a secret.
    pub(crate) fn secret(name: &'static str, secret: &SecretRef) -> Self {
        let value = Segment::Secret(secret.clone());
        Self { name, value }
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
    pub url: &'static str,
    /// The bearer token (RFC 6750). Intacct takes no other scheme (GW-0034), and the client's own
    /// credentials never in a header.
    pub bearer: Option<SecretRef>,
    /// Beyond those that the host sets itself.
    pub headers: Vec<Pair>,
    /// What to send.
    pub body: RequestBody,
}

/// A value of an answer, read as the descriptor declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Taken out.
    Secret(Sealed),
    /// A short identifier.
    Code(String),
    /// A whole number.
    Number(i64),
    /// A truth value.
    Boolean(bool),
    /// Something is there.
    Present,
    /// Those of the declared texts that occur.
    Phrases(Vec<String>),
    /// There, but not of the declared kind, or not shown.
    Unreadable,
}

/// A declared member that an answer has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The declared JSON Pointer (RFC 6901), each `*` as an index.
    pub pointer: String,
    /// What stands there.
    pub value: Value,
}

/// What a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyKind {
    /// No bytes at all, or blanks.
    Empty,
    /// A JSON document.
    Json,
    /// An XML document.
    Xml,
    /// A page.
    Html,
    /// Anything else.
    Other,
}

/// An answer, whatever its status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The declared headers that it has.
    pub headers: Vec<(String, String)>,
    /// What the body is.
    pub body: BodyKind,
    /// The declared members that it has, in the order of the declaration.
    pub members: Vec<Member>,
}

impl Response {
    /// A header by its declared name; the first, where there are several.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let (_, value) = self.headers.iter().find(|(header, _)| header == name)?;
        Some(value)
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

/// No answer. The host's message is left behind: people read this plugin's, or the host's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failure {
    /// Why.
    pub kind: FailureKind,
    /// Whether any byte of the request may have left.
    pub request_sent: bool,
}

/// What became of a request.
pub type Answer = Result<Response, Failure>;
