//! The form: what a plugin describes, and what was filled in.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::reading::DeclaredMember;
use crate::secret::Secret;

/// One of the values that a choice field takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// The field's value when this one is chosen.
    pub id: String,
    /// What a person reads.
    pub label: String,
    /// What choosing it means.
    pub help: String,
}

/// What a field holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FieldKind {
    /// One line of text; not secret.
    Text,
    /// Written once, shown never.
    Secret,
    /// One of these.
    Choice(Vec<Choice>),
    /// The access token: filled by connecting; nobody types it.
    AccessToken,
    /// The refresh token, likewise.
    RefreshToken,
    /// A fact that connecting brings; not secret; nobody types it.
    Learned,
    /// A kind that this version of the host does not know; kept as a secret.
    Other(String),
}

impl FieldKind {
    /// Whether the plugin is told the value itself. Everything that is not plainly text is kept
    /// from it.
    #[must_use]
    pub fn is_text(&self) -> bool {
        matches!(self, Self::Text | Self::Choice(_) | Self::Learned)
    }

    /// Whether connecting fills it, so that nobody types it.
    #[must_use]
    pub fn is_filled_by_connecting(&self) -> bool {
        matches!(self, Self::AccessToken | Self::RefreshToken | Self::Learned)
    }

    /// Whether it stands for one of the tokens.
    #[must_use]
    pub fn is_token(&self) -> bool {
        matches!(self, Self::AccessToken | Self::RefreshToken)
    }
}

/// Holds where `field` has the value `equals`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Condition {
    /// A field's id.
    pub field: String,
    /// Compared to the letter.
    pub equals: String,
}

impl Condition {
    /// Whether it holds for a form.
    #[must_use]
    pub fn holds(&self, settings: &Settings) -> bool {
        settings.text(&self.field) == Some(self.equals.as_str())
    }
}

/// Whether a field must be filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Requirement {
    /// Always.
    Required,
    /// While this holds.
    RequiredWhen(Condition),
    /// Never.
    Optional,
}

/// One field of the form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Field {
    /// Stable; settings are stored under it.
    pub id: String,
    /// What stands before the box.
    pub label: String,
    /// What stands beside it.
    pub help: String,
    /// An example to show in an empty box.
    pub example: Option<String>,
    /// What it holds.
    pub kind: FieldKind,
    /// Whether it must be filled in.
    pub requirement: Requirement,
    /// Shown only while this holds; always, where absent.
    pub shown_when: Option<Condition>,
    /// A platform that has an application of its own may fill this in.
    pub platform_may_supply: bool,
}

/// One thing to do in the service before a credential can work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SetupStep {
    /// Stable; a diagnosis points at it.
    pub id: String,
    /// What to do.
    pub title: String,
    /// Where to click, and what goes wrong without it.
    pub detail: String,
    /// Needed only while this holds; always, where absent.
    pub needed_when: Option<Condition>,
}

/// What an origin is for (`purposes` in the contract).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Purposes {
    /// A person signs in there.
    pub browser: bool,
    /// Tokens are obtained and revoked there.
    pub token: bool,
    /// The service's API.
    pub api: bool,
}

impl Purposes {
    /// In words, such as `sign-in, tokens, API`.
    #[must_use]
    pub fn describe(self) -> String {
        let named = [
            (self.browser, "sign-in in the browser"),
            (self.token, "tokens"),
            (self.api, "API"),
        ];
        let words: Vec<&str> = named
            .into_iter()
            .filter_map(|(holds, word)| holds.then_some(word))
            .collect();
        words.join(", ")
    }
}

/// A place that a plugin asks to reach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AskedOrigin {
    /// Scheme, host and port.
    pub url: String,
    /// What it is for.
    pub purposes: Purposes,
}

/// What a plugin says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Descriptor {
    /// Stable; stored with every credential.
    pub id: String,
    /// The plugin's own version.
    pub version: String,
    /// The form's heading.
    pub title: String,
    /// One or two sentences under it.
    pub summary: String,
    /// Where to read more.
    pub documentation: String,
    /// The origins that the plugin asks to reach.
    pub origins: Vec<AskedOrigin>,
    /// The JWT claims that the plugin asks to read.
    pub claims: Vec<String>,
    /// Everything that it reads of an answer's body.
    pub members: Vec<DeclaredMember>,
    /// The headers of an answer that it reads.
    pub headers: Vec<String>,
    /// Headers that its requests carry beyond the usual ones.
    pub request_headers: Vec<String>,
    /// Headers other than `authorization` in which a secret may stand.
    pub secret_headers: Vec<String>,
    /// Parameters of the redirect that it reads.
    pub redirect_parameters: Vec<String>,
    /// The form.
    pub fields: Vec<Field>,
    /// What to do in the service first.
    pub setup: Vec<SetupStep>,
}

impl Descriptor {
    /// The field of that id.
    #[must_use]
    pub fn field(&self, id: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.id == id)
    }

    /// The setup step of that id.
    #[must_use]
    pub fn setup_step(&self, id: &str) -> Option<&SetupStep> {
        self.setup.iter().find(|step| step.id == id)
    }
}

/// What stands in a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingValue {
    /// Told to the plugin as it stands.
    Text(String),
    /// Never told to the plugin.
    Secret(Secret),
}

/// A filled-in form, by field id. A field that was left blank is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings(BTreeMap<String, SettingValue>);

impl Settings {
    /// An empty form.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Fills in a field with text.
    #[must_use]
    pub fn with_text(mut self, field: impl Into<String>, value: impl Into<String>) -> Self {
        self.set(field, SettingValue::Text(value.into()));
        self
    }

    /// Fills in a field with a secret.
    #[must_use]
    pub fn with_secret(mut self, field: impl Into<String>, value: impl Into<Secret>) -> Self {
        self.set(field, SettingValue::Secret(value.into()));
        self
    }

    /// Fills in a field; what stood there before is dropped.
    pub fn set(&mut self, field: impl Into<String>, value: SettingValue) {
        self.0.insert(field.into(), value);
    }

    /// What stands in a field.
    #[must_use]
    pub fn get(&self, field: &str) -> Option<&SettingValue> {
        self.0.get(field)
    }

    /// The text in a field; absent where there is none, or a secret.
    #[must_use]
    pub fn text(&self, field: &str) -> Option<&str> {
        match self.0.get(field) {
            Some(SettingValue::Text(text)) => Some(text),
            Some(SettingValue::Secret(_)) | None => None,
        }
    }

    /// Every filled-in field.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &SettingValue)> {
        self.0.iter().map(|(field, value)| (field.as_str(), value))
    }
}

impl From<String> for Secret {
    fn from(value: String) -> Self {
        Self::new(value)
    }
}

impl From<&str> for Secret {
    fn from(value: &str) -> Self {
        Self::new(value)
    }
}
