//! Clock skew: waits that a clock wrote which was ahead, and that nobody has to keep.

use std::time::Duration;

use super::State;
use super::backoff::{ADMINISTRATOR_INTERVAL, LONGEST_ASKED_WAIT, LONGEST_WAIT, longest};
use crate::record::{CLOCK_SKEW, Timestamp};

impl State {
    /// The same state without waits that a wrong clock wrote: they are over `now`. `written_at` is when
    /// the state was stored by the clock of then, where that is known. A wait is void where that moment
    /// is still to come, and where it ends further ahead than any wait of its kind lasts.
    #[must_use]
    pub fn without_impossible_waits(self, written_at: Option<Timestamp>, now: Timestamp) -> Self {
        let clock = Clock {
            now,
            was_ahead: written_at.is_some_and(|at| at.is_impossible_at(now)),
        };
        clock.correct(self)
    }
}

struct Clock {
    now: Timestamp,
    /// Whether the clock that the state was written by was ahead.
    was_ahead: bool,
}

impl Clock {
    fn correct(&self, mut state: State) -> State {
        match &mut state {
            State::Draft | State::Connected => {}
            State::Connecting { since, before } => {
                self.happened(since);
                **before = self.correct(std::mem::take(&mut **before));
            }
            State::Renewing { since, .. } => self.happened(since),
            State::Throttled { until, asked, .. } => {
                let kind = if *asked {
                    LONGEST_ASKED_WAIT
                } else {
                    LONGEST_WAIT
                };
                self.wait(until, kind);
            }
            State::NeedsReconnecting { retry_at, .. } | State::SettingsRefused { retry_at, .. } => {
                self.retry(retry_at, Duration::ZERO);
            }
            State::NeedsAdministrator { retry_at, .. } => {
                self.retry(retry_at, ADMINISTRATOR_INTERVAL);
            }
            State::OutcomeUnknown {
                since, again_at, ..
            } => {
                if since.is_impossible_at(self.now) {
                    *again_at = self.now.min(*again_at);
                }
                self.happened(since);
                // The service may have named a wait since.
                self.wait(again_at, LONGEST_ASKED_WAIT);
            }
        }
        state
    }

    /// What has happened did so by now.
    fn happened(&self, at: &mut Timestamp) {
        *at = self.now.min(*at);
    }

    fn wait(&self, until: &mut Timestamp, longest_of_kind: Duration) {
        let last = self.now.plus(longest(longest_of_kind)).plus(CLOCK_SKEW);
        if self.was_ahead || *until > last {
            *until = self.now.min(*until);
        }
    }

    fn retry(&self, at: &mut Option<Timestamp>, longest_of_kind: Duration) {
        if let Some(at) = at {
            self.wait(at, longest_of_kind);
        }
    }
}
