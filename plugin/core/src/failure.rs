//! No answer: what the host says of it, told to people.

use crate::{
    model::{
        Error,
        ErrorKind::{Denied, OutcomeUnknown, Unavailable},
        Failure, FailureKind,
    },
    refusal::{Notice, notice},
};

/// The error for a request that may have done something. If a byte of it left, nobody knows what
/// became of it.
pub(crate) fn of_request(failure: &Failure) -> Error {
    match failure.kind {
        FailureKind::Denied => notice::DENIED.error(Denied),
        FailureKind::TooLarge if failure.request_sent => {
            notice::ANSWER_TOO_LARGE.error(OutcomeUnknown)
        }
        _ if failure.request_sent => notice::NO_ANSWER.error(OutcomeUnknown),
        kind => not_sent(kind).error(Unavailable),
    }
}

/// The error for a question. It changes nothing at Intacct (RFC 9110 section 9.2.1), so whether it
/// arrived does not matter.
pub(crate) fn of_question(failure: &Failure) -> Error {
    match failure.kind {
        FailureKind::Denied => notice::DENIED.error(Denied),
        _ if failure.request_sent => notice::NO_ANSWER_TO_TEST.error(Unavailable),
        kind => not_sent(kind).error(Unavailable),
    }
}

const fn not_sent(kind: FailureKind) -> &'static Notice {
    match kind {
        FailureKind::Unresolved => &notice::UNRESOLVED,
        FailureKind::Unreachable | FailureKind::Timeout | FailureKind::Interrupted => {
            &notice::UNREACHABLE
        }
        FailureKind::Untrusted => &notice::UNTRUSTED,
        FailureKind::Denied | FailureKind::TooLarge | FailureKind::Other => &notice::NOT_SENT,
    }
}
