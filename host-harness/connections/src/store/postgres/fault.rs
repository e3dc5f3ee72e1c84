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
        SqlState::DATA_CORRUPTED | SqlState::INDEX_CORRUPTED => StoreError::Corrupt(words(refusal)),
        SqlState::DUPLICATE_PSTATEMENT | SqlState::INVALID_SQL_STATEMENT_NAME => pooled(refusal),
        SqlState::PROTOCOL_VIOLATION if is_pooler_setting(refusal.message()) => pooled(refusal),
        SqlState::INSUFFICIENT_PRIVILEGE => StoreError::Misconfigured(words(refusal)),
        _ => refused_by_class(code.code().get(..2).unwrap_or_default(), refusal),
    }
}

/// A code that is not known says nothing about what is stored.
fn refused_by_class(class: &str, refusal: &DbError) -> StoreError {
    match class {
        // Connection exception, insufficient resources, operator intervention, system error.
        "08" | "53" | "57" | "58" => StoreError::Unavailable {
            reason: words(refusal),
            effect: Effect::None,
        },
        // Invalid authorization, no such database, no such schema.
        "28" | "3D" | "3F" => StoreError::Misconfigured(words(refusal)),
        _ => StoreError::Refused(words(refusal)),
    }
}

/// What PgBouncer says where its settings, and not its state, are in the way.
fn is_pooler_setting(message: &str) -> bool {
    message.contains("pooling mode") || message.contains("unsupported startup parameter")
}

fn pooled(refusal: &DbError) -> StoreError {
    StoreError::Misconfigured(format!(
        "a connection pooler stands before the database, and answers {}; use its session or transaction \
         mode, with no prepared statements of others on the same connections",
        words(refusal)
    ))
}

/// Whether a server is of another kind than was asked for: it takes no writes, or it does.
pub(super) fn is_wrong_access(error: &Error) -> bool {
    // Said by the library, which has no kind for it; a socket that may not be opened is another matter.
    cause(error).is_some_and(|cause| {
        cause.contains("does not allow writes") || cause.contains("database is not read only")
    })
}

/// Whether the server asks for a password, and none was given.
pub(super) fn lacks_password(error: &Error) -> bool {
    error.as_db_error().is_none() && cause(error).as_deref() == Some("password missing")
}

fn cause(error: &Error) -> Option<String> {
    std::error::Error::source(error).map(ToString::to_string)
}

/// The message and the code, without the detail, which quotes values.
fn words(refusal: &DbError) -> String {
    format!("{} ({})", refusal.message(), refusal.code().code())
}

/// What the library finds wrong with a URL stays so.
const WRONG_URL: [&str; 2] = ["invalid configuration", "invalid connection string"];

fn lost(error: &Error, effect: Effect) -> StoreError {
    let reason = match cause(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    };
    if WRONG_URL.iter().any(|it| reason.starts_with(it)) {
        return StoreError::Misconfigured(reason);
    }
    StoreError::Unavailable { reason, effect }
}
