//! Renewing ahead of the callers.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;

use super::want::Want;
use super::{Connections, Error, Inner, Standing};
use crate::record::{CredentialId, Due, Record, Tenant, Timestamp};

/// How many due credentials are read at a time.
const BATCH: u32 = 256;

/// Between two looks at the store, where it says that nothing is due before: another process may
/// have added something. Also how long one that could not be renewed is left alone, where its state
/// does not say how long.
const LONGEST_REST: Duration = Duration::from_secs(30);

/// Between two looks at the store while nothing comes to its end here.
const SHORTEST_REST: Duration = Duration::from_secs(1);

/// What came of renewing everything that was due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// Fresh afterwards.
    pub fresh: usize,
    /// Not: the state of each says why.
    pub not_fresh: usize,
    /// In the hands of someone else.
    pub busy: usize,
    /// Left alone: their plugin is not installed here.
    pub not_installed: usize,
    /// Left alone: what is installed is not what they were entered for, and nobody has accepted it.
    pub not_accepted: usize,
}

type Ended = (CredentialId, Result<(), Error>);

/// Renewals in the background at a time, by tenant.
#[derive(Default)]
pub(super) struct TenantSlots(Mutex<HashMap<Tenant, Arc<Semaphore>>>);

impl TenantSlots {
    /// A place for one more renewal of this tenant, unless all are taken.
    fn try_take(&self, tenant: &Tenant, slots: usize) -> Option<OwnedSemaphorePermit> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, slots| Arc::strong_count(slots) > 1);
        let places = all.entry(tenant.clone());
        let places = places.or_insert_with(|| Arc::new(Semaphore::new(slots)));
        Arc::clone(places).try_acquire_owned().ok()
    }
}

/// Renewals that were begun, and what is not to be begun again.
#[derive(Default)]
struct Begun {
    tasks: JoinSet<Ended>,
    under_way: HashSet<CredentialId>,
    /// Came to nothing, and so not again before.
    aside: HashMap<CredentialId, Timestamp>,
}

impl Connections {
    /// Renews everything that is due now, as many at a time as [`Terms`](super::Terms) allows, and
    /// waits for it.
    ///
    /// # Errors
    ///
    /// The store's, where it cannot say what is due. What came of each renewal stands in its state.
    pub async fn run_due(&self) -> Result<Round, Error> {
        let (mut round, mut begun) = (Round::default(), Begun::default());
        let now = self.now();
        loop {
            self.begin_due(&mut begun, now).await?;
            let Some((id, result)) = begun.next_end().await else {
                return Ok(round);
            };
            // Each is tried once in a round.
            begun.under_way.insert(id);
            round.count(&result);
        }
    }

    /// Renews what is due, for ever, until `stop` is done; what is under way then is brought to its
    /// end. A credential that takes long keeps no other from its turn.
    pub async fn watch(&self, stop: impl Future<Output = ()> + Send) {
        self.watch_with_heartbeat(stop, None::<fn()>).await;
    }

    /// The same, with a heartbeat: it is called after each look at the store in which that said what is due
    /// and took a write ([`Store::check_writable`](crate::store::Store::check_writable)), at least every
    /// half minute.
    pub async fn watch_with_heartbeat(
        &self,
        stop: impl Future<Output = ()> + Send,
        mut heartbeat: Option<impl FnMut() + Send>,
    ) {
        let mut begun = Begun::default();
        let mut stop = std::pin::pin!(stop);
        loop {
            let (rest, is_well) = self.look(&mut begun).await;
            if let Some(heartbeat) = &mut heartbeat
                && is_well
                && self.0.store.check_writable().await.is_ok()
            {
                heartbeat();
            }
            tokio::select! {
                () = &mut stop => break,
                () = self.0.clock.sleep(rest) => {}
                Some((id, result)) = begun.next_end(), if !begun.tasks.is_empty() => {
                    begun.put_aside(id, &result, self.now());
                }
            }
        }
        while begun.next_end().await.is_some() {}
    }

