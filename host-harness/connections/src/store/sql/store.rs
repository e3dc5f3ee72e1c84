//! The [`Store`] trait over a driver.

use std::time::Duration;

use async_trait::async_trait;

use super::Driver;
use super::commit::{CommitState, RecordIntent};
use super::create::Create;
use super::due::{FindDue, NextDue};
use super::edit::{AcceptPlugin, CheckWritable, Delete, Rename, ReplaceSettings};
use super::history::{ReadHistory, RecordEvent};
use super::keys::ReadKeys;
use super::lease::{Acquire, Release};
use super::read::{By, FindByIdentity, FindByState, List};
use super::rotation::{BeginRotation, Rewrap};
use super::running::SqlStore;
use super::seen::Position;
use super::tokens::{CommitTokens, DiscardTokens};
use crate::record::{
    Acquisition, CredentialId, Due, Event, Generation, Identity, Lease, Name, NewCredential,
    NewEvent, NewIntent, NewTokens, Overview, Owner, PluginRef, Record, SettingsChange,
    SettingsVersion, StateChange, Tenant, Timestamp, Transition,
};
use crate::store::{KeyStatus, Store, StoreError};

#[async_trait]
impl<D: Driver> Store for SqlStore<D> {
    async fn create(
        &self,
        tenant: &Tenant,
        credential: &NewCredential,
        now: Timestamp,
    ) -> Result<CredentialId, StoreError> {
        let id = CredentialId::draw(self.keys.randomness());
        let (keys, tenant, credential) = (
            self.shared_keys(),
            self.stored(tenant).await?,
            credential.clone(),
        );
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
        let (tenant, after) = (self.stored(tenant).await?, after.cloned());
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
        let (tenant, plugin_id) = (self.stored(tenant).await?, plugin_id.to_owned());
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
        let (keys, tenant, change) = (
            self.shared_keys(),
            self.stored(tenant).await?,
            change.clone(),
        );
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
            tenant: self.stored(tenant).await?,
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
        let (tenant, name, event) = (self.stored(tenant).await?, name.clone(), event.clone());
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
        let tenant = self.stored(tenant).await?;
        self.run(Delete { tenant, id }).await?;
        self.seen.note(id, Position::DELETED);
        Ok(())
    }

    async fn acquire(
        &self,
        tenant: &Tenant,
        id: CredentialId,
        owner: &Owner,
        now: Timestamp,
        ttl: Duration,
    ) -> Result<Acquisition, StoreError> {
        let (keys, tenant, owner) = (
            self.shared_keys(),
            self.stored(tenant).await?,
            owner.clone(),
        );
        let acquisition = self
            .run(Acquire {
                keys,
                tenant,
                id,
                seen: self.seen.of(id),
                owner,
                now,
                ttl,
            })
            .await?;
        if let Acquisition::Acquired(leased) = &acquisition {
            let generation = leased.record.overview.generation;
            self.seen
                .note(id, Position::new(leased.lease.fence, generation));
        }
        Ok(acquisition)
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
        let (id, fence) = (lease.id, lease.fence);
        let generation = self
            .run(CommitTokens {
                keys,
                lease,
                expected,
                tokens,
                transition,
                now,
            })
            .await?;
        self.seen.note(id, Position::new(fence, generation));
        Ok(generation)
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
        let (id, fence) = (lease.id, lease.fence);
        let generation = self
            .run(DiscardTokens {
                lease,
                transition,
                now,
            })
            .await?;
        self.seen.note(id, Position::new(fence, generation));
        Ok(generation)
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
        let tenant = self.stored(tenant).await?;
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
        let (tenant, event) = (self.stored(tenant).await?, event.clone());
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
        self.run(CheckWritable(self.shared_keys())).await
    }

    async fn durability(&self) -> Result<Vec<(String, String)>, StoreError> {
        self.driver.durability().await
    }
}
