//! Redaction: what a plugin may read of an answer is what its descriptor declares, and nothing else.
//!
//! In scope: understanding a declaration, picking the declared values out of a body, taking the secrets
//! among them into the vault, and holding every other value against all secrets of the credential
//! before a plugin gets it. Not in scope: sending, and what a value means, which is the plugin's.

mod answer;
#[cfg(test)]
mod attacks;
mod canonical;
mod declaration;
mod decoded;
mod document;
mod escapes;
mod header;
mod jwt;
mod letters;
mod names;
mod pointer;
mod rewritten;
mod search;
mod words;

use std::collections::BTreeSet;

use zeroize::Zeroizing;

use crate::contract::Sealed;

pub(crate) use answer::{Carried, Leak, MOST_SEARCHED, claims_of};
pub(crate) use declaration::Declaration;
pub use declaration::{DeclaredMember, Reading};
pub(crate) use search::{Budget, SecretSearch, Secrets, mentions};

/// The longest code, in characters.
const LONGEST_CODE: usize = 64;

/// An answer as it came.
pub(crate) struct RawAnswer {
    pub(crate) status: u16,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: Zeroizing<Vec<u8>>,
}

impl From<http::Response<Vec<u8>>> for RawAnswer {
    fn from(response: http::Response<Vec<u8>>) -> Self {
        let (parts, body) = response.into_parts();
        Self {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: Zeroizing::new(body),
        }
    }
}

/// What of an answer the operator must name and does.
#[derive(Debug, Default)]
pub(crate) struct Permitted {
    /// Claims of a JWT that both descriptor and policy name.
    pub(crate) claims: BTreeSet<String>,
    /// Pointers of labels that the policy names.
    pub(crate) labels: BTreeSet<String>,
}

/// What a plugin gets of an answer (`response` in the contract).
#[derive(Debug)]
pub(crate) struct ReadAnswer {
    pub(crate) status: u16,
    /// By the declared name.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: BodyKind,
    /// In the order of the declaration.
    pub(crate) members: Vec<Member>,
    /// Whether nothing but the status is given.
    pub(crate) withheld: bool,
    /// Where a value held a secret of the credential.
    pub(crate) leak: Option<Leak>,
}

/// What a body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyKind {
    Empty,
    Json,
    Xml,
    /// Text that begins with `<` and is no XML.
    Html,
    /// None of these, or withheld whole.
    Other,
}

/// A declared member that the answer has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) pointer: String,
    /// Which declared member, counted from zero.
    pub(crate) declared: usize,
    pub(crate) value: Value,
}

/// A value, read as it is declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Secret(Sealed),
    Code(String),
    Number(i64),
    Boolean(bool),
    Present,
    Phrases(Vec<String>),
    Label(String),
    Unreadable,
}

/// Whether a text is a code: a short identifier of few kinds of characters, and no JWT.
pub(crate) fn is_code(text: &str) -> bool {
    let is_plain = |it: u8| it.is_ascii_alphanumeric() || b"-._~:%".contains(&it);
    (1..=LONGEST_CODE).contains(&text.len()) && text.bytes().all(is_plain) && !jwt::is_jwt(text)
}
