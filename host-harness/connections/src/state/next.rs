//! The transitions.

use super::backoff::{ADMINISTRATOR_INTERVAL, PROBE_DELAY, after_wait, next_attempt};
use super::{Attempt, Circumstances, Diagnosis, Event, Failure, GrantUse, Jitter, Lifetime, State};
use crate::record::Timestamp;

/// How long a request that was begun is given before someone looks whether it ended. Longer than
/// any lease.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5 * 60);

/// Where a credential stands after an event.
#[must_use]
pub fn next(state: &State, event: &Event, at: &Circumstances) -> State {
    match event {
        Event::Edited { holds_tokens } => edited(state, *holds_tokens, at.now),
        Event::PluginChanged => plugin_changed(state, at.now),
        Event::ConnectBegun => State::Connecting {
            since: at.now,
            before: Box::new(interrupted(state, at.now)),
        },
        Event::RenewalBegun { grant, rejected } => renewal_begun(state, *grant, *rejected, at.now),
        Event::Obtained => State::Connected,
        Event::Failed(failure) => failed(state, failure, at),
        Event::Interrupted => interrupted(state, at.now),
        Event::Rejected => rejected(state),
        Event::Disconnected => State::Draft,
    }
}

/// When something has to be done about a credential in this state, where it is known. `lifetime` is
/// that of its access token.
#[must_use]
pub fn due_at(state: &State, lifetime: Option<&Lifetime>, jitter: Jitter) -> Option<Timestamp> {
    match state {
        State::Draft => None,
        State::Connecting { since, .. } | State::Renewing { since, .. } => {
            Some(since.plus(PATIENCE))
        }
        State::Connected => lifetime.and_then(|it| it.background_at(jitter)),
        State::Throttled { until, .. } => Some(*until),
        State::NeedsReconnecting { retry_at, .. }
        | State::SettingsRefused { retry_at, .. }
        | State::NeedsAdministrator { retry_at, .. } => *retry_at,
        State::OutcomeUnknown { again_at, .. } => Some(*again_at),
    }
}

fn renewal_begun(state: &State, grant: GrantUse, rejected: bool, now: Timestamp) -> State {
    State::Renewing {
        since: now,
        attempt: Attempt {
            grant,
            probe: state.probes_with(grant),
            failures: state.failures(),
            rejected: rejected || state.token_rejected(),
        },
    }
}

/// A refusal that new settings may mend is worth one more attempt.
fn edited(state: &State, holds_tokens: bool, now: Timestamp) -> State {
    match state {
        State::Connecting { since, before } => State::Connecting {
            since: *since,
            before: Box::new(edited(before, holds_tokens, now)),
        },
        State::NeedsReconnecting { .. }
        | State::SettingsRefused { .. }
        | State::NeedsAdministrator { .. }
            if !holds_tokens =>
        {
            State::Draft
        }
        other => once_more(other, now),
    }
}

/// Whatever a plugin said may have been that plugin's doing: another one is worth an attempt. So is one
/// that failed before anything was sent.
fn plugin_changed(state: &State, now: Timestamp) -> State {
    match once_more(state, now) {
        State::Connecting { since, before } => State::Connecting {
            since,
            before: Box::new(plugin_changed(&before, now)),
        },
        State::Throttled {
            asked: false,
            failures,
            rejected,
            why,
            ..
        } => State::Throttled {
            until: now,
            asked: false,
            failures,
            rejected,
            why,
        },
        other => other,
    }
}

/// Due at once, where it waits for something to be changed.
fn once_more(state: &State, now: Timestamp) -> State {
    let mut state = state.clone();
    match &mut state {
        State::NeedsReconnecting { retry_at, .. }
        | State::SettingsRefused { retry_at, .. }
        | State::NeedsAdministrator { retry_at, .. } => *retry_at = Some(now),
        State::Draft
        | State::Connecting { .. }
        | State::Connected
        | State::Renewing { .. }
        | State::Throttled { .. }
        | State::OutcomeUnknown { .. } => {}
    }
    state
}

fn rejected(state: &State) -> State {
    let mut state = state.clone();
    match &mut state {
        State::Draft | State::Connected => {}
        State::Connecting { before, .. } => **before = rejected(before),
        State::Renewing { attempt, .. } => attempt.rejected = true,
        State::Throttled { rejected, .. }
        | State::NeedsReconnecting { rejected, .. }
        | State::SettingsRefused { rejected, .. }
        | State::NeedsAdministrator { rejected, .. }
        | State::OutcomeUnknown { rejected, .. } => *rejected = true,
    }
    state
}

