//! Rate limits: how much is done at a time. Each session has its own, so that nobody uses up another's.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use credential_connections::record::Timestamp;
use credential_connections::service::Connections;
use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};

use super::terms::{Pace, PageTerms};

/// The rate limits of a page, from which each session gets its own.
pub(super) struct Rates {
    requests: Quota,
    sendings: Quota,
    ticks: Ticks,
    /// Requests without a session, of all who have none together: they take nothing from a session.
    pub(super) strangers: Rate,
    /// Questions to the store that health checks cause: they take nothing from strangers.
    pub(super) probes: Rate,
}

/// The rate limits of one session.
pub(super) struct SessionRates {
    /// Requests of every kind.
    pub(super) requests: Rate,
    /// Requests that make the page ask the service.
    pub(super) sendings: Rate,
}

/// One rate limit.
pub(super) struct Rate {
    limiter: RateLimiter<NotKeyed, InMemoryState, Ticks, NoOpMiddleware<Duration>>,
    ticks: Ticks,
}

impl Rates {
    /// By the connections' clock. Absent where a pace has no time in it.
    pub(super) fn new(terms: &PageTerms, connections: &Connections) -> Option<Self> {
        let ticks = Ticks::new(connections);
        Some(Self {
            requests: quota(terms.requests)?,
            sendings: quota(terms.sendings)?,
            strangers: Rate::new(quota(terms.strangers)?, ticks.clone()),
            probes: Rate::new(quota(terms.strangers)?, ticks.clone()),
            ticks,
        })
    }

    /// Those of a new session.
    pub(super) fn session(&self) -> SessionRates {
        let rate = |quota| Rate::new(quota, self.ticks.clone());
        SessionRates {
            requests: rate(self.requests),
            sendings: rate(self.sendings),
        }
    }
}

fn quota(pace: Pace) -> Option<Quota> {
    Some(Quota::with_period(pace.every)?.allow_burst(pace.at_once))
}

impl Rate {
    fn new(quota: Quota, ticks: Ticks) -> Self {
        let limiter = RateLimiter::direct_with_clock(quota, ticks.clone());
        Self { limiter, ticks }
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
