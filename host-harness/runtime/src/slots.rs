//! Slots for calls, apart by plugin and by tenant: who waits for a service that does not answer, or
//! computes without end, holds up nobody else.
//!
//! Calls that may send and calls that send nothing have slots of their own, so that waiting for the
//! network takes none from computing. Of each kind, one plugin and one tenant have a quarter at the
//! most. Whoever waits for a slot waits in the order of arrival.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};

use crate::digest::Digest;

/// One plugin's, or one tenant's, share of the slots.
const SHARE: u32 = 4;

/// Whose call it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    pub(crate) plugin: Digest,
    pub(crate) tenant: Option<Arc<str>>,
}

/// Whether a call may wait for the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Lane {
    Online,
    Offline,
}

/// The slots of both lanes.
pub(crate) struct Slots {
    online: LaneSlots,
    offline: LaneSlots,
}

/// Held while a call is in progress.
#[derive(Debug)]
pub(crate) struct Slot {
    _permits: Vec<OwnedSemaphorePermit>,
}

/// How many slots a lane has.
pub(crate) fn offline_slots(concurrent_calls: u32) -> u32 {
    concurrent_calls.div_ceil(SHARE).max(1)
}

impl Slots {
    /// `concurrent_calls` for calls that may send, and a quarter of that for those that send nothing.
    pub(crate) fn new(concurrent_calls: u32) -> Self {
        Self {
            online: LaneSlots::new(concurrent_calls.max(1)),
            offline: LaneSlots::new(offline_slots(concurrent_calls)),
        }
    }

    /// Waits for a slot. The share is waited for first, so that a plugin's crowd stands in its own line.
    pub(crate) async fn take(&self, lane: Lane, caller: &Caller) -> Result<Slot, AcquireError> {
        match lane {
            Lane::Online => self.online.take(caller).await,
            Lane::Offline => self.offline.take(caller).await,
        }
    }
}

struct LaneSlots {
    all: Arc<Semaphore>,
    share: usize,
    plugins: Shares<Digest>,
    tenants: Shares<Arc<str>>,
}

impl LaneSlots {
    fn new(slots: u32) -> Self {
        Self {
            all: Arc::new(Semaphore::new(slots as usize)),
            share: (slots / SHARE).max(1) as usize,
            plugins: Shares::default(),
            tenants: Shares::default(),
        }
    }

    async fn take(&self, caller: &Caller) -> Result<Slot, AcquireError> {
        let mut permits = Vec::with_capacity(3);
        if let Some(tenant) = &caller.tenant {
            permits.push(self.tenants.of(tenant, self.share).acquire_owned().await?);
        }
        permits.push(
            self.plugins
                .of(&caller.plugin, self.share)
                .acquire_owned()
                .await?,
        );
        permits.push(Arc::clone(&self.all).acquire_owned().await?);
        Ok(Slot { _permits: permits })
    }
}

/// A share for each that has a call in progress or waits for one.
struct Shares<K>(Mutex<HashMap<K, Weak<Semaphore>>>);

impl<K> Default for Shares<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Clone + Eq + Hash> Shares<K> {
    fn of(&self, key: &K, share: usize) -> Arc<Semaphore> {
        let mut shares = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(semaphore) = shares.get(key).and_then(Weak::upgrade) {
            return semaphore;
        }
        shares.retain(|_, semaphore| semaphore.strong_count() > 0);
        let semaphore = Arc::new(Semaphore::new(share));
        shares.insert(key.clone(), Arc::downgrade(&semaphore));
        semaphore
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    fn caller(plugin: &str, tenant: &str) -> Caller {
        Caller {
            plugin: Digest::of(plugin.as_bytes()),
            tenant: Some(tenant.into()),
        }
    }

    /// A slot, where one is free.
    fn take(slots: &Slots, lane: Lane, caller: &Caller) -> Option<Slot> {
        let taking = pin!(slots.take(lane, caller));
        match taking.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(slot) => Some(slot.unwrap()),
            Poll::Pending => None,
        }
    }

    #[test]
    fn one_plugin_has_a_quarter_at_the_most() {
        let slots = Slots::new(16);
        let held: Vec<Slot> = (0..4)
            .map(|n| take(&slots, Lane::Online, &caller("a", &n.to_string())).unwrap())
            .collect();
        assert!(take(&slots, Lane::Online, &caller("a", "9")).is_none());
        assert!(take(&slots, Lane::Online, &caller("b", "9")).is_some());
        drop(held);
        assert!(take(&slots, Lane::Online, &caller("a", "9")).is_some());
    }

    #[test]
    fn one_tenant_has_a_quarter_at_the_most() {
        let slots = Slots::new(16);
        let held: Vec<Slot> = (0..4)
            .map(|n| take(&slots, Lane::Online, &caller(&n.to_string(), "t")).unwrap())
            .collect();
        assert!(take(&slots, Lane::Online, &caller("9", "t")).is_none());
        assert!(take(&slots, Lane::Online, &caller("9", "u")).is_some());
        drop(held);
    }

    #[test]
    fn waiting_for_the_network_takes_no_slot_from_computing() {
        let slots = Slots::new(4);
        let held: Vec<Slot> = ["a", "b", "c", "d"]
            .map(|it| take(&slots, Lane::Online, &caller(it, it)).unwrap())
            .into();
        assert!(take(&slots, Lane::Online, &caller("e", "e")).is_none());
        assert!(take(&slots, Lane::Offline, &caller("a", "a")).is_some());
        drop(held);
    }

    #[test]
    fn whoever_gives_up_waiting_leaves_nothing_behind() {
        let slots = Slots::new(1);
        let held = take(&slots, Lane::Online, &caller("a", "a")).unwrap();
        assert!(take(&slots, Lane::Online, &caller("a", "a")).is_none());
        assert!(take(&slots, Lane::Online, &caller("b", "b")).is_none());
        drop(held);
        assert!(take(&slots, Lane::Online, &caller("b", "b")).is_some());
        assert!(take(&slots, Lane::Online, &caller("a", "a")).is_some());
    }
}
