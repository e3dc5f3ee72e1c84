//! Keeping credentials: adding, editing, looking.

use std::collections::BTreeMap;

use credential_runtime::{Problem, SettingValue, Settings};

use super::form::{FormReport, Kept, kept};
use super::stake::PAGE;
use super::{Connections, Error, Installed, Standing};
use crate::record::{
    CredentialId, Document, Event, Name, NewCredential, NewEvent, Overview, Record, SettingsChange,
    StateChange, Tenant, Timestamp,
};
use crate::state::{self, Jitter, due_at};

/// A credential that was added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// What programs call it.
    pub id: CredentialId,
    /// What is wrong with its settings so far. It can be edited until nothing is.
    pub problems: Vec<Problem>,
}

/// Changes to settings, field by field. What is not named stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edit(BTreeMap<String, Option<SettingValue>>);

impl Edit {
    /// No change.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Fills a field in.
    #[must_use]
    pub fn set(mut self, field: impl Into<String>, value: SettingValue) -> Self {
        self.0.insert(field.into(), Some(value));
        self
    }

    /// Leaves a field blank.
    #[must_use]
    pub fn clear(mut self, field: impl Into<String>) -> Self {
        self.0.insert(field.into(), None);
        self
    }

    /// This, and then another; of a field that both change, the other has the last word.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// The fields that it fills in.
    fn fills_in(&self) -> impl Iterator<Item = &str> {
        let set = self.0.iter().filter(|(_, value)| value.is_some());
        set.map(|(field, _)| field.as_str())
    }

    /// Whether it fills nothing in.
    fn only_clears(&self) -> bool {
        self.0.values().all(Option::is_none)
    }

    /// What it leaves as it is.
    fn rest(&self, settings: &Settings) -> Settings {
        let mut rest = Settings::new();
        for (field, value) in settings.iter() {
            if !self.0.contains_key(field) {
                rest.set(field, value.clone());
            }
        }
        rest
    }

    fn apply(&self, settings: &Settings, installed: &Installed) -> Settings {
        let mut edited = self.rest(settings);
        for (field, value) in &self.0 {
            if let Some(value) = value {
                edited.set(field.clone(), installed.kept_as(field, value.clone()));
            }
        }
        edited
    }
}

/// What is stored, with ends of tokens that can be true.
fn by_the_clock_of(now: Timestamp, overview: Overview) -> Overview {
    Overview {
        tokens: overview.tokens.map(|it| it.by_the_clock_of(now)),
        ..overview
    }
}

/// A new form as it is stored.
pub(super) fn kept_as(installed: &Installed, settings: &Settings) -> Settings {
    let mut kept = Settings::new();
    for (field, value) in settings.iter() {
        kept.set(field, installed.kept_as(field, value.clone()));
    }
    kept
}

/// A line of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// What may be known of it without its secrets.
    pub overview: Overview,
    /// Where it stands.
    pub standing: Standing,
}

/// All that may be known of a credential without its secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// What is stored.
    pub overview: Overview,
    /// Where it stands.
    pub standing: Standing,
    /// How its settings and the installed plugin fit together.
    pub form: FormReport,
    /// What it holds in each field that is filled in; of a secret, only that it is there.
    pub kept: BTreeMap<String, Kept>,
    /// Until when a sign-in that was begun in this process can be finished.
    pub sign_in_until: Option<Timestamp>,
}

impl Connections {
    /// Adds a credential. Its settings may be incomplete: what is wrong with them is said, and
    /// connecting has to wait until it is put right.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchPlugin`]; [`Error::Problems`] where a setting is given that connecting fills in; a name
    /// that is taken, and the store's other errors.
    pub async fn add(
        &self,
        tenant: &Tenant,
        name: Name,
        plugin_id: &str,
        settings: Settings,
    ) -> Result<Added, Error> {
        let installed = self.0.plugins.get(plugin_id)?;
        installed.check_given(settings.iter().map(|(field, _)| field))?;
        let settings = kept_as(installed, &settings);
        let problems = installed.operation(&settings).validate().await?;
        let credential = NewCredential {
            name,
            plugin: installed.reference(),
            settings,
            state: Document::of(&Standing::default())?,
            due_at: None,
            event: NewEvent::new("added"),
        };
        let id = self.0.store.create(tenant, &credential, self.now()).await?;
        Ok(Added { id, problems })
    }

