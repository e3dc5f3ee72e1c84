//! PostgreSQL: one server for any number of machines.
//!
//! Every call has a deadline. A connection on which anything went wrong is closed, and the next call
//! opens another, so a server that comes back is used again without further ado. Where a server takes no
//! writes any more (failover), all connections that were open by then are closed.
//!
//! Nothing is left behind in a session: neither a prepared statement nor a setting. So a connection pooler
//! may stand in between, in its transaction mode as well.

mod connect;
mod endpoint;
mod fault;
mod password;
mod schema;
mod session;
mod settings;
mod tls;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio_postgres::Client;

use super::pool::{Pool, Turn};
use super::sql::{Access, Driver, Operation};
use super::{Effect, PostgresLocation, StoreError, StoreOptions};
use connect::{Connector, Opened};
use fault::commit_fault;
use session::PostgresSession;

/// A PostgreSQL database.
pub(super) struct Postgres {
    connector: Connector,
    connections: Pool<Connection>,
    /// How often a server that took writes was found to take none any more.
    failovers: AtomicU64,
    /// The statement that begins a transaction.
    begin: String,
    deadline: Duration,
}

/// A connection that is kept between calls.
struct Connection {
    client: Client,
    /// Whether the server was found to take writes.
    writable: bool,
    /// [`Postgres::failovers`] when it was opened.
    opened_after: u64,
}

pub(super) async fn open(
    place: &PostgresLocation,
    options: &StoreOptions,
) -> Result<Postgres, StoreError> {
    let postgres = Postgres {
        connector: Connector::new(place, options)?,
        connections: Pool::new(options.connections),
        failovers: AtomicU64::new(0),
        begin: settings::begin(options),
        deadline: options.call_timeout,
    };
    postgres
        .within(
            &AtomicBool::new(false),
            postgres.bring_up_to_date(options.create),
        )
        .await?;
    Ok(postgres)
}

impl Driver for Postgres {
    /// A write that a server refused because it takes none any more changed nothing: it is made again,
    /// once, on a new connection.
    async fn run<O: Operation>(&self, operation: &Arc<O>) -> Result<O::Output, StoreError> {
        let committing = AtomicBool::new(false);
        let call = async {
            let before = self.failovers();
            match self.attempt(&**operation, &committing).await {
                Err(StoreError::ReadOnly(why)) if self.failovers() != before => {
                    tracing::warn!(%why, "the database server takes no writes any more; \
                        its connections are closed, and another server is looked for");
                    committing.store(false, Ordering::Relaxed);
                    self.attempt(&**operation, &committing).await
                }
                result => result,
            }
        };
        self.within(&committing, call).await
    }

    async fn durability(&self) -> Result<Vec<(String, String)>, StoreError> {
        let settings = async {
            let (turn, connection) = self.connection().await?;
            let settings = settings::durability(&connection.client, &self.begin).await?;
            self.give_back(turn, connection);
            Ok(settings)
        };
        self.within(&AtomicBool::new(false), settings).await
    }
}

impl Postgres {
    async fn connection(&self) -> Result<(Turn<Connection>, Connection), StoreError> {
        let turn = self
            .connections
            .turn()
            .await
            .ok_or_else(|| StoreError::Unavailable {
                reason: "the store is closed".to_owned(),
                effect: Effect::None,
            })?;
        while let Some(connection) = turn.take_idle() {
            if self.is_good(&connection) {
                return Ok((turn, connection));
            }
        }
        let opened_after = self.failovers();
        let Opened { client, writable } = self.connector.connect().await?;
        let connection = Connection {
            client,
            writable,
            opened_after,
        };
        Ok((turn, connection))
    }

    /// Keeps a connection for the next call. One to a server that takes no writes is not kept: there may
    /// be a better one by then.
    fn give_back(&self, turn: Turn<Connection>, connection: Connection) {
        if connection.writable && self.is_good(&connection) {
            turn.give_back(connection);
        }
    }

    fn is_good(&self, connection: &Connection) -> bool {
        !connection.client.is_closed() && connection.opened_after == self.failovers()
    }

    fn failovers(&self) -> u64 {
        self.failovers.load(Ordering::SeqCst)
    }

    async fn bring_up_to_date(&self, create: bool) -> Result<(), StoreError> {
        let (turn, connection) = self.connection().await?;
        schema::bring_up_to_date(&connection.client, &self.begin, create).await?;
        self.give_back(turn, connection);
        Ok(())
    }

    /// Where this returns early, the connection is dropped and the server undoes what it had begun.
    async fn attempt<O: Operation>(
        &self,
        operation: &O,
        committing: &AtomicBool,
    ) -> Result<O::Output, StoreError> {
        let (turn, connection) = self.connection().await?;
        let Connection {
            client,
            writable,
            opened_after,
        } = connection;
        let mut session = PostgresSession::new(client, writable);
        if O::ACCESS == Access::Write {
            session.begin(&self.begin).await?;
        }
        let result = operation.run(&mut session).await;
        let client = match (O::ACCESS, &result) {
            (_, Err(error)) if error.is_database_fault() => None,
            (Access::Read, _) => Some(session.into_client()),
            (Access::Write, Ok(_)) => Some(commit(session, committing).await?),
            (Access::Write, Err(_)) => roll_back(session).await,
        };
        if writable && matches!(result, Err(StoreError::ReadOnly(_))) {
            // Of several that find out at the same time, one counts.
            let next = opened_after + 1;
            let order = Ordering::SeqCst;
            let _ = self
                .failovers
                .compare_exchange(opened_after, next, order, order);
        }
        if let Some(client) = client {
            let connection = Connection {
                client,
                writable,
                opened_after,
            };
            self.give_back(turn, connection);
        }
        result
    }

    async fn within<T>(
        &self,
        committing: &AtomicBool,
        call: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        match tokio::time::timeout(self.deadline, call).await {
            Ok(result) => result,
            Err(_) => Err(StoreError::Unavailable {
                reason: format!("PostgreSQL gave no answer within {:?}", self.deadline),
                effect: match committing.load(Ordering::Relaxed) {
                    true => Effect::Unknown,
                    false => Effect::None,
                },
            }),
        }
    }
}

async fn commit(session: PostgresSession, committing: &AtomicBool) -> Result<Client, StoreError> {
    let client = session.into_client();
    committing.store(true, Ordering::Relaxed);
    client.batch_execute("COMMIT").await.map_err(commit_fault)?;
    Ok(client)
}

/// A connection that cannot even do this is closed instead, to the same effect.
async fn roll_back(session: PostgresSession) -> Option<Client> {
    let client = session.into_client();
    client.batch_execute("ROLLBACK").await.ok()?;
    Some(client)
}