    /// Begins what is due, and says how long to rest and whether the store could be asked.
    async fn look(&self, begun: &mut Begun) -> (Duration, bool) {
        self.0.look_at_alarms().await;
        let now = self.now();
        begun.aside.retain(|_, until| *until > now);
        match self.begin_due(begun, now).await {
            Ok(next) => {
                let rest = next.map_or(LONGEST_REST, |at| at.since(now));
                (rest.clamp(SHORTEST_REST, LONGEST_REST), true)
            }
            Err(error) => {
                tracing::warn!(%error, "the store cannot say what is due; it is asked again");
                (LONGEST_REST, false)
            }
        }
    }

    /// Begins due renewals for which there is a place, until one page of them brought some.
    async fn begin_due(
        &self,
        begun: &mut Begun,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, Error> {
        let mut after = None;
        loop {
            let batch = self.0.store.due(now, after.as_ref(), BATCH).await?;
            let some = self.begin(&batch, begun);
            after = batch.last().cloned();
            if some || batch.len() < BATCH as usize {
                return Ok(self.0.store.next_due(now).await?);
            }
        }
    }

    fn begin(&self, batch: &[Due], begun: &mut Begun) -> bool {
        let mut some = false;
        let slots = self.0.terms.background_per_tenant;
        for due in batch {
            if begun.has(due.id) {
                continue;
            }
            let Some(place) = self.0.tenants.try_take(&due.tenant, slots) else {
                continue;
            };
            let (inner, due) = (Arc::clone(&self.0), due.clone());
            begun.under_way.insert(due.id);
            begun.tasks.spawn(async move {
                let result = inner.renew_ahead(&due).await;
                drop(place);
                (due.id, result)
            });
            some = true;
        }
        some
    }
}

impl Begun {
    fn has(&self, id: CredentialId) -> bool {
        self.under_way.contains(&id) || self.aside.contains_key(&id)
    }

    async fn next_end(&mut self) -> Option<Ended> {
        loop {
            // A task that panicked has said so by itself; its credential is left alone.
            if let Ok((id, result)) = self.tasks.join_next().await? {
                self.under_way.remove(&id);
                return Some((id, result));
            }
        }
    }

    fn put_aside(&mut self, id: CredentialId, result: &Result<(), Error>, now: Timestamp) {
        if let Err(error) = result {
            tracing::debug!(credential = %id, %error, "a renewal ahead of time came to nothing");
            self.aside.insert(id, now.plus(LONGEST_REST));
        }
    }
}

impl Round {
    fn count(&mut self, ended: &Result<(), Error>) {
        match ended {
            Ok(()) => self.fresh += 1,
            Err(Error::Busy | Error::Held(_) | Error::Stopping) => self.busy += 1,
            Err(Error::NoSuchPlugin(_)) => self.not_installed += 1,
            Err(Error::PluginChanged(_)) => self.not_accepted += 1,
            Err(_) => self.not_fresh += 1,
        }
    }
}

impl Inner {
    async fn renew_ahead(self: &Arc<Self>, due: &Due) -> Result<(), Error> {
        let record = self.store.get(&due.tenant, due.id).await?;
        match self.renew_in_turn(&record).await {
            Ok(()) if Standing::of(&record.overview)?.last_test.is_some() => {}
            Ok(()) => self.is_well(&record.overview, None),
            Err(error) => {
                self.warn_of_error(&record.overview, &error);
                return Err(error);
            }
        }
        Ok(())
    }

    async fn renew_in_turn(self: &Arc<Self>, record: &Record) -> Result<(), Error> {
        let overview = &record.overview;
        self.plugins.of(record)?;
        let slots = self.plugins.slots(&overview.plugin.id);
        let _place = match slots {
            Some(slots) => slots.acquire_owned().await.ok(),
            None => None,
        };
        match self.fly(&overview.tenant, overview.id, Want::Ahead).await {
            // Good until its end; the background comes back then.
            Ok(_) | Err(Error::NothingRenews { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
