//! Stored settings, held against the form of the plugin that is installed now.

use std::collections::BTreeMap;

use credential_runtime::{
    CallFailure, Descriptor, Digest, Problem, Requirement, SettingValue, Settings,
};

use super::{Inner, Installed, PluginDifference, binding};
use crate::record::{Record, Timestamp};

/// How stored settings and the installed plugin's form fit together. Nothing that is stored is lost
/// because a form no longer names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormReport {
    /// The plugin, compared with the one that the settings were last checked with.
    pub plugin: PluginStanding,
    /// How what is installed differs from what the credential was entered for, where somebody has to accept
    /// that first: see [`Connections::accept_plugin`](super::Connections::accept_plugin).
    pub difference: Option<PluginDifference>,
    /// Fields that are stored and that the form does not name. They are kept and ignored.
    pub unknown: Vec<String>,
    /// Fields that the form requires and that neither the credential nor the platform fills in.
    pub missing: Vec<String>,
    /// What the plugin says of the settings.
    pub problems: Vec<Problem>,
}

/// The plugin that a credential was made with, and the one that is installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PluginStanding {
    /// The same.
    Same,
    /// Another version.
    Changed {
        /// The one that the settings were last checked with.
        was: Digest,
        /// The one that is installed.
        is: Digest,
    },
    /// None of that id is installed here: nothing can be done with the credential.
    NotInstalled,
}

/// What a credential holds in a field, as far as anyone may be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// As it was typed.
    Text(String),
    /// A secret.
    Secret {
        /// Since when it has been what it is; absent where that was never noted.
        since: Option<Timestamp>,
    },
}

/// The filled-in form without its secrets, by field.
pub(super) fn kept(record: &Record) -> BTreeMap<String, Kept> {
    let fields = record.settings.iter();
    let kept = fields.map(|(field, value)| match value {
        SettingValue::Text(text) => (field.to_owned(), Kept::Text(text.clone())),
        SettingValue::Secret(_) => {
            let since = record.secrets_since.get(field).copied();
            (field.to_owned(), Kept::Secret { since })
        }
    });
    kept.collect()
}

impl Inner {
    pub(super) async fn form_report(&self, record: &Record) -> Result<FormReport, CallFailure> {
        let Ok(installed) = self.plugins.get(&record.overview.plugin.id) else {
            return Ok(FormReport {
                plugin: PluginStanding::NotInstalled,
                difference: None,
                unknown: Vec::new(),
                missing: Vec::new(),
                problems: Vec::new(),
            });
        };
        let form = installed.plugin().descriptor();
        let filled = installed.filled_in(&record.settings);
        Ok(FormReport {
            plugin: compared(record, installed),
            difference: binding::forbids(record, installed),
            unknown: unknown(form, &record.settings),
            missing: missing(form, &filled),
            problems: match self.operation(record).await {
                Ok(operation) => operation.validate().await?,
                // It is not called with this credential before somebody has accepted it.
                Err(_) => Vec::new(),
            },
        })
    }
}

fn compared(record: &Record, installed: &Installed) -> PluginStanding {
    let (was, is) = (record.overview.plugin.digest, installed.plugin().digest());
    if was == is {
        PluginStanding::Same
    } else {
        PluginStanding::Changed { was, is }
    }
}

fn unknown(form: &Descriptor, settings: &Settings) -> Vec<String> {
    let fields = settings.iter().map(|(field, _)| field);
    fields
        .filter(|field| form.field(field).is_none())
        .map(str::to_owned)
        .collect()
}

fn missing(form: &Descriptor, filled: &Settings) -> Vec<String> {
    let required = form.fields.iter().filter(|field| match &field.requirement {
        Requirement::Required => true,
        Requirement::RequiredWhen(condition) => condition.holds(filled),
        Requirement::Optional => false,
    });
    let open = required.filter(|field| filled.get(&field.id).is_none());
    open.map(|field| field.id.clone()).collect()
}
