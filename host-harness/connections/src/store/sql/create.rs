//! Creating a credential.

use std::sync::Arc;

use super::history::append;
use super::keys::Keys;
use super::row::Key;
use super::sealing::{Dated, Sealer, WrappedKey, broken};
use super::spelling::find_name;
use super::value::values;
use super::{Access, Operation, Session, Value};
use crate::crypto::{DataKey, Place};
use crate::master_key::{KeyId, MasterKey};
use crate::record::{CredentialId, NewCredential, SettingsVersion, Tenant, Timestamp};
use crate::store::StoreError;

/// See [`crate::store::Store::create`].
pub(super) struct Create {
    pub(super) keys: Arc<Keys>,
    pub(super) tenant: Tenant,
    pub(super) id: CredentialId,
    pub(super) credential: NewCredential,
    pub(super) now: Timestamp,
}

/// Generation 0 of tokens that are not there yet, version 1 of the settings, the first event.
const INSERT: &str = "INSERT INTO credential \
    (tenant, id, name, plugin_id, plugin_digest, plugin_bound, settings_version, state, generation, \
     due_at, fence, created_at, events, key_id, data_key, settings) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, ?9, 0, ?10, 1, ?11, ?12, ?13)";

impl Operation for Create {
    type Output = CredentialId;
    const ACCESS: Access = Access::Write;

    async fn run<S: Session>(&self, session: &mut S) -> Result<CredentialId, StoreError> {
        let name = &self.credential.name;
        if find_name(session, &self.tenant, name).await?.is_some() {
            return Err(StoreError::NameTaken(name.clone()));
        }
        let master = current_key(session, &self.keys).await?;
        let parameters = self.parameters(&master)?;
        session
            .execute_unique(INSERT, &parameters)
            .await?
            .ok_or_else(|| StoreError::NameTaken(self.credential.name.clone()))?;
        append(session, self.key(), &self.credential.event, self.now).await?;
        Ok(self.id)
    }
}

const FIRST: SettingsVersion = SettingsVersion(1);

impl Create {
    fn key(&self) -> Key<'_> {
        Key {
            tenant: &self.tenant,
            id: self.id,
        }
    }

    /// In the order of [`INSERT`].
    fn parameters(&self, master: &MasterKey) -> Result<[Value; 13], StoreError> {
        let new = &self.credential;
        let (wrapped, settings) = self.seal(master, &new.settings)?;
        let [tenant, id] = self.key().values();
        let [plugin_id, digest, bound, key_id, data_key] = wrapped.values()?;
        Ok(values![
            tenant,
            id,
            new.name.as_str(),
            plugin_id,
            digest,
            bound,
            FIRST.number(),
            new.state.as_str(),
            new.due_at,
            self.now,
            key_id,
            data_key,
            settings,
        ])
    }

    fn seal(
        &self,
        master: &MasterKey,
        settings: &credential_runtime::Settings,
    ) -> Result<(WrappedKey, String), StoreError> {
        let place = Place {
            tenant: &self.tenant,
            id: self.id,
        };
        let randomness = self.keys.randomness();
        let key = DataKey::draw(randomness);
        let wrapped = WrappedKey::wrap(&key, master, (place, &self.credential.plugin), randomness)?;
        let settings = Sealer {
            place,
            key,
            randomness,
        }
        .seal_settings(&Dated::new(settings, self.now), FIRST)?;
        Ok((wrapped, settings))
    }
}

/// The store's current master key. A rotation that begins waits until this transaction has ended, so
/// no credential is added under a key that is being retired.
async fn current_key<S: Session>(session: &mut S, keys: &Keys) -> Result<MasterKey, StoreError> {
    let sql = "SELECT id FROM credential_master_key WHERE is_current = 1 /* share */";
    let rows = session.query(sql, &[]).await?;
    let mut row = rows
        .into_iter()
        .next()
        .ok_or_else(|| broken("the current master key"))?;
    keys.get(&KeyId::stored(row.text()?))
}
