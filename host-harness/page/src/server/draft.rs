//! What was typed and is not stored yet. It stays on the server, so that no secret goes back to the
//! browser and a reload loses nothing.

use std::collections::{BTreeMap, BTreeSet};

use credential_connections::record::CredentialId;
use credential_connections::service::Kept;
use credential_runtime::{Descriptor, Field, Problem, Secret, SettingValue, Settings};

use super::posted::Posted;

/// What is stored of a form, as far as it may be told.
pub(super) type Stored = BTreeMap<String, Kept>;

/// Drafts in one session: someone who begins in several tabs.
const MOST: usize = 16;

/// Whose form it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// A new credential's of this plugin.
    New(String),
    /// A stored credential's.
    Of(CredentialId),
}

/// A form that is not stored as it stands.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    /// Absent where the stored one stands.
    pub(super) name: Option<String>,
    /// By field, what was typed; an empty text is a field that was emptied.
    pub(super) values: BTreeMap<String, SettingValue>,
    /// Secrets to empty.
    pub(super) cleared: BTreeSet<String>,
    /// What is wrong with it, as far as the person should have seen it.
    pub(super) problems: Vec<Problem>,
    /// Whether the person has tried to store it.
    pub(super) tried: bool,
    /// Whether the person was not yet shown that storing it failed.
    pub(super) failed: bool,
    /// Whether it is as someone else filled it in, to try the page with.
    pub(super) prefilled: bool,
}

impl Draft {
    /// Filled in by someone else, to try the page with.
    pub(super) fn prefilled(name: Option<String>, settings: &Settings) -> Self {
        let values = settings.iter();
        let values = values.map(|(field, value)| (field.to_owned(), value.clone()));
        Self {
            name,
            values: values.collect(),
            prefilled: true,
            ..Self::default()
        }
    }

    /// Takes over what the browser sent. A secret that was left empty stays as it was.
    pub(super) fn take(&mut self, posted: &Posted, form: &Descriptor) {
        self.prefilled = false;
        if let Some(name) = posted.text("name") {
            self.name = Some(name.to_owned());
        }
        for field in form.fields.iter().filter(|it| is_asked(it)) {
            match posted.field(&field.id) {
                Some(value) if field.kind.is_text() => self.type_text(field, value),
                Some(value) if !value.expose().is_empty() => self.type_secret(field, value),
                Some(_) | None => {}
            }
            self.clear(field, posted);
        }
    }

    /// Drops what stands in it as it is stored: only what was changed is to be stored again.
    pub(super) fn settle(&mut self, name: &str, stored: &Stored) {
        self.name.take_if(|it| it == name);
        self.values
            .retain(|field, value| match (value, stored.get(field)) {
                (SettingValue::Text(typed), Some(Kept::Text(kept))) => typed != kept,
                (SettingValue::Text(typed), Some(Kept::Secret { .. }) | None) => !typed.is_empty(),
                (SettingValue::Secret(_), _) => true,
            });
        self.cleared.retain(|field| stored.contains_key(field));
    }

    /// Whether something in it is not stored.
    pub(super) fn is_typed(&self) -> bool {
        let blank = self.name.is_none() && self.values.is_empty() && self.cleared.is_empty();
        !blank && !self.prefilled
    }

    /// What counts as text of each field: what was typed, and what is stored where nothing was.
    pub(super) fn texts(&self, stored: &Settings) -> Settings {
        let mut texts = stored.clone();
        for (field, value) in &self.values {
            if let SettingValue::Text(_) = value {
                texts.set(field.clone(), value.clone());
            }
        }
        texts
    }

    /// Keeps those problems that a person who is still typing can do something about: not that a
    /// field of a new form is blank which they have not come to.
    pub(super) fn note(&mut self, problems: &[Problem], is_new: bool) {
        let seen = |it: &&Problem| self.tried || !is_new || self.has(&it.field);
        self.problems = problems.iter().filter(seen).cloned().collect();
    }

    fn has(&self, field: &str) -> bool {
        match self.values.get(field) {
            Some(SettingValue::Text(text)) => !text.is_empty(),
            Some(SettingValue::Secret(_)) => true,
            None => field == crate::view::NAME_FIELD && self.name.is_some(),
        }
    }

    fn type_text(&mut self, field: &Field, value: &Secret) {
        let text = SettingValue::Text(value.expose().to_owned());
        self.values.insert(field.id.clone(), text);
    }

    fn type_secret(&mut self, field: &Field, value: &Secret) {
        let secret = SettingValue::Secret(value.clone());
        self.values.insert(field.id.clone(), secret);
    }

    fn clear(&mut self, field: &Field, posted: &Posted) {
        if field.kind.is_text() {
            return;
        }
        if posted.clears(&field.id) {
            self.values.remove(&field.id);
            self.cleared.insert(field.id.clone());
        } else {
            self.cleared.remove(&field.id);
        }
    }
}

/// Whether a person fills it in, and not connecting.
pub(super) fn is_asked(field: &Field) -> bool {
    !field.kind.is_filled_by_connecting()
}

/// Whether a person sees it while the form says this.
pub(super) fn is_shown(field: &Field, texts: &Settings) -> bool {
    let condition = field.shown_when.as_ref();
    condition.is_none_or(|it| it.holds(texts))
}

/// The drafts of one session.
#[derive(Debug, Default)]
pub(super) struct Drafts(BTreeMap<Place, Draft>);

impl Drafts {
    pub(super) fn get(&self, place: &Place) -> Option<&Draft> {
        self.0.get(place)
    }

    pub(super) fn get_mut(&mut self, place: &Place) -> Option<&mut Draft> {
        self.0.get_mut(place)
    }

    /// The draft of a form, as it is shown: that it failed is told once.
    pub(super) fn show(&mut self, place: &Place) -> Option<Draft> {
        let draft = self.0.get_mut(place)?;
        let shown = draft.clone();
        draft.failed = false;
        Some(shown)
    }

    /// Keeps a draft. Where there are too many, another one goes.
    pub(super) fn keep(&mut self, place: Place, draft: Draft) {
        if self.0.len() >= MOST && !self.0.contains_key(&place) {
            self.0.pop_first();
        }
        self.0.insert(place, draft);
    }

    pub(super) fn drop(&mut self, place: &Place) {
        self.0.remove(place);
    }
}
