//! The plugins that are installed, each with what the operator allows it.

use std::collections::BTreeMap;
use std::sync::Arc;

use credential_runtime::{
    Descriptor, Field, Operation, Plugin, Policy, Problem, Secret, SettingValue, Settings, Severity,
};
use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;

use super::{BuildError, Error, binding};
use crate::record::{PluginRef, Record};

/// A plugin, what the operator allows it, and what the platform fills in.
#[derive(Clone, Debug)]
pub struct Installed {
    plugin: Plugin,
    policy: Arc<Policy>,
    form: Arc<Descriptor>,
    platform: Settings,
}

impl Installed {
    /// A plugin under a policy.
    #[must_use]
    pub fn new(plugin: Plugin, policy: impl Into<Arc<Policy>>) -> Self {
        let policy = policy.into();
        let form = Arc::new(policy.form(plugin.descriptor()));
        Self {
            plugin,
            policy,
            form,
            platform: Settings::new(),
        }
    }

    /// What the platform fills in where a credential leaves a field blank, such as its own client ID
    /// and secret. Only fields that the plugin's form leaves to the platform are filled in. It is not
    /// stored with a credential.
    #[must_use]
    pub fn supplying(mut self, platform: Settings) -> Self {
        self.platform = platform;
        self
    }

    /// The plugin.
    #[must_use]
    pub fn plugin(&self) -> &Plugin {
        &self.plugin
    }

    /// What the operator allows it.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The plugin's form as it is filled in under the policy ([`Policy::form`]): what the policy does not
    /// allow as text is a secret.
    #[must_use]
    pub fn form(&self) -> &Descriptor {
        &self.form
    }

    /// A value as it is stored: a text in a field of the form that the plugin is not told as it stands becomes
    /// a secret, also one that is none of a choice's values.
    pub(super) fn kept_as(&self, field: &str, value: SettingValue) -> SettingValue {
        let asked = self.plugin.descriptor().field(field);
        let keeps = |text: &str| asked.is_none_or(|it| self.policy.keeps_as_text(it, text));
        match value {
            SettingValue::Text(text) if !keeps(&text) => SettingValue::Secret(Secret::new(text)),
            value => value,
        }
    }

    /// Refuses values of fields that connecting fills in: nobody types them, and a plugin could call its
    /// secret one to be told it.
    pub(super) fn check_given<'a>(
        &self,
        fields: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), Error> {
        let form = self.plugin.descriptor();
        let fields = fields.into_iter().filter_map(|it| form.field(it));
        let given = fields.filter(|it| it.kind.is_filled_by_connecting());
        let problems: Vec<Problem> = given.map(filled_by_connecting).collect();
        if problems.is_empty() {
            Ok(())
        } else {
            Err(Error::Problems(problems))
        }
    }

    /// Whether the platform fills this field in where a credential leaves it blank.
    #[must_use]
    pub fn supplies(&self, field: &str) -> bool {
        let may = |it: &Field| it.platform_may_supply;
        self.platform.get(field).is_some() && self.plugin.descriptor().field(field).is_some_and(may)
    }

    /// What a credential refers to it by.
    #[must_use]
    pub fn reference(&self) -> PluginRef {
        PluginRef {
            id: self.plugin.descriptor().id.clone(),
            digest: self.plugin.digest(),
            bound: Some(binding::bound(&self.plugin, &self.policy)),
        }
    }

    /// A mark of all that decides, besides a credential's own settings, what the plugin says of them: the
    /// plugin, what it may do, and what the platform fills in (of its secrets, which). 16 digits of a hash.
    #[must_use]
    pub fn mark(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(format!("{:?}", self.reference()));
        for (field, value) in self.platform.iter() {
            let text = match value {
                SettingValue::Text(text) => Some(text),
                SettingValue::Secret(_) => None,
            };
            hash.update(format!("{field:?} {text:?}"));
        }
        let hash = hash.finalize();
        hash.iter().take(8).map(|it| format!("{it:02x}")).collect()
    }

    /// Begins an operation on a credential with these settings of its own.
    #[must_use]
    pub fn operation(&self, settings: &Settings) -> Operation {
        self.operation_with_facts(settings, &BTreeMap::new())
    }

    /// The same, with what connecting taught, by field.
    pub(super) fn operation_with_facts(
        &self,
        settings: &Settings,
        facts: &BTreeMap<String, String>,
    ) -> Operation {
        let facts = facts
            .iter()
            .map(|(field, it)| (field.as_str(), it.as_str()));
        self.plugin
            .operation_with_facts(&self.filled_in(settings), facts, &self.policy)
    }

    pub(super) fn filled_in(&self, settings: &Settings) -> Settings {
        let mut filled = settings.clone();
        for (field, value) in self.platform.iter() {
            if settings.get(field).is_none() && self.supplies(field) {
                filled.set(field, value.clone());
            }
        }
        filled
    }
}

