//! A rule in force: how far it has come, and what it holds.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::Fault;
use super::rule::{FaultRule, Settings};

/// How far a rule has come.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Progress {
    pub(super) hits: usize,
    pub(super) held: usize,
    released: bool,
    pub(super) removed: bool,
}

/// A rule that is in force. Dropping this changes nothing.
#[derive(Clone, Debug)]
pub struct InjectedFault {
    id: u64,
    progress: Arc<watch::Sender<Progress>>,
}

impl InjectedFault {
    pub(super) fn new(id: u64) -> Self {
        Self {
            id,
            progress: Arc::default(),
        }
    }

    pub(super) fn progress(&self) -> Progress {
        *self.progress.borrow()
    }

    /// What the control API calls it.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.id
    }

    /// How many requests it has befallen.
    #[must_use]
    pub fn hits(&self) -> usize {
        self.progress.borrow().hits
    }

    /// How many requests it holds right now.
    #[must_use]
    pub fn held(&self) -> usize {
        self.progress.borrow().held
    }

    /// Waits until it has befallen that many requests. Where it acts first, it has acted by then.
    pub async fn reached(&self, hits: usize) {
        self.wait_for(|progress| progress.hits >= hits).await;
    }

    /// Waits until it holds no request: each was released, or its client has gone.
    pub async fn let_go(&self) {
        self.wait_for(|progress| progress.held == 0).await;
    }

    /// Lets go of what it holds; from now on it holds nothing.
    pub fn release(&self) {
        self.progress
            .send_modify(|progress| progress.released = true);
    }

    /// Befalls no further request, and lets go of what it holds.
    pub fn remove(&self) {
        self.progress.send_modify(|progress| {
            progress.removed = true;
            progress.released = true;
        });
    }

    async fn wait_for(&self, condition: impl FnMut(&Progress) -> bool) {
        // The sender lives as long as this value, so that waiting cannot end early.
        let _ = self.progress.subscribe().wait_for(condition).await;
    }
}

/// A rule that befalls a request.
#[derive(Clone, Debug)]
pub(crate) struct Taken {
    pub(crate) fault: Fault,
    pub(crate) settings: Settings,
    duration: Option<Duration>,
    injected: InjectedFault,
}

impl Taken {
    pub(super) fn new(rule: &FaultRule, injected: &InjectedFault) -> Self {
        Self {
            fault: rule.fault,
            settings: rule.settings.clone(),
            duration: rule.duration,
            injected: injected.clone(),
        }
    }

    /// The fault takes effect now.
    pub(crate) fn strike(&self) {
        self.injected
            .progress
            .send_modify(|progress| progress.hits += 1);
    }

    /// The fault takes effect now, and lasts as long as what this returns.
    pub(crate) fn hold(&self) -> Held<'_> {
        self.injected.progress.send_modify(|progress| {
            progress.hits += 1;
            progress.held += 1;
        });
        Held(self)
    }
}

/// Counts a held request, also where its client goes away.
pub(crate) struct Held<'a>(&'a Taken);

impl Held<'_> {
    /// Waits until it is released or its time is up.
    pub(crate) async fn released(&self) {
        let released = self.0.injected.wait_for(|progress| progress.released);
        match self.0.duration {
            Some(duration) => drop(tokio::time::timeout(duration, released).await),
            None => released.await,
        }
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0
            .injected
            .progress
            .send_modify(|progress| progress.held -= 1);
    }
}
