//! How to set connections up.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use credential_runtime::{Randomness, SystemRandomness};

use super::plugins::{Installed, Plugins};
use super::{BuildError, Clock, Connections, Inner, SystemClock, Terms};
use crate::record::Owner;
use crate::store::Store;

/// What connections are set up with.
pub struct ConnectionsBuilder {
    store: Arc<dyn Store>,
    plugins: Vec<Installed>,
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
    terms: Terms,
    worker: Option<String>,
}

impl ConnectionsBuilder {
    pub(super) fn new(store: Arc<dyn Store>) -> Self {
        Self {
            store,
            plugins: Vec::new(),
            clock: Arc::new(SystemClock),
            randomness: Arc::new(SystemRandomness),
            terms: Terms::default(),
            worker: None,
        }
    }

    /// Installs a plugin. Of two with the same id the later one counts.
    #[must_use]
    pub fn plugin(mut self, installed: Installed) -> Self {
        self.plugins.push(installed);
        self
    }

    /// Goes by another clock than the machine's.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Draws ids, names and jitter from elsewhere than the operating system.
    #[must_use]
    pub fn randomness(mut self, randomness: impl Randomness + 'static) -> Self {
        self.randomness = Arc::new(randomness);
        self
    }

    /// How long things may take; [`Terms::default`] otherwise.
    #[must_use]
    pub fn terms(mut self, terms: Terms) -> Self {
        self.terms = terms;
        self
    }

    /// What leases say of who holds them, such as a host's name. The process's number otherwise,
    /// and a few random digits.
    #[must_use]
    pub fn worker(mut self, name: impl Into<String>) -> Self {
        self.worker = Some(name.into());
        self
    }

    /// Sets them up.
    ///
    /// # Errors
    ///
    /// [`BuildError`].
    pub fn build(self) -> Result<Connections, BuildError> {
        self.terms.check()?;
        let worker = self.worker.unwrap_or_else(|| {
            let mut bytes = [0; 4];
            self.randomness.fill(&mut bytes);
            let number = u32::from_le_bytes(bytes);
            format!("process {} ({number:08x})", std::process::id())
        });
        Owner::parse(&format!("{worker}/0"))?;
        let plugins = Plugins::new(self.plugins, self.terms.background_per_plugin)?;
        Ok(Connections(Arc::new(Inner {
            store: self.store,
            plugins,
            clock: self.clock,
            randomness: self.randomness,
            terms: self.terms,
            worker,
            leases: AtomicU64::new(0),
            cache: super::cache::Cache::default(),
            flights: super::flight::Flights::default(),
            sign_ins: super::sign_in::SignIns::default(),
            unconfirmed: super::confirm::Unconfirmed::default(),
            tenants: super::background::TenantSlots::default(),
            begun: super::finish::Begun::default(),
            alarms: super::alarm::Alarms::default(),
        })))
    }
}
