//! Credentials that stay usable: connected, renewed once, handed out.
//!
//! In scope: what a platform asks of a credential ([`Connections`]), and the order of steps that
//! keeps its tokens from being lost: an intent before a request, the store before the caller, one
//! worker at a time. Not in scope: which state follows which (`state`), how records are kept
//! (`store`), what a service says (the plugin's).

mod access;
mod alarm;
mod background;
mod binding;
mod builder;
mod cache;
mod clock;
mod confirm;
mod connect;
mod ending;
mod error;
mod finish;
mod flight;
mod form;
mod patience;
mod plugins;
mod portable;
mod records;
mod renewal;
mod sign_in;
mod stake;
mod standing;
mod terms;
mod test;
mod token;
mod unrenewed;
mod want;
mod work;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use credential_runtime::{Operation, Randomness};

pub use background::Round;
pub use binding::PluginDifference;
pub use builder::ConnectionsBuilder;
pub use clock::{Clock, SystemClock};
pub use confirm::{Confirm, EndsAnother, OtherIdentity};
pub use connect::Connected;
pub use ending::Revocation;
pub use error::{BuildError, Error};
pub use form::{FormReport, Kept, PluginStanding};
pub use plugins::Installed;
pub use portable::{Export, Exported, Imported, NotImported};
pub use records::{Added, Edit, Listed, Status};
pub use sign_in::SignIn;
pub use standing::Standing;
pub use terms::{LEASE_MARGIN, Terms};
pub use token::AccessToken;

use crate::record::{NameError, Owner, Record, Timestamp};
use crate::state::{Circumstances, Jitter};
use crate::store::Store;

/// The credentials of one store, as a platform uses them. Cheap to clone; every clone is the same.
///
/// Whatever was begun goes to its end even where the caller does not wait for it: a renewal that was
/// given up half-way would lose the tokens that it brought. So the tokio runtime has to live until
/// [`Connections::finish`] has returned.
#[derive(Clone)]
pub struct Connections(Arc<Inner>);

struct Inner {
    store: Arc<dyn Store>,
    plugins: plugins::Plugins,
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
    terms: Terms,
    worker: String,
    leases: AtomicU64,
    cache: cache::Cache,
    flights: flight::Flights,
    sign_ins: sign_in::SignIns,
    unconfirmed: confirm::Unconfirmed,
    tenants: background::TenantSlots,
    begun: finish::Begun,
    alarms: alarm::Alarms,
}

impl Connections {
    /// Begins to set connections up on a store.
    #[must_use]
    pub fn builder(store: Arc<dyn Store>) -> ConnectionsBuilder {
        ConnectionsBuilder::new(store)
    }

    /// The plugins that are installed, by id.
    pub fn plugins(&self) -> impl Iterator<Item = &Installed> {
        self.0.plugins.iter()
    }

    /// The plugin of that id.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchPlugin`].
    pub fn plugin(&self, id: &str) -> Result<&Installed, Error> {
        self.0.plugins.get(id)
    }

    /// The store, for what concerns it alone: its keys, its durability.
    #[must_use]
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.0.store
    }

    /// Now, by the clock that everything here goes by.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }
}

impl Inner {
    /// An operation on a credential, which knows all secrets of it: its settings and tokens, the state
    /// and the verifier of its open sign-ins, tokens that wait for a confirmation. Whatever an answer
    /// or a plugin says is held against them.
    async fn operation(&self, record: &Record) -> Result<Operation, Error> {
        let operation = self.plugins.operation(record)?;
        let installed = self.plugins.get(&record.overview.plugin.id)?;
        self.complete_binding(record, installed).await;
        let id = record.overview.id;
        self.sign_ins.tell_secrets(id, &operation);
        self.unconfirmed.tell_secrets(id, &operation);
        Ok(operation)
    }

    fn jitter(&self) -> Jitter {
        let mut bytes = [0; 4];
        self.randomness.fill(&mut bytes);
        Jitter::from_bytes(bytes)
    }

    fn at(&self, expires_at: Option<Timestamp>) -> Circumstances {
        Circumstances {
            now: self.clock.now(),
            expires_at,
            refresh_ends_at: None,
            jitter: self.jitter(),
        }
    }

    /// A name for the next lease: no two are the same, because a lease is not given to one name
    /// twice.
    fn owner(&self) -> Result<Owner, NameError> {
        let number = self.leases.fetch_add(1, Ordering::Relaxed);
        Owner::parse(&format!("{}/{number}", self.worker))
    }

    /// Does something to its end, whether or not the caller goes on waiting.
    async fn to_its_end<T: Send + 'static>(
        &self,
        task: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> Result<T, Error> {
        self.begun.spawn(task).await.unwrap_or(Err(Error::Busy))
    }
}
