//! The [`Store`] trait over a driver.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::task::JoinError;

use super::commit::{CommitState, RecordIntent};
use super::create::Create;
use super::due::{FindDue, NextDue};
use super::edit::{AcceptPlugin, CheckWritable, Delete, Rename, ReplaceSettings};
use super::history::{ReadHistory, RecordEvent};
use super::keys::{Keys, ReadKeys};
use super::lease::{Acquire, Release};
use super::read::{By, FindByIdentity, FindByState, Get, List};
use super::rotation::{BeginRotation, Rewrap};
use super::tokens::{CommitTokens, DiscardTokens};
use super::{Access, Driver, Operation};
use crate::record::{
    Acquisition, CredentialId, Due, Event, Generation, Identity, Lease, Name, NewCredential,
    NewEvent, NewIntent, NewTokens, Overview, Owner, PluginRef, Record, SettingsChange,
    SettingsVersion, StateChange, Tenant, Timestamp, Transition,
};
use crate::store::{Effect, KeyStatus, Store, StoreError};

/// A store on one database.
pub(in crate::store) struct SqlStore<D> {
    driver: Arc<D>,
    keys: Arc<Keys>,
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
        }
    }

    /// Runs an operation to its end, whether or not the caller waits for it. Where it meets a master
    /// key that is not held, it has changed nothing: the key may be at the source by now.
    async fn run<O: Operation>(&self, operation: O) -> Result<O::Output, StoreError> {
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

    fn shared_keys(&self) -> Arc<Keys> {
        Arc::clone(&self.keys)
    }

    async fn find(&self, tenant: &Tenant, by: By) -> Result<Record, StoreError> {
        let (keys, tenant) = (self.shared_keys(), tenant.clone());
        self.run(Get { keys, tenant, by }).await
    }
}

#[async_trait]
impl<D: Driver> Store for SqlStore<D> {
    async fn create(
        &self,
        tenant: &Tenant,
        credential: &NewCredential,
        now: Timestamp,
    ) -> Result<CredentialId, StoreError> {
        let id = CredentialId::draw(self.keys.randomness());
        let (keys, tenant, credential) = (self.shared_keys(), tenant.clone(), credential.clone());
        self.run(Create {
            keys,
            tenant,
            id,
            credential,
            now,
        })
        .await
    }

    async fn get(&self, tenant: &Tenant, id: CredentialId) -> Result<Record, StoreError> {
        self.find(tenant, By::Id(id)).await
    }

    async fn get_by_name(&self, tenant: &Tenant, name: &Name) -> Result<Record, StoreError> {
        self.find(tenant, By::Name(name.clone())).await
    }

    async fn list(
        &self,
        tenant: &Tenant,
        after: Option<&Name>,
        limit: u32,
    ) -> Result<Vec<Overview>, StoreError> {
        let (tenant, after) = (tenant.clone(), after.cloned());
        self.run(List {
            tenant,
            after,
            limit,
        })
        .await
    }

    async fn find_by_identity(
        &self,
        tenant: &Tenant,
        plugin_id: &str,
        identity: &Identity,
    ) -> Result<Vec<Overview>, StoreError> {
        let (tenant, plugin_id) = (tenant.clone(), plugin_id.to_owned());
        let identity = identity.clone();
        self.run(FindByIdentity {
            tenant,
            plugin_id,
            identity,
        })
        .await
    }

