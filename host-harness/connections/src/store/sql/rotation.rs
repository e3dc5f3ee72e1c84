//! From one master key to the next, while everything goes on.

use std::sync::Arc;

use super::keys::{Keys, insert_current, stored_keys};
use super::row::Key;
use super::sealing::{WrappedKey, broken};
use super::value::values;
use super::{Access, Operation, Row, Session};
use crate::crypto::Place;
use crate::master_key::{KeyId, MasterKey};
use crate::record::Tenant;
use crate::store::StoreError;

/// See [`crate::store::Store::begin_rotation`].
pub(super) struct BeginRotation(pub(super) Arc<Keys>);

impl Operation for BeginRotation {
    type Output = ();
    const ACCESS: Access = Access::Write;

    async fn run<S: Session>(&self, session: &mut S) -> Result<(), StoreError> {
        let next = self.0.held().first().clone();
        let stored = stored_keys(session).await?;
        // Credentials under these keys are to be wrapped anew: without the keys that cannot be done.
        for key in &stored {
            key.find(&self.0)?;
        }
        if stored
            .iter()
            .any(|key| key.is_current && &key.id == next.id())
        {
            return Ok(());
        }
        let retire = "UPDATE credential_master_key SET is_current = 0 WHERE is_current = 1";
        session.execute(retire, &[]).await?;
        if stored.iter().any(|key| &key.id == next.id()) {
            let sql = "UPDATE credential_master_key SET is_current = 1 WHERE id = ?1";
            return session
                .execute(sql, &values![next.id().as_str()])
                .await
                .map(drop);
        }
        insert_current(session, &next, &self.0).await
    }
}

/// See [`crate::store::Store::rewrap`].
pub(super) struct Rewrap {
    pub(super) keys: Arc<Keys>,
    pub(super) limit: u32,
}

impl Operation for Rewrap {
    type Output = u64;
    const ACCESS: Access = Access::Write;

    async fn run<S: Session>(&self, session: &mut S) -> Result<u64, StoreError> {
        let (current, retiring) = self.read_keys(session).await?;
        let mut done = 0;
        for old in &retiring {
            let sql = "SELECT tenant, id, plugin_id, plugin_digest, plugin_bound, key_id, data_key \
                       FROM credential WHERE key_id = ?1 ORDER BY tenant, id LIMIT ?2 /* lock */";
            let left = u64::from(self.limit).saturating_sub(done);
            for row in session.query(sql, &values![old.as_str(), left]).await? {
                self.rewrap(session, row, &current).await?;
                done += 1;
            }
        }
        if done == 0 {
            forget(session).await?;
        }
        Ok(done)
    }
}

impl Rewrap {
    async fn read_keys<S: Session>(
        &self,
        session: &mut S,
    ) -> Result<(MasterKey, Vec<KeyId>), StoreError> {
        let sql = "SELECT id, is_current FROM credential_master_key ORDER BY id /* share */";
        let (mut current, mut retiring) = (None, Vec::new());
        for mut row in session.query(sql, &[]).await? {
            let id = KeyId::stored(row.text()?);
            match row.int()? {
                1 => current = Some(self.keys.get(&id)?),
                _ => retiring.push(id),
            }
        }
        let current = current.ok_or_else(|| broken("the current master key"))?;
        Ok((current, retiring))
    }

    async fn rewrap<S: Session>(
        &self,
        session: &mut S,
        mut row: Row,
        current: &MasterKey,
    ) -> Result<(), StoreError> {
        let (tenant, id) = (row.text()?, row.text()?);
        let tenant = Tenant::stored(&tenant).map_err(|_| broken("a tenant's name"))?;
        let id = id.parse().map_err(|_| broken("a credential's id"))?;
        let place = Place {
            tenant: &tenant,
            id,
        };
        let wrapped = WrappedKey::read(&mut row)?.under(current, &self.keys, place)?;
        let sql = "UPDATE credential SET key_id = ?3, data_key = ?4 WHERE tenant = ?1 AND id = ?2";
        let [tenant, id] = Key {
            tenant: &tenant,
            id,
        }
        .values();
        let [_, _, _, key_id, data_key] = wrapped.values()?;
        session
            .execute(sql, &[tenant, id, key_id, data_key])
            .await
            .map(drop)
    }
}

/// Retired keys that nothing is wrapped with any more.
async fn forget<S: Session>(session: &mut S) -> Result<(), StoreError> {
    let sql = "DELETE FROM credential_master_key WHERE is_current = 0 \
               AND NOT EXISTS (SELECT 1 FROM credential WHERE key_id = credential_master_key.id)";
    session.execute(sql, &[]).await.map(drop)
}
