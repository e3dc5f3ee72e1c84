//! Refusals: what Intacct said, looked up in a table, told to people.
//!
//! - `said` reads an answer's body, whichever of the five shapes it has.
//! - [`table`] is what is known about each refusal, as data with sources.
//! - [`notice`] is what people read where Intacct gave no code of its own.
//!
//! No word of Intacct's reaches a person: messages are `&'static str`. Of an answer, only a code
//! and a support ID are passed on, where they look like one.

pub mod notice;
mod said;
pub mod table;

pub use notice::Notice;
pub(crate) use said::{Refused, Said, document};
pub use table::{Refusal, Signal, Source, Step, TABLE, Verdict};

use crate::{
    model::{Diagnosis, Error, Response, Throttle},
    waiting,
};
use alloc::borrow::Cow;

/// A refusal, explained, and whether it is one of permission alone.
pub(crate) struct Explained {
    pub(crate) verdict: Verdict,
    pub(crate) diagnosis: Diagnosis,
}

/// The error for a refusal that came without an answer, or whose waiting times do not matter.
pub(crate) fn explain(step: Step, refused: &Refused<'_>) -> Error {
    let found = look_up(step, refused);
    error(found, None)
}

/// The error for an answer that refuses.
pub(crate) fn explain_response(step: Step, response: &Response, said: Said<'_>) -> Error {
    let found = look_up(
        step,
        &Refused {
            status: Some(response.status),
            said,
        },
    );
    error(found, Some(response))
}

/// What the table says of a refusal.
pub(crate) fn look_up(step: Step, refused: &Refused<'_>) -> Explained {
    let row = TABLE
        .iter()
        .find(|row| row.applies(step, refused))
        .unwrap_or(&table::UNKNOWN);
    let said = &refused.said;
    let mut diagnosis = row.notice.diagnosis();
    if let Some(code) = row
        .signal
        .code_in(said)
        .or_else(|| said.best_code().map(owned))
    {
        diagnosis.code = code;
    }
    diagnosis.support_id = said.support_id.map(Into::into);
    Explained {
        verdict: row.verdict,
        diagnosis,
    }
}

fn owned(code: &str) -> Cow<'static, str> {
    Cow::Owned(code.into())
}

/// The case of [`Error`] that a verdict stands for.
pub(crate) fn error(found: Explained, response: Option<&Response>) -> Error {
    let diagnosis = found.diagnosis;
    match found.verdict {
        Verdict::Reauthorize => Error::Reauthorize(diagnosis),
        Verdict::Misconfigured | Verdict::NoPermission => Error::Misconfigured(diagnosis),
        Verdict::StaleToken => Error::StaleToken(diagnosis),
        Verdict::Unavailable => Error::Unavailable(diagnosis),
        Verdict::Protocol => Error::Protocol(diagnosis),
        Verdict::Throttled => Error::Throttled(Throttle {
            retry_after_seconds: response.and_then(waiting::retry_after_seconds),
            diagnosis,
        }),
    }
}