    async fn find_by_state(
        &self,
        texts: [&'static str; 4],
        after: Option<(&Tenant, CredentialId)>,
        limit: u32,
    ) -> Result<Vec<Overview>, StoreError> {
        let after = after.map(|(tenant, id)| (tenant.clone(), id));
        self.run(FindByState {
            texts,
            after,
            limit,
        })
        .await
    }

    async fn replace_settings(
        &self,
        tenant: &Tenant,
        id: CredentialId,
        change: &SettingsChange,
        now: Timestamp,
    ) -> Result<SettingsVersion, StoreError> {
        let (keys, tenant, change) = (self.shared_keys(), tenant.clone(), change.clone());
        self.run(ReplaceSettings {
            keys,
            tenant,
            id,
            change,
            now,
        })
        .await
    }

    async fn accept_plugin(
        &self,
        tenant: &Tenant,
        id: CredentialId,
        (from, to): (&PluginRef, &PluginRef),
        (state, event): (Option<&StateChange>, &NewEvent),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.run(AcceptPlugin {
            keys: self.shared_keys(),
            tenant: tenant.clone(),
            id,
            from: from.clone(),
            to: to.clone(),
            state: state.cloned(),
            event: event.clone(),
            now,
        })
        .await
    }

    async fn rename(
        &self,
        tenant: &Tenant,
        id: CredentialId,
        name: &Name,
        event: &NewEvent,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (tenant, name, event) = (tenant.clone(), name.clone(), event.clone());
        self.run(Rename {
            tenant,
            id,
            name,
            event,
            now,
        })
        .await
    }

    async fn delete(&self, tenant: &Tenant, id: CredentialId) -> Result<(), StoreError> {
        self.run(Delete {
            tenant: tenant.clone(),
            id,
        })
        .await
    }

    async fn acquire(
        &self,
        tenant: &Tenant,
        id: CredentialId,
        owner: &Owner,
        now: Timestamp,
        ttl: Duration,
    ) -> Result<Acquisition, StoreError> {
        let (keys, tenant, owner) = (self.shared_keys(), tenant.clone(), owner.clone());
        self.run(Acquire {
            keys,
            tenant,
            id,
            owner,
            now,
            ttl,
        })
        .await
    }

    async fn release(&self, lease: &Lease) -> Result<(), StoreError> {
        self.run(Release(lease.clone())).await
    }

    async fn record_intent(
        &self,
        lease: &Lease,
        intent: &NewIntent,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (lease, intent) = (lease.clone(), intent.clone());
        self.run(RecordIntent { lease, intent, now }).await
    }

    async fn commit_tokens(
        &self,
        lease: &Lease,
        expected: Generation,
        tokens: &NewTokens,
        transition: &Transition,
        now: Timestamp,
    ) -> Result<Generation, StoreError> {
        let (keys, lease) = (self.shared_keys(), lease.clone());
        let (tokens, transition) = (tokens.clone(), transition.clone());
        self.run(CommitTokens {
            keys,
            lease,
            expected,
            tokens,
            transition,
            now,
        })
        .await
    }

    async fn commit_state(
        &self,
        lease: &Lease,
        transition: &Transition,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (lease, transition) = (lease.clone(), transition.clone());
        self.run(CommitState {
            lease,
            transition,
            now,
        })
        .await
    }

    async fn discard_tokens(
        &self,
        lease: &Lease,
        transition: &Transition,
        now: Timestamp,
    ) -> Result<Generation, StoreError> {
        let (lease, transition) = (lease.clone(), transition.clone());
        self.run(DiscardTokens {
            lease,
            transition,
            now,
        })
        .await
    }

    async fn due(
        &self,
        now: Timestamp,
        after: Option<&Due>,
        limit: u32,
    ) -> Result<Vec<Due>, StoreError> {
        let after = after.cloned();
        self.run(FindDue { now, after, limit }).await
    }

    async fn next_due(&self, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        self.run(NextDue(now)).await
    }

    async fn history(
        &self,
        tenant: &Tenant,
        id: CredentialId,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Event>, StoreError> {
        let tenant = tenant.clone();
        self.run(ReadHistory {
            tenant,
            id,
            before,
            limit,
        })
        .await
    }

    async fn record_event(
        &self,
        tenant: &Tenant,
        id: CredentialId,
        event: &NewEvent,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (tenant, event) = (tenant.clone(), event.clone());
        self.run(RecordEvent {
            tenant,
            id,
            event,
            now,
        })
        .await
    }

    async fn keys(&self) -> Result<KeyStatus, StoreError> {
        self.run(ReadKeys).await
    }

    async fn begin_rotation(&self) -> Result<KeyStatus, StoreError> {
        self.keys.reload().await?;
        self.run(BeginRotation(self.shared_keys())).await?;
        self.run(ReadKeys).await
    }

    async fn rewrap(&self, limit: u32) -> Result<u64, StoreError> {
        let keys = self.shared_keys();
        self.run(Rewrap { keys, limit }).await
    }

    async fn check_writable(&self) -> Result<(), StoreError> {
        self.run(CheckWritable).await
    }

    async fn durability(&self) -> Result<Vec<(String, String)>, StoreError> {
        self.driver.durability().await
    }
}
