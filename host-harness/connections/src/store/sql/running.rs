//! How a store on one database runs its operations: to their end, with the keys that there are by then, and
//! never on an older state than it has seen.

use std::sync::Arc;

use tokio::task::JoinError;

use super::keys::Keys;
use super::read::{By, Found, Get};
use super::seen::{Position, Seen};
use super::spelling::FindTenant;
use super::{Access, Driver, Operation};
use crate::record::{Record, Tenant};
use crate::store::{Effect, StoreError};

/// A store on one database.
pub(in crate::store) struct SqlStore<D> {
    pub(super) driver: Arc<D>,
    pub(super) keys: Arc<Keys>,
    pub(super) seen: Seen,
}

/// A task ends early only where it panics or the program ends.
pub(super) fn stopped(error: &JoinError) -> StoreError {
    StoreError::Unavailable {
        reason: format!("the call did not come to its end ({error})"),
        effect: Effect::Unknown,
    }
}

/// Whoever operates the database is told, whatever the caller makes of it.
fn warn_of_fault(error: Option<&StoreError>) {
    if let Some(error) = error.filter(|it| it.is_database_fault()) {
        tracing::warn!(%error, "a write to the store failed");
    }
}

impl<D: Driver> SqlStore<D> {
    pub(in crate::store) fn new(driver: D, keys: Arc<Keys>) -> Self {
        Self {
            driver: Arc::new(driver),
            keys,
            seen: Seen::default(),
        }
    }

    /// Runs an operation to its end, whether or not the caller waits for it. Where it meets a master
    /// key that is not held, it has changed nothing: the key may be at the source by now.
    pub(super) async fn run<O: Operation>(&self, operation: O) -> Result<O::Output, StoreError> {
        let (driver, keys) = (Arc::clone(&self.driver), Arc::clone(&self.keys));
        let operation = Arc::new(operation);
        let task = tokio::spawn(async move {
            let result = match driver.run(&operation).await {
                Err(StoreError::KeyMissing { .. }) => {
                    keys.reload().await?;
                    driver.run(&operation).await
                }
                result => result,
            };
            if O::ACCESS == Access::Write {
                warn_of_fault(result.as_ref().err());
            }
            result
        });
        task.await.unwrap_or_else(|error| Err(stopped(&error)))
    }

    pub(super) fn shared_keys(&self) -> Arc<Keys> {
        Arc::clone(&self.keys)
    }

    /// The tenant as it is stored. In ASCII there is one form alone.
    pub(super) async fn stored(&self, tenant: &Tenant) -> Result<Tenant, StoreError> {
        match tenant.as_str().is_ascii() {
            true => Ok(tenant.clone()),
            false => self.run(FindTenant(tenant.clone())).await,
        }
    }

    /// Another call may have gone on between this one's read and its end. So what seems to have gone back
    /// is read once more, and compared with what was seen before that.
    pub(super) async fn find(&self, tenant: &Tenant, by: By) -> Result<Record, StoreError> {
        let tenant = self.stored(tenant).await?;
        let get = |by| {
            let (keys, tenant) = (self.shared_keys(), tenant.clone());
            self.run(Get { keys, tenant, by })
        };
        let mut found = get(by).await?;
        let id = found.record.overview.id;
        let is_behind = |found: &Found, seen: Position| match found.is_replica {
            true => Ok(()),
            false => seen.check(found.position, id),
        };
        if is_behind(&found, self.seen.of(id)).is_err() {
            let seen = self.seen.of(id);
            found = get(By::Id(id)).await?;
            is_behind(&found, seen)
                .inspect_err(|error| tracing::warn!(%error, "the store cannot be used"))?;
        }
        self.seen.note(id, found.position);
        Ok(found.record)
    }
}