fn filled_by_connecting(field: &Field) -> Problem {
    Problem {
        field: field.id.clone(),
        severity: Severity::Error,
        code: "filled-by-connecting".to_owned(),
        message: format!("Connecting fills in `{}`; nobody types it.", field.id),
        hint: Some("Leave this field out.".to_owned()),
    }
}

/// The installed plugins by id.
#[derive(Default)]
pub(super) struct Plugins(BTreeMap<String, Place>);

struct Place {
    installed: Installed,
    /// Renewals in the background at a time.
    slots: Arc<Semaphore>,
}

impl Plugins {
    /// Two of one id are not told apart by anything that a credential knows: the second would be handed
    /// the credentials of the first.
    pub(super) fn new(installed: Vec<Installed>, slots: usize) -> Result<Self, BuildError> {
        let mut plugins: BTreeMap<String, Place> = BTreeMap::new();
        for installed in installed {
            let id = installed.plugin.descriptor().id.clone();
            if let Some(other) = plugins.get(&id) {
                return Err(BuildError::SamePlugin {
                    digests: [other.installed.plugin.digest(), installed.plugin.digest()],
                    id,
                });
            }
            let slots = Arc::new(Semaphore::new(slots));
            plugins.insert(id, Place { installed, slots });
        }
        Ok(Self(plugins))
    }

    pub(super) fn get(&self, id: &str) -> Result<&Installed, Error> {
        let place = self.0.get(id);
        place
            .map(|it| &it.installed)
            .ok_or_else(|| Error::NoSuchPlugin(id.to_owned()))
    }

    /// The plugin that a credential belongs to, if what is installed is what its secrets were entered for.
    pub(super) fn of(&self, record: &Record) -> Result<&Installed, Error> {
        let installed = self.get(&record.overview.plugin.id)?;
        match binding::forbids(record, installed) {
            Some(difference) => Err(Error::PluginChanged(Box::new(difference))),
            None => Ok(installed),
        }
    }

    /// An operation on a credential: with what connecting taught, and with its stored secrets known.
    /// [`Inner::operation`](super::Inner::operation) adds those that are in memory alone.
    pub(super) fn operation(&self, record: &Record) -> Result<Operation, Error> {
        let installed = self.of(record)?;
        let tenant = record.overview.tenant.as_str();
        let operation = installed.operation_with_facts(&record.settings, &record.facts);
        let operation = operation.for_tenant(tenant);
        if let Some(tokens) = &record.tokens {
            operation.know([&tokens.access]);
            if let Some(refresh) = &tokens.refresh {
                operation.know_refresh_token(refresh);
            }
        }
        Ok(operation)
    }

    pub(super) fn slots(&self, id: &str) -> Option<Arc<Semaphore>> {
        self.0.get(id).map(|it| Arc::clone(&it.slots))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Installed> {
        self.0.values().map(|it| &it.installed)
    }
}
