//! Whether to ask the service for new tokens, and with what.

use credential_runtime::GrantKind;
use serde::{Deserialize, Serialize};

use super::{Diagnosis, PROBE_DELAY, State};
use crate::record::Timestamp;

/// What a renewal is made with, by whether it can be repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GrantUse {
    /// The settings alone. Asked twice, it is answered twice.
    Repeatable,
    /// A refresh token. Whoever uses it twice may lose everything that came from it.
    SingleUse,
}

/// Who wants a renewal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    /// A caller who needs a token, or the background.
    Program,
    /// A person, who may know that something was put right.
    Person,
}

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Ask with these, in this order, until one is not refused as dead. Never empty.
    Ask(Vec<GrantKind>),
    /// Do not ask.
    Refrain(Refrain),
}

/// Why the service is not asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refrain {
    /// It was never connected, or was disconnected.
    NotConnected,
    /// Not before this instant.
    Wait(Timestamp),
    /// A person has to connect it again.
    Reconnect(Diagnosis),
    /// Something has to be put right first.
    PutRight(Diagnosis),
    /// The settings, or the plugin, have to be others first.
    Settings(Diagnosis),
    /// Nothing in the plan can renew it.
    NothingRenews,
}

/// What a kind of grant uses up; nothing where it needs a person, or where this host does not know
/// what it needs (RFC 6749 section 4.5).
#[must_use]
pub(crate) fn grant_use(kind: &GrantKind) -> Option<GrantUse> {
    match kind {
        GrantKind::AuthorizationCode | GrantKind::Other(_) => None,
        GrantKind::RefreshToken => Some(GrantUse::SingleUse),
        GrantKind::ClientCredentials => Some(GrantUse::Repeatable),
    }
}

/// Whether to ask, and with what: `plan` is the plugin's order of renewal.
#[must_use]
pub fn decide(
    state: &State,
    plan: &[GrantKind],
    has_refresh_token: bool,
    asker: Asker,
    now: Timestamp,
) -> Decision {
    if let Some(refrain) = refrain(state, asker, now) {
        return Decision::Refrain(refrain);
    }
    let usable: Vec<GrantKind> = plan
        .iter()
        .filter(|kind| is_usable(kind, has_refresh_token))
        .cloned()
        .collect();
    let grants = spare_the_token(state, usable);
    if grants.is_empty() {
        Decision::Refrain(Refrain::NothingRenews)
    } else {
        Decision::Ask(grants)
    }
}

fn is_usable(kind: &GrantKind, has_refresh_token: bool) -> bool {
    match grant_use(kind) {
        None => false,
        Some(GrantUse::SingleUse) => has_refresh_token,
        Some(GrantUse::Repeatable) => true,
    }
}

/// A refresh token that may be spent is not tried where something else renews.
fn spare_the_token(state: &State, grants: Vec<GrantKind>) -> Vec<GrantKind> {
    let repeatable = |kind: &GrantKind| grant_use(kind) == Some(GrantUse::Repeatable);
    if state.may_be_spent() && grants.iter().any(repeatable) {
        grants.into_iter().filter(repeatable).collect()
    } else {
        grants
    }
}

/// What speaks against asking now, whatever the plan. A person overrules a wait, by whomever it was named;
/// a program does not.
#[must_use]
pub fn refrain(state: &State, asker: Asker, now: Timestamp) -> Option<Refrain> {
    let person = asker == Asker::Person;
    let too_early = |at: Timestamp| (now < at).then_some(Refrain::Wait(at));
    let due = |retry_at: &Option<Timestamp>| retry_at.is_some_and(|at| at <= now);
    match state {
        State::Draft => Some(Refrain::NotConnected),
        State::Connected | State::Renewing { .. } => None,
        State::Connecting { before, .. } => refrain(before, asker, now),
        State::Throttled { .. } if person => None,
        State::Throttled { until, .. } => too_early(*until),
        State::OutcomeUnknown {
            since, again_at, ..
        } => {
            // The service may still be working on the first request: nobody overrules that.
            let earliest = since.plus(PROBE_DELAY).min(*again_at);
            too_early(if person { earliest } else { *again_at })
        }
        State::NeedsReconnecting { why, retry_at, .. } => {
            (!due(retry_at)).then(|| Refrain::Reconnect(why.clone()))
        }
        State::SettingsRefused { why, retry_at, .. } => {
            (!person && !due(retry_at)).then(|| Refrain::Settings(why.clone()))
        }
        State::NeedsAdministrator { what, retry_at, .. } => {
            (!person && !due(retry_at)).then(|| Refrain::PutRight(what.clone()))
        }
    }
}
