//! What SQLite's errors mean to a caller.

use rusqlite::{Error, ErrorCode};

use crate::store::{Effect, StoreError};

pub(super) fn fault(error: Error) -> StoreError {
    let Some(code) = error.sqlite_error_code() else {
        return unread(&error);
    };
    match code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => StoreError::Busy,
        ErrorCode::DiskFull => StoreError::Full,
        ErrorCode::ReadOnly => StoreError::ReadOnly(words(&error)),
        ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::NoLargeFileSupport => {
            StoreError::Misconfigured(words(&error))
        }
        ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt => StoreError::Corrupt(words(&error)),
        ErrorCode::SystemIoFailure
        | ErrorCode::OutOfMemory
        | ErrorCode::OperationInterrupted
        | ErrorCode::FileLockingProtocolFailed => StoreError::Unavailable {
            reason: words(&error),
            effect: Effect::None,
        },
        _ => StoreError::Refused(words(&error)),
    }
}

/// A value that is not of its kind is damage; anything else is not.
fn unread(error: &Error) -> StoreError {
    match error {
        Error::FromSqlConversionFailure(..)
        | Error::IntegralValueOutOfRange(..)
        | Error::InvalidColumnType(..)
        | Error::Utf8Error(..) => StoreError::Corrupt(words(error)),
        _ => StoreError::Refused(words(error)),
    }
}

/// A failed commit leaves nothing behind, unless the disk itself failed: then nobody knows what it
/// will show after the next start.
pub(super) fn commit_fault(error: Error) -> StoreError {
    match fault(error) {
        StoreError::Unavailable { reason, .. } => StoreError::Unavailable {
            reason,
            effect: Effect::Unknown,
        },
        other => other,
    }
}

pub(super) fn is_unique_violation(error: &Error) -> bool {
    use rusqlite::ffi::{SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE};
    error.sqlite_error().is_some_and(|it| {
        matches!(
            it.extended_code,
            SQLITE_CONSTRAINT_UNIQUE | SQLITE_CONSTRAINT_PRIMARYKEY
        )
    })
}

/// SQLite's own words, which name tables and columns and no values.
fn words(error: &Error) -> String {
    match error {
        Error::SqliteFailure(_, Some(message)) => message.clone(),
        other => other.to_string(),
    }
}
