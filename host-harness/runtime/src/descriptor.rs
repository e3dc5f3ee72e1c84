//! Whether a plugin's description holds together: a host draws a form from it, stores settings under
//! its names, and lets it reach and read what it declares. So it is held to what the contract says,
//! once, when the plugin is loaded.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use crate::contract::{
    AskedOrigin, Condition, Descriptor, Field, FieldKind, Purposes, Requirement,
};
use crate::egress::Origin;
use crate::reading::Declaration;
use crate::redact::{LONGEST_NAME, LONGEST_TEXT, MOST};

/// What a plugin asks for, understood.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) origins: Arc<[Origin]>,
    pub(crate) purposes: Arc<BTreeMap<Origin, Purposes>>,
    pub(crate) declaration: Arc<Declaration>,
}

/// What it asks for; or the first thing that is wrong with it. What is quoted of it is shortened, its
/// control characters escaped.
pub(crate) fn check(descriptor: &Descriptor) -> Result<Asked, String> {
    check_id("plugin", &descriptor.id, '-')?;
    check_version(&descriptor.version)?;
    check_documentation(&descriptor.documentation)?;
    check_title("the plugin", &descriptor.title)?;
    check_text(&descriptor.summary, LONGEST_TEXT)?;
    check_fields(descriptor)?;
    check_setup(descriptor)?;
    check_headers("request header", &descriptor.request_headers)?;
    check_headers("secret header", &descriptor.secret_headers)?;
    let declaration = Declaration::parse(
        &descriptor.members,
        &descriptor.headers,
        &descriptor.claims,
        &descriptor.redirect_parameters,
    )?;
    let purposes = check_origins(&descriptor.origins)?;
    Ok(Asked {
        origins: purposes.keys().cloned().collect(),
        purposes: Arc::new(purposes),
        declaration: Arc::new(declaration),
    })
}

fn check_version(version: &str) -> Result<(), String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+');
    if (1..=64).contains(&version.len()) && version.chars().all(is_plain) {
        Ok(())
    } else {
        Err(format!("its version is none: {}", quoted(version)))
    }
}

fn check_origins(origins: &[AskedOrigin]) -> Result<BTreeMap<Origin, Purposes>, String> {
    check_count("origins", origins.len())?;
    let mut purposes = BTreeMap::new();
    for asked in origins {
        let origin = check_origin(asked)?;
        if purposes.insert(origin, asked.purposes).is_some() {
            return Err(format!(
                "it asks twice for the origin {}",
                quoted(&asked.url)
            ));
        }
    }
    Ok(purposes)
}

fn check_origin(asked: &AskedOrigin) -> Result<Origin, String> {
    check_text(&asked.url, LONGEST_NAME)?;
    let origin = asked
        .url
        .parse::<Origin>()
        .map_err(|error| error.to_string().escape_debug().to_string())?;
    if origin.scheme() != "https" {
        return Err(format!("the origin {} is not https", quoted(&asked.url)));
    }
    if asked.purposes == Purposes::default() {
        return Err(format!("the origin {} is for nothing", quoted(&asked.url)));
    }
    Ok(origin)
}

/// Names of headers; those that concern the connection are refused when a request is made.
fn check_headers(what: &str, names: &[String]) -> Result<(), String> {
    check_count(&format!("{what}s"), names.len())?;
    let mut seen = HashSet::new();
    for name in names {
        let is_plain = name
            .bytes()
            .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || matches!(it, b'-' | b'_'));
        if !is_plain || name.is_empty() || name.len() > LONGEST_NAME {
            return Err(format!("{} is no name of a {what}", quoted(name)));
        }
        if !seen.insert(name) {
            return Err(format!("it names the {what} {} twice", quoted(name)));
        }
    }
    Ok(())
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
    for step in steps {
        check_title(&format!("the setup step `{}`", step.id), &step.title)?;
        check_text(&step.detail, LONGEST_TEXT)?;
        let needed_when = step.needed_when.iter();
        needed_when
            .into_iter()
            .try_for_each(|it| check_condition(it, &step.id, descriptor))?;
    }
    Ok(())
}

fn check_fields(descriptor: &Descriptor) -> Result<(), String> {
    let fields = &descriptor.fields;
    check_count("fields", fields.len())?;
    check_unique("field", fields.iter().map(|field| field.id.as_str()))?;
    for field in fields {
        check_id("field", &field.id, '_')?;
        check_field(field, descriptor)?;
    }
    for kind in [FieldKind::AccessToken, FieldKind::RefreshToken] {
        if fields.iter().filter(|it| it.kind == kind).count() > 1 {
            return Err("two of its fields are filled by one token".to_owned());
        }
    }
    fields
        .iter()
        .try_for_each(|field| check_cycle(field, descriptor))
}

