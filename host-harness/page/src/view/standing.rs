//! Where a credential stands, in words: what it means, what is to be done, what happens by itself.

use credential_connections::record::{Overview, Timestamp};
use credential_connections::service::Standing;
use credential_connections::state::{Freshness, StaleReason, State};
use credential_runtime::Descriptor;

use super::moment::Moment;
use super::text::capitalized;
use super::told::Told;

/// Where a credential stands.
pub(super) struct Stand {
    /// For programs.
    pub(super) name: &'static str,
    /// The colour that goes with the words.
    pub(super) tone: &'static str,
    /// In a few words.
    pub(super) label: String,
    /// In a sentence.
    pub(super) meaning: &'static str,
    /// What is wrong, or what went wrong last.
    pub(super) trouble: Option<Trouble>,
    /// What a person has to do.
    pub(super) to_do: Option<&'static str>,
    /// What happens by itself.
    pub(super) by_itself: Option<(&'static str, Option<Moment>)>,
}

/// Something that went wrong.
pub(super) struct Trouble {
    /// When, where it is not what the credential suffers from now.
    pub(super) past: Option<Moment>,
    pub(super) told: Told,
}

impl Stand {
    pub(super) fn of(
        standing: &Standing,
        overview: &Overview,
        form: Option<&Descriptor>,
        now: Timestamp,
    ) -> Self {
        let state = &standing.state;
        let trouble = trouble(standing, overview, form, now);
        let hinted = trouble.as_ref().is_some_and(|it| it.told.hint.is_some());
        Self {
            name: state.name(),
            tone: tone(standing),
            label: capitalized(standing.label()),
            meaning: standing.meaning(),
            to_do: to_do(standing, overview.tokens.is_some(), hinted),
            trouble,
            by_itself: by_itself(standing, overview, now),
        }
    }
}

fn tone(standing: &Standing) -> &'static str {
    match &standing.state {
        State::Draft => "idle",
        State::Connecting { .. } | State::Renewing { .. } => "busy",
        _ if standing.failed_test().is_some() => "bad",
        State::Connected => "good",
        State::Throttled { .. } | State::OutcomeUnknown { .. } => "wait",
        State::NeedsReconnecting { .. }
        | State::SettingsRefused { .. }
        | State::NeedsAdministrator { .. } => "bad",
    }
}

/// What the state suffers from; otherwise the last failure, until tokens come.
fn trouble(
    standing: &Standing,
    overview: &Overview,
    form: Option<&Descriptor>,
    now: Timestamp,
) -> Option<Trouble> {
    if let Some(diagnosis) = standing.diagnosis() {
        return Some(Trouble {
            past: None,
            told: Told::of(diagnosis.into(), form),
        });
    }
    let failure = overview.last_failure.as_ref()?;
    let over = overview.last_success.is_some_and(|at| at >= failure.at);
    (!over).then(|| Trouble {
        past: Some(Moment::new(failure.at, now)),
        told: Told::of((&failure.diagnosis).into(), form),
    })
}

/// What went wrong may say it already.
fn to_do(standing: &Standing, holds_tokens: bool, hinted: bool) -> Option<&'static str> {
    match &standing.state {
        State::Draft if !hinted => Some("Fill in the form, then connect."),
        State::NeedsReconnecting { retry_at: None, .. } if !hinted => Some("Connect it again."),
        State::SettingsRefused { retry_at: None, .. } if !hinted => {
            Some("Correct the settings; the next renewal uses them.")
        }
        // A test renews nothing while the token is good, and so would not end the state.
        State::NeedsAdministrator { .. } if holds_tokens => {
            Some("Once it is put right, choose Renew now.")
        }
        State::NeedsAdministrator { .. } => Some("Once it is put right, connect."),
        _ if standing.failed_test().is_some() => Some("Once it is put right, test the connection."),
        State::Draft
        | State::Connecting { .. }
        | State::Connected
        | State::Renewing { .. }
        | State::Throttled { .. }
        | State::NeedsReconnecting { .. }
        | State::SettingsRefused { .. }
        | State::OutcomeUnknown { .. } => None,
    }
}

