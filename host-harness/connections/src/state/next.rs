//! The transitions.

use super::backoff::{ADMINISTRATOR_INTERVAL, PROBE_DELAY, after_wait, next_attempt, next_probe};
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
            answered: matches!(state, State::OutcomeUnknown { answered: true, .. }),
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
            // By a clock that was ahead, it was begun in what is the future now.
            let since = now.min(*since);
            let again_at = match attempt.grant {
                GrantUse::SingleUse => since.plus(PROBE_DELAY).max(now),
                GrantUse::Repeatable => now,
            };
            let why = Diagnosis::interrupted();
            attempt.unsettled(since, again_at, false, why)
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

impl Attempt {
    /// A request left, and what it did is not known. It is asked for again: the service alone ends a
    /// grant.
    fn unsettled(
        self,
        since: Timestamp,
        again_at: Timestamp,
        answered: bool,
        why: Diagnosis,
    ) -> State {
        State::OutcomeUnknown {
            since,
            again_at,
            single_use: self.grant == GrantUse::SingleUse,
            answered: answered && (self.answered || !self.probe),
            failures: self.failures.saturating_add(1),
            rejected: self.rejected,
            why,
        }
    }

    /// Whether the refresh token that it was made with has ended by now.
    fn is_over(self, at: &Circumstances) -> bool {
        self.grant == GrantUse::SingleUse && at.refresh_ends_at.is_some_and(|end| end <= at.now)
    }
}

fn failed(state: &State, failure: &Failure, at: &Circumstances) -> State {
    match state {
        State::Connecting { before, .. } => connect_failed(before, failure),
        State::Renewing { since, attempt } => {
            renewal_failed(at.now.min(*since), *attempt, failure, at)
        }
        other => {
            let probe = other.may_be_spent();
            let attempt = Attempt {
                grant: if probe {
                    GrantUse::SingleUse
                } else {
                    GrantUse::Repeatable
                },
                probe,
                answered: matches!(other, State::OutcomeUnknown { answered: true, .. }),
                failures: other.failures(),
                rejected: other.token_rejected(),
            };
            let since = match other {
                State::OutcomeUnknown { since, .. } => at.now.min(*since),
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
    match failure {
        Failure::Dead(_) if attempt.probe && !attempt.answered => {
            reconnect(attempt, Diagnosis::answer_lost())
        }
        Failure::Dead(why) => reconnect(attempt, why.clone()),
        Failure::Settings(why) => State::SettingsRefused {
            why: why.clone(),
            retry_at: None,
            may_be_spent: attempt.probe,
            rejected: attempt.rejected,
        },
        Failure::Misconfigured(what) | Failure::Unread(what) => State::NeedsAdministrator {
            what: what.clone(),
            retry_at: Some(after_wait(ADMINISTRATOR_INTERVAL, at)),
            rejected: attempt.rejected,
        },
        Failure::Throttled { .. }
        | Failure::Unavailable(_)
        | Failure::NotUnderstood(_)
        | Failure::Unknown(_)
            if attempt.is_over(at) =>
        {
            reconnect(attempt, Diagnosis::refresh_token_over())
        }
        Failure::Throttled { wait, why } => {
            let until = wait.map(|wait| after_wait(wait, at));
            postponed(since, attempt, until, why, at)
        }
        Failure::Unavailable(why) => postponed(since, attempt, None, why, at),
        Failure::NotUnderstood(why) | Failure::Unknown(why) => {
            let failures = attempt.failures.saturating_add(1);
            let again_at = match attempt.grant {
                GrantUse::SingleUse => next_probe(failures, at),
                GrantUse::Repeatable => next_attempt(failures, at),
            };
            let answered = matches!(failure, Failure::NotUnderstood(_));
            attempt.unsettled(since, again_at, answered, why.clone())
        }
    }
}

fn reconnect(attempt: Attempt, why: Diagnosis) -> State {
    State::NeedsReconnecting {
        why,
        retry_at: None,
        rejected: attempt.rejected,
    }
}

/// The request had no effect. Where it was made with a refresh token that may be spent, that is still
/// not known.
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
            answered: attempt.answered,
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
