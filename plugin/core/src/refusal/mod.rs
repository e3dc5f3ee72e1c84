//! Refusals: what Intacct said, looked up in a table, told to people.
//!
//! - `parsed` is what an answer says, whichever of Intacct's shapes it has.
//! - [`table`] is what is known about each refusal, as data with sources.
//! - [`notice`] is what people read where Intacct gave no code of its own.
//!
//! No word of Intacct's reaches a person: messages are `&'static str`. Of an answer, only a code
//! and a support ID are passed on.

pub mod notice;
mod parsed;
pub mod table;

pub use notice::Notice;
pub use parsed::Author;
pub(crate) use parsed::ParsedError;
pub use table::{Refusal, Signal, Source, Step, TABLE, Verdict};

use crate::{
    model::{Diagnosis, Error, ErrorKind, Response},
    waiting,
};
use alloc::borrow::Cow;

/// A refusal, explained, and whether it is one of permission alone.
pub(crate) struct Explained {
    pub(crate) verdict: Verdict,
    pub(crate) diagnosis: Diagnosis,
}

/// The words by which refusals are told: the answers are searched for them.
pub(crate) fn phrases() -> impl Iterator<Item = &'static str> {
    TABLE.iter().filter_map(|row| row.signal.phrase())
}

/// The error for a refusal that came without an answer, or whose waiting times do not matter.
pub(crate) fn explain(step: Step, refused: &ParsedError<'_>) -> Error {
    error(look_up(step, refused), None)
}

/// The error for an answer that refuses.
pub(crate) fn explain_response(
    step: Step,
    response: &Response,
    refused: &ParsedError<'_>,
) -> Error {
    error(look_up(step, refused), Some(response))
}

/// What the table says of a refusal.
pub(crate) fn look_up(step: Step, refused: &ParsedError<'_>) -> Explained {
    let row = TABLE
        .iter()
        .find(|row| row.applies(step, refused))
        .unwrap_or(&table::UNKNOWN);
    let mut diagnosis = row.notice.diagnosis();
    if let Some(code) = row
        .signal
        .code_in(refused)
        .or_else(|| refused.best_code().map(owned))
    {
        diagnosis.code = code;
    }
    diagnosis.support_id = refused.support_id.map(Into::into);
    Explained {
        verdict: row.verdict,
        diagnosis,
    }
}

fn owned(code: &str) -> Cow<'static, str> {
    Cow::Owned(code.into())
}

/// The error that a verdict stands for.
pub(crate) fn error(found: Explained, response: Option<&Response>) -> Error {
    let kind = match found.verdict {
        Verdict::Reauthorize => ErrorKind::Reauthorize,
        Verdict::Misconfigured | Verdict::NoPermission | Verdict::NotReached => {
            ErrorKind::Misconfigured
        }
        Verdict::StaleToken => ErrorKind::StaleToken,
        Verdict::Unavailable => ErrorKind::Unavailable,
        Verdict::Protocol => ErrorKind::Protocol,
        Verdict::Throttled => ErrorKind::Throttled,
    };
    let throttled = response.filter(|_| kind == ErrorKind::Throttled);
    Error {
        kind,
        diagnosis: found.diagnosis,
        retry_after_seconds: throttled.and_then(waiting::retry_after_seconds),
    }
}
