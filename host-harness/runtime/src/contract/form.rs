//! The form: what a plugin describes, and what was filled in.

use std::collections::BTreeMap;

use serde::Serialize;

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
    /// Filled by connecting; nobody types it.
    Token,
    /// A kind that this version of the host does not know; kept as a secret.
    Other(String),
}

impl FieldKind {
    /// Whether the plugin is told the value itself. Everything that is not plainly text is kept
    /// from it.
    #[must_use]
    pub fn is_text(&self) -> bool {
        matches!(self, Self::Text | Self::Choice(_))
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
    /// The flow that needs it; every flow, where absent.
    pub flow: Option<String>,
}

/// What a plugin says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Descriptor {
    /// Stable; stored with every credential.
    pub id: String,
    /// The form's heading.
    pub title: String,
    /// One or two sentences under it.
    pub summary: String,
    /// Where to read more.
    pub documentation: String,
    /// The origins that the plugin asks to reach.
    pub origins: Vec<String>,
    /// The JWT claims that the plugin asks to read.
    pub claims: Vec<String>,
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
