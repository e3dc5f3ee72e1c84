//! A credential file and a plugin's form become settings: every field known, every secret fetched
//! from where it is, nothing secret in clear.

use credential_runtime::{Descriptor, Field, Secret, SettingValue, Settings};

use crate::credential_file::{CredentialFile, Setting};
use crate::document::{FileError, Notes, suggest};
use crate::secret_source::{FORMS, Given, Prompt, SourceError};

/// What the platform fills in where the credential leaves a field blank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Supplied {
    pub(crate) field: Field,
    pub(crate) given: Given,
}

/// Why a credential cannot be filled in.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SettingsError {
    /// The credential file does not fit the form, or a secret cannot be had.
    #[error(transparent)]
    File(#[from] FileError),
    /// What the platform supplies cannot be had: the operator has to act.
    #[error("what the platform supplies for `{field}` cannot be had: {source}")]
    Supply { field: String, source: SourceError },
}

/// Fills in the form. Every mistake of the file is told at once, before anybody is asked for a
/// secret.
pub(crate) fn fill_in(
    file: &CredentialFile,
    descriptor: &Descriptor,
    supply: &[Supplied],
    prompt: &dyn Prompt,
) -> Result<Settings, SettingsError> {
    check(file, descriptor)?;
    let mut settings = Settings::new();
    for (field, value) in given(file, descriptor, prompt)? {
        if let Some(value) = value {
            settings.set(field, value);
        }
    }
    for supplied in supply {
        fill_blank(&mut settings, supplied, prompt)?;
    }
    Ok(settings)
}

/// What the file changes, field by field; absent where the file leaves a field blank.
pub(crate) fn changes(
    file: &CredentialFile,
    descriptor: &Descriptor,
    prompt: &dyn Prompt,
) -> Result<Vec<(String, Option<SettingValue>)>, SettingsError> {
    check(file, descriptor)?;
    Ok(given(file, descriptor, prompt)?)
}

/// What the platform supplies, for credentials that leave it blank.
pub(crate) fn supplied_settings(
    supply: &[Supplied],
    prompt: &dyn Prompt,
) -> Result<Settings, SettingsError> {
    let mut settings = Settings::new();
    for supplied in supply {
        fill_blank(&mut settings, supplied, prompt)?;
    }
    Ok(settings)
}

/// Every mistake that shows without a secret being read.
fn check(file: &CredentialFile, descriptor: &Descriptor) -> Result<(), FileError> {
    let notes = file.document.notes();
    check_plugin(file, descriptor, &notes);
    for setting in &file.settings {
        check_field(setting, descriptor, &notes);
    }
    stop_if_mistaken(file, notes)
}

fn check_plugin(file: &CredentialFile, descriptor: &Descriptor, notes: &Notes<'_>) {
    if let Some(plugin) = file.plugin.as_ref().filter(|it| it.value != descriptor.id) {
        let message = format!("this credential is for the plugin `{}`", plugin.value);
        let hint = format!(
            "the plugin in use is `{}`; give the other with --plugin FILE",
            descriptor.id
        );
        notes.add(plugin.at.clone(), message, Some(hint));
    }
}

fn check_field(setting: &Setting, descriptor: &Descriptor, notes: &Notes<'_>) {
    let name = &setting.field.value;
    let Some(field) = descriptor.field(name) else {
        let known: Vec<&str> = descriptor.fields.iter().map(|it| it.id.as_str()).collect();
        let message = format!("`{name}` is no field of {}", descriptor.title);
        notes.add(
            setting.field.at.clone(),
            message,
            Some(suggest(name, &known)),
        );
        return;
    };
    let in_clear = matches!(&setting.given.value, Given::Text(text) if !text.is_empty());
    if in_clear && !field.kind.is_text() {
        let message = format!("`{name}` is secret, and stands here in clear");
        let hint = format!(
            "write `{name} = {{ env = \"{}\" }}` instead, or another of {FORMS}; if others have \
             seen this file, renew the secret",
            name.to_uppercase()
        );
        notes.add(setting.given.at.clone(), message, Some(hint));
    }
}

fn stop_if_mistaken(file: &CredentialFile, notes: Notes<'_>) -> Result<(), FileError> {
    let mistakes = notes.in_order();
    if mistakes.is_empty() {
        return Ok(());
    }
    Err(file.document.mistaken(mistakes))
}

/// What the file gives. A field with an empty text is one that was left blank.
fn given(
    file: &CredentialFile,
    descriptor: &Descriptor,
    prompt: &dyn Prompt,
) -> Result<Vec<(String, Option<SettingValue>)>, FileError> {
    let notes = file.document.notes();
    let mut values = Vec::new();
    for setting in &file.settings {
        let name = &setting.field.value;
        let Some(field) = descriptor.field(name) else {
            continue;
        };
        match value(field, &setting.given.value, prompt) {
            Ok(value) => values.push((name.clone(), value)),
            Err(error) => notes.add(
                setting.given.at.clone(),
                format!("`{name}` cannot be had: {error}"),
                error.hint(),
            ),
        }
    }
    stop_if_mistaken(file, notes)?;
    Ok(values)
}

/// A value of the credential's own goes before the platform's.
fn fill_blank(
    settings: &mut Settings,
    supplied: &Supplied,
    prompt: &dyn Prompt,
) -> Result<(), SettingsError> {
    let field = &supplied.field;
    if settings.get(&field.id).is_some() {
        return Ok(());
    }
    let wrap = |source| SettingsError::Supply {
        field: field.id.clone(),
        source,
    };
    if let Some(value) = value(field, &supplied.given, prompt).map_err(wrap)? {
        settings.set(&field.id, value);
    }
    Ok(())
}

/// A field's value by the field's kind, wherever it comes from; absent where it is blank.
pub(crate) fn value(
    field: &Field,
    given: &Given,
    prompt: &dyn Prompt,
) -> Result<Option<SettingValue>, SourceError> {
    let value = match given {
        Given::Text(text) if text.is_empty() => return Ok(None),
        Given::Text(text) => Secret::new(text.as_str()),
        Given::From(source) => source.read(&field.label, prompt)?,
    };
    Ok(Some(if field.kind.is_text() {
        SettingValue::Text(value.expose().to_owned())
    } else {
        SettingValue::Secret(value)
    }))
}
