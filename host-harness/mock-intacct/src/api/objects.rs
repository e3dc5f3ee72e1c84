//! `GET objects/<object>` and `GET objects/<object>/<key>`.

use http::StatusCode;
use serde_json::{Value, json};

use super::caller::accept_reader;
use super::paging::Page;
use super::records::{self, Record};
use crate::answer::Answer;
use crate::company::Company;
use crate::refusal::{self, Refusal};
use crate::request::Request;
use crate::world::World;

/// Lists an object's rows by key, ID and link, or shows one row whole.
pub(crate) fn objects(world: &World, request: &Request, name: &str) -> Result<Answer, Refusal> {
    let caller = accept_reader(world, request)?;
    let entity = caller.entity.as_deref();
    let document = match records::seen(&world.company, name, entity) {
        Some(rows) => list(name, &rows, request)?,
        None => one(&world.company, name, entity)?,
    };
    Ok(Answer::json(StatusCode::OK, &document))
}

fn list(name: &str, rows: &[Record], request: &Request) -> Result<Value, Refusal> {
    let page = Page::parse(request.query.get("start"), request.query.get("size"))?;
    let rows: Vec<Value> = rows.iter().map(|row| summary(name, row)).collect();
    Ok(page.document(&rows))
}

/// What a list and a query without fields show of a row.
pub(super) fn summary(name: &str, row: &Record) -> Value {
    let field = |field: &str| row.get(field).cloned().unwrap_or_default();
    json!({"key": field("key"), "id": field("id"), "href": href(name, row)})
}

fn href(name: &str, row: &Record) -> String {
    format!(
        "/objects/{name}/{}",
        row.get("key").and_then(Value::as_str).unwrap_or_default()
    )
}

fn one(company: &Company, path: &str, entity: Option<&str>) -> Result<Value, Refusal> {
    let (name, key) = path.rsplit_once('/').ok_or(refusal::UNKNOWN_OBJECT)?;
    let rows = records::seen(company, name, entity).ok_or(refusal::UNKNOWN_OBJECT)?;
    let row = rows
        .iter()
        .find(|row| row.get("key").and_then(Value::as_str) == Some(key));
    let mut row = row.cloned().ok_or(refusal::UNKNOWN_OBJECT)?;
    row.insert("href".to_owned(), json!(href(name, &row)));
    Ok(
        json!({"ia::result": row, "ia::meta": {"totalCount": 1, "totalSuccess": 1, "totalError": 0}}),
    )
}
