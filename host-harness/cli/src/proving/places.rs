//! The places of an answer that a plugin declares, filled in: a document of the run's own service.

use credential_runtime::{DeclaredMember, Reading};
use serde_json::{Map, Value, json};

/// Where a place stands within another, one of the two is there.
#[derive(Clone, Copy)]
pub(super) enum First {
    /// `/error/code` before `/error`.
    Inner,
    /// `/error` before `/error/code`.
    Outer,
}

/// Adds a value at each declared place that this concerns and where nothing stands yet.
pub(super) fn fill(
    document: &mut Value,
    members: &[DeclaredMember],
    first: First,
    mut value: impl FnMut(&Reading) -> Option<Value>,
) {
    let mut members: Vec<&DeclaredMember> = members.iter().collect();
    members.sort_by_key(|it| it.pointer.matches('/').count());
    if matches!(first, First::Inner) {
        members.reverse();
    }
    for member in members {
        let steps: Vec<String> = member.pointer.split('/').skip(1).map(unescaped).collect();
        if steps.is_empty() {
            continue;
        }
        if let Some(value) = value(&member.reading) {
            put(document, &steps, value);
        }
    }
}

/// RFC 6901 section 4.
fn unescaped(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}

fn put(at: &mut Value, steps: &[String], value: Value) {
    let Some((step, rest)) = steps.split_first() else {
        if at.is_null() {
            *at = value;
        }
        return;
    };
    if at.is_null() {
        *at = match step.as_str() {
            "*" => json!([null]),
            _ => Value::Object(Map::new()),
        };
    }
    match at {
        Value::Object(members) if step != "*" => {
            put(
                members.entry(step.clone()).or_insert(Value::Null),
                rest,
                value,
            );
        }
        Value::Array(elements) if step == "*" => {
            if let Some(element) = elements.first_mut() {
                put(element, rest, value);
            }
        }
        // Something else stands there.
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(first: First, document: Value, pointers: &[&str], expected: &Value) {
        let members: Vec<DeclaredMember> = pointers
            .iter()
            .map(|it| DeclaredMember {
                pointer: (*it).to_owned(),
                reading: Reading::Code,
            })
            .collect();
        let mut document = document;
        fill(&mut document, &members, first, |_| Some(json!("x")));
        assert_eq!(&document, expected, "{pointers:?}");
    }

    #[test]
    fn a_value_stands_at_each_place_where_nothing_stood() {
        use First::{Inner, Outer};
        let nothing = || json!({});
        check(Inner, nothing(), &["/a"], &json!({ "a": "x" }));
        check(
            Inner,
            json!({ "a": 1 }),
            &["/a", "/a/b"],
            &json!({ "a": 1 }),
        );
        check(
            Inner,
            nothing(),
            &["/a", "/a/b"],
            &json!({ "a": { "b": "x" } }),
        );
        check(Outer, nothing(), &["/a/b", "/a"], &json!({ "a": "x" }));
        check(
            Inner,
            nothing(),
            &["/l/*/b", "/l/*/c"],
            &json!({ "l": [{ "b": "x", "c": "x" }] }),
        );
        check(Outer, nothing(), &["/l/*"], &json!({ "l": ["x"] }));
        check(
            Inner,
            nothing(),
            &["/a~1b", "/c~0d"],
            &json!({ "a/b": "x", "c~d": "x" }),
        );
        check(Inner, nothing(), &["", "no-slash"], &nothing());
    }
}
