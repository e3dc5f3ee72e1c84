//! No answer: what the host says of it, told to people.

use crate::{
    model::{Error, Failure, FailureKind},
    refusal::{Notice, notice},
};

/// The error for a request that may have done something. If a byte of it left, nobody knows what
/// became of it.
pub(crate) fn of_request(failure: &Failure) -> Error {
    match failure.kind {
        FailureKind::Denied => Error::Denied(failure.message.clone()),
        FailureKind::TooLarge if failure.request_sent => unknown(&notice::ANSWER_TOO_LARGE),
        _ if failure.request_sent => unknown(&notice::NO_ANSWER),
        kind => Error::Unavailable(not_sent(kind).diagnosis()),
    }
}

/// The error for a question. It changes nothing at Intacct (RFC 9110 section 9.2.1), so whether it
/// arrived does not matter.
pub(crate) fn of_question(failure: &Failure) -> Error {
    match failure.kind {
        FailureKind::Denied => Error::Denied(failure.message.clone()),
        _ if failure.request_sent => Error::Unavailable(notice::NO_ANSWER_TO_TEST.diagnosis()),
        kind => Error::Unavailable(not_sent(kind).diagnosis()),
    }
}

fn unknown(notice: &Notice) -> Error {
    Error::OutcomeUnknown(notice.diagnosis())
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
