//! Connection limits: how many connections a listener serves at a time, and who gives way.
//!
//! A connection belongs to a stranger until a request on it proves a session. Strangers share a bound
//! number of slots, and the oldest gives way to the newest: whoever opens connections and says nothing
//! shuts nobody out. A connection of a session leaves the strangers' slots, and never gives way.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::random::Hash;

/// Connections at a time that have not proved a session. A browser opens half a dozen.
const MOST_STRANGERS: usize = 128;

/// Connections at a time of one session: two browsers' worth of tabs.
const MOST_OF_SESSION: usize = 16;

/// The connections of one listener.
#[derive(Default)]
pub(super) struct Slots(Mutex<Taken>);

#[derive(Default)]
struct Taken {
    next: u64,
    /// By age: the oldest first.
    strangers: BTreeMap<u64, Arc<Notify>>,
    sessions: HashMap<Hash, usize>,
}

/// The slot of one connection; dropped, it is free again.
#[derive(Clone)]
pub(super) struct Slot(Arc<Held>);

struct Held {
    slots: Arc<Slots>,
    number: u64,
    gives_way: Arc<Notify>,
    session: Mutex<Option<Hash>>,
}

impl Slots {
    /// Takes a stranger's slot. Where all are taken, the oldest connection gives way.
    pub(super) fn take(self: &Arc<Self>) -> Slot {
        let gives_way = Arc::new(Notify::new());
        let mut taken = self.lock();
        if taken.strangers.len() >= MOST_STRANGERS
            && let Some((_, oldest)) = taken.strangers.pop_first()
        {
            oldest.notify_one();
        }
        let number = taken.next;
        taken.next += 1;
        taken.strangers.insert(number, Arc::clone(&gives_way));
        drop(taken);
        Slot(Arc::new(Held {
            slots: Arc::clone(self),
            number,
            gives_way,
            session: Mutex::default(),
        }))
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slot {
    /// Ends when this connection has to give way to a newer one.
    pub(super) async fn given_away(&self) {
        self.0.gives_way.notified().await;
    }

    /// Moves the connection from the strangers to a session. False where the session has as many as
    /// it may have.
    pub(super) fn belongs_to(&self, session: Hash) -> bool {
        let mut own = self.0.session();
        if own.is_some() {
            return true;
        }
        let mut taken = self.0.slots.lock();
        let count = taken.sessions.entry(session).or_default();
        if *count >= MOST_OF_SESSION {
            return false;
        }
        *count += 1;
        taken.strangers.remove(&self.0.number);
        *own = Some(session);
        true
    }
}

impl Held {
    fn session(&self) -> MutexGuard<'_, Option<Hash>> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let session = *self.session();
        let mut taken = self.slots.lock();
        taken.strangers.remove(&self.number);
        let Some(session) = session else { return };
        if let Some(count) = taken.sessions.get_mut(&session) {
            *count -= 1;
            if *count == 0 {
                taken.sessions.remove(&session);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether it has been asked to give way.
    fn is_given_away(slot: &Slot) -> bool {
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        let given_away = std::pin::pin!(slot.given_away());
        given_away.poll(&mut context).is_ready()
    }

    #[test]
    fn the_oldest_stranger_gives_way_and_no_session_does() {
        let slots = Arc::new(Slots::default());
        let mut all: Vec<Slot> = (0..MOST_STRANGERS).map(|_| slots.take()).collect();
        assert!(all[0].belongs_to([1; 32]));
        all.push(slots.take());
        assert!(!all.iter().any(is_given_away));
        all.push(slots.take());
        let gone: Vec<usize> = (0..all.len())
            .filter(|it| is_given_away(&all[*it]))
            .collect();
        assert_eq!(gone, [1]);
    }

    #[test]
    fn a_slot_is_free_again_once_its_connection_ends() {
        let slots = Arc::new(Slots::default());
        let first = slots.take();
        for _ in 0..3 * MOST_STRANGERS {
            drop(slots.take());
        }
        assert!(!is_given_away(&first));
    }

    #[test]
    fn one_session_takes_no_slot_of_another() {
        let slots = Arc::new(Slots::default());
        let one: Vec<Slot> = (0..=MOST_OF_SESSION).map(|_| slots.take()).collect();
        let held = one.iter().filter(|it| it.belongs_to([1; 32])).count();
        assert_eq!(held, MOST_OF_SESSION);
        assert!(slots.take().belongs_to([2; 32]));
        drop(one);
        assert!(slots.take().belongs_to([1; 32]));
        assert!(slots.lock().sessions.is_empty());
    }
}
