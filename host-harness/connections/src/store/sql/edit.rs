//! Changes by someone who holds no lease.

use std::sync::Arc;

use super::history::append;
use super::keys::Keys;
use super::row::Key;
use super::sealing::{Dated, Sealer, WrappedKey};
use super::spelling::find_name;
use super::value::values;
use super::{Access, Operation, Session, Value};
use crate::crypto::{Place, hex};
use crate::record::{
    CredentialId, Name, NewEvent, PluginRef, SettingsChange, SettingsVersion, StateChange, Tenant,
    Timestamp,
};
use crate::store::StoreError;

/// See [`crate::store::Store::replace_settings`].
pub(super) struct ReplaceSettings {
    pub(super) keys: Arc<Keys>,
    pub(super) tenant: Tenant,
    pub(super) id: CredentialId,
    pub(super) change: SettingsChange,
    pub(super) now: Timestamp,
}

/// A change of state is an optional one: `?7` says whether there is one.
const REPLACE: &str = "UPDATE credential SET plugin_id = ?3, plugin_digest = ?4, \
    plugin_bound = ?10, data_key = ?11, \
    settings_version = ?5, settings = ?6, events = events + 1, \
    state = CASE WHEN ?7 = 1 THEN ?8 ELSE state END, \
    due_at = CASE WHEN ?7 = 1 THEN ?9 ELSE due_at END \
    WHERE tenant = ?1 AND id = ?2";

impl Operation for ReplaceSettings {
    type Output = SettingsVersion;
    const ACCESS: Access = Access::Write;

    async fn run<S: Session>(&self, session: &mut S) -> Result<SettingsVersion, StoreError> {
        let key = Key {
            tenant: &self.tenant,
            id: self.id,
        };
        let (wrapped, settings) = self.check(session, key).await?;
        let version = self.change.expected.next();
        let place = Place {
            tenant: &self.tenant,
            id: self.id,
        };
        let bound = wrapped.bound_to(&self.change.plugin, &self.keys, place)?;
        let [plugin_id, digest, bound, _, data_key] = bound.values()?;
        let [tenant, id] = key.values();
        let [changes, state, due_at] = state_values(self.change.state.as_ref());
        let parameters = values![
            tenant,
            id,
            plugin_id,
            digest,
            version.number(),
            self.seal(&wrapped, &settings)?,
            changes,
            state,
            due_at,
            bound,
            data_key,
        ];
        session.execute(REPLACE, &parameters).await?;
        append(session, key, &self.change.event, self.now).await?;
        Ok(version)
    }
}

impl ReplaceSettings {
    /// Whether what the caller has read still stands; the data key and the sealed settings.
    async fn check<S: Session>(
        &self,
        session: &mut S,
        key: Key<'_>,
    ) -> Result<(WrappedKey, String), StoreError> {
        let sql = "SELECT settings_version, state, plugin_id, plugin_digest, plugin_bound, key_id, \
                   data_key, settings FROM credential WHERE tenant = ?1 AND id = ?2 /* lock */";
        let rows = session.query(sql, &key.values()).await?;
        let mut row = rows.into_iter().next().ok_or(StoreError::NotFound)?;
        let (expected, found) = (self.change.expected, SettingsVersion(row.count()?));
        if found != expected {
            return Err(StoreError::StaleSettings { expected, found });
        }
        let state = row.text()?;
        if !is_as_read(self.change.state.as_ref(), &state) {
            return Err(StoreError::StaleState);
        }
        Ok((WrappedKey::read(&mut row)?, row.text()?))
    }

    fn seal(&self, wrapped: &WrappedKey, old: &str) -> Result<String, StoreError> {
        let place = Place {
            tenant: &self.tenant,
            id: self.id,
        };
        let key = wrapped.unwrap(&self.keys, place)?;
        let randomness = self.keys.randomness();
        let sealer = Sealer {
            place,
            key,
            randomness,
        };
        let expected = self.change.expected;
        let old = sealer.open_settings(old, expected)?;
        let dated = Dated::after(&self.change.settings, &old, self.now);
        sealer.seal_settings(&dated, expected.next())
    }
}

/// Whether a change of state begins with what is stored.
fn is_as_read(change: Option<&StateChange>, stored: &str) -> bool {
    change.is_none_or(|it| it.from.as_str() == stored)
}

fn state_values(change: Option<&StateChange>) -> [Value; 3] {
    match change {
        Some(change) => values![1_i64, change.to.as_str(), change.due_at],
        None => [0_i64.into(), Value::Null, Value::Null],
    }
}

/// See [`crate::store::Store::accept_plugin`].
pub(super) struct AcceptPlugin {
    pub(super) keys: Arc<Keys>,
    pub(super) tenant: Tenant,
    pub(super) id: CredentialId,
    pub(super) from: PluginRef,
    pub(super) to: PluginRef,
    pub(super) state: Option<StateChange>,
    pub(super) event: NewEvent,
    pub(super) now: Timestamp,
}

impl Operation for AcceptPlugin {
    type Output = ();
    const ACCESS: Access = Access::Write;

