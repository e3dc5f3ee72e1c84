//! A transaction in PostgreSQL.

use tokio_postgres::types::{IsNull, ToSql, Type, private::BytesMut, to_sql_checked};
use tokio_postgres::{Client, Error};

use super::fault::{fault, is_unique_violation};
use crate::store::StoreError;
use crate::store::sql::{Row, Session, Value};

/// A connection on which an operation runs.
pub(super) struct PostgresSession {
    client: Client,
    /// Whether the server was found to take writes.
    writable: bool,
}

impl PostgresSession {
    pub(super) fn new(client: Client, writable: bool) -> Self {
        Self { client, writable }
    }

    pub(super) fn into_client(self) -> Client {
        self.client
    }

    /// By this statement.
    pub(super) async fn begin(&self, sql: &str) -> Result<(), StoreError> {
        self.client
            .batch_execute(sql)
            .await
            .map_err(|error| fault(&error))
    }

    /// Without preparing it first: one message each way, and nothing that a connection pooler in
    /// between would have to remember.
    async fn send(&self, sql: &str, parameters: &[Value]) -> Result<u64, Error> {
        self.client
            .execute_typed(&translate(sql), &typed(parameters))
            .await
    }

    async fn ask(&self, sql: &str, parameters: &[Value]) -> Result<Vec<Row>, Error> {
        let rows = self
            .client
            .query_typed(&translate(sql), &typed(parameters))
            .await?;
        rows.iter().map(owned).collect()
    }
}

impl Session for PostgresSession {
    fn is_replica(&self) -> bool {
        !self.writable
    }

    async fn query(
        &mut self,
        sql: &'static str,
        parameters: &[Value],
    ) -> Result<Vec<Row>, StoreError> {
        self.ask(sql, parameters)
            .await
            .map_err(|error| fault(&error))
    }

    async fn execute(
        &mut self,
        sql: &'static str,
        parameters: &[Value],
    ) -> Result<u64, StoreError> {
        self.send(sql, parameters)
            .await
            .map_err(|error| fault(&error))
    }

    async fn execute_unique(
        &mut self,
        sql: &'static str,
        parameters: &[Value],
    ) -> Result<Option<u64>, StoreError> {
        match self.send(sql, parameters).await {
            Ok(rows) => Ok(Some(rows)),
            Err(error) if is_unique_violation(&error) => Ok(None),
            Err(error) => Err(fault(&error)),
        }
    }
}

/// From SQLite's spelling. No statement has a question mark of its own.
pub(super) fn translate(sql: &str) -> String {
    sql.replace('?', "$")
        .replace("/* lock */", "FOR UPDATE")
        .replace("/* share */", "FOR SHARE")
}

fn typed(parameters: &[Value]) -> Vec<(&(dyn ToSql + Sync), Type)> {
    parameters
        .iter()
        .map(|value| (value as &(dyn ToSql + Sync), type_of(value)))
        .collect()
}

fn type_of(value: &Value) -> Type {
    match value {
        // The server finds out from where it stands.
        Value::Null => Type::UNKNOWN,
        Value::Int(_) => Type::INT8,
        Value::Text(_) => Type::TEXT,
        Value::Blob(_) => Type::BYTEA,
    }
}

impl ToSql for Value {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(value) => value.to_sql(kind, out),
            Self::Text(value) => value.to_sql(kind, out),
            Self::Blob(value) => value.to_sql(kind, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

fn owned(row: &tokio_postgres::Row) -> Result<Row, Error> {
    let columns = row.columns().iter().enumerate();
    columns
        .map(|(at, column)| value(row, at, column.type_()))
        .collect::<Result<Vec<_>, _>>()
        .map(Row::new)
}

/// The schema has no column of another type; one that turns up is seen as nothing.
fn value(row: &tokio_postgres::Row, at: usize, kind: &Type) -> Result<Value, Error> {
    match *kind {
        Type::INT8 => Ok(row.try_get::<_, Option<i64>>(at)?.into()),
        Type::INT4 => Ok(row.try_get::<_, Option<i32>>(at)?.map(i64::from).into()),
        Type::TEXT => Ok(row.try_get::<_, Option<String>>(at)?.into()),
        Type::BYTEA => Ok(row.try_get::<_, Option<Vec<u8>>>(at)?.into()),
        _ => Ok(Value::Null),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_spelt_for_postgresql() {
        let sql = "SELECT id FROM credential WHERE tenant = ?1 AND id = ?12 /* lock */";
        let expected = "SELECT id FROM credential WHERE tenant = $1 AND id = $12 FOR UPDATE";
        assert_eq!(translate(sql), expected);
    }
}
