//! What went wrong, by what to do about it.

use serde::Serialize;

/// How much a problem matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The credential cannot work like this.
    Error,
    /// It may work, but this is rarely meant.
    Warning,
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The field's id.
    pub field: String,
    /// Whether it stands in the way.
    pub severity: Severity,
    /// Stable and machine-readable.
    pub code: String,
    /// For the person who fills in the form.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// Who has to act before it can work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
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

impl Actor {
    /// In words, for a message such as "Who acts: …".
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::User => "you, whose credential this is",
            Self::Administrator => "an administrator of your company in the service",
            Self::Platform => "whoever runs this platform",
            Self::Service => "the service itself; there is nothing to change",
            Self::Plugin => "the author of the plugin: this is a defect",
        }
    }
}

/// What happened, for people. Nothing in it is for matching but `code`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnosis {
    /// The service's own code where it gave one.
    pub code: String,
    /// What happened.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// Who has to do it.
    pub actor: Actor,
    /// A step of the setup guide that puts it right.
    pub setup_step: Option<String>,
    /// What the service's support asks for.
    pub support_id: Option<String>,
}

/// The service asks to be asked less often.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Throttle {
    /// How long to wait, where the service said so.
    pub retry_after_seconds: Option<u32>,
    /// What happened.
    pub diagnosis: Diagnosis,
}

/// A plugin's answer when something cannot be done (`error` in the contract): one case for each
/// thing that a caller can do next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// Correct these fields, then try again.
    InvalidSettings(Vec<Problem>),
    /// The grant is dead: the user must connect again.
    Reauthorize(Diagnosis),
    /// Something outside the credential must be changed first.
    Misconfigured(Diagnosis),
    /// The access token is stale: renew it, then try once more.
    StaleToken(Diagnosis),
    /// Wait, then try again; the credential is healthy.
    Throttled(Throttle),
    /// Try again later; the credential is healthy.
    Unavailable(Diagnosis),
    /// The request went out and no answer came back.
    OutcomeUnknown(Diagnosis),
    /// The answer was understood by nobody.
    Protocol(Diagnosis),
    /// The host refused the request.
    Denied(String),
    /// None of the above.
    Other(String),
}

impl Refusal {
    /// The diagnosis, where the case has one.
    #[must_use]
    pub fn diagnosis(&self) -> Option<&Diagnosis> {
        match self {
            Self::Reauthorize(it)
            | Self::Misconfigured(it)
            | Self::StaleToken(it)
            | Self::Unavailable(it)
            | Self::OutcomeUnknown(it)
            | Self::Protocol(it) => Some(it),
            Self::Throttled(throttle) => Some(&throttle.diagnosis),
            Self::InvalidSettings(_) | Self::Denied(_) | Self::Other(_) => None,
        }
    }

    /// The case's name as the contract spells it.
    #[must_use]
    pub fn case(&self) -> &'static str {
        match self {
            Self::InvalidSettings(_) => "invalid-settings",
            Self::Reauthorize(_) => "reauthorize",
            Self::Misconfigured(_) => "misconfigured",
            Self::StaleToken(_) => "stale-token",
            Self::Throttled(_) => "throttled",
            Self::Unavailable(_) => "unavailable",
            Self::OutcomeUnknown(_) => "outcome-unknown",
            Self::Protocol(_) => "protocol",
            Self::Denied(_) => "denied",
            Self::Other(_) => "other",
        }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self, self.diagnosis()) {
            (_, Some(diagnosis)) => write!(f, "{} ({})", diagnosis.message, diagnosis.code),
            (Self::InvalidSettings(problems), _) => {
                let messages: Vec<&str> = problems.iter().map(|it| it.message.as_str()).collect();
                f.write_str(&messages.join(" "))
            }
            (Self::Denied(why), _) => write!(f, "the host refused the request: {why}"),
            (Self::Other(what), _) => f.write_str(what),
            (_, None) => f.write_str(self.case()),
        }
    }
}
