//! The schema in an SQLite file.

use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior};

use super::fault::{commit_fault, fault};
use crate::store::StoreError;
use crate::store::migration::{Migration, pending, require_found};

static MIGRATIONS: [Migration; 2] = [
    Migration {
        version: 1,
        name: "credentials",
        sql: include_str!("migrations/0001_credentials.sql"),
    },
    Migration {
        version: 2,
        name: "plugin_binding",
        sql: include_str!("migrations/0002_plugin_binding.sql"),
    },
];

const TABLE: &str = "CREATE TABLE credential_schema \
    (version INTEGER PRIMARY KEY NOT NULL, name TEXT NOT NULL) STRICT";

/// Does what is missing, in one transaction; writes nothing where nothing is.
pub(super) fn bring_up_to_date(
    connection: &mut Connection,
    create: bool,
) -> Result<(), StoreError> {
    let found = version(connection)?;
    require_found(found, create)?;
    if pending(&MIGRATIONS, found)?.is_empty() {
        return Ok(());
    }
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(fault)?;
    migrate(&transaction)?;
    transaction.commit().map_err(commit_fault)
}

/// Another process may have done it while this one waited for its turn.
fn migrate(transaction: &Transaction<'_>) -> Result<(), StoreError> {
    let found = version(transaction)?;
    if found == 0 {
        transaction.execute_batch(TABLE).map_err(fault)?;
    }
    for step in pending(&MIGRATIONS, found)? {
        transaction.execute_batch(step.sql).map_err(fault)?;
        let sql = "INSERT INTO credential_schema (version, name) VALUES (?1, ?2)";
        transaction
            .execute(sql, (step.version, step.name))
            .map_err(fault)?;
    }
    Ok(())
}

/// The newest step that was done; 0 for an empty file.
fn version(connection: &Connection) -> Result<u32, StoreError> {
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' \
               ORDER BY name = 'credential_schema' DESC LIMIT 1";
    let table: Option<String> = connection
        .query_row(sql, (), |row| row.get(0))
        .optional()
        .map_err(fault)?;
    match table.as_deref() {
        None => Ok(0),
        Some("credential_schema") => connection
            .query_row(
                "SELECT coalesce(max(version), 0) FROM credential_schema",
                (),
                |row| row.get(0),
            )
            .map_err(fault),
        Some(_) => Err(StoreError::Misconfigured(
            "the file is a database of another program".to_owned(),
        )),
    }
}
