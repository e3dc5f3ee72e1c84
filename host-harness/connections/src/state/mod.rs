//! What becomes of a credential: its states, what moves it from one to the next, and when its
//! tokens are to be renewed.
//!
//! Everything here is a function of its arguments. Time and jitter are arguments, so a test can go
//! through a year in a microsecond, and the service has no rule of its own to get wrong.

mod backoff;
mod clock;
mod decision;
mod diagnosis;
mod event;
mod failure;
mod jitter;
mod lifetime;
#[cfg(test)]
mod model;
mod next;
#[cfg(test)]
mod tests;
mod words;

use serde::{Deserialize, Serialize};

pub use backoff::{
    ADMINISTRATOR_INTERVAL, ASSUMED_REFRESH_LIFE, FIRST_WAIT, LONGEST_ASKED_WAIT, LONGEST_WAIT,
    PROBE_DELAY,
};
pub use decision::{Asker, Decision, GrantUse, Refrain, decide, refrain};
pub use diagnosis::{Actor, Diagnosis};
pub use event::{Circumstances, Event};
pub use failure::Failure;
pub use jitter::Jitter;
pub use lifetime::{Freshness, Lifetime, StaleReason, freshness};
pub use next::{due_at, next};

use crate::record::Timestamp;

/// Where a credential stands.
///
/// It is stored as it is written here, in JSON. A case or a member may be added; none is renamed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum State {
    /// Filled in, perhaps not yet wholly; holds no tokens.
    #[default]
    Draft,
    /// A request for its first tokens, or for new ones after a person's consent, may have left.
    Connecting {
        /// When the intent was recorded.
        since: Timestamp,
        /// Where it stood before; it stands there again if nothing comes of this.
        before: Box<State>,
    },
    /// In order.
    Connected,
    /// A request to renew may have left.
    Renewing {
        /// When the intent was recorded.
        since: Timestamp,
        /// What was begun.
        attempt: Attempt,
    },
    /// Healthy, but the service is not to be asked before an instant: it said so, or it could not
    /// be reached, or the plugin failed before anything was sent. A person may overrule it.
    Throttled {
        /// Not before this.
        until: Timestamp,
        /// Whether the service said how long.
        asked: bool,
        /// Attempts in a row that came to nothing.
        failures: u32,
        /// Whether the service has refused the access token that is stored.
        rejected: bool,
        /// What happened.
        why: Diagnosis,
    },
    /// The grant is dead, or nothing renews it: a person has to connect it again.
    NeedsReconnecting {
        /// What happened.
        why: Diagnosis,
        /// When one more attempt is due, because something was changed; none otherwise.
        retry_at: Option<Timestamp>,
        /// Whether the service has refused the access token that is stored.
        rejected: bool,
    },
    /// The plugin does not accept the settings, so nothing was sent: the grant is as good as it was.
    /// Looked at again when the settings, the plugin or what the platform fills in are others.
    SettingsRefused {
        /// What is wrong with them.
        why: Diagnosis,
        /// When one more attempt is due, because something was changed; none otherwise.
        retry_at: Option<Timestamp>,
        /// Whether an earlier renewal, of which no answer was seen, may have spent the refresh token.
        may_be_spent: bool,
        /// Whether the service has refused the access token that is stored.
        rejected: bool,
    },
    /// Something outside the credential has to be changed. Connecting again would not help.
    NeedsAdministrator {
        /// What has to be done, and by whom.
        what: Diagnosis,
        /// When it is looked at again by itself; never for one that was never connected.
        retry_at: Option<Timestamp>,
        /// Whether the service has refused the access token that is stored.
        rejected: bool,
    },
    /// A request to renew went out, and what it did is not known: no answer was seen, or one that
    /// nobody understands.
    OutcomeUnknown {
        /// When it went out.
        since: Timestamp,
        /// Not again before this: the service may still be working on it.
        again_at: Timestamp,
        /// Whether it may have spent a refresh token. The service decides: it is sent again, and where
        /// it is refused then, it was spent.
        single_use: bool,
        /// Whether each request of which that is not known had an answer, which nobody understands.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        answered: bool,
        /// Attempts in a row that came to nothing.
        failures: u32,
        /// Whether the service has refused the access token that is stored.
        rejected: bool,
        /// What happened.
        why: Diagnosis,
    },
}

