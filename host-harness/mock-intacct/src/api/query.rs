//! `POST services/core/query`: rows with chosen fields, filtered, ordered, paged.

use http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::caller::accept_reader;
use super::filters::{self, compare};
use super::objects::summary;
use super::paging::Page;
use super::records::{self, Record};
use crate::answer::Answer;
use crate::company::Company;
use crate::refusal::{self, Refusal};
use crate::request::Request;
use crate::world::World;

/// What a query may say. Members that are not named here are ignored.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Query {
    object: String,
    #[serde(default)]
    fields: Vec<String>,
    #[serde(default)]
    filters: Vec<Value>,
    #[serde(default)]
    order_by: Vec<Map<String, Value>>,
    start: Option<usize>,
    size: Option<usize>,
}

/// Answers a query.
pub(crate) fn query(world: &World, request: &Request) -> Result<Answer, Refusal> {
    let caller = accept_reader(world, request)?;
    let query = read(request)?;
    let page = Page::new(query.start, query.size)?;
    let rows = found(&world.company, &query, caller.entity.as_deref())?;
    let shown: Vec<Value> = rows.iter().map(|row| chosen(&query, row)).collect();
    Ok(Answer::json(StatusCode::OK, &page.document(&shown)))
}

/// JSON, or a body that does not say what it is.
fn read(request: &Request) -> Result<Query, Refusal> {
    if request.body.is_empty() {
        return Err(refusal::EMPTY_BODY);
    }
    if !["", "application/json"].contains(&request.media_type().as_str()) {
        return Err(refusal::WRONG_FORMAT);
    }
    serde_json::from_slice(&request.body).map_err(|_| refusal::BAD_QUERY)
}

fn found(company: &Company, query: &Query, entity: Option<&str>) -> Result<Vec<Record>, Refusal> {
    let known = records::all(company, &query.object).ok_or(refusal::UNKNOWN_OBJECT)?;
    fields_exist(&query.fields, &known)?;
    let mut rows = records::seen(company, &query.object, entity).ok_or(refusal::UNKNOWN_OBJECT)?;
    filters::keep(&mut rows, &query.filters, |field| {
        fields_exist(&[field.to_owned()], &known)
    })?;
    order(&mut rows, &query.order_by)?;
    Ok(rows)
}

fn fields_exist(fields: &[String], known: &[Record]) -> Result<(), Refusal> {
    let exists = |field: &String| known.iter().any(|row| row.contains_key(field));
    if fields.iter().all(exists) {
        Ok(())
    } else {
        Err(refusal::UNKNOWN_FIELD)
    }
}

fn chosen(query: &Query, row: &Record) -> Value {
    if query.fields.is_empty() {
        return summary(&query.object, row);
    }
    let pick = |field: &String| (field.clone(), row.get(field).cloned().unwrap_or_default());
    Value::Object(query.fields.iter().map(pick).collect())
}

/// By the first field named, then the next. Sorting by the last first keeps that order.
fn order(rows: &mut [Record], order_by: &[Map<String, Value>]) -> Result<(), Refusal> {
    for (field, direction) in order_by.iter().flatten().rev() {
        let descending = match direction.as_str() {
            Some("asc") => false,
            Some("desc") => true,
            _ => return Err(refusal::BAD_QUERY),
        };
        rows.sort_by(|a, b| {
            let ascending = compare(a.get(field), b.get(field));
            if descending {
                ascending.reverse()
            } else {
                ascending
            }
        });
    }
    Ok(())
}
