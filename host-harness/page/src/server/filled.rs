//! A form between three hands: what is stored, what was typed, and what the platform fills in.

use std::collections::BTreeMap;

use credential_connections::service::{Edit, Installed, Kept};
use credential_runtime::{Field, Secret, SettingValue, Settings};

use super::draft::{Draft, Stored, is_asked, is_shown};
use crate::view::Filled;

/// What the browser is shown of each field. Of a secret, never the value.
pub(super) fn shown(with: &Installed, stored: &Stored, draft: &Draft) -> BTreeMap<String, Filled> {
    let fields = with.form().fields.iter();
    fields
        .filter(|it| is_asked(it))
        .filter_map(|it| Some((it.id.clone(), shown_in(with, it, stored, draft)?)))
        .collect()
}

fn shown_in(with: &Installed, field: &Field, stored: &Stored, draft: &Draft) -> Option<Filled> {
    let typed = draft.values.get(&field.id);
    let own = match (typed, stored.get(&field.id)) {
        (Some(value), _) => typed_in(field, value),
        (None, Some(kept)) => kept_in(field, kept),
        (None, None) => None,
    };
    own.or_else(|| with.supplies(&field.id).then_some(Filled::Supplied))
}

fn typed_in(field: &Field, value: &SettingValue) -> Option<Filled> {
    let characters = match value {
        SettingValue::Text(text) if text.is_empty() => return None,
        SettingValue::Text(text) if field.kind.is_text() => {
            return Some(Filled::Text(text.clone()));
        }
        SettingValue::Text(text) => text.chars().count(),
        SettingValue::Secret(secret) => secret.expose().chars().count(),
    };
    Some(Filled::Typed { characters })
}

/// What was stored as another kind, by another version of the plugin, is not shown as text.
fn kept_in(field: &Field, kept: &Kept) -> Option<Filled> {
    match (field.kind.is_text(), kept) {
        (true, Kept::Text(text)) => Some(Filled::Text(text.clone())),
        (true, Kept::Secret { .. }) => None,
        (false, Kept::Text(_)) => Some(Filled::Stored { since: None }),
        (false, Kept::Secret { since }) => Some(Filled::Stored { since: *since }),
    }
}

/// The settings of a new credential: what was typed into the fields that the person saw.
pub(super) fn settings(with: &Installed, draft: &Draft) -> Settings {
    let texts = draft.texts(&Settings::new());
    let mut settings = Settings::new();
    for field in seen(with, &texts) {
        if let Some(value) = draft.values.get(&field.id).and_then(|it| value(field, it)) {
            settings.set(field.id.clone(), value);
        }
    }
    settings
}

/// What was changed of a stored credential, in the fields that the person saw.
pub(super) fn edit(with: &Installed, stored: &Stored, draft: &Draft) -> Edit {
    let texts = draft.texts(&texts(stored));
    let seen = seen(with, &texts);
    seen.fold(Edit::new(), |edit, field| {
        let kept = stored.get(&field.id);
        match draft.values.get(&field.id) {
            Some(typed) => change(edit, field, kept, typed),
            None if draft.cleared.contains(&field.id) && kept.is_some() => edit.clear(&field.id),
            None => edit,
        }
    })
}

fn change(edit: Edit, field: &Field, kept: Option<&Kept>, typed: &SettingValue) -> Edit {
    match (value(field, typed), kept) {
        (Some(SettingValue::Text(text)), Some(Kept::Text(kept))) if text == *kept => edit,
        (Some(value), _) => edit.set(&field.id, value),
        (None, Some(Kept::Text(_))) => edit.clear(&field.id),
        (None, Some(Kept::Secret { .. }) | None) => edit,
    }
}

fn seen<'a>(with: &'a Installed, texts: &'a Settings) -> impl Iterator<Item = &'a Field> {
    let fields = with.form().fields.iter();
    fields.filter(move |it| is_asked(it) && is_shown(it, texts))
}

fn texts(stored: &Stored) -> Settings {
    let mut texts = Settings::new();
    for (field, kept) in stored {
        if let Kept::Text(text) = kept {
            texts.set(field.clone(), SettingValue::Text(text.clone()));
        }
    }
    texts
}

/// What was typed, as the field holds it; absent where that is nothing.
fn value(field: &Field, typed: &SettingValue) -> Option<SettingValue> {
    match typed {
        SettingValue::Text(text) if text.is_empty() => None,
        SettingValue::Text(text) if field.kind.is_text() => Some(typed_text(text)),
        SettingValue::Text(text) => Some(SettingValue::Secret(Secret::new(text.as_str()))),
        SettingValue::Secret(_) => Some(typed.clone()),
    }
}

fn typed_text(text: &str) -> SettingValue {
    SettingValue::Text(text.to_owned())
}
