//! Placeholder types until the reading is merged.
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::contract::Sealed;
use crate::vault::Vault;

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

/// A value that the plugin reads of answers.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DeclaredMember {
    /// A JSON Pointer.
    pub pointer: String,
    /// How.
    pub reading: Reading,
}

/// How a value may be read.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reading {
    /// x
    Secret,
    /// x
    Code,
    /// x
    Number,
    /// x
    Boolean,
    /// x
    Presence,
    /// x
    Phrases(Vec<String>),
    /// x
    Label,
}

pub(crate) struct Declaration;
impl Declaration {
    pub(crate) fn parse(_: &[DeclaredMember], _: &[String], _: &[String], _: &[String]) -> Result<Self, String> {
        Ok(Self)
    }
    pub(crate) fn read(&self, answer: &RawAnswer, _: &Permitted, _: &Carried, _: &mut Vault) -> ReadAnswer {
        ReadAnswer { status: answer.status, headers: Vec::new(), body: BodyKind::Other, members: Vec::new(), leak: None }
    }
}
#[derive(Default)]
pub(crate) struct Permitted {
    pub(crate) claims: BTreeSet<String>,
    pub(crate) labels: BTreeSet<String>,
}
pub(crate) struct Carried;
impl Carried {
    pub(crate) fn new<'a>(_: &Vault, _: impl Iterator<Item = &'a str>, _: impl Iterator<Item = &'a str>) -> Self { Self }
}
pub(crate) struct Leak { pub(crate) end_sending: bool }
impl std::fmt::Display for Leak {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str("leak") }
}
pub(crate) struct ReadAnswer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: BodyKind,
    pub(crate) members: Vec<Member>,
    pub(crate) leak: Option<Leak>,
}
pub(crate) struct Member { pub(crate) pointer: String, pub(crate) value: Value }
pub(crate) enum BodyKind { Empty, Json, Xml, Other }
pub(crate) enum Value {
    Secret(Sealed), Code(String), Number(i64), Boolean(bool), Present, Phrases(Vec<String>), Label(String), Unreadable,
}
pub(crate) fn is_code(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~:".contains(&b))
}