fn check_count(what: &str, count: usize) -> Result<(), String> {
    if count > MOST {
        return Err(format!("it has more than {MOST} {what}"));
    }
    Ok(())
}

fn check_title(what: &str, title: &str) -> Result<(), String> {
    if title.trim().is_empty() {
        return Err(format!("{what} has no title"));
    }
    check_text(title, LONGEST_TEXT)
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

/// Lower case, digits and one separator: written into files and rows, and compared to the letter.
fn check_id(what: &str, id: &str, separator: char) -> Result<(), String> {
    check_name(what, id)?;
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == separator;
    if id.chars().all(is_plain) {
        Ok(())
    } else {
        Err(format!(
            "the id of a {what} is of lower case, digits and `{separator}`: {}",
            quoted(id)
        ))
    }
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
    check_title(&format!("the field `{}`", field.id), &field.label)?;
    check_texts([&field.help].into_iter().chain(&field.example))?;
    check_kind(field)?;
    let mut conditions = conditions(field);
    conditions.try_for_each(|it| check_condition(it, &field.id, descriptor))
}

fn conditions(field: &Field) -> impl Iterator<Item = &Condition> {
    let required_when = match &field.requirement {
        Requirement::RequiredWhen(condition) => Some(condition),
        Requirement::Required | Requirement::Optional => None,
    };
    required_when.into_iter().chain(&field.shown_when)
}

fn check_kind(field: &Field) -> Result<(), String> {
    let id = &field.id;
    let is_secret = !field.kind.is_text();
    if is_secret && field.example.is_some() {
        return Err(format!("`{id}` is secret and has an example"));
    }
    if field.kind.is_filled_by_connecting() {
        if field.requirement != Requirement::Optional {
            return Err(format!("`{id}` is filled by connecting and required"));
        }
        if field.platform_may_supply {
            return Err(format!(
                "`{id}` is filled by connecting, so no platform supplies it"
            ));
        }
    }
    match &field.kind {
        FieldKind::Choice(choices) => {
            if choices.is_empty() {
                return Err(format!("`{id}` is a choice of nothing"));
            }
            check_count("choices", choices.len())?;
            check_unique("choice", choices.iter().map(|choice| choice.id.as_str()))?;
            choices
                .iter()
                .try_for_each(|it| check_texts([&it.label, &it.help]))
        }
        FieldKind::Other(name) => check_name("kind of field", name),
        FieldKind::Text
        | FieldKind::Secret
        | FieldKind::AccessToken
        | FieldKind::RefreshToken
        | FieldKind::Learned => Ok(()),
    }
}

fn check_condition(
    condition: &Condition,
    dependent: &str,
    descriptor: &Descriptor,
) -> Result<(), String> {
    let Some(other) = descriptor.field(&condition.field) else {
        return Err(format!(
            "`{dependent}` depends on {}, which there is not",
            quoted(&condition.field)
        ));
    };
    match &other.kind {
        FieldKind::Text => Ok(()),
        FieldKind::Choice(choices) if choices.iter().any(|it| it.id == condition.equals) => Ok(()),
        FieldKind::Choice(_) => Err(format!(
            "`{dependent}` depends on `{}` being {}, which it cannot be",
            condition.field,
            quoted(&condition.equals)
        )),
        FieldKind::Learned => Err(format!(
            "`{dependent}` depends on `{}`, which nobody types",
            condition.field
        )),
        FieldKind::Secret
        | FieldKind::AccessToken
        | FieldKind::RefreshToken
        | FieldKind::Other(_) => Err(format!(
            "`{dependent}` depends on `{}`, which is secret",
            condition.field
        )),
    }
}

/// A field that is shown only while another is, and so on, must not lead back to itself; nor is it
/// required because of what stands in it.
fn check_cycle(field: &Field, descriptor: &Descriptor) -> Result<(), String> {
    if let Requirement::RequiredWhen(condition) = &field.requirement
        && condition.field == field.id
    {
        let id = &field.id;
        return Err(format!("whether `{id}` is required depends on itself"));
    }
    let mut seen = HashSet::from([field.id.as_str()]);
    let mut at = field;
    while let Some(condition) = &at.shown_when {
        if !seen.insert(&condition.field) {
            return Err(format!("whether `{}` is shown depends on itself", field.id));
        }
        match descriptor.field(&condition.field) {
            Some(next) => at = next,
            None => break,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
