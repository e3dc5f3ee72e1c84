//! What PostgreSQL's errors mean to a caller (appendix A of its manual).

use tokio_postgres::Error;
use tokio_postgres::error::{DbError, Severity, SqlState};

use crate::store::{Effect, StoreError};

/// Before a commit: whatever had been begun is undone.
pub(super) fn fault(error: &Error) -> StoreError {
    match error.as_db_error() {
        Some(refusal) => refused(refusal),
        None => lost(error, Effect::None),
    }
}

/// While committing: if the connection or the server is lost, nobody knows.
pub(super) fn commit_fault(error: Error) -> StoreError {
    match error.as_db_error() {
        Some(refusal) if is_last_word(refusal) => StoreError::Unavailable {
            reason: words(refusal),
            effect: Effect::Unknown,
        },
        Some(refusal) => refused(refusal),
        None => lost(&error, Effect::Unknown),
    }
}

pub(super) fn is_unique_violation(error: &Error) -> bool {
    error.code() == Some(&SqlState::UNIQUE_VIOLATION)
}

/// A server that panics, say because its log has no room, may find the commit in the log when it
/// starts again. The code alone, such as that of a full disk, does not tell.
fn is_last_word(refusal: &DbError) -> bool {
    let severity = refusal.parsed_severity();
    matches!(severity, Some(Severity::Fatal | Severity::Panic))
        || refusal.code().code().starts_with("57P")
}

fn refused(refusal: &DbError) -> StoreError {
    let code = refusal.code();
    match *code {
        SqlState::T_R_SERIALIZATION_FAILURE
        | SqlState::T_R_DEADLOCK_DETECTED
        | SqlState::LOCK_NOT_AVAILABLE => StoreError::Busy,
        SqlState::DISK_FULL => StoreError::Full,
        SqlState::READ_ONLY_SQL_TRANSACTION => StoreError::ReadOnly(words(refusal)),
        _ => refused_by_class(code.code().get(..2).unwrap_or_default(), refusal),
    }
}

fn refused_by_class(class: &str, refusal: &DbError) -> StoreError {
    match class {
        // Connection exception, insufficient resources, operator intervention, system error.
        "08" | "53" | "57" | "58" => StoreError::Unavailable {
            reason: words(refusal),
            effect: Effect::None,
        },
        // Invalid authorization, no such database, no such schema, no right.
        "28" | "3D" | "3F" => StoreError::Misconfigured(words(refusal)),
        "42" if *refusal.code() == SqlState::INSUFFICIENT_PRIVILEGE => {
            StoreError::Misconfigured(words(refusal))
        }
        _ => StoreError::Corrupt(words(refusal)),
    }
}

/// The message and the code, without the detail, which quotes values.
fn words(refusal: &DbError) -> String {
    format!("{} ({})", refusal.message(), refusal.code().code())
}

fn lost(error: &Error, effect: Effect) -> StoreError {
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}"));
    let reason = format!("{error}{}", cause.unwrap_or_default());
    StoreError::Unavailable { reason, effect }
}
