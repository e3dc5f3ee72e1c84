//! Credentials as a file that holds no secret: to move them, to look at them, to begin anew.

use std::collections::BTreeMap;

use credential_runtime::{Digest, SettingValue, Settings};
use serde::{Deserialize, Serialize};

use super::records::kept_as;
use super::{Connections, Error, Standing};
use crate::record::{Document, Name, NewCredential, NewEvent, PluginRef, Record, Tenant};

/// The layout that this version writes.
const VERSION: u32 = 1;

/// Credentials without their secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export {
    /// The layout's version: 1.
    pub version: u32,
    /// By name.
    pub credentials: Vec<Exported>,
}

/// A credential without its secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exported {
    /// What people call it.
    pub name: String,
    /// The plugin's id.
    pub plugin: String,
    /// The component that the settings were last checked with: `sha256:…`.
    pub digest: String,
    /// The fields that are no secret.
    pub settings: BTreeMap<String, String>,
    /// The fields that hold a secret: their names alone.
    pub secrets: Vec<String>,
}

/// What became of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Those that were added, each with the secrets that it still needs.
    pub added: Vec<(Name, Vec<String>)>,
    /// Those that were not.
    pub refused: Vec<NotImported>,
}

/// A credential that was not imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotImported {
    /// As the file has it.
    pub name: String,
    /// Why.
    pub reason: String,
}

impl Connections {
    /// A tenant's credentials without their secrets: neither tokens nor secret settings.
    ///
    /// # Errors
    ///
    /// The store's.
    pub async fn export(&self, tenant: &Tenant) -> Result<Export, Error> {
        let mut credentials = Vec::new();
        for overview in self.0.all(tenant).await? {
            let record = self.0.store.get(tenant, overview.id).await?;
            credentials.push(exported(&record));
        }
        Ok(Export {
            version: VERSION,
            credentials,
        })
    }

    /// Adds credentials from an export, none of them connected. One that cannot be added does not
    /// keep the others from it; nothing that exists is changed.
    ///
    /// # Errors
    ///
    /// None of its own: what was not added is in the answer.
    pub async fn import(&self, tenant: &Tenant, export: &Export) -> Imported {
        let mut imported = Imported::default();
        for exported in &export.credentials {
            match self.import_one(tenant, export.version, exported).await {
                Ok(name) => imported.added.push((name, exported.secrets.clone())),
                Err(reason) => imported.refused.push(NotImported {
                    name: exported.name.clone(),
                    reason,
                }),
            }
        }
        imported
    }

    async fn import_one(
        &self,
        tenant: &Tenant,
        version: u32,
        it: &Exported,
    ) -> Result<Name, String> {
        if version != VERSION {
            return Err(format!(
                "the file's layout is {version}, and only {VERSION} is known here"
            ));
        }
        let name = Name::parse(&it.name).map_err(|error| error.to_string())?;
        let digest: Digest = it.digest.parse().map_err(|error| format!("{error}"))?;
        let texts = it.settings.iter();
        let mut settings = texts.fold(Settings::new(), |all, (field, text)| {
            all.with_text(field, text)
        });
        // There is no secret yet: whoever enters one binds it.
        let mut bound = None;
        if let Ok(installed) = self.0.plugins.get(&it.plugin) {
            let given = installed.check_given(settings.iter().map(|(field, _)| field));
            given.map_err(|error| error.to_string())?;
            settings = kept_as(installed, &settings);
            let reference = installed.reference();
            bound = reference.bound.filter(|_| reference.digest == digest);
        }
        let credential = NewCredential {
            name: name.clone(),
            plugin: PluginRef {
                id: it.plugin.clone(),
                digest,
                bound,
            },
            settings,
            state: Document::of(&Standing::default()).map_err(|error| error.to_string())?,
            due_at: None,
            event: NewEvent::new("imported"),
        };
        let created = self.0.store.create(tenant, &credential, self.now()).await;
        created.map(|_| name).map_err(|error| error.to_string())
    }
}

fn exported(record: &Record) -> Exported {
    let mut settings = BTreeMap::new();
    let mut secrets = Vec::new();
    for (field, value) in record.settings.iter() {
        match value {
            SettingValue::Text(text) => drop(settings.insert(field.to_owned(), text.clone())),
            SettingValue::Secret(_) => secrets.push(field.to_owned()),
        }
    }
    Exported {
        name: record.overview.name.to_string(),
        plugin: record.overview.plugin.id.clone(),
        digest: record.overview.plugin.digest.to_string(),
        settings,
        secrets,
    }
}
