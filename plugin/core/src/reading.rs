//! What is read of an answer (`declared-member` in the contract): one table, from which the descriptor
//! declares and by which answers are read. So nothing is read that is not declared.
//!
//! Intacct refuses in many shapes. They use the same names for different things: `error` is a text in
//! one and an object in another, `details` a text, an object or a list. So a shape is no type here:
//! each place where an error can stand is read for everything that any error holds.
//!
//! The letters of the shapes are those of `tests/core/shapes.rs`, which has each as it was recorded.

use crate::{
    model::{DeclaredMember, Reading, Response, Value},
    refusal,
};
use alloc::{string::String, vec::Vec};

/// What a member of an answer is to this plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// RFC 6749 section 5.1.
    AccessToken,
    /// RFC 6749 section 5.1.
    RefreshToken,
    /// RFC 6749 section 7.1.
    TokenType,
    /// Seconds (RFC 6749 section 5.1).
    ExpiresIn,
    /// Whether a token was revoked.
    Revoked,
    /// Whether a token is good (RFC 7662 section 2.2).
    Active,
    /// What an API call was asked for.
    Result,
    /// Where it stands, the answer is a refusal, whatever its status.
    Refusal,
    /// An error's code.
    Code,
    /// What Intacct's support asks for.
    SupportId,
    /// A sentence about an error.
    Sentence,
}

use Meaning::{
    AccessToken, Active, Code, ExpiresIn, RefreshToken, Refusal, Result, Revoked, Sentence,
    SupportId, TokenType,
};

/// Members that stand in one place.
const MEMBERS: &[(&str, Meaning)] = &[
    ("/access_token", AccessToken),
    ("/refresh_token", RefreshToken),
    ("/token_type", TokenType),
    ("/expires_in", ExpiresIn),
    ("/revoked", Revoked),
    ("/active", Active),
    ("/ia::result", Result),
    ("/ia::error", Refusal),
    ("/ia::result/ia::error", Refusal),
    ("/ia::result/*/ia::error", Refusal),
    ("/error", Refusal),
    // RFC 6749 section 5.2 (E).
    ("/error", Code),
    ("/error", Sentence),
    ("/error_description", Sentence),
    // A sentence in the place of a document (I).
    ("", Sentence),
    // Kong's, the gateway's (K).
    ("/request_id", SupportId),
    // The XML of the gateway (H).
    ("/response/errormessage/error/errorno", Refusal),
    ("/response/errormessage/error/errorno", Code),
    ("/response/errormessage/error/description", Sentence),
    ("/response/errormessage/error/description2", Sentence),
    ("/response/errormessage/error/correction", Sentence),
];

/// Where an error can stand: the whole document (G, K), A and C, D, B and F, one of several results
/// (I), one of several errors (I).
const ERRORS: &[&str] = &[
    "",
    "/ia::error",
    "/error",
    "/ia::result/ia::error",
    "/ia::result/*/ia::error",
    "/errors/*",
];

/// What an error holds, below each of those. The codes that tell most stand first.
const OF_AN_ERROR: &[(&str, Meaning)] = &[
    ("/errorId", Code),
    ("/code", Code),
    ("/details/*/errorId", Code),
    ("/details/*/code", Code),
    ("/additionalInfo/messageId", Code),
    ("/supportId", SupportId),
    ("/requestId", SupportId),
    ("/details/requestId", SupportId),
    ("/message", Sentence),
    ("/details", Sentence),
    ("/details/*/message", Sentence),
    ("/details/*/correction", Sentence),
];

impl Meaning {
    fn reading(self) -> Reading {
        match self {
            AccessToken | RefreshToken => Reading::Secret,
            TokenType | Code | SupportId => Reading::Code,
            ExpiresIn => Reading::Number,
            Revoked | Active => Reading::Boolean,
            Result | Refusal => Reading::Presence,
            Sentence => Reading::Phrases(refusal::phrases().collect()),
        }
    }
}

/// The whole table: the first part of a pointer, the rest of it, and what stands there.
fn table() -> impl Iterator<Item = (&'static str, &'static str, Meaning)> {
    let fixed = MEMBERS.iter().map(|(name, meaning)| ("", *name, *meaning));
    let of_errors = ERRORS.iter().flat_map(|place| {
        OF_AN_ERROR
            .iter()
            .map(|(name, meaning)| (*place, *name, *meaning))
    });
    fixed.chain(of_errors)
}

/// The declaration.
pub(crate) fn declared() -> Vec<DeclaredMember> {
    let members = table().map(|(place, name, meaning)| DeclaredMember {
        pointer: String::from_iter([place, name]),
        reading: meaning.reading(),
    });
    members.collect()
}

/// The values of an answer that have this meaning, in the order of the declaration.
pub(crate) fn values(response: &Response, meaning: Meaning) -> impl Iterator<Item = &Value> {
    let members = response.members.iter();
    let meant = members.filter(move |member| {
        table().any(|(place, name, known)| {
            known == meaning && fits(&member.pointer, steps(place).chain(steps(name)))
        })
    });
    meant.map(|member| &member.value)
}

/// Whether an answer has any member that only Intacct's have (A to D, F, G, H), readable or not. A bare
/// `error`, `code` or `message` is anybody's.
pub(crate) fn has_intaccts_form(response: &Response) -> bool {
    let mut members = response.members.iter();
    members.any(|member| {
        let pointer = &*member.pointer;
        let ends = |name: &&str| pointer.ends_with(*name);
        pointer.starts_with("/ia::") || ["errorId", "supportId", "errorno"].iter().any(ends)
    })
}

fn fits<'a>(pointer: &str, mut declared: impl Iterator<Item = &'a str>) -> bool {
    steps(pointer).all(|step| declared.next().is_some_and(|it| it == "*" || it == step))
        && declared.next().is_none()
}

/// The steps of a JSON Pointer (RFC 6901 section 3).
fn steps(pointer: &str) -> impl Iterator<Item = &str> {
    pointer.split('/').skip(1)
}
