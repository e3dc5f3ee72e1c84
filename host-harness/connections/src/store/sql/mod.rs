//! The store's calls, written once for both databases.
//!
//! In scope: each call as one [`Operation`] over a [`Session`], and what a row holds.
//! Not in scope: connections, transactions' beginnings and ends, a database's own errors: those are
//! the [`Driver`]'s.
//!
//! SQL is written as SQLite spells it, with `?1` for the first parameter. A driver for another
//! database translates that, and `/* lock */`, which stands where a row must be locked: in SQLite a
//! transaction that writes has the whole database to itself.

mod columns;
mod commit;
mod create;
mod due;
mod edit;
mod history;
mod keys;
mod lease;
mod read;
mod rotation;
mod row;
mod running;
mod sealing;
mod seen;
mod spelling;
mod store;
mod tokens;
mod value;

use std::future::Future;

use super::StoreError;

pub(super) use keys::{CheckKey, Keys, RegisterKey};
pub(super) use running::SqlStore;
pub(super) use value::{Row, Value};

/// What an operation does to the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Reads, beside a writer; each statement sees what is stored at its own moment.
    Read,
    /// Writes, in a transaction.
    Write,
}

/// One call. It may be run again from the beginning where an earlier run changed nothing.
pub(super) trait Operation: Send + Sync + 'static {
    /// What comes of it.
    type Output: Send + 'static;

    /// What it does to the database.
    const ACCESS: Access;

    /// Does it; an error undoes what was written.
    fn run<S: Session>(
        &self,
        session: &mut S,
    ) -> impl Future<Output = Result<Self::Output, StoreError>> + Send;
}

/// A connection that runs an operation.
pub(super) trait Session: Send {
    /// Whether what is read may be older than what was stored last, as on a standby.
    fn is_replica(&self) -> bool {
        false
    }

    /// Reads rows.
    fn query(
        &mut self,
        sql: &'static str,
        parameters: &[Value],
    ) -> impl Future<Output = Result<Vec<Row>, StoreError>> + Send;

    /// Writes, and says how many rows that changed.
    fn execute(
        &mut self,
        sql: &'static str,
        parameters: &[Value],
    ) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// Writes as `execute` does; absent where a unique column would hold the same value twice. The
    /// transaction is to be given up then.
    fn execute_unique(
        &mut self,
        sql: &'static str,
        parameters: &[Value],
    ) -> impl Future<Output = Result<Option<u64>, StoreError>> + Send;
}

/// A database.
pub(super) trait Driver: Send + Sync + 'static {
    /// Runs an operation, in a transaction of its own where it writes.
    fn run<O: Operation>(
        &self,
        operation: &std::sync::Arc<O>,
    ) -> impl Future<Output = Result<O::Output, StoreError>> + Send;

    /// See [`super::Store::durability`].
    fn durability(&self) -> impl Future<Output = Result<Vec<(String, String)>, StoreError>> + Send;
}