/// A renewal that was begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Attempt {
    /// What it is made with.
    pub grant: GrantUse,
    /// Whether an earlier request with the same refresh token may have spent it.
    pub probe: bool,
    /// Whether each such request had an answer, which nobody understands.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub answered: bool,
    /// Attempts in a row before this one that came to nothing.
    pub failures: u32,
    /// Whether the service has refused the access token that is stored.
    pub rejected: bool,
}

impl State {
    /// Whether the service has refused the access token that is stored, so that it is of no more
    /// use although it has not expired.
    #[must_use]
    pub fn token_rejected(&self) -> bool {
        match self {
            Self::Draft | Self::Connected => false,
            Self::Connecting { before, .. } => before.token_rejected(),
            Self::Renewing { attempt, .. } => attempt.rejected,
            Self::Throttled { rejected, .. }
            | Self::NeedsReconnecting { rejected, .. }
            | Self::SettingsRefused { rejected, .. }
            | Self::NeedsAdministrator { rejected, .. }
            | Self::OutcomeUnknown { rejected, .. } => *rejected,
        }
    }

    /// Whether a renewal with this would send a refresh token again that may be spent.
    #[must_use]
    pub fn probes_with(&self, grant: GrantUse) -> bool {
        self.may_be_spent() && grant == GrantUse::SingleUse
    }

    /// Whether a renewal of which no answer was seen may have spent the refresh token.
    #[must_use]
    pub fn may_be_spent(&self) -> bool {
        match self {
            Self::OutcomeUnknown { single_use, .. } => *single_use,
            Self::SettingsRefused { may_be_spent, .. } => *may_be_spent,
            Self::Draft
            | Self::Connecting { .. }
            | Self::Connected
            | Self::Renewing { .. }
            | Self::Throttled { .. }
            | Self::NeedsReconnecting { .. }
            | Self::NeedsAdministrator { .. } => false,
        }
    }

    /// Whether a request may have left of which no result is recorded. Seen by someone who holds
    /// the lease, it means that whoever held it before did not come to an end.
    #[must_use]
    pub fn is_under_way(&self) -> bool {
        matches!(self, Self::Connecting { .. } | Self::Renewing { .. })
    }

    /// What happened, where something did.
    #[must_use]
    pub fn diagnosis(&self) -> Option<&Diagnosis> {
        match self {
            Self::Draft | Self::Connected | Self::Renewing { .. } => None,
            Self::Connecting { before, .. } => before.diagnosis(),
            Self::Throttled { why, .. }
            | Self::NeedsReconnecting { why, .. }
            | Self::SettingsRefused { why, .. }
            | Self::OutcomeUnknown { why, .. } => Some(why),
            Self::NeedsAdministrator { what, .. } => Some(what),
        }
    }

    /// What happened, where nothing is asked by itself before somebody has acted: connected again, or
    /// put something right.
    #[must_use]
    pub fn needs_somebody(&self) -> Option<&Diagnosis> {
        match self {
            Self::NeedsReconnecting {
                why,
                retry_at: None,
                ..
            } => Some(why),
            Self::SettingsRefused { why, .. } => Some(why),
            Self::NeedsAdministrator { what, .. } => Some(what),
            Self::Connecting { before, .. } => before.needs_somebody(),
            Self::Draft
            | Self::Connected
            | Self::Renewing { .. }
            | Self::Throttled { .. }
            | Self::NeedsReconnecting {
                retry_at: Some(_), ..
            }
            | Self::OutcomeUnknown { .. } => None,
        }
    }

    /// Attempts in a row that came to nothing.
    pub(crate) fn failures(&self) -> u32 {
        match self {
            Self::Throttled { failures, .. } | Self::OutcomeUnknown { failures, .. } => *failures,
            Self::Renewing { attempt, .. } => attempt.failures,
            Self::Connecting { before, .. } => before.failures(),
            Self::Draft
            | Self::Connected
            | Self::NeedsReconnecting { .. }
            | Self::SettingsRefused { .. }
            | Self::NeedsAdministrator { .. } => 0,
        }
    }
}
