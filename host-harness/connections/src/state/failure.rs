//! Why a request for tokens brought none, by what it means for the credential.

use std::time::Duration;

use credential_runtime::{CallFailure, Error, Problem, Refusal};

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
    /// The request had no effect.
    Unavailable(Diagnosis),
    /// The request may have had an effect, and what it was is not known.
    Unknown(Diagnosis),
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
            | Self::Unknown(why) => why,
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

    fn of_refusal(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::InvalidSettings(problems) => Self::Settings(of_problems(problems)),
            Refusal::Reauthorize(why) => Self::Dead(why.into()),
            Refusal::Misconfigured(why) => Self::Misconfigured(why.into()),
            Refusal::Throttled(throttle) => Self::Throttled {
                wait: throttle
                    .retry_after_seconds
                    .map(|it| Duration::from_secs(it.into())),
                why: (&throttle.diagnosis).into(),
            },
            Refusal::Unavailable(why) => Self::Unavailable(why.into()),
            // A token endpoint has no access token to call stale: whatever this is, it was answered
            // and not understood.
            Refusal::OutcomeUnknown(why) | Refusal::Protocol(why) | Refusal::StaleToken(why) => {
                Self::Unknown(why.into())
            }
            Refusal::Denied(why) => Self::Misconfigured(denied(why)),
            Refusal::Other(what) => Self::Unknown(other(what)),
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

fn of_problems(problems: &[Problem]) -> Diagnosis {
    let messages: Vec<&str> = problems.iter().map(|it| it.message.as_str()).collect();
    Diagnosis {
        message: messages.join(" "),
        ..Diagnosis::of_host("invalid-settings", "", "Correct the settings.", Actor::User)
    }
}

fn denied(why: &str) -> Diagnosis {
    Diagnosis {
        message: format!("The host did not let the request leave: {why}"),
        ..Diagnosis::of_host(
            "denied",
            "",
            "Allow what this plugin asks to reach, in the host's policy.",
            Actor::Platform,
        )
    }
}

fn other(what: &str) -> Diagnosis {
    Diagnosis {
        message: what.to_owned(),
        ..defect()
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
    use credential_runtime::{self as runtime, Cause, Throttle};

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
    fn check(refusal: Refusal, expected: &str) {
        let case = refusal.case();
        assert_eq!(case_of(&Failure::of(&refusal.into())), expected, "{case}");
    }

    fn case_of(failure: &Failure) -> &'static str {
        match failure {
            Failure::Dead(_) => "dead",
            Failure::Settings(_) => "settings",
            Failure::Misconfigured(_) => "misconfigured",
            Failure::Throttled { .. } => "throttled",
            Failure::Unavailable(_) => "unavailable",
            Failure::Unknown(_) => "unknown",
        }
    }

    #[test]
    fn each_refusal_means_one_thing() {
        check(Refusal::InvalidSettings(Vec::new()), "settings");
        check(Refusal::Reauthorize(why()), "dead");
        check(Refusal::Misconfigured(why()), "misconfigured");
        let throttle = Throttle {
            retry_after_seconds: Some(7),
            diagnosis: why(),
        };
        check(Refusal::Throttled(throttle), "throttled");
        check(Refusal::Unavailable(why()), "unavailable");
        check(Refusal::OutcomeUnknown(why()), "unknown");
        check(Refusal::Protocol(why()), "unknown");
        check(Refusal::StaleToken(why()), "unknown");
        check(Refusal::Denied("no".into()), "misconfigured");
        check(Refusal::Other("what".into()), "unknown");
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
