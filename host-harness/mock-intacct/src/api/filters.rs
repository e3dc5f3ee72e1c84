//! A query's filters: `[{"$gte": {"totalDue": "100"}}]`, all of which must hold.

use std::cmp::Ordering;

use serde_json::Value;

use super::records::Record;
use crate::refusal::{self, Refusal};

/// Keeps the rows that every filter lets through.
pub(super) fn keep(
    rows: &mut Vec<Record>,
    filters: &[Value],
    field_exists: impl Fn(&str) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    for filter in filters {
        for (operator, operands) in filter.as_object().ok_or(refusal::BAD_QUERY)? {
            let holds = predicate(operator).ok_or(refusal::BAD_QUERY)?;
            for (field, operand) in operands.as_object().ok_or(refusal::BAD_QUERY)? {
                field_exists(field)?;
                rows.retain(|row| holds(row.get(field), operand));
            }
        }
    }
    Ok(())
}

type Predicate = fn(Option<&Value>, &Value) -> bool;

fn predicate(operator: &str) -> Option<Predicate> {
    let predicate: Predicate = match operator {
        "$eq" => |value, operand| compare(value, Some(operand)).is_eq(),
        "$ne" => |value, operand| compare(value, Some(operand)).is_ne(),
        "$gt" => |value, operand| compare(value, Some(operand)).is_gt(),
        "$gte" => |value, operand| compare(value, Some(operand)).is_ge(),
        "$lt" => |value, operand| compare(value, Some(operand)).is_lt(),
        "$lte" => |value, operand| compare(value, Some(operand)).is_le(),
        "$in" => |value, operand| {
            operand
                .as_array()
                .is_some_and(|list| list.iter().any(|one| compare(value, Some(one)).is_eq()))
        },
        "$contains" => |value, operand| match (value.and_then(Value::as_str), operand.as_str()) {
            (Some(text), Some(part)) => text.contains(part),
            _ => false,
        },
        _ => return None,
    };
    Some(predicate)
}

/// Numbers as numbers, even where they are written as text; everything else as text. Nothing comes
/// before something.
pub(super) fn compare(a: Option<&Value>, b: Option<&Value>) -> Ordering {
    let (a, b) = (a.and_then(text), b.and_then(text));
    let number = |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<f64>().ok());
    match (number(&a), number(&b)) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        _ => a.cmp(&b),
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}
