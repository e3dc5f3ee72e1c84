//! The schema in a PostgreSQL database.

use tokio_postgres::Client;
use tokio_postgres::types::{FromSql, ToSql, Type};

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
    (version BIGINT PRIMARY KEY NOT NULL, name TEXT NOT NULL)";

/// Held while the schema is changed, so that of several who open at once one does it. The number is
/// arbitrary, and ours.
const LOCK: &str = "SELECT pg_advisory_xact_lock(4816202607250001)";

/// Does what is missing, in one transaction; writes nothing where nothing is.
pub(super) async fn bring_up_to_date(
    client: &Client,
    begin: &str,
    create: bool,
) -> Result<(), StoreError> {
    let found = version(client).await?;
    require_found(found, create)?;
    if pending(&MIGRATIONS, found)?.is_empty() {
        return Ok(());
    }
    batch(client, begin).await?;
    migrate(client).await?;
    client.batch_execute("COMMIT").await.map_err(commit_fault)
}

/// Another process may have done it while this one waited for its turn.
async fn migrate(client: &Client) -> Result<(), StoreError> {
    batch(client, LOCK).await?;
    let found = version(client).await?;
    if found == 0 {
        batch(client, TABLE).await?;
    }
    for step in pending(&MIGRATIONS, found)? {
        batch(client, step.sql).await?;
        let sql = "INSERT INTO credential_schema (version, name) VALUES ($1, $2)";
        let version = i64::from(step.version);
        let parameters: [(&(dyn ToSql + Sync), Type); 2] =
            [(&version, Type::INT8), (&step.name, Type::TEXT)];
        client
            .execute_typed(sql, &parameters)
            .await
            .map_err(|error| fault(&error))?;
    }
    Ok(())
}

async fn batch(client: &Client, sql: &str) -> Result<(), StoreError> {
    client
        .batch_execute(sql)
        .await
        .map_err(|error| fault(&error))
}

/// The newest step that was done; 0 where there is no table yet.
async fn version(client: &Client) -> Result<u32, StoreError> {
    // Read as any row is: a name that was looked up before it was there may stay unknown to this
    // connection for a while.
    let sql = "SELECT EXISTS (SELECT 1 FROM pg_class WHERE relname = 'credential_schema' \
               AND relkind = 'r' AND pg_table_is_visible(oid))";
    let exists: bool = one(client, sql).await?;
    if !exists {
        return Ok(0);
    }
    let sql = "SELECT coalesce(max(version), 0) FROM credential_schema";
    let version: i64 = one(client, sql).await?;
    u32::try_from(version).map_err(|_| StoreError::Corrupt("the schema's version".to_owned()))
}

/// Without preparing it, as everything is sent: a connection pooler in between need not remember it.
async fn one<T>(client: &Client, sql: &str) -> Result<T, StoreError>
where
    T: for<'a> FromSql<'a>,
{
    let row = client
        .query_typed_one(sql, &[])
        .await
        .map_err(|error| fault(&error))?;
    row.try_get(0).map_err(|error| fault(&error))
}
