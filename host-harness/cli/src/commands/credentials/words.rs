//! Where a credential stands, in a person's words.

use credential_connections::record::{Overview, Timestamp};
use credential_connections::service::Standing;
use credential_connections::state::{Freshness, StaleReason, State};

use crate::moments::from_now;
use crate::stored::Stored;

/// What to do, where a person has to do something.
pub(super) fn to_do(stored: &Stored, overview: &Overview, standing: &Standing) -> Option<String> {
    let (name, holds_tokens) = (&overview.name, overview.tokens.is_some());
    let connect = || stored.suggest("credentials connect", name);
    match &standing.state {
        State::Draft | State::NeedsReconnecting { retry_at: None, .. } => Some(connect()),
        State::SettingsRefused { retry_at: None, .. } => Some(format!(
            "correct the settings ({}) or go back to the plugin that took them, then: {}",
            stored.suggest("credentials edit", name),
            stored.suggest("renew", name)
        )),
        // A test renews nothing while the token is good, and so would not end the state.
        State::NeedsAdministrator { .. } => {
            let renew = if holds_tokens {
                "renew"
            } else {
                "credentials connect"
            };
            Some(format!(
                "put it right, then: {}",
                stored.suggest(renew, name)
            ))
        }
        _ if standing.failed_test().is_some() => Some(format!(
            "put it right, then: {}",
            stored.suggest("credentials test", name)
        )),
        State::Connecting { .. }
        | State::Connected
        | State::Renewing { .. }
        | State::Throttled { .. }
        | State::NeedsReconnecting { .. }
        | State::SettingsRefused { .. }
        | State::OutcomeUnknown { .. } => None,
    }
}

/// What happens by itself, and when.
pub(super) fn by_itself(
    standing: &Standing,
    overview: &Overview,
    now: Timestamp,
) -> Option<String> {
    let expired = standing.freshness(overview, now) == Freshness::Stale(StaleReason::Expired);
    match &standing.state {
        State::Connected if expired => Some(
            "renewed by whoever uses it next; `harness renew --watch` does so ahead of time"
                .to_owned(),
        ),
        _ => {
            let at = overview.due_at?;
            Some(if at > now {
                format!("next looked at {}", from_now(at, now))
            } else {
                format!("due since {}", from_now(at, now))
            })
        }
    }
}
