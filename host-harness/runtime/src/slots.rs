//! Slots for calls, apart by plugin and by tenant: who waits for a service that does not answer, or
//! computes without end, holds up nobody else.
//!
//! Calls that may send and calls that send nothing have slots of their own, so that waiting for the
//! network takes none from computing. Of each kind, one plugin and one tenant have a quarter at the
//! most, and one tenant has a quarter of one plugin's share: where all tenants use one plugin, none of
//! them takes all of it. Whoever waits for a slot waits in the order of arrival.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};

use crate::digest::Digest;

/// One plugin's, or one tenant's, share of the slots; and one tenant's of one plugin's share.
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

    /// Waits for a slot. The smallest share is waited for first, so that a tenant's crowd at one plugin
    /// stands in its own line and holds nothing of the tenant's, the plugin's or the total meanwhile.
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
    tenants_of_plugins: Shares<(Digest, Arc<str>)>,
}

impl LaneSlots {
    fn new(slots: u32) -> Self {
        Self {
            all: Arc::new(Semaphore::new(slots as usize)),
            share: (slots / SHARE).max(1) as usize,
            plugins: Shares::default(),
            tenants: Shares::default(),
            tenants_of_plugins: Shares::default(),
        }
    }

    /// Of one plugin's share, what one tenant may take. Where the plugin has one slot, it is that one.
    fn share_of_share(&self) -> usize {
        (self.share / SHARE as usize).max(1)
    }

    async fn take(&self, caller: &Caller) -> Result<Slot, AcquireError> {
        let mut permits = Vec::with_capacity(4);
        if let Some(tenant) = &caller.tenant {
            let both = (caller.plugin, Arc::clone(tenant));
            let share = self.tenants_of_plugins.of(&both, self.share_of_share());
            permits.push(share.acquire_owned().await?);
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

    use rstest::rstest;

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

    /// All tenants use one plugin: one of them holds what it can and waits for more, and another is
    /// served at once.
    #[rstest]
    #[case::the_usual_number(128, 8)]
    #[case::a_share_of_four(16, 1)]
    #[case::a_share_of_three(12, 1)]
    #[case::a_share_of_two(8, 1)]
    fn one_tenant_has_a_quarter_of_a_plugins_share_at_the_most(
        #[case] slots: u32,
        #[case] expected: usize,
        #[values(Lane::Online, Lane::Offline)] lane: Lane,
    ) {
        let slots = match lane {
            Lane::Online => Slots::new(slots),
            // So that this lane has as many.
            Lane::Offline => Slots::new(slots * SHARE),
        };
        let (one, other) = (caller("plugin", "one"), caller("plugin", "other"));
        let held: Vec<Slot> = std::iter::from_fn(|| take(&slots, lane, &one)).collect();
        assert_eq!(held.len(), expected);
        let waiting: Vec<_> = (0..100).map(|_| slots.take(lane, &one)).collect();
        let mut waiting: Vec<_> = waiting.into_iter().map(Box::pin).collect();
        for it in &mut waiting {
            let context = &mut Context::from_waker(Waker::noop());
            assert!(it.as_mut().poll(context).is_pending());
        }
        let served = take(&slots, lane, &other);
        assert!(served.is_some(), "the other tenant, of the same plugin");
        // Its crowd at one plugin does not keep it from another plugin either.
        assert!(take(&slots, lane, &caller("another", "one")).is_some());
        drop((held, served));
        let context = &mut Context::from_waker(Waker::noop());
        let first = waiting.first_mut().map(|it| it.as_mut().poll(context));
        assert!(matches!(first, Some(Poll::Ready(Ok(_)))), "in its turn");
    }

    #[test]
    fn the_tenants_of_a_plugin_have_no_more_than_the_plugins_share() {
        let slots = Slots::new(16);
        let tenants = ["a", "b", "c", "d", "e"];
        let taken: Vec<Option<Slot>> = tenants
            .map(|it| take(&slots, Lane::Online, &caller("plugin", it)))
            .into();
        assert_eq!(taken.iter().flatten().count(), 4);
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
