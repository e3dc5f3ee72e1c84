//! Whether a plugin's description holds together: a host draws a form from it and stores settings
//! under its names, so it is held to what the contract says once, when the plugin is loaded.

use std::collections::HashSet;

use crate::contract::{Condition, Descriptor, Field, FieldKind, Requirement};
use crate::egress::Origin;

/// More than this in one description is no form that a person fills in.
const MOST_FIELDS: usize = 200;

/// The origins it asks for; or the first thing that is wrong with it.
pub(crate) fn check(descriptor: &Descriptor) -> Result<Vec<Origin>, String> {
    if descriptor.id.is_empty() {
        return Err("it has no id".to_owned());
    }
    check_fields(descriptor)?;
    check_unique(
        "setup step",
        descriptor.setup.iter().map(|step| step.id.as_str()),
    )?;
    descriptor
        .origins
        .iter()
        .map(|it| it.parse::<Origin>().map_err(|e| e.to_string()))
        .collect()
}

fn check_fields(descriptor: &Descriptor) -> Result<(), String> {
    if descriptor.fields.len() > MOST_FIELDS {
        return Err(format!("it has more than {MOST_FIELDS} fields"));
    }
    check_unique(
        "field",
        descriptor.fields.iter().map(|field| field.id.as_str()),
    )?;
    descriptor
        .fields
        .iter()
        .try_for_each(|field| check_field(field, descriptor))
}

fn check_unique<'a>(what: &str, ids: impl Iterator<Item = &'a str>) -> Result<(), String> {
    let mut seen = HashSet::new();
    for id in ids {
        if id.is_empty() {
            return Err(format!("a {what} has no id"));
        }
        if !seen.insert(id) {
            return Err(format!("two of it are called `{id}`, each a {what}"));
        }
    }
    Ok(())
}

fn check_field(field: &Field, descriptor: &Descriptor) -> Result<(), String> {
    if let FieldKind::Choice(choices) = &field.kind {
        check_unique("choice", choices.iter().map(|choice| choice.id.as_str()))?;
    }
    let required_when = match &field.requirement {
        Requirement::RequiredWhen(condition) => Some(condition),
        Requirement::Required | Requirement::Optional => None,
    };
    let mut conditions = required_when.into_iter().chain(&field.shown_when);
    conditions.try_for_each(|condition| check_condition(condition, field, descriptor))
}

fn check_condition(
    condition: &Condition,
    field: &Field,
    descriptor: &Descriptor,
) -> Result<(), String> {
    let Some(other) = descriptor.field(&condition.field) else {
        return Err(format!(
            "`{}` depends on `{}`, which there is not",
            field.id, condition.field
        ));
    };
    match &other.kind {
        FieldKind::Text => Ok(()),
        FieldKind::Choice(choices) if choices.iter().any(|it| it.id == condition.equals) => Ok(()),
        FieldKind::Choice(_) => Err(format!(
            "`{}` depends on `{}` being `{}`, which it cannot be",
            field.id, condition.field, condition.equals
        )),
        FieldKind::Secret | FieldKind::Token | FieldKind::Other(_) => Err(format!(
            "`{}` depends on `{}`, which is secret",
            field.id, condition.field
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Choice;

    fn field(id: &str, kind: FieldKind, shown_when: Option<(&str, &str)>) -> Field {
        Field {
            id: id.to_owned(),
            label: String::new(),
            help: String::new(),
            example: None,
            kind,
            requirement: Requirement::Optional,
            shown_when: shown_when.map(|(field, equals)| Condition {
                field: field.into(),
                equals: equals.into(),
            }),
            platform_may_supply: false,
        }
    }

    fn flow() -> Field {
        let choice = Choice {
            id: "a".into(),
            label: String::new(),
            help: String::new(),
        };
        field("flow", FieldKind::Choice(vec![choice]), None)
    }

    fn descriptor(fields: Vec<Field>) -> Descriptor {
        Descriptor {
            id: "test".into(),
            title: String::new(),
            summary: String::new(),
            documentation: String::new(),
            origins: vec!["https://api.example.com".into()],
            claims: Vec::new(),
            fields,
            setup: Vec::new(),
        }
    }

    #[track_caller]
    fn check_message(fields: Vec<Field>, expected: &str) {
        let message = check(&descriptor(fields)).expect_err("a contradiction");
        assert!(message.contains(expected), "{message}");
    }

    #[test]
    fn a_description_that_holds_together_gives_its_origins() {
        let fields = vec![flow(), field("user", FieldKind::Text, Some(("flow", "a")))];
        let origins = check(&descriptor(fields)).unwrap();
        assert_eq!(origins, ["https://api.example.com".parse().unwrap()]);
    }

    #[test]
    fn a_contradiction_is_named() {
        check_message(vec![flow(), flow()], "two of it are called `flow`");
        check_message(vec![field("", FieldKind::Text, None)], "no id");
        check_message(
            vec![field("x", FieldKind::Text, Some(("y", "1")))],
            "which there is not",
        );
        let other_value = field("x", FieldKind::Text, Some(("flow", "b")));
        check_message(vec![flow(), other_value], "which it cannot be");
        let on_secret = field("x", FieldKind::Text, Some(("s", "1")));
        check_message(
            vec![field("s", FieldKind::Secret, None), on_secret],
            "which is secret",
        );
        let many = (0..=MOST_FIELDS).map(|i| field(&i.to_string(), FieldKind::Text, None));
        check_message(many.collect(), "more than 200 fields");
    }

    #[test]
    fn an_origin_that_is_none_is_named() {
        let mut descriptor = descriptor(Vec::new());
        descriptor
            .origins
            .push("https://api.example.com/path".into());
        assert!(
            check(&descriptor)
                .unwrap_err()
                .contains("more than an origin")
        );
    }
}
