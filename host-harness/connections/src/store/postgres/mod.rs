//! PostgreSQL: one server for any number of machines.
//!
//! Every call has a deadline. A connection on which anything went wrong is closed, and the next call
//! opens another, so a server that comes back is used again without further ado.

mod connect;
mod fault;
mod schema;
mod session;
mod tls;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio_postgres::Client;

use super::pool::{Pool, Turn};
use super::sql::{Access, Driver, Operation};
use super::{Effect, PostgresLocation, StoreError, StoreOptions};
use connect::Connector;
use fault::commit_fault;
use session::PostgresSession;

/// A PostgreSQL database.
pub(super) struct Postgres {
    connector: Connector,
    connections: Pool<Client>,
    deadline: Duration,
}

pub(super) async fn open(
    place: &PostgresLocation,
    options: &StoreOptions,
) -> Result<Postgres, StoreError> {
    let postgres = Postgres {
        connector: Connector::new(place, options)?,
        connections: Pool::new(options.connections),
        deadline: options.call_timeout,
    };
    postgres
        .within(&AtomicBool::new(false), postgres.bring_up_to_date())
        .await?;
    Ok(postgres)
}

impl Driver for Postgres {
    async fn run<O: Operation>(&self, operation: &Arc<O>) -> Result<O::Output, StoreError> {
        let committing = AtomicBool::new(false);
        self.within(&committing, self.attempt(&**operation, &committing))
            .await
    }

    async fn durability(&self) -> Result<Vec<(String, String)>, StoreError> {
        let settings = async {
            let (turn, client) = self.client().await?;
            let settings = connect::durability(&client).await?;
            turn.give_back(client);
            Ok(settings)
        };
        self.within(&AtomicBool::new(false), settings).await
    }
}

impl Postgres {
    async fn client(&self) -> Result<(Turn<Client>, Client), StoreError> {
        let turn = self
            .connections
            .turn()
            .await
            .ok_or_else(|| StoreError::Unavailable {
                reason: "the store is closed".to_owned(),
                effect: Effect::None,
            })?;
        while let Some(client) = turn.take_idle() {
            if !client.is_closed() {
                return Ok((turn, client));
            }
        }
        let client = self.connector.connect().await?;
        Ok((turn, client))
    }

    async fn bring_up_to_date(&self) -> Result<(), StoreError> {
        let (turn, mut client) = self.client().await?;
        schema::bring_up_to_date(&mut client).await?;
        turn.give_back(client);
        Ok(())
    }

    /// Where this returns early, the connection is dropped and the server undoes what it had begun.
    async fn attempt<O: Operation>(
        &self,
        operation: &O,
        committing: &AtomicBool,
    ) -> Result<O::Output, StoreError> {
        let (turn, client) = self.client().await?;
        let mut session = PostgresSession::new(client);
        if O::ACCESS == Access::Write {
            session.begin().await?;
        }
        let result = operation.run(&mut session).await;
        let client = match (O::ACCESS, &result) {
            (Access::Read, _) => Some(session.into_client()),
            (Access::Write, Ok(_)) => Some(commit(session, committing).await?),
            (Access::Write, Err(_)) => roll_back(session).await,
        };
        if let Some(client) = client.filter(|it| !it.is_closed()) {
            turn.give_back(client);
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
