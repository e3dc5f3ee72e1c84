//! What happened, in a form that can be stored and read again.

use serde::{Deserialize, Serialize};

use credential_runtime as runtime;

/// What happened, for people, and who has to act. As the plugin said it, or made by the host where
/// the plugin was not asked. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Diagnosis {
    /// For programs: the service's own code, or one in lower case with hyphens.
    pub code: String,
    /// What happened: one sentence.
    pub message: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Who has to do it.
    pub actor: Actor,
    /// The setup guide's step that puts it right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setup_step: Option<String>,
    /// What the service's support asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub support_id: Option<String>,
}

/// Who has to act (`actor` in the contract).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Actor {
    /// The person whose credential this is.
    User,
    /// An administrator of the company in the service.
    Administrator,
    /// Whoever runs the platform.
    Platform,
    /// The service itself: wait.
    Service,
    /// The author of the plugin.
    Plugin,
}

impl Diagnosis {
    /// A diagnosis of the host's own.
    pub(crate) fn of_host(code: &str, message: &str, hint: &str, actor: Actor) -> Self {
        Self {
            code: code.to_owned(),
            message: message.to_owned(),
            hint: Some(hint.to_owned()),
            actor,
            setup_step: None,
            support_id: None,
        }
    }

    /// The answer to an earlier renewal was never seen, and the refresh token no longer works.
    #[must_use]
    pub fn answer_lost() -> Self {
        Self::of_host(
            "answer-lost",
            "The answer to a renewal was lost, and the refresh token that it spent no longer works.",
            "Connect this credential again.",
            Actor::User,
        )
    }

    /// The service was not heard about the grant for as long as its refresh token lives.
    #[must_use]
    pub fn refresh_token_over() -> Self {
        Self::of_host(
            "refresh-token-expired",
            "The refresh token's life ended before the service could be asked for new tokens.",
            "Connect this credential again.",
            Actor::User,
        )
    }

    /// The new access token had ended before it could be handed out.
    #[must_use]
    pub fn over_on_arrival() -> Self {
        Self::of_host(
            "expired-on-arrival",
            "The new access token had ended before it could be handed out.",
            "Ask again: the next one may come sooner.",
            Actor::Service,
        )
    }

    /// The access token is of no more use, and there is no way to renew it.
    #[must_use]
    pub fn nothing_renews() -> Self {
        Self::of_host(
            "nothing-renews",
            "The access token is of no more use, and there is nothing to renew it with.",
            "Connect this credential again.",
            Actor::User,
        )
    }

    /// A token that was given out just now is refused by the service's API. What the service said of
    /// it would be untrue of a new one; its code and support ID stay.
    #[must_use]
    pub fn rejected_when_new(seen: Option<&Self>) -> Self {
        let it = Self::of_host(
            "rejected-when-new",
            "The service refuses a token that it has only just given.",
            "An administrator of the company checks in the service that it admits this application, as \
             the setup guide says. Connecting again does not help before that.",
            Actor::Administrator,
        );
        Self {
            code: seen.map_or(it.code, |seen| seen.code.clone()),
            support_id: seen.and_then(|seen| seen.support_id.clone()),
            ..it
        }
    }

    /// A check failed of which the plugin says no more.
    #[must_use]
    pub(crate) fn test_failed(titles: &str) -> Self {
        let message = format!("A test of the connection failed: {titles}.");
        Self::of_host(
            "test-failed",
            &message,
            "Look at the setup guide for what the service has to allow, then test again.",
            Actor::User,
        )
    }

    /// The plan needs a refresh token, and connecting brought none.
    #[must_use]
    pub fn no_refresh_token() -> Self {
        Self::of_host(
            "no-refresh-token",
            "The service gave no refresh token, so this connection would end with its access token.",
            "Allow the application to stay connected, then connect again.",
            Actor::User,
        )
    }

    /// The lease was nearly over before the request could leave.
    #[must_use]
    pub fn overslept() -> Self {
        Self::of_host(
            "overslept",
            "This process was stopped for a while, so the request did not leave.",
            "Nothing needs to be done: it is tried again by itself.",
            Actor::Platform,
        )
    }

    /// A process ended between sending a request and storing its result.
    #[must_use]
    pub fn interrupted() -> Self {
        Self::of_host(
            "interrupted",
            "A renewal was cut short before its result was stored.",
            "Nothing needs to be done: it is tried again by itself.",
            Actor::Service,
        )
    }

    /// A renewal brought tokens that speak for somebody else.
    #[must_use]
    pub fn speaks_for_another() -> Self {
        Self::of_host(
            "identity-differs",
            "The service gave a token for another user or company than this credential stands for.",
            "Check the settings, then connect again and confirm the change.",
            Actor::User,
        )
    }
}

impl From<&runtime::Diagnosis> for Diagnosis {
    fn from(it: &runtime::Diagnosis) -> Self {
        Self {
            code: it.code.clone(),
            message: it.message.clone(),
            hint: it.hint.clone(),
            actor: it.actor.into(),
            setup_step: it.setup_step.clone(),
            support_id: it.support_id.clone(),
        }
    }
}

impl From<&Diagnosis> for runtime::Diagnosis {
    fn from(it: &Diagnosis) -> Self {
        Self {
            code: it.code.clone(),
            message: it.message.clone(),
            hint: it.hint.clone(),
            actor: it.actor.into(),
            setup_step: it.setup_step.clone(),
            support_id: it.support_id.clone(),
        }
    }
}

impl From<runtime::Actor> for Actor {
    fn from(it: runtime::Actor) -> Self {
        match it {
            runtime::Actor::User => Self::User,
            runtime::Actor::Administrator => Self::Administrator,
            runtime::Actor::Platform => Self::Platform,
            runtime::Actor::Service => Self::Service,
            runtime::Actor::Plugin => Self::Plugin,
        }
    }
}

impl From<Actor> for runtime::Actor {
    fn from(it: Actor) -> Self {
        match it {
            Actor::User => Self::User,
            Actor::Administrator => Self::Administrator,
            Actor::Platform => Self::Platform,
            Actor::Service => Self::Service,
            Actor::Plugin => Self::Plugin,
        }
    }
}
