//! A refusal as it came, in whichever of Intacct's shapes ([`crate::reading`]): its codes, sentences
//! and support ID.

use crate::{
    model::{BodyKind, Response, Value},
    reading::{self, Meaning, values},
};
use alloc::vec::Vec;

/// Whose word an answer is. Anything between the platform and Intacct may answer in its place, and so
/// may Intacct's own front while it is maintained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Author {
    /// A document in one of Intacct's own forms: a member that only Intacct has.
    Intacct,
    /// A JSON document that anybody could have sent.
    Anybody,
    /// No body at all.
    Silent,
    /// A page, or XML that is not the gateway's, or a document that is not whole.
    Page,
}

/// What a refusal says.
pub(crate) struct ParsedError<'a> {
    /// Absent for a refusal that came by a redirect.
    status: Option<u16>,
    pub(crate) author: Author,
    /// Whether the Username names an entity.
    pub(crate) names_entity: bool,
    pub(crate) support_id: Option<&'a str>,
    codes: Vec<&'a str>,
    phrases: Vec<&'a str>,
}

impl<'a> ParsedError<'a> {
    /// A refusal that the browser brought back (RFC 6749 section 4.1.2.1).
    pub(crate) fn at_consent(error: &'a str) -> Self {
        let code = Some(error).filter(|error| *error != "unreadable");
        Self {
            status: None,
            author: Author::Silent,
            names_entity: false,
            support_id: None,
            codes: code.into_iter().collect(),
            phrases: Vec::new(),
        }
    }

    /// What an answer refuses with; `None` where it is a success. A success with an error inside is a
    /// refusal.
    pub(crate) fn of(response: &'a Response, names_entity: bool) -> Option<Self> {
        let refuses = values(response, Meaning::Refusal).any(|value| *value == Value::Present);
        let refuses = refuses || !response.succeeded();
        refuses.then(|| Self {
            status: Some(response.status),
            author: Author::of(response),
            names_entity,
            support_id: codes(response, Meaning::SupportId).next(),
            codes: codes(response, Meaning::Code).collect(),
            phrases: phrases(response).collect(),
        })
    }

    /// Whether the answer's status is one of these.
    pub(crate) fn has_status(&self, first: u16, last: u16) -> bool {
        self.status
            .is_some_and(|status| (first..=last).contains(&status))
    }

    /// Whether this code was given. Codes differ in more than their case, so the case may differ.
    pub(crate) fn has_code(&self, code: &str) -> bool {
        self.codes
            .iter()
            .any(|given| given.eq_ignore_ascii_case(code))
    }

    /// A code that begins like this.
    pub(crate) fn code_of_family(&self, prefix: &str) -> Option<&'a str> {
        self.codes().find(|code| code.starts_with(prefix))
    }

    /// Whether any sentence contains these words.
    pub(crate) fn has_phrase(&self, words: &str) -> bool {
        self.phrases.contains(&words)
    }

    /// The code that tells most: the first that is numbered, else the first.
    pub(crate) fn best_code(&self) -> Option<&'a str> {
        let numbered = |code: &&str| code.bytes().any(|byte| byte.is_ascii_digit());
        self.codes().find(numbered).or_else(|| self.codes().next())
    }

    fn codes(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.codes.iter().copied()
    }
}

impl Author {
    fn of(response: &Response) -> Self {
        let is_intaccts = reading::has_intaccts_form(response);
        match response.body {
            BodyKind::Json | BodyKind::Xml if is_intaccts => Self::Intacct,
            BodyKind::Json => Self::Anybody,
            BodyKind::Empty => Self::Silent,
            BodyKind::Xml | BodyKind::Html | BodyKind::Other => Self::Page,
        }
    }
}

fn codes(response: &Response, meaning: Meaning) -> impl Iterator<Item = &str> {
    values(response, meaning).filter_map(|value| match value {
        Value::Code(code) => Some(code.as_str()),
        _ => None,
    })
}

fn phrases(response: &Response) -> impl Iterator<Item = &str> {
    let found = values(response, Meaning::Sentence).filter_map(|value| match value {
        Value::Phrases(found) => Some(found),
        _ => None,
    });
    found.flatten().map(|phrase| phrase.as_str())
}
