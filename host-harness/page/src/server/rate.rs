//! How much is done at a time.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use credential_connections::record::Timestamp;
use credential_connections::service::Connections;
use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};

use super::terms::{Pace, PageTerms};

/// The paces of one page. They hold for all its visitors together: it is one tenant's.
pub(super) struct Rates {
    /// Requests of every kind.
    pub(super) requests: Rate,
    /// Attempts to open a one-time link.
    pub(super) openings: Rate,
    /// Requests that make the page ask the service.
    pub(super) sendings: Rate,
}

/// One pace.
pub(super) struct Rate {
    limiter: RateLimiter<NotKeyed, InMemoryState, Ticks, NoOpMiddleware<Duration>>,
    ticks: Ticks,
}

impl Rates {
    /// By the connections' clock. Absent where a pace has no time in it.
    pub(super) fn new(terms: &PageTerms, connections: &Connections) -> Option<Self> {
        let rate = |pace| Rate::new(pace, Ticks::new(connections));
        Some(Self {
            requests: rate(terms.requests)?,
            openings: rate(terms.openings)?,
            sendings: rate(terms.sendings)?,
        })
    }
}

impl Rate {
    fn new(pace: Pace, ticks: Ticks) -> Option<Self> {
        let quota = Quota::with_period(pace.every)?.allow_burst(pace.at_once);
        let limiter = RateLimiter::direct_with_clock(quota, ticks.clone());
        Some(Self { limiter, ticks })
    }

    /// Takes one place.
    ///
    /// # Errors
    ///
    /// How long to wait for one, where there is none.
    pub(super) fn take(&self) -> Result<(), Duration> {
        let taken = self.limiter.check();
        taken.map_err(|not| not.wait_time_from(self.ticks.now()))
    }
}

/// Time that passed since the page was set up. A clock that is set back stands still here; measured
/// by the time of day itself, a pace would be held up by as much.
#[derive(Clone)]
struct Ticks {
    connections: Connections,
    passed: Arc<Mutex<(Timestamp, Duration)>>,
}

impl Ticks {
    fn new(connections: &Connections) -> Self {
        Self {
            connections: connections.clone(),
            passed: Arc::new(Mutex::new((connections.now(), Duration::ZERO))),
        }
    }
}

impl Clock for Ticks {
    type Instant = Duration;

    fn now(&self) -> Duration {
        let now = self.connections.now();
        let mut passed = self.passed.lock().unwrap_or_else(PoisonError::into_inner);
        let (last, sum) = *passed;
        *passed = (now, sum.saturating_add(now.since(last)));
        passed.1
    }
}
