//! Why a request for tokens brought none, by what it means for the credential.

use std::time::Duration;

use credential_runtime::{CallFailure, Error, ErrorKind, Refusal};

use super::{Actor, Diagnosis};

/// Why no tokens came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The grant is dead.
    Dead(Diagnosis),
    /// The settings cannot work; nothing was sent.
    Settings(Diagnosis),
    /// Something outside the credential must be changed first.
    Misconfigured(Diagnosis),
    /// The service asks for a wait; the request had no effect.
    Throttled {
        /// How long, where it said so.
        wait: Option<Duration>,
        /// What happened.
        why: Diagnosis,
    },
    /// The request had no effect: nothing was sent, or something else than the grant was answered,
    /// such as maintenance.
    Unavailable(Diagnosis),
    /// An answer came that nobody understands: it is no word of the service about the grant, and
    /// whether the request had an effect is not known.
    NotUnderstood(Diagnosis),
    /// The request left and no answer was seen. Whether it had an effect is not known.
    Unknown(Diagnosis),
    /// The service answered with tokens, and the plugin did not take them.
    Unread(Diagnosis),
}

impl Failure {
    /// What happened.
    #[must_use]
    pub fn diagnosis(&self) -> &Diagnosis {
        match self {
            Self::Dead(why)
            | Self::Settings(why)
            | Self::Misconfigured(why)
            | Self::Throttled { why, .. }
            | Self::Unavailable(why)
            | Self::NotUnderstood(why)
            | Self::Unknown(why)
            | Self::Unread(why) => why,
        }
    }

    /// What a request for tokens came to. Where it is not certain that the service has done nothing,
    /// it is unknown.
    #[must_use]
    pub fn of(error: &Error) -> Self {
        match error {
            Error::Refused(refusal) => Self::of_refusal(refusal),
            Error::Failed(failure) => Self::of_call(failure),
        }
    }

    /// The same where the service answered with tokens: what it did is known then.
    #[must_use]
    pub fn of_unread(error: &Error) -> Self {
        match Self::of(error) {
            Self::NotUnderstood(why) | Self::Unknown(why) => Self::Unread(why),
            other => other,
        }
    }

    fn of_refusal(refusal: &Refusal) -> Self {
        let why = Diagnosis::from(&refusal.diagnosis);
        match refusal.kind {
            ErrorKind::InvalidSettings => Self::Settings(of_problems(refusal)),
            ErrorKind::Reauthorize => Self::Dead(why),
            ErrorKind::Misconfigured | ErrorKind::Denied => Self::Misconfigured(why),
            ErrorKind::Throttled => Self::Throttled {
                wait: refusal
                    .retry_after_seconds
                    .map(|it| Duration::from_secs(it.into())),
                why,
            },
            ErrorKind::Unavailable => Self::Unavailable(why),
            // A token endpoint has no access token to call stale: whatever this is, it was answered
            // and not understood.
            ErrorKind::Protocol | ErrorKind::StaleToken | ErrorKind::Other => {
                Self::NotUnderstood(why)
            }
            ErrorKind::OutcomeUnknown => Self::Unknown(why),
        }
    }

    fn of_call(failure: &CallFailure) -> Self {
        let why = Diagnosis {
            message: failure.to_string(),
            ..defect()
        };
        if failure.request_sent {
            Self::Unknown(why)
        } else {
            Self::Unavailable(why)
        }
    }

    /// No end within the time that a request is given.
    #[must_use]
    pub fn too_slow() -> Self {
        Self::Unknown(Diagnosis::of_host(
            "no-answer",
            "The service did not answer in time.",
            "Nothing needs to be done: it is looked at again by itself.",
            Actor::Service,
        ))
    }
}

/// The problems of the form; where the plugin finds none in it, what it said.
fn of_problems(refusal: &Refusal) -> Diagnosis {
    if refusal.problems.is_empty() {
        return (&refusal.diagnosis).into();
    }
    Diagnosis {
        message: refusal.to_string(),
        ..Diagnosis::of_host(
            "invalid-settings",
            "",
            "Correct the settings, or go back to the version of the plugin that took them.",
            Actor::User,
        )
    }
}

fn defect() -> Diagnosis {
    Diagnosis::of_host(
        "plugin-failed",
        "",
        "Tell the author of the plugin, or install a version that does not do this.",
        Actor::Plugin,
    )
}

#[cfg(test)]
mod tests {
    use credential_runtime::{self as runtime, Cause};

    use super::*;

    fn why() -> runtime::Diagnosis {
        runtime::Diagnosis {
            code: "some-code".into(),
            message: "Something.".into(),
            hint: None,
            actor: runtime::Actor::Service,
            setup_step: None,
            support_id: None,
        }
    }

    #[track_caller]
    fn check(kind: ErrorKind, expected: &str) {
        let refusal = Refusal::new(kind, why());
        assert_eq!(case_of(&Failure::of(&refusal.into())), expected, "{kind:?}");
    }

    fn case_of(failure: &Failure) -> &'static str {
        match failure {
            Failure::Dead(_) => "dead",
            Failure::Settings(_) => "settings",
            Failure::Misconfigured(_) => "misconfigured",
            Failure::Throttled { .. } => "throttled",
            Failure::Unavailable(_) => "unavailable",
            Failure::NotUnderstood(_) => "not-understood",
            Failure::Unknown(_) => "unknown",
            Failure::Unread(_) => "unread",
        }
    }

    #[test]
    fn each_refusal_means_one_thing() {
        check(ErrorKind::InvalidSettings, "settings");
        check(ErrorKind::Reauthorize, "dead");
        check(ErrorKind::Misconfigured, "misconfigured");
        check(ErrorKind::Throttled, "throttled");
        check(ErrorKind::Unavailable, "unavailable");
        check(ErrorKind::OutcomeUnknown, "unknown");
        check(ErrorKind::Protocol, "not-understood");
        check(ErrorKind::StaleToken, "not-understood");
        check(ErrorKind::Denied, "misconfigured");
        check(ErrorKind::Other, "not-understood");
    }

    #[test]
    fn of_an_answer_with_tokens_the_outcome_is_known() {
        let of = |kind| case_of(&Failure::of_unread(&Refusal::new(kind, why()).into()));
        assert_eq!(of(ErrorKind::Other), "unread");
        assert_eq!(of(ErrorKind::Protocol), "unread");
        assert_eq!(of(ErrorKind::Reauthorize), "dead");
        assert_eq!(of(ErrorKind::Throttled), "throttled");
    }

    #[track_caller]
    fn check_call(export: &'static str, request_sent: bool, expected: &str) {
        let cause = Cause::Trap("unreachable".into());
        let failure = CallFailure {
            export,
            cause,
            request_sent,
        };
        assert_eq!(case_of(&Failure::of(&failure.into())), expected, "{export}");
    }

    #[test]
    fn a_plugin_that_crashes_after_the_answer_came_leaves_the_outcome_unknown() {
        check_call("oauth/token-request", false, "unavailable");
        check_call("oauth/parse-token-response", true, "unknown");
    }
}
