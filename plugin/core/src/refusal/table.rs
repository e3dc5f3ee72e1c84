//! What each refusal means: the types of the table. Its rows are in `rows`.

mod rows;
mod texts;

pub use rows::TABLE;
pub(crate) use rows::UNKNOWN;

use super::{Notice, ParsedError};
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
    /// A status from the first to the last.
    Status(u16, u16),
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
    pub notice: Notice,
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
            Self::Status(first, last) => refused
                .status
                .is_some_and(|status| (first..=last).contains(&status)),
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
            Self::Family(prefix) => refused.code_of_family(prefix).map(super::owned),
            Self::Phrase(_) | Self::Status(..) | Self::Rest => None,
        }
    }
}
