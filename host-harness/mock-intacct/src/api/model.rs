//! `GET services/core/model`: what objects there are (L). The cheapest honest test of a connection
//! asks it for `company-config/user` without its schema (T).

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::caller::accept_reader;
use super::records;
use crate::answer::Answer;
use crate::company::Company;
use crate::refusal::Refusal;
use crate::request::Request;
use crate::world::World;

/// Describes one object, or lists all where none is named.
pub(crate) fn model(world: &World, request: &Request) -> Result<Answer, Refusal> {
    accept_reader(world, request)?;
    let result = match request.query.filled("name") {
        Some(name) => one(
            &world.company,
            name,
            request.query.get("schema") == Some("true"),
        ),
        None => Value::from(
            records::object_names(&world.company)
                .iter()
                .map(|name| about(name))
                .collect::<Vec<_>>(),
        ),
    };
    let count = result.as_array().map_or(1, Vec::len);
    let meta = json!({"totalCount": count, "totalSuccess": count, "totalError": 0});
    Ok(Answer::json(
        StatusCode::OK,
        &json!({"ia::result": result, "ia::meta": meta}),
    ))
}

/// A name that nobody knows is answered with an empty list and success (T).
fn one(company: &Company, asked: &str, schema: bool) -> Value {
    let name = asked.strip_prefix("objects/").unwrap_or(asked);
    let Some(rows) = records::all(company, name) else {
        return json!([]);
    };
    let mut description = about(name);
    if schema {
        let fields: Map<String, Value> = rows
            .iter()
            .flatten()
            .map(|(field, value)| (field.clone(), field_type(value)))
            .collect();
        description["fields"] = Value::Object(fields);
    }
    description
}

fn about(name: &str) -> Value {
    json!({
        "apiObject": format!("objects/{name}"),
        "type": "rootObject",
        "httpMethods": "GET",
        "href": format!("/services/core/model?version=v1&name=objects/{name}"),
    })
}

fn field_type(value: &Value) -> Value {
    let kind = match value {
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
        Value::Null | Value::String(_) => "string",
    };
    json!({"type": kind, "readOnly": true, "writeOnly": false, "required": false, "nullable": true, "mutable": false})
}
