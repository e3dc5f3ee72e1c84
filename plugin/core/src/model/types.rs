//! Interface `types`: settings, problems, diagnoses, errors.

use alloc::{borrow::Cow, string::String, vec::Vec};
use core::fmt;

/// The name of a secret that the host holds. It is good for one operation and says nothing of the
/// value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SecretRef(String);

impl SecretRef {
    /// The name as the host gave it.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name, to hand back to the host.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name, to hand back to the host.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

/// What is unusual about a secret's spelling: the marks of a careless copy and paste.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Blemishes {
    /// White space before the first or after the last visible character.
    pub surrounding_whitespace: bool,
    /// White space between visible characters.
    pub inner_whitespace: bool,
    /// Control characters, line breaks and tabs among them.
    pub control_characters: bool,
    /// A character outside ASCII.
    pub non_ascii: bool,
    /// A part of a web address.
    pub web_address: bool,
}

/// What may be known of a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Stands for the value.
    pub secret: SecretRef,
    /// In Unicode scalar values; 0 is an empty value.
    pub length: u32,
    /// What is odd about its spelling.
    pub blemishes: Blemishes,
    /// Claims of a JWT that the host lets through. Nobody has checked the signature.
    pub claims: Vec<(String, String)>,
}

impl Sealed {
    /// A claim that says something: one that is there and not empty.
    #[must_use]
    pub fn claim(&self, name: &str) -> Option<&str> {
        let (_, value) = self.claims.iter().find(|(claim, _)| claim == name)?;
        Some(value.as_str()).filter(|value| !value.is_empty())
    }
}

/// What somebody put into a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingValue {
    /// As it was typed: no case changed, no blank removed.
    Text(String),
    /// A secret or a token: never its value.
    Secret(Sealed),
}

/// One filled-in field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// A field's `id`. An unknown one is ignored.
    pub field: String,
    /// What the field holds.
    pub value: SettingValue,
}

/// How much a problem matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The credential cannot work like this.
    Error,
    /// It may work, but this is rarely meant.
    Warning,
}

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The field's `id`.
    pub field: &'static str,
    /// Whether it stands in the way.
    pub severity: Severity,
    /// For programs; stable.
    pub code: &'static str,
    /// For the person at the form: one sentence.
    pub message: &'static str,
    /// What to do about it, where the message does not say.
    pub hint: Option<&'static str>,
}

/// Who has to act before it can work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// The person whose credential this is.
    User,
    /// An administrator of the company in Intacct.
    Administrator,
    /// Whoever runs the platform.
    Platform,
    /// Intacct itself: wait.
    Service,
    /// The author of this plugin: a defect.
    Plugin,
}

/// What happened, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// Intacct's own code where it gave a well-formed one, else one of this plugin's.
    pub code: Cow<'static, str>,
    /// What happened: one sentence.
    pub message: &'static str,
    /// What to do about it.
    pub hint: Option<&'static str>,
    /// Who has to do it.
    pub actor: Actor,
    /// The step of the setup guide that puts it right.
    pub setup_step: Option<&'static str>,
    /// What Intacct's support asks for.
    pub support_id: Option<String>,
}

/// What a caller should do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// Correct the fields that `validate` names. Nothing was sent.
    InvalidSettings,
    /// The grant is dead: connect again.
    Reauthorize,
    /// Something else must be changed first; connecting again would not help.
    Misconfigured,
    /// The access token is stale: renew it, then try once more.
    StaleToken,
    /// Wait; the credential is healthy.
    Throttled,
    /// Try again later; the credential is healthy.
    Unavailable,
    /// The request went out and no answer came back.
    OutcomeUnknown,
    /// An answer came and was not understood.
    Protocol,
    /// The host refused the request.
    Denied,
    /// None of these; the diagnosis says what.
    Other,
}

/// Why something cannot be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// What to do next.
    pub kind: ErrorKind,
    /// What happened.
    pub diagnosis: Diagnosis,
    /// How long to wait, in seconds, within the bounds of [`crate::waiting`]; absent where Intacct
    /// does not say.
    pub retry_after_seconds: Option<u32>,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.diagnosis.message)
    }
}

impl core::error::Error for Error {}
