//! A transaction in SQLite.

use rusqlite::types::{Null, ToSqlOutput, ValueRef};
use rusqlite::{ToSql, params_from_iter};

use super::fault::{commit_fault, fault, is_unique_violation};
use super::identity::OpenFile;
use crate::store::StoreError;
use crate::store::sql::{Access, Row, Session, Value};

/// A connection on which an operation runs.
pub(super) struct SqliteSession {
    file: OpenFile,
    access: Access,
}

impl SqliteSession {
    pub(super) fn new(file: OpenFile, access: Access) -> Self {
        Self { file, access }
    }

    pub(super) fn begin(&self) -> Result<(), StoreError> {
        match self.access {
            Access::Read => Ok(()),
            // At once a writer: a reader that becomes one may find that it has read too early.
            Access::Write => self
                .file
                .connection
                .execute_batch("BEGIN IMMEDIATE")
                .map_err(fault),
        }
    }

    /// Commits what went well and undoes what did not.
    pub(super) fn end<T>(self, result: Result<T, StoreError>) -> (OpenFile, Result<T, StoreError>) {
        let result = match (self.access, result) {
            (Access::Read, result) => result,
            (Access::Write, Ok(value)) => self.commit().map(|()| value),
            (Access::Write, Err(error)) => Err(error),
        };
        let connection = &self.file.connection;
        if !connection.is_autocommit() {
            // Where even this fails, the next BEGIN says so.
            let _ = connection.execute_batch("ROLLBACK");
        }
        (self.file, result)
    }

    /// What was stored in a file that was exchanged meanwhile is lost: that is no success.
    fn commit(&self) -> Result<(), StoreError> {
        self.file
            .connection
            .execute_batch("COMMIT")
            .map_err(commit_fault)?;
        self.file.check()
    }

    fn write(&self, sql: &str, parameters: &[Value]) -> rusqlite::Result<u64> {
        let mut statement = self.file.connection.prepare_cached(sql)?;
        statement
            .execute(params_from_iter(parameters))
            .map(|rows| rows as u64)
    }

    fn read(&self, sql: &str, parameters: &[Value]) -> rusqlite::Result<Vec<Row>> {
        let mut statement = self.file.connection.prepare_cached(sql)?;
        let columns = statement.column_count();
        statement
            .query_map(params_from_iter(parameters), |row| {
                let values = (0..columns).map(|at| row.get_ref(at).map(owned));
                values.collect::<rusqlite::Result<Vec<_>>>().map(Row::new)
            })?
            .collect()
    }
}

impl Session for SqliteSession {
    async fn query(
        &mut self,
        sql: &'static str,
        parameters: &[Value],
    ) -> Result<Vec<Row>, StoreError> {
        self.read(sql, parameters).map_err(fault)
    }

    async fn execute(
        &mut self,
        sql: &'static str,
        parameters: &[Value],
    ) -> Result<u64, StoreError> {
        self.write(sql, parameters).map_err(fault)
    }

    async fn execute_unique(
        &mut self,
        sql: &'static str,
        parameters: &[Value],
    ) -> Result<Option<u64>, StoreError> {
        match self.write(sql, parameters) {
            Ok(rows) => Ok(Some(rows)),
            Err(error) if is_unique_violation(&error) => Ok(None),
            Err(error) => Err(fault(error)),
        }
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self {
            Self::Null => Null.to_sql(),
            Self::Int(value) => value.to_sql(),
            Self::Text(value) => value.to_sql(),
            Self::Blob(value) => value.to_sql(),
        }
    }
}

/// The schema has no column of real numbers; one that turns up is seen as nothing.
fn owned(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null | ValueRef::Real(_) => Value::Null,
        ValueRef::Integer(value) => Value::Int(value),
        ValueRef::Text(value) => Value::Text(String::from_utf8_lossy(value).into_owned()),
        ValueRef::Blob(value) => Value::Blob(value.to_vec()),
    }
}
