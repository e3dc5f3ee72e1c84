//! The settings of each transaction, and what is asked of a server.
//!
//! A setting is made for a transaction alone (`SET LOCAL`): with a connection pooler in transaction mode
//! in between, a connection to the server is another client's after each.

use std::time::Duration;

use tokio_postgres::{Client, SimpleQueryMessage, SimpleQueryRow};

use super::fault::fault;
use crate::store::{StoreError, StoreOptions};

/// Begins a transaction. A client that stops answering must not keep a row locked, and a lock is waited
/// for no longer than SQLite would. A commit returns when the log is on the disk: of this server, or of
/// others as well where the operator has asked for that.
pub(super) fn begin(options: &StoreOptions) -> String {
    let millis = |duration: Duration| duration.as_millis().max(1);
    let (busy, call) = (millis(options.busy_timeout), millis(options.call_timeout));
    format!(
        "BEGIN; SET LOCAL lock_timeout = {busy}; SET LOCAL statement_timeout = {call}; \
         SET LOCAL idle_in_transaction_session_timeout = {call}; \
         SET LOCAL client_min_messages = warning; \
         SELECT set_config('synchronous_commit', CASE current_setting('synchronous_commit') \
         WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, true)"
    )
}

const DURABILITY: [&str; 3] = ["synchronous_commit", "fsync", "full_page_writes"];

/// What the server says of itself, in a transaction as every write has it.
pub(super) async fn durability(
    client: &Client,
    begin: &str,
) -> Result<Vec<(String, String)>, StoreError> {
    run(client, begin).await?;
    let found = read(client, DURABILITY).await?;
    run(client, "ROLLBACK").await?;
    Ok(DURABILITY
        .map(str::to_owned)
        .into_iter()
        .zip(found)
        .collect())
}

/// A commit is on the disk, and names are in any script.
pub(super) async fn check(client: &Client) -> Result<(), StoreError> {
    let [fsync, encoding] = read(client, ["fsync", "server_encoding"]).await?;
    if fsync != "on" {
        return Err(StoreError::NotDurable {
            setting: "fsync".to_owned(),
            value: fsync,
        });
    }
    if encoding != "UTF8" {
        return Err(StoreError::Misconfigured(format!(
            "the database's encoding is {encoding}; create one with the encoding UTF8"
        )));
    }
    Ok(())
}

async fn run(client: &Client, sql: &str) -> Result<(), StoreError> {
    let done = client.batch_execute(sql).await;
    done.map_err(|error| fault(&error))
}

/// In one message.
async fn read<const N: usize>(
    client: &Client,
    names: [&str; N],
) -> Result<[String; N], StoreError> {
    let columns = names.map(|name| format!("current_setting('{name}')"));
    let sql = format!("SELECT {}", columns.join(", "));
    let answer = client.simple_query(&sql).await;
    let answer = answer.map_err(|error| fault(&error))?;
    let row = answer.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    row.and_then(values)
        .ok_or_else(|| StoreError::Refused("the server does not say its settings".to_owned()))
}

fn values<const N: usize>(row: &SimpleQueryRow) -> Option<[String; N]> {
    let found: Option<Vec<String>> = (0..N).map(|at| row.get(at).map(str::to_owned)).collect();
    found?.try_into().ok()
}