/// Nobody knows what became of the request that was begun.
fn interrupted(state: &State, now: Timestamp) -> State {
    match state {
        State::Connecting { before, .. } => (**before).clone(),
        State::Renewing { since, attempt } => {
            let again_at = match attempt.grant {
                GrantUse::SingleUse => since.plus(PROBE_DELAY).max(now),
                GrantUse::Repeatable => now,
            };
            unanswered(*since, *attempt, again_at, Diagnosis::interrupted())
        }
        State::Draft
        | State::Connected
        | State::Throttled { .. }
        | State::NeedsReconnecting { .. }
        | State::SettingsRefused { .. }
        | State::NeedsAdministrator { .. }
        | State::OutcomeUnknown { .. } => state.clone(),
    }
}

/// A request left, and its answer was not seen. A refresh token gets one more try; what the
/// settings alone obtain can be asked for again at once.
fn unanswered(since: Timestamp, attempt: Attempt, again_at: Timestamp, why: Diagnosis) -> State {
    let Attempt {
        grant,
        probe,
        failures,
        rejected,
    } = attempt;
    if probe {
        return State::NeedsReconnecting {
            why: Diagnosis::answer_lost(),
            retry_at: None,
            rejected,
        };
    }
    State::OutcomeUnknown {
        since,
        again_at,
        single_use: grant == GrantUse::SingleUse,
        failures: failures.saturating_add(1),
        rejected,
        why,
    }
}

fn failed(state: &State, failure: &Failure, at: &Circumstances) -> State {
    match state {
        State::Connecting { before, .. } => connect_failed(before, failure),
        State::Renewing { since, attempt } => renewal_failed(*since, *attempt, failure, at),
        other => {
            let probe = other.may_be_spent();
            let attempt = Attempt {
                grant: if probe {
                    GrantUse::SingleUse
                } else {
                    GrantUse::Repeatable
                },
                probe,
                failures: other.failures(),
                rejected: other.token_rejected(),
            };
            let since = match other {
                State::OutcomeUnknown { since, .. } => *since,
                _ => at.now,
            };
            renewal_failed(since, attempt, failure, at)
        }
    }
}

/// A person sees the refusal at once, so the state says only what outlasts it.
fn connect_failed(before: &State, failure: &Failure) -> State {
    match (before, failure) {
        (State::Draft, Failure::Misconfigured(what)) => State::NeedsAdministrator {
            what: what.clone(),
            retry_at: None,
            rejected: false,
        },
        _ => before.clone(),
    }
}

fn renewal_failed(
    since: Timestamp,
    attempt: Attempt,
    failure: &Failure,
    at: &Circumstances,
) -> State {
    let rejected = attempt.rejected;
    match failure {
        Failure::Dead(_) if attempt.probe => State::NeedsReconnecting {
            why: Diagnosis::answer_lost(),
            retry_at: None,
            rejected,
        },
        Failure::Dead(why) => State::NeedsReconnecting {
            why: why.clone(),
            retry_at: None,
            rejected,
        },
        Failure::Settings(why) => State::SettingsRefused {
            why: why.clone(),
            retry_at: None,
            may_be_spent: attempt.probe,
            rejected,
        },
        Failure::Misconfigured(what) | Failure::Unread(what) => State::NeedsAdministrator {
            what: what.clone(),
            retry_at: Some(after_wait(ADMINISTRATOR_INTERVAL, at)),
            rejected,
        },
        Failure::Throttled { wait, why } => {
            let until = wait.map(|wait| after_wait(wait, at));
            postponed(since, attempt, until, why, at)
        }
        Failure::Unavailable(why) => postponed(since, attempt, None, why, at),
        Failure::Unknown(why) => {
            let again_at = match attempt.grant {
                GrantUse::SingleUse => at.now.plus(PROBE_DELAY),
                GrantUse::Repeatable => next_attempt(attempt.failures.saturating_add(1), at),
            };
            unanswered(since, attempt, again_at, why.clone())
        }
    }
}

/// The request had no effect. Where it was the last try of a refresh token that may be spent, that
/// try is still to come.
fn postponed(
    since: Timestamp,
    attempt: Attempt,
    asked: Option<Timestamp>,
    why: &Diagnosis,
    at: &Circumstances,
) -> State {
    let failures = attempt.failures.saturating_add(1);
    let until = asked.unwrap_or_else(|| next_attempt(failures, at));
    if attempt.probe {
        State::OutcomeUnknown {
            since,
            again_at: until,
            single_use: true,
            failures,
            rejected: attempt.rejected,
            why: why.clone(),
        }
    } else {
        State::Throttled {
            until,
            asked: asked.is_some(),
            failures,
            rejected: attempt.rejected,
            why: why.clone(),
        }
    }
}