    async fn run<S: Session>(&self, session: &mut S) -> Result<(), StoreError> {
        let key = Key {
            tenant: &self.tenant,
            id: self.id,
        };
        let sql = "SELECT state, plugin_id, plugin_digest, plugin_bound, key_id, data_key \
                   FROM credential WHERE tenant = ?1 AND id = ?2 /* lock */";
        let rows = session.query(sql, &key.values()).await?;
        let mut row = rows.into_iter().next().ok_or(StoreError::NotFound)?;
        let state = row.text()?;
        let wrapped = WrappedKey::read(&mut row)?;
        if *wrapped.plugin() != self.from || !is_as_read(self.state.as_ref(), &state) {
            return Err(StoreError::StaleState);
        }
        let place = Place {
            tenant: &self.tenant,
            id: self.id,
        };
        let accepted = wrapped.bound_to(&self.to, &self.keys, place)?;
        let [plugin_id, digest, bound, _, data_key] = accepted.values()?;
        let [tenant, id] = key.values();
        let [changes, state, due_at] = state_values(self.state.as_ref());
        let parameters = values![
            tenant, id, plugin_id, digest, bound, data_key, changes, state, due_at
        ];
        let sql = "UPDATE credential SET plugin_id = ?3, plugin_digest = ?4, plugin_bound = ?5, \
                   data_key = ?6, events = events + 1, \
                   state = CASE WHEN ?7 = 1 THEN ?8 ELSE state END, \
                   due_at = CASE WHEN ?7 = 1 THEN ?9 ELSE due_at END \
                   WHERE tenant = ?1 AND id = ?2";
        session.execute(sql, &parameters).await?;
        append(session, key, &self.event, self.now).await
    }
}

/// See [`crate::store::Store::rename`].
pub(super) struct Rename {
    pub(super) tenant: Tenant,
    pub(super) id: CredentialId,
    pub(super) name: Name,
    pub(super) event: NewEvent,
    pub(super) now: Timestamp,
}

impl Operation for Rename {
    type Output = ();
    const ACCESS: Access = Access::Write;

    async fn run<S: Session>(&self, session: &mut S) -> Result<(), StoreError> {
        let sql = "UPDATE credential SET name = ?3, events = events + 1 \
                   WHERE tenant = ?1 AND id = ?2";
        let key = Key {
            tenant: &self.tenant,
            id: self.id,
        };
        let [tenant, id] = key.values();
        let parameters = [tenant, id, self.name.as_str().into()];
        let other = find_name(session, &self.tenant, &self.name).await?;
        if other.is_some_and(|other| other != self.id) {
            return Err(StoreError::NameTaken(self.name.clone()));
        }
        match session.execute_unique(sql, &parameters).await? {
            None => Err(StoreError::NameTaken(self.name.clone())),
            Some(0) => Err(StoreError::NotFound),
            Some(_) => append(session, key, &self.event, self.now).await,
        }
    }
}

/// See [`crate::store::Store::delete`].
pub(super) struct Delete {
    pub(super) tenant: Tenant,
    pub(super) id: CredentialId,
}

impl Operation for Delete {
    type Output = ();
    const ACCESS: Access = Access::Write;

    async fn run<S: Session>(&self, session: &mut S) -> Result<(), StoreError> {
        let key = Key {
            tenant: &self.tenant,
            id: self.id,
        };
        let sql = "DELETE FROM credential WHERE tenant = ?1 AND id = ?2";
        match session.execute(sql, &key.values()).await? {
            0 => Err(StoreError::NotFound),
            _ => Ok(()),
        }
    }
}

/// See [`crate::store::Store::check_writable`].
pub(super) struct CheckWritable(pub(super) Arc<Keys>);

/// More room than the credential and the event of a renewal take.
const ROOM: usize = 16 << 10;

/// A credential of no tenant, which no other call finds, with as little in it as there can be.
const PROBE: &str = "INSERT INTO credential (tenant, id, name, plugin_id, plugin_digest, \
    settings_version, state, generation, fence, created_at, events, key_id, data_key, settings) \
    SELECT '', ?1, ?1, '', '', 0, '', 0, 0, 0, 0, id, ?2, '' \
    FROM credential_master_key WHERE is_current = 1";

impl Operation for CheckWritable {
    type Output = ();
    const ACCESS: Access = Access::Write;

    /// What is written is random, so that no database makes it shorter.
    async fn run<S: Session>(&self, session: &mut S) -> Result<(), StoreError> {
        let randomness = self.0.randomness();
        let id = CredentialId::draw(randomness).to_string();
        let mut bytes = vec![0; ROOM];
        randomness.fill(&mut bytes);
        session
            .execute(PROBE, &values![id.as_str(), Vec::<u8>::new()])
            .await?;
        let sql = "INSERT INTO credential_event (tenant, credential_id, number, at, kind, generation, \
                   detail) VALUES ('', ?1, 1, 0, '', 0, ?2)";
        session
            .execute(sql, &values![id.as_str(), hex(&bytes)])
            .await?;
        let sql = "DELETE FROM credential WHERE tenant = '' AND id = ?1";
        session.execute(sql, &values![id]).await.map(drop)
    }
}