    /// Changes settings. Tokens stay: the next renewal, or connecting again, uses the new settings.
    /// What is wrong with them is said, and they are stored all the same. What only clears fields needs no
    /// plugin: it is done as well where the plugin is not installed, was not accepted, or fails.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchPlugin`], [`Error::PluginChanged`]; [`Error::Problems`] where a setting is given that
    /// connecting fills in; [`StoreError::StaleSettings`](crate::store::StoreError::StaleSettings)
    /// and [`StoreError::StaleState`](crate::store::StoreError::StaleState) where someone else was
    /// quicker; the store's other errors.
    pub async fn edit(
        &self,
        tenant: &Tenant,
        name: &Name,
        edit: &Edit,
    ) -> Result<Vec<Problem>, Error> {
        let record = self.0.store.get_by_name(tenant, name).await?;
        let installed = self.0.plugins.of(&record);
        let (plugin, settings, problems) = match installed {
            Ok(installed) => {
                installed.check_given(edit.fills_in())?;
                let settings = edit.apply(&record.settings, installed);
                let operation = installed.operation_with_facts(&settings, &record.facts);
                let problems = operation.validate().await;
                let problems = match problems {
                    Err(_) if edit.only_clears() => Vec::new(),
                    problems => problems?,
                };
                (installed.reference(), settings, problems)
            }
            Err(_) if edit.only_clears() => {
                let settings = edit.rest(&record.settings);
                (record.overview.plugin.clone(), settings, Vec::new())
            }
            Err(error) => return Err(error),
        };
        let holds_tokens = record.overview.tokens.is_some();
        let change = SettingsChange {
            expected: record.overview.settings_version,
            plugin,
            settings,
            state: self.state_after(&record, &state::Event::Edited { holds_tokens })?,
            event: NewEvent::new("edited"),
        };
        let id = record.overview.id;
        self.0
            .store
            .replace_settings(tenant, id, &change, self.now())
            .await?;
        Ok(problems)
    }

    /// What would be wrong with the settings after an edit. Stores nothing.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchPlugin`]; the plugin's; the store's.
    pub async fn check(
        &self,
        tenant: &Tenant,
        name: &Name,
        edit: &Edit,
    ) -> Result<Vec<Problem>, Error> {
        let record = self.0.store.get_by_name(tenant, name).await?;
        let installed = self.0.plugins.of(&record)?;
        installed.check_given(edit.fills_in())?;
        let settings = edit.apply(&record.settings, installed);
        let operation = installed.operation_with_facts(&settings, &record.facts);
        Ok(operation.validate().await?)
    }

    /// What new settings, or another plugin, do to the state; nothing in most.
    pub(super) fn state_after(
        &self,
        record: &Record,
        event: &state::Event,
    ) -> Result<Option<StateChange>, Error> {
        let overview = &record.overview;
        let standing = Standing::of(overview)?;
        let at = self.0.at(None);
        let mut after = standing.after(event, &at);
        after.dead = None;
        if after == standing {
            return Ok(None);
        }
        let lifetime = after.lifetime(overview);
        Ok(Some(StateChange {
            from: overview.state.clone(),
            to: Document::of(&after)?,
            due_at: due_at(&after.state, lifetime.as_ref(), Jitter::NONE),
        }))
    }

    /// Gives a credential another name.
    ///
    /// # Errors
    ///
    /// A name that is taken, and the store's other errors.
    pub async fn rename(&self, tenant: &Tenant, name: &Name, to: &Name) -> Result<(), Error> {
        let id = self.0.store.get_by_name(tenant, name).await?.overview.id;
        let event = NewEvent::new("renamed").with_note(format!("It was called {name}."));
        self.0
            .store
            .rename(tenant, id, to, &event, self.now())
            .await?;
        self.0.cache.forget(tenant, id);
        Ok(())
    }

    /// A tenant's credentials, by name.
    ///
    /// # Errors
    ///
    /// The store's.
    pub async fn list(&self, tenant: &Tenant) -> Result<Vec<Listed>, Error> {
        let all = self.0.all(tenant).await?;
        let now = self.now();
        all.into_iter()
            .map(|overview| {
                Ok(Listed {
                    standing: Standing::at(&overview, now)?,
                    overview: by_the_clock_of(now, overview),
                })
            })
            .collect()
    }

    /// All that may be known of a credential without its secrets.
    ///
    /// # Errors
    ///
    /// The plugin's, the store's.
    pub async fn status(&self, tenant: &Tenant, name: &Name) -> Result<Status, Error> {
        let record = self.0.store.get_by_name(tenant, name).await?;
        let form = self.0.form_report(&record).await?;
        let kept = kept(&record);
        let (overview, now) = (record.overview, self.now());
        Ok(Status {
            standing: Standing::at(&overview, now)?,
            form,
            kept,
            sign_in_until: self.0.sign_ins.open_until(overview.id, now),
            overview: by_the_clock_of(now, overview),
        })
    }

    /// What happened to a credential, newest first, at most `limit` events.
    ///
    /// # Errors
    ///
    /// The store's.
    pub async fn history(
        &self,
        tenant: &Tenant,
        name: &Name,
        limit: u32,
    ) -> Result<Vec<Event>, Error> {
        let id = self.0.store.get_by_name(tenant, name).await?.overview.id;
        let mut events: Vec<Event> = Vec::new();
        let mut left = limit;
        while left > 0 {
            let before = events.last().map(|it| it.number);
            let page = left.min(PAGE);
            let found = self.0.store.history(tenant, id, before, page).await?;
            let count = u32::try_from(found.len()).unwrap_or(page);
            events.extend(found);
            left = if count < page { 0 } else { left - count };
        }
        Ok(events)
    }
}
