//! What an answer's body says, whichever of Intacct's five shapes it has (A, B, C from Sage's text,
//! B and D seen live, E from RFC 6749 section 5.2), or none.
//!
//! The shapes use the same names for different things: `error` is a text in one and an object in
//! another, `details` an object or an array. So this reads by name, not by shape: it goes through
//! every error it finds and gathers codes, texts and the support ID. It visits a bounded number of
//! places, however large or deep the body is.

use crate::{
    json::Json,
    model::{Response, ResponseBody},
};
use alloc::vec::Vec;

/// Places that are read in one body. The largest recorded refusal has six.
const PLACES: u8 = 64;
/// Longer than any code of Intacct's, shorter than any secret worth the name.
const LONGEST_CODE: usize = 40;
/// Support IDs of about forty characters were recorded.
const LONGEST_SUPPORT_ID: usize = 96;

/// A refusal as it came.
pub(crate) struct Refused<'a> {
    /// The status; absent for a refusal that came by a redirect.
    pub(crate) status: Option<u16>,
    pub(crate) said: Said<'a>,
}

impl<'a> Refused<'a> {
    /// A refusal that the browser brought back (RFC 6749 section 4.1.2.1).
    pub(crate) fn at_consent(error: &'a str) -> Self {
        let mut said = Said::new();
        said.codes.push(error);
        Self { status: None, said }
    }
}

/// The JSON of a body; `None` where there is none that can be read: HTML, nothing, cut off, nested
/// too deeply.
pub(crate) fn document(body: &ResponseBody) -> Option<Json<'_>> {
    match body {
        ResponseBody::Json(json) => Json::parse(json),
        ResponseBody::Empty | ResponseBody::Withheld(_) => None,
    }
}

/// What was found.
pub(crate) struct Said<'a> {
    codes: Vec<&'a str>,
    texts: Vec<&'a str>,
    pub(crate) support_id: Option<&'a str>,
    /// Whether the body holds an error, whatever the status says.
    refuses: bool,
    places: u8,
}

impl<'a> Said<'a> {
    fn new() -> Self {
        Self {
            codes: Vec::new(),
            texts: Vec::new(),
            support_id: None,
            refuses: false,
            places: PLACES,
        }
    }

    /// What an answer refuses with; `None` where it is a success. A success with an error inside is
    /// a refusal. The body of a failure is an error, whether or not it bears a name that is known.
    pub(crate) fn refusal(response: &Response, document: Option<&'a Json<'a>>) -> Option<Self> {
        let mut said = Self::new();
        document
            .into_iter()
            .for_each(|document| said.envelope(document));
        if response.succeeded() {
            return said.refuses.then_some(said);
        }
        if !said.refuses {
            document
                .into_iter()
                .for_each(|document| said.error(document));
        }
        Some(said)
    }

    /// Whether this code was given. Codes differ in more than their case, so the case may differ.
    pub(crate) fn has_code(&self, code: &str) -> bool {
        self.codes
            .iter()
            .any(|given| given.eq_ignore_ascii_case(code))
    }

    /// A well-formed code that begins like this.
    pub(crate) fn code_of_family(&self, prefix: &str) -> Option<&'a str> {
        self.well_formed().find(|code| code.starts_with(prefix))
    }

    /// Whether any text contains these words, whatever their case.
    pub(crate) fn says(&self, words: &str) -> bool {
        self.texts.iter().any(|text| contains(text, words))
    }

    /// The code that tells most: the first that is numbered, else the first.
    pub(crate) fn best_code(&self) -> Option<&'a str> {
        let numbered = |code: &&str| code.bytes().any(|byte| byte.is_ascii_digit());
        self.well_formed()
            .find(numbered)
            .or_else(|| self.well_formed().next())
    }

    fn well_formed(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.codes
            .iter()
            .copied()
            .filter(|code| is_plain(code, LONGEST_CODE, b"-_.:"))
    }

    /// Looks for errors where Intacct puts them.
    fn envelope(&mut self, value: &'a Json<'a>) {
        if !self.enter() {
            return;
        }
        if let Json::List(items) = value {
            items.iter().for_each(|item| self.envelope(item));
        }
        let errors = [value.get("ia::error"), value.get("error")];
        if errors.into_iter().flatten().any(is_something) {
            self.refuses = true;
            self.members(value);
        }
        if let Some(result) = value.get("ia::result") {
            self.envelope(result);
        }
    }

    fn error(&mut self, value: &'a Json<'a>) {
        if !self.enter() {
            return;
        }
        match value {
            Json::Text(text) => {
                self.codes.push(text);
                self.texts.push(text);
            }
            Json::List(items) => items.iter().for_each(|item| self.error(item)),
            Json::Members(_) => self.members(value),
            Json::Null | Json::Bool(_) | Json::Number(_) => {}
        }
    }

    fn members(&mut self, members: &'a Json<'a>) {
        self.codes.extend(texts(members, &["errorId", "code"]));
        self.texts.extend(texts(
            members,
            &["message", "error_description", "correction"],
        ));
        let mut ids = texts(members, &["supportId", "requestId"]);
        let id = ids.find(|id| is_plain(id, LONGEST_SUPPORT_ID, b"-_.:~%"));
        self.support_id = self.support_id.or(id);
        for name in ["ia::error", "error", "details", "errors", "additionalInfo"] {
            members
                .get(name)
                .into_iter()
                .for_each(|inner| self.error(inner));
        }
    }

    fn enter(&mut self) -> bool {
        self.places = self.places.saturating_sub(1);
        self.places > 0
    }
}

fn texts<'a>(
    members: &'a Json<'a>,
    names: &'static [&'static str],
) -> impl Iterator<Item = &'a str> {
    names.iter().filter_map(|name| members.text_at(name))
}

fn is_something(value: &Json<'_>) -> bool {
    match value {
        Json::Text(text) => !text.is_empty(),
        Json::List(items) => !items.is_empty(),
        Json::Members(members) => !members.is_empty(),
        Json::Null | Json::Bool(_) | Json::Number(_) => false,
    }
}

/// Whether a text can only be a code or an ID: ASCII letters, digits and a few marks, and short.
fn is_plain(text: &str, longest: usize, marks: &[u8]) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || marks.contains(&byte);
    (1..=longest).contains(&text.len()) && text.bytes().all(plain)
}

fn contains(text: &str, words: &str) -> bool {
    let mut windows = text.as_bytes().windows(words.len().max(1));
    windows.any(|window| window.eq_ignore_ascii_case(words.as_bytes()))
}