fn by_itself(
    standing: &Standing,
    overview: &Overview,
    now: Timestamp,
) -> Option<(&'static str, Option<Moment>)> {
    let at = |what, at| {
        let moment = (at > now).then(|| Moment::new(at, now));
        let what = if moment.is_some() {
            what
        } else {
            "Due to be tried again"
        };
        Some((what, moment))
    };
    match &standing.state {
        State::Connected => {
            let expired = standing.freshness(overview, now);
            let expired = expired == Freshness::Stale(StaleReason::Expired);
            expired.then_some((
                "Its access token has ended; whoever uses it next renews it.",
                None,
            ))
        }
        State::Throttled { until, .. } => at("Tried again by itself", *until),
        State::OutcomeUnknown { again_at, .. } => at("Tried again by itself", *again_at),
        State::NeedsReconnecting { retry_at, .. } | State::SettingsRefused { retry_at, .. } => {
            at("Tried once more by itself", (*retry_at)?)
        }
        State::NeedsAdministrator { retry_at, .. } => at("Looked at again by itself", (*retry_at)?),
        State::Draft | State::Connecting { .. } | State::Renewing { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::samples::*;

    #[track_caller]
    fn check(
        state: State,
        (name, tone, label): (&str, &str, &str),
        to_do: Option<&str>,
        by_itself: Option<&str>,
    ) {
        let status = status("Production", state, Some(tokens()));
        let stand = Stand::of(&status.standing, &status.overview, None, NOW);
        assert_eq!(
            (stand.name, stand.tone, stand.label.as_str()),
            (name, tone, label)
        );
        assert_eq!(stand.to_do, to_do, "{name}");
        let said = stand.by_itself.map(|(what, moment)| match moment {
            Some(moment) => format!("{what} {}", moment.said),
            None => what.to_owned(),
        });
        assert_eq!(said.as_deref(), by_itself, "{name}");
    }

    #[test]
    fn each_state_has_a_colour_words_and_what_is_to_be_done() {
        check(
            State::Draft,
            ("draft", "idle", "Not connected"),
            Some("Fill in the form, then connect."),
            None,
        );
        check(
            State::Connected,
            ("connected", "good", "Connected"),
            None,
            None,
        );
        check(
            throttled(),
            ("throttled", "wait", "Waiting"),
            None,
            Some("Tried again by itself in 3 min"),
        );
        check(
            needs_reconnecting(),
            ("needs-reconnecting", "bad", "Connect again"),
            None,
            None,
        );
        check(
            settings_refused(),
            ("settings-refused", "bad", "Settings not accepted"),
            Some("Correct the settings; the next renewal uses them."),
            None,
        );
        check(
            needs_administrator(),
            ("needs-administrator", "bad", "To be put right"),
            Some("Once it is put right, choose Renew now."),
            Some("Looked at again by itself in 43 min"),
        );
    }

    #[test]
    fn a_moment_that_is_over_is_not_to_come() {
        let mut state = throttled();
        if let State::Throttled { until, .. } = &mut state {
            *until = ago(1);
        }
        check(
            state,
            ("throttled", "wait", "Waiting"),
            None,
            Some("Due to be tried again"),
        );
    }

    #[test]
    fn a_failure_is_told_until_tokens_come() {
        let failed = failed_before(status("Production", State::Draft, None));
        let told = |status: &credential_connections::service::Status| {
            let stand = Stand::of(&status.standing, &status.overview, None, NOW);
            (
                stand.trouble.and_then(|it| it.past).map(|it| it.said),
                stand.to_do,
            )
        };
        assert_eq!(told(&failed), (Some("4 min ago".to_owned()), None));
        let mended = failed_before(status("Production", State::Connected, Some(tokens())));
        assert_eq!(told(&mended), (None, None));
    }
}
