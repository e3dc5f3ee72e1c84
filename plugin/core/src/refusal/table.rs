//! What each refusal means: the types of the table. Its rows are in `rows`.

mod groups;
mod rows;
mod texts;

pub use rows::TABLE;
pub(crate) use rows::UNKNOWN;

use super::{Author, Notice, ParsedError};
use alloc::borrow::Cow;

/// Where in a connection's life a refusal came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The person at Intacct's sign-in page.
    Consent,
    /// Exchanging a code.
    Code,
    /// Client credentials with a Username.
    Username,
    /// Client credentials with a Session ID.
    Session,
    /// Renewing.
    Refresh,
    /// Renewing what a Session ID began.
    RefreshOfSession,
    /// A call of the API.
    Api,
    /// Revoking.
    Revocation,
}

/// What to do about a refusal: a case of `error`, and one more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Connect again.
    Reauthorize,
    /// Change something else first.
    Misconfigured,
    /// As [`Verdict::Misconfigured`], but the token itself is known: a test fails the one check.
    NoPermission,
    /// As [`Verdict::Misconfigured`], but it says nothing about the credential: no test could be made.
    NotReached,
    /// Renew, then try once more.
    StaleToken,
    /// Wait.
    Throttled,
    /// Try again later.
    Unavailable,
    /// Not understood.
    Protocol,
}

/// What tells a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// One of these codes, anywhere in the answer.
    Codes(&'static [&'static str]),
    /// A code that begins like this.
    Family(&'static str),
    /// These words in a sentence, whatever their case.
    Phrase(&'static str),
    /// This code, and these words in a sentence.
    CodeWithPhrase(&'static str, &'static str),
    /// A status from the first to the last.
    Status(u16, u16),
    /// A status from the first to the last, in a body of one of these authors.
    By(&'static [Author], u16, u16),
    /// A status from the first to the last, where the Username names an entity.
    WithEntity(u16, u16),
    /// Anything else.
    Rest,
}

/// How a fact is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Sage's own page.
    Sage,
    /// Sage's text, seen through a copy.
    Copy,
    /// Seen on the live service and recorded by a third party.
    Live,
    /// Third-party code or documents.
    ThirdParty,
    /// A standard that Intacct says it follows: RFC 6749, 6750, 7009, 9110.
    Standard,
    /// Inferred.
    Inferred,
}

/// A row of the table: a refusal and what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// What tells it.
    pub signal: Signal,
    /// Where it may come.
    pub during: &'static [Step],
    /// What to do.
    pub verdict: Verdict,
    /// How it is known.
    pub source: Source,
    /// What people read.
    pub notice: &'static Notice,
}

impl Refusal {
    pub(crate) fn applies(&self, step: Step, refused: &ParsedError<'_>) -> bool {
        self.during.contains(&step) && self.signal.stands_in(refused)
    }
}

impl Signal {
    fn stands_in(&self, refused: &ParsedError<'_>) -> bool {
        match *self {
            Self::Codes(codes) => codes.iter().any(|code| refused.has_code(code)),
            Self::Family(prefix) => refused.code_of_family(prefix).is_some(),
            Self::Phrase(words) => refused.has_phrase(words),
            Self::CodeWithPhrase(code, words) => {
                refused.has_code(code) && refused.has_phrase(words)
            }
            Self::Status(first, last) => refused.has_status(first, last),
            Self::By(authors, first, last) => {
                refused.has_status(first, last) && authors.contains(&refused.author)
            }
            Self::WithEntity(first, last) => {
                refused.has_status(first, last) && refused.names_entity
            }
            Self::Rest => true,
        }
    }

    /// The code that this signal found, as the table spells it.
    pub(crate) fn code_in(&self, refused: &ParsedError<'_>) -> Option<Cow<'static, str>> {
        match *self {
            Self::Codes(codes) => codes
                .iter()
                .find(|code| refused.has_code(code))
                .map(|code| Cow::Borrowed(*code)),
            Self::CodeWithPhrase(code, _) => Some(Cow::Borrowed(code)),
            Self::Family(prefix) => refused.code_of_family(prefix).map(super::owned),
            Self::Phrase(_)
            | Self::Status(..)
            | Self::By(..)
            | Self::WithEntity(..)
            | Self::Rest => None,
        }
    }

    /// The words that this signal is told by.
    pub(crate) const fn phrase(&self) -> Option<&'static str> {
        match *self {
            Self::Phrase(words) | Self::CodeWithPhrase(_, words) => Some(words),
            Self::Codes(_)
            | Self::Family(_)
            | Self::Status(..)
            | Self::By(..)
            | Self::WithEntity(..)
            | Self::Rest => None,
        }
    }
}
