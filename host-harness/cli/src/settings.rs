//! A credential file and a plugin's form become settings: every field known, every secret fetched
//! from where it is, nothing secret in clear.

use credential_runtime::{Descriptor, Field, Plugin, Policy, Secret, SettingValue, Settings};

use crate::credential_file::{CredentialFile, Setting};
use crate::document::{FileError, Notes, suggest};
use crate::secret_source::{FORMS, Given, Prompt, SourceError};

/// A plugin's form as it is filled in under the operator's policy.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    /// With every field that is kept as a secret as one.
    pub(crate) descriptor: Descriptor,
    /// The fields that the plugin asks for as text and that the policy keeps as secrets, by id.
    pub(crate) withheld: Vec<String>,
}

impl Form {
    pub(crate) fn of(plugin: &Plugin, policy: &Policy) -> Self {
        let asked = plugin.descriptor();
        let withheld = asked.fields.iter().filter(|it| policy.withholds(it));
        Self {
            descriptor: policy.form(asked),
            withheld: withheld.map(|it| it.id.clone()).collect(),
        }
    }

    fn withholds(&self, field: &Field) -> bool {
        self.withheld.contains(&field.id)
    }

    /// Why a value cannot stand in a field in this way, and what to do about it.
    pub(crate) fn misfit(&self, field: &Field, given: &Given) -> Option<(String, String)> {
        let id = &field.id;
        if field.kind.is_filled_by_connecting() {
            let blank = matches!(given, Given::Text(text) if text.is_empty());
            return (!blank).then(|| filled_by_connecting(field));
        }
        let source = format!("{{ env = \"{}\" }}", id.to_uppercase());
        let is_text = field.kind.is_text();
        match given {
            Given::Text(text) if text.is_empty() || is_text => None,
            Given::Text(_) if self.withholds(field) => Some((
                format!(
                    "the policy does not allow `{id}` as text, so it is kept as a secret, and it \
                     stands here in clear"
                ),
                format!("write `{id} = {source}` instead, or {ALLOW}"),
            )),
            Given::Text(_) => Some((
                format!("`{id}` is secret, and stands here in clear"),
                format!(
                    "write `{id} = {source}` instead, or another of {FORMS}; if others have seen \
                     this file, renew the secret"
                ),
            )),
            Given::From(_) if is_text => Some((
                format!("the plugin is told `{id}` as it stands, and a source is for secrets"),
                format!(
                    "write the text itself; or, if it is no secret, add `text = true`, as in \
                     {{ env = \"{}\", text = true }}",
                    id.to_uppercase()
                ),
            )),
            Given::TextFrom(_) if !is_text => {
                let hint = "leave `text = true` out";
                let (what, hint) = if self.withholds(field) {
                    ("the policy does not allow", format!("{hint}, or {ALLOW}"))
                } else {
                    ("the form does not ask for", hint.to_owned())
                };
                Some((format!("{what} `{id}` as text"), hint))
            }
            Given::From(_) | Given::TextFrom(_) => None,
        }
    }
}

/// That nobody types this field, and what to do about it.
pub(crate) fn filled_by_connecting(field: &Field) -> (String, String) {
    let message = format!("connecting fills in `{}`, so nobody writes it", field.id);
    (message, "leave this field out".to_owned())
}

/// What an operator may do about a field that is kept as a secret.
const ALLOW: &str = "have whoever runs this platform add it to `texts` in the plugin's entry of the \
                     policy, if what stands there is never a secret";

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
    form: &Form,
    supply: &[Supplied],
    prompt: &dyn Prompt,
) -> Result<Settings, SettingsError> {
    check(file, form)?;
    let mut settings = Settings::new();
    for (field, value) in given(file, &form.descriptor, prompt)? {
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
    form: &Form,
    prompt: &dyn Prompt,
) -> Result<Vec<(String, Option<SettingValue>)>, SettingsError> {
    check(file, form)?;
    Ok(given(file, &form.descriptor, prompt)?)
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
fn check(file: &CredentialFile, form: &Form) -> Result<(), FileError> {
    let notes = file.document.notes();
    check_plugin(file, &form.descriptor, &notes);
    for setting in &file.settings {
        check_field(setting, form, &notes);
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

fn check_field(setting: &Setting, form: &Form, notes: &Notes<'_>) {
    let (name, descriptor) = (&setting.field.value, &form.descriptor);
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
    if let Some((message, hint)) = form.misfit(field, &setting.given.value) {
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

/// A field's value; absent where it is blank. What comes from a source is a secret, unless the source
/// says otherwise and the field is told as text ([`Form::misfit`]).
pub(crate) fn value(
    field: &Field,
    given: &Given,
    prompt: &dyn Prompt,
) -> Result<Option<SettingValue>, SourceError> {
    let is_text = field.kind.is_text();
    Ok(match given {
        Given::Text(text) if text.is_empty() => None,
        Given::Text(text) if is_text => Some(SettingValue::Text(text.clone())),
        Given::Text(text) => Some(SettingValue::Secret(Secret::new(text.as_str()))),
        Given::TextFrom(source) if is_text => {
            let value = source.read(&field.label, prompt)?;
            Some(SettingValue::Text(value.expose().to_owned()))
        }
        Given::From(source) | Given::TextFrom(source) => {
            Some(SettingValue::Secret(source.read(&field.label, prompt)?))
        }
    })
}
