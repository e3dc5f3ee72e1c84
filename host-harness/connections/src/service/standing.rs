//! What the service writes into a record beside the tokens: the state, and what goes with it.

use serde::{Deserialize, Serialize};

use super::Error;
use crate::record::{Document, Fingerprint, NewEvent, Overview, Timestamp, Transition};
use crate::state::{
    Circumstances, Diagnosis, Event, Freshness, Jitter, Lifetime, State, due_at, freshness, next,
};

/// The state of a credential, with what a state alone does not say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The state.
    #[serde(flatten)]
    pub state: State,
    /// From when on a caller has to wait for a renewal; absent where the end of the access token is
    /// not known, or there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renew_at: Option<Timestamp>,
    /// A refresh token that the service has called dead, though something else still renews. It is
    /// not tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dead: Option<String>,
    /// By what the settings were refused, while they are: see [`Installed::mark`](super::Installed::mark).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused_by: Option<String>,
    /// Why the last test of the connection failed, or the service refused a token that it had only just
    /// given. A test that passes and connecting end it; a renewal does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_test: Option<Diagnosis>,
}

impl Standing {
    /// As the store holds it.
    ///
    /// # Errors
    ///
    /// [`Error::Document`].
    pub fn of(overview: &Overview) -> Result<Self, Error> {
        Ok(overview.state.read()?)
    }

    /// As the store holds it, without waits that a clock wrote which was ahead.
    ///
    /// # Errors
    ///
    /// [`Error::Document`].
    pub fn at(overview: &Overview, now: Timestamp) -> Result<Self, Error> {
        let standing = Self::of(overview)?;
        let state = standing.state;
        Ok(Self {
            state: state.without_impossible_waits(overview.state_at, now),
            ..standing
        })
    }

    pub(super) fn lifetime(&self, overview: &Overview) -> Option<Lifetime> {
        overview.tokens.as_ref().map(|facts| Lifetime {
            obtained_at: facts.obtained_at,
            expires_at: facts.expires_at,
            renew_at: self.renew_at,
        })
    }

    /// Whether the stored access token may be handed out.
    #[must_use]
    pub fn freshness(&self, overview: &Overview, now: Timestamp) -> Freshness {
        freshness(&self.state, self.lifetime(overview).as_ref(), now)
    }

    /// Why the last test failed, where the state says nothing that is worse.
    #[must_use]
    pub fn failed_test(&self) -> Option<&Diagnosis> {
        let connected = matches!(
            self.state,
            State::Connected
                | State::Renewing { .. }
                | State::Throttled { .. }
                | State::OutcomeUnknown { .. }
        );
        self.last_test.as_ref().filter(|_| connected)
    }

    /// What happened, where somebody has to act: by the state, or because the last test failed.
    #[must_use]
    pub fn needs_somebody(&self) -> Option<&Diagnosis> {
        self.state.needs_somebody().or_else(|| self.failed_test())
    }

    /// What happened, where something did. What needs somebody goes before what ends by itself.
    #[must_use]
    pub fn diagnosis(&self) -> Option<&Diagnosis> {
        self.needs_somebody().or_else(|| self.state.diagnosis())
    }

    /// For a person, in a narrow column.
    #[must_use]
    pub fn label(&self) -> &'static str {
        match self.failed_test() {
            Some(_) if !self.state.is_under_way() => "test failed",
            _ => self.state.label(),
        }
    }

    /// What it means, in one sentence; [`Standing::diagnosis`] says what led to it.
    #[must_use]
    pub fn meaning(&self) -> &'static str {
        match self.failed_test() {
            Some(_) => "The connection is kept and renewed, but its last test failed.",
            None => self.state.meaning(),
        }
    }

    /// After an event that leaves the tokens as they are.
    pub(super) fn after(&self, event: &Event, at: &Circumstances) -> Self {
        Self {
            state: next(&self.state, event, at),
            ..self.clone()
        }
    }

    /// After tokens came that live like this.
    pub(super) fn with_tokens(
        &self,
        event: &Event,
        at: &Circumstances,
        lifetime: &Lifetime,
    ) -> Self {
        Self {
            state: next(&self.state, event, at),
            renew_at: lifetime.renew_at,
            last_test: self.last_test.clone(),
            ..Self::default()
        }
    }

    /// What to store; `lifetime` is that of the access token that is stored then.
    pub(super) fn transition(
        &self,
        lifetime: Option<&Lifetime>,
        jitter: Jitter,
        event: NewEvent,
    ) -> Result<Transition, Error> {
        Ok(Transition {
            state: Document::of(self)?,
            due_at: due_at(&self.state, lifetime, jitter),
            diagnosis: event.diagnosis.clone(),
            event,
        })
    }

    pub(super) fn is_dead(&self, refresh: Option<&Fingerprint>) -> bool {
        matches!((&self.dead, refresh), (Some(dead), Some(it)) if dead == it.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::Diagnosis;

    #[track_caller]
    fn check(standing: &Standing, json: &str) {
        let document = Document::of(standing).unwrap();
        assert_eq!(document.as_str(), json);
        assert_eq!(document.read(), Ok(standing.clone()));
    }

    #[test]
    fn a_standing_reads_back_as_it_was_written() {
        check(&Standing::default(), r#"{"is":"draft"}"#);
        let renew_at = Some(Timestamp::from_millis(7));
        let state = State::Connected;
        check(
            &Standing {
                state,
                renew_at,
                ..Standing::default()
            },
            r#"{"is":"connected","renew_at":7}"#,
        );
        let state = State::NeedsReconnecting {
            why: Diagnosis::answer_lost(),
            retry_at: None,
            rejected: true,
        };
        let document = Document::of(&Standing {
            state,
            ..Standing::default()
        })
        .unwrap();
        assert!(
            document
                .as_str()
                .starts_with(r#"{"is":"needs-reconnecting","why":{"code":"answer-lost""#)
        );
    }
}
