//! Whether a plugin's description holds together: a host draws a form from it and stores settings
//! under its names, so it is held to what the contract says once, when the plugin is loaded.

use std::collections::HashSet;

use crate::contract::{Condition, Descriptor, Field, FieldKind, Requirement};
use crate::egress::Origin;

/// More than this of a kind (fields, choices of a field, setup steps, origins, claims) is no form that
/// a person fills in.
const MOST: usize = 200;

/// The longest text for people, in bytes: a page of it.
const LONGEST_TEXT: usize = 4096;

/// The longest name for programs, in bytes.
const LONGEST_NAME: usize = 256;

/// The origins it asks for; or the first thing that is wrong with it. What is quoted of it is
/// shortened, its control characters escaped.
pub(crate) fn check(descriptor: &Descriptor) -> Result<Vec<Origin>, String> {
    check_name("plugin", &descriptor.id)?;
    check_documentation(&descriptor.documentation)?;
    check_texts([&descriptor.title, &descriptor.summary])?;
    check_fields(descriptor)?;
    check_setup(descriptor)?;
    check_count("claims", descriptor.claims.len())?;
    descriptor
        .claims
        .iter()
        .try_for_each(|it| check_text(it, LONGEST_NAME))?;
    check_origins(&descriptor.origins)
}

fn check_origins(origins: &[String]) -> Result<Vec<Origin>, String> {
    check_count("origins", origins.len())?;
    origins
        .iter()
        .map(|it| {
            check_text(it, LONGEST_NAME)?;
            it.parse::<Origin>()
                .map_err(|error| error.to_string().escape_debug().to_string())
        })
        .collect()
}

/// A page makes a link of it.
fn check_documentation(url: &str) -> Result<(), String> {
    check_text(url, LONGEST_TEXT)?;
    match url::Url::parse(url) {
        Ok(parsed) if parsed.scheme() == "https" => Ok(()),
        Ok(_) | Err(_) => Err(format!(
            "its documentation is no https URL: {}",
            quoted(url)
        )),
    }
}

fn check_setup(descriptor: &Descriptor) -> Result<(), String> {
    let steps = &descriptor.setup;
    check_count("setup steps", steps.len())?;
    check_unique("setup step", steps.iter().map(|step| step.id.as_str()))?;
    steps
        .iter()
        .try_for_each(|it| check_texts([&it.title, &it.detail].into_iter().chain(&it.flow)))
}

fn check_fields(descriptor: &Descriptor) -> Result<(), String> {
    check_count("fields", descriptor.fields.len())?;
    check_unique(
        "field",
        descriptor.fields.iter().map(|field| field.id.as_str()),
    )?;
    descriptor
        .fields
        .iter()
        .try_for_each(|field| check_field(field, descriptor))
}

fn check_count(what: &str, count: usize) -> Result<(), String> {
    if count > MOST {
        return Err(format!("it has more than {MOST} {what}"));
    }
    Ok(())
}

fn check_texts<'a>(texts: impl IntoIterator<Item = &'a String>) -> Result<(), String> {
    texts
        .into_iter()
        .try_for_each(|text| check_text(text, LONGEST_TEXT))
}

fn check_text(text: &str, longest: usize) -> Result<(), String> {
    if text.len() > longest {
        return Err(format!(
            "a text is longer than {longest} bytes: {}",
            quoted(text)
        ));
    }
    Ok(())
}

/// Names are written into files and compared to the letter: visible ASCII alone, so that two that look
/// alike are one.
fn check_name(what: &str, name: &str) -> Result<(), String> {
    if name.is_empty() {
        return Err(format!("a {what} has no id"));
    }
    check_text(name, LONGEST_NAME)?;
    if name.chars().all(|c| c.is_ascii_graphic()) {
        Ok(())
    } else {
        Err(format!(
            "the id of a {what} is not of visible ASCII characters: {}",
            quoted(name)
        ))
    }
}

/// The beginning of a plugin's text, harmless in a log and at a terminal.
fn quoted(text: &str) -> String {
    let beginning: String = text.chars().take(40).collect();
    format!("`{}`", beginning.escape_debug())
}

fn check_unique<'a>(what: &str, ids: impl Iterator<Item = &'a str>) -> Result<(), String> {
    let mut seen = HashSet::new();
    for id in ids {
        check_name(what, id)?;
        if !seen.insert(id) {
            return Err(format!("two of it are called `{id}`, each a {what}"));
        }
    }
    Ok(())
}

fn check_field(field: &Field, descriptor: &Descriptor) -> Result<(), String> {
    check_texts(
        [&field.label, &field.help]
            .into_iter()
            .chain(&field.example),
    )?;
    check_kind(&field.kind)?;
    let required_when = match &field.requirement {
        Requirement::RequiredWhen(condition) => Some(condition),
        Requirement::Required | Requirement::Optional => None,
    };
    let mut conditions = required_when.into_iter().chain(&field.shown_when);
    conditions.try_for_each(|condition| check_condition(condition, field, descriptor))
}

fn check_kind(kind: &FieldKind) -> Result<(), String> {
    match kind {
        FieldKind::Choice(choices) => {
            check_count("choices", choices.len())?;
            check_unique("choice", choices.iter().map(|choice| choice.id.as_str()))?;
            choices
                .iter()
                .try_for_each(|it| check_texts([&it.label, &it.help]))
        }
        FieldKind::Other(name) => check_text(name, LONGEST_NAME),
        FieldKind::Text | FieldKind::Secret | FieldKind::Token => Ok(()),
    }
}

fn check_condition(
    condition: &Condition,
    field: &Field,
    descriptor: &Descriptor,
) -> Result<(), String> {
    let Some(other) = descriptor.field(&condition.field) else {
        return Err(format!(
            "`{}` depends on {}, which there is not",
            field.id,
            quoted(&condition.field)
        ));
    };
    match &other.kind {
        FieldKind::Text => Ok(()),
        FieldKind::Choice(choices) if choices.iter().any(|it| it.id == condition.equals) => Ok(()),
        FieldKind::Choice(_) => Err(format!(
            "`{}` depends on `{}` being {}, which it cannot be",
            field.id,
            condition.field,
            quoted(&condition.equals)
        )),
        FieldKind::Secret | FieldKind::Token | FieldKind::Other(_) => Err(format!(
            "`{}` depends on `{}`, which is secret",
            field.id, condition.field
        )),
    }
}

#[cfg(test)]
mod tests;
