//! What went wrong, by what to do about it.

use serde::{Deserialize, Serialize};

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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

impl std::fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.message, self.code)
    }
}

/// What a caller does next (`error-kind` in the contract).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorKind {
    /// Correct the fields that [`Refusal::problems`] names, then try again.
    InvalidSettings,
    /// The grant is dead: the user must connect again.
    Reauthorize,
    /// Something outside the credential must be changed first.
    Misconfigured,
    /// The access token is stale: renew it, then try once more.
    StaleToken,
    /// Wait, then try again; the credential is healthy.
    Throttled,
    /// Try again later; the credential is healthy.
    Unavailable,
    /// The request went out and no answer came back.
    OutcomeUnknown,
    /// The answer was understood by nobody.
    Protocol,
    /// The host refused the request.
    Denied,
    /// None of the above.
    Other,
}

impl ErrorKind {
    /// The case's name as the contract spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::InvalidSettings => "invalid-settings",
            Self::Reauthorize => "reauthorize",
            Self::Misconfigured => "misconfigured",
            Self::StaleToken => "stale-token",
            Self::Throttled => "throttled",
            Self::Unavailable => "unavailable",
            Self::OutcomeUnknown => "outcome-unknown",
            Self::Protocol => "protocol",
            Self::Denied => "denied",
            Self::Other => "other",
        }
    }
}

/// Why something cannot be done (`error` in the contract), as the host lets it stand: its texts are
/// bounded and hold no secret of the credential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// What to do next.
    pub kind: ErrorKind,
    /// What happened, for people.
    pub diagnosis: Diagnosis,
    /// How long to wait, where the service said so; a day at the most.
    pub retry_after_seconds: Option<u32>,
    /// For [`ErrorKind::InvalidSettings`], what is wrong with the settings: the plugin's `validate`.
    pub problems: Vec<Problem>,
}

impl Refusal {
    /// A refusal without a wait and without problems.
    #[must_use]
    pub fn new(kind: ErrorKind, diagnosis: Diagnosis) -> Self {
        Self {
            kind,
            diagnosis,
            retry_after_seconds: None,
            problems: Vec::new(),
        }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.problems.is_empty() {
            return self.diagnosis.fmt(f);
        }
        let messages: Vec<&str> = self.problems.iter().map(|it| it.message.as_str()).collect();
        f.write_str(&messages.join(" "))
    }
}
