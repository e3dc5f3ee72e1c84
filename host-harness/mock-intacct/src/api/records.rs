//! The rows of an object, as one entity or the whole company sees them.

use serde_json::{Map, Value, json};

use crate::company::{Company, Entity, Row, User, UserKind};

/// The fields of one row.
pub(super) type Record = Map<String, Value>;

/// Objects that are made from the company itself.
const USER: &str = "company-config/user";
const ENTITY: &str = "company-config/entity";

/// The names of all objects, in order.
pub(super) fn object_names(company: &Company) -> Vec<String> {
    let mut names = vec![USER.to_owned(), ENTITY.to_owned()];
    names.extend(company.objects.keys().cloned());
    names.sort_unstable();
    names.dedup();
    names
}

/// Every row of the object, whoever looks; nothing where there is no such object.
pub(super) fn all(company: &Company, object: &str) -> Option<Vec<Record>> {
    match object {
        USER => Some(company.users.iter().map(user_record).collect()),
        ENTITY => Some(
            company
                .entities
                .iter()
                .enumerate()
                .map(entity_record)
                .collect(),
        ),
        other => company
            .objects
            .get(other)
            .map(|rows| rows.iter().enumerate().map(row_record).collect()),
    }
}

/// The rows that are seen from `entity`: its own and those of the whole company. From the top level
/// every row is seen.
pub(super) fn seen(company: &Company, object: &str, entity: Option<&str>) -> Option<Vec<Record>> {
    let records = all(company, object)?;
    let visible = |record: &Record| {
        let owner = record.get("entity").and_then(Value::as_str);
        entity.is_none() || owner.is_none() || owner == entity
    };
    Some(records.into_iter().filter(visible).collect())
}

fn user_record(user: &User) -> Record {
    let kind = match user.kind {
        UserKind::Regular => "business",
        UserKind::WebServices => "webServices",
    };
    let status = if user.active { "active" } else { "inactive" };
    record(&[
        ("key", json!(user.key)),
        ("id", json!(user.id)),
        ("userType", json!(kind)),
        ("status", json!(status)),
    ])
}

fn entity_record((position, entity): (usize, &Entity)) -> Record {
    let key = (position + 1).to_string();
    record(&[
        ("key", json!(key)),
        ("id", json!(entity.id)),
        ("name", json!(entity.name)),
        ("status", json!("active")),
    ])
}

fn row_record((position, row): (usize, &Row)) -> Record {
    let mut fields = row.fields.clone();
    fields
        .entry("key")
        .or_insert_with(|| json!((position + 1).to_string()));
    fields.insert("entity".to_owned(), json!(row.entity));
    fields
}

fn record(fields: &[(&str, Value)]) -> Record {
    fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect()
}
