//! The master keys that a store holds, and its table of those that it needs.

use std::sync::{Arc, PoisonError, RwLock};

use credential_runtime::Randomness;

use super::{Access, Operation, Row, Session, sealing::broken, value::values};
use crate::master_key::{KeyId, KeySource, MasterKey, MasterKeys};
use crate::store::{KeyStatus, StoreError};

/// Master keys, read from their source as often as need be.
pub(in crate::store) struct Keys {
    source: Arc<dyn KeySource>,
    held: RwLock<MasterKeys>,
    randomness: Arc<dyn Randomness>,
}

impl Keys {
    /// Reads the source for the first time.
    pub(in crate::store) async fn load(
        source: Arc<dyn KeySource>,
        randomness: Arc<dyn Randomness>,
    ) -> Result<Self, StoreError> {
        let held = RwLock::new(load(&source).await?);
        Ok(Self {
            source,
            held,
            randomness,
        })
    }

    /// Reads the source again.
    pub(super) async fn reload(&self) -> Result<(), StoreError> {
        let keys = load(&self.source).await?;
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(())
    }

    pub(super) fn held(&self) -> MasterKeys {
        self.held
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(super) fn get(&self, id: &KeyId) -> Result<MasterKey, StoreError> {
        let held = self.held();
        held.get(id).cloned().ok_or_else(|| StoreError::KeyMissing {
            needed: id.clone(),
            held: held.ids(),
        })
    }

    pub(super) fn randomness(&self) -> &dyn Randomness {
        &*self.randomness
    }
}

/// A source may read a disk or ask another process.
async fn load(source: &Arc<dyn KeySource>) -> Result<MasterKeys, StoreError> {
    let source = Arc::clone(source);
    match tokio::task::spawn_blocking(move || source.load()).await {
        Ok(keys) => Ok(keys?),
        Err(error) => Err(super::running::stopped(&error)),
    }
}

/// A master key that the store needs.
pub(super) struct StoredKey {
    pub(super) id: KeyId,
    pub(super) is_current: bool,
    check_value: Vec<u8>,
}

impl StoredKey {
    fn read(mut row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: KeyId::stored(row.text()?),
            is_current: row.int()? == 1,
            check_value: row.blob()?,
        })
    }

    /// The key itself, if the source holds it.
    pub(super) fn find(&self, keys: &Keys) -> Result<MasterKey, StoreError> {
        let key = keys.get(&self.id)?;
        if key.made(&self.check_value) {
            Ok(key)
        } else {
            Err(StoreError::Corrupt(format!(
                "the check value of master key {}",
                self.id
            )))
        }
    }
}

const STORED: &str = "SELECT id, is_current, check_value FROM credential_master_key ORDER BY id";
const STORED_LOCKED: &str =
    "SELECT id, is_current, check_value FROM credential_master_key ORDER BY id /* lock */";

/// Every key that the store needs, locked so that no credential is added under one of them.
pub(super) async fn stored_keys<S: Session>(session: &mut S) -> Result<Vec<StoredKey>, StoreError> {
    read_keys(session, STORED_LOCKED).await
}

async fn read_keys<S: Session>(
    session: &mut S,
    sql: &'static str,
) -> Result<Vec<StoredKey>, StoreError> {
    let rows = session.query(sql, &[]).await?;
    rows.into_iter().map(StoredKey::read).collect()
}

/// Writes down a key as the current one; absent where another has just become that.
pub(super) async fn insert_current<S: Session>(
    session: &mut S,
    key: &MasterKey,
    keys: &Keys,
) -> Result<(), StoreError> {
    let check = key
        .check_value(keys.randomness())
        .map_err(|_| broken("the check value of the master key"))?;
    let sql = "INSERT INTO credential_master_key (id, check_value, is_current) VALUES (?1, ?2, 1)";
    let parameters = values![key.id().as_str(), check];
    // Another process was quicker; its key is there when this is tried again.
    session
        .execute_unique(sql, &parameters)
        .await?
        .map(drop)
        .ok_or(StoreError::Busy)
}

/// Makes sure that the store's current master key is held, and says whether it has one.
pub(in crate::store) struct CheckKey(pub(in crate::store) Arc<Keys>);

impl Operation for CheckKey {
    type Output = bool;
    const ACCESS: Access = Access::Read;

    async fn run<S: Session>(&self, session: &mut S) -> Result<bool, StoreError> {
        let stored = read_keys(session, STORED).await?;
        let current = stored.iter().find(|key| key.is_current);
        current
            .map(|key| key.find(&self.0))
            .transpose()
            .map(|key| key.is_some())
    }
}

/// Gives an empty store the source's first key.
pub(in crate::store) struct RegisterKey(pub(in crate::store) Arc<Keys>);

impl Operation for RegisterKey {
    type Output = ();
    const ACCESS: Access = Access::Write;

    async fn run<S: Session>(&self, session: &mut S) -> Result<(), StoreError> {
        let stored = stored_keys(session).await?;
        match stored.iter().find(|key| key.is_current) {
            Some(current) => current.find(&self.0).map(drop),
            None => insert_current(session, self.0.held().first(), &self.0).await,
        }
    }
}

/// See [`crate::store::Store::keys`].
pub(super) struct ReadKeys;

impl Operation for ReadKeys {
    type Output = KeyStatus;
    const ACCESS: Access = Access::Read;

    async fn run<S: Session>(&self, session: &mut S) -> Result<KeyStatus, StoreError> {
        let sql = "SELECT id, is_current, \
                   (SELECT count(*) FROM credential WHERE key_id = credential_master_key.id \
                    AND credential_master_key.is_current = 0) \
                   FROM credential_master_key ORDER BY id";
        let (mut current, mut retiring, mut remaining) = (None, Vec::new(), 0);
        for mut row in session.query(sql, &[]).await? {
            let id = KeyId::stored(row.text()?);
            match row.int()? {
                1 => current = Some(id),
                _ => retiring.push(id),
            }
            remaining += row.count()?;
        }
        let current = current.ok_or_else(|| StoreError::Corrupt("no current master key".into()))?;
        Ok(KeyStatus {
            current,
            retiring,
            remaining,
        })
    }
}
