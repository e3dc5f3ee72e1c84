//! Opening a store.

use std::sync::Arc;
use std::time::Duration;

use credential_runtime::{Randomness, SystemRandomness};

use super::sql::{CheckKey, Driver, Keys, RegisterKey, SqlStore};
use super::{Location, Store, StoreError, postgres, sqlite};
use crate::master_key::{KeyError, KeySource};

/// What may be set about a store. The defaults are for production.
#[derive(Clone)]
pub struct StoreOptions {
    /// How long to wait for another process that is writing, before saying [`StoreError::Busy`].
    /// SQLite writes one transaction after the other, each a few milliseconds long.
    pub busy_timeout: Duration,
    /// How long a call to PostgreSQL may take in all, connecting included. To be much shorter than
    /// any lease.
    pub call_timeout: Duration,
    /// Connections that this process opens to PostgreSQL, or that read SQLite, at most.
    pub connections: usize,
    /// The largest size of an SQLite file, in bytes; absent: what the disk holds.
    pub largest_file: Option<u64>,
    /// Whether to make the store where there is none. Otherwise that is [`StoreError::Absent`].
    pub create: bool,
    /// Where ids, keys and nonces come from.
    pub randomness: Arc<dyn Randomness>,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            busy_timeout: Duration::from_secs(5),
            call_timeout: Duration::from_secs(10),
            connections: 8,
            largest_file: None,
            create: true,
            randomness: Arc::new(SystemRandomness),
        }
    }
}

/// Opens a store, and makes it where there is none ([`StoreOptions::create`]): a file that its owner alone may read, or the
/// tables in an existing PostgreSQL database. Brings an older schema up to date. An empty store takes
/// the first master key of the source; any other has to find the one it was last used with.
///
/// Needs a tokio runtime with time enabled.
///
/// # Errors
///
/// [`StoreError::Absent`], [`StoreError::KeyMissing`], [`StoreError::KeySource`], [`StoreError::NewerSchema`],
/// [`StoreError::NotDurable`], [`StoreError::Misconfigured`], and what every call may meet.
pub async fn open(
    location: &Location,
    keys: Arc<dyn KeySource>,
    options: &StoreOptions,
) -> Result<Arc<dyn Store>, StoreError> {
    let loaded = Keys::load(keys, Arc::clone(&options.randomness)).await;
    let is_missing = matches!(&loaded, Err(StoreError::KeySource(KeyError::Missing(_))));
    if let Location::Sqlite(path) = location
        && !options.create
        && (loaded.is_ok() || is_missing)
    {
        // Where there is no store, there is no key beside it, either.
        sqlite::require(path)?;
    }
    let keys = Arc::new(loaded?);
    match location {
        Location::Sqlite(path) => finish(sqlite::open(path, options).await?, keys).await,
        Location::Postgres(place) => finish(postgres::open(place, options).await?, keys).await,
    }
}

async fn finish<D: Driver>(driver: D, keys: Arc<Keys>) -> Result<Arc<dyn Store>, StoreError> {
    if !driver.run(&Arc::new(CheckKey(Arc::clone(&keys)))).await? {
        register(&driver, &keys).await?;
    }
    Ok(Arc::new(SqlStore::new(driver, keys)))
}

async fn register<D: Driver>(driver: &D, keys: &Arc<Keys>) -> Result<(), StoreError> {
    let register = Arc::new(RegisterKey(Arc::clone(keys)));
    match driver.run(&register).await {
        // Another process may have registered its key at the same moment.
        Err(StoreError::Busy) => driver.run(&register).await,
        result => result,
    }
}
