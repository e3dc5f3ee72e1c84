//! Plays the host's part: reads what a service sends as the descriptor declares it (`declared-member`
//! in `wit/credential.wit`), so that each test can say the answer as it was recorded.

use crate::support::sealed;
use intacct_core::{
    BodyKind, Member, Reading,
    Reading::{Boolean, Code, Number, Phrases, Presence, Secret},
    Value, describe,
};
use serde_json::{Map, Value as Json};

/// Elements of an array that `*` stands for.
const ELEMENTS: usize = 16;
/// The longest text that is searched for phrases, in bytes.
const LONGEST_TEXT: usize = 4_096;
/// Beyond it, a JSON number need not be exact (RFC 8259 section 6).
const LARGEST_NUMBER: f64 = 9_007_199_254_740_992.0;

/// What a body is, and the declared members that it has.
pub(crate) fn read(body: &str) -> (BodyKind, Vec<Member>) {
    if body.trim().is_empty() {
        (BodyKind::Empty, Vec::new())
    } else if let Ok(document) = serde_json::from_str(body) {
        (BodyKind::Json, members(&document))
    } else if let Ok(document) = roxmltree::Document::parse(body) {
        (BodyKind::Xml, members(&of_xml(document.root())))
    } else if body.trim_start().starts_with('<') {
        (BodyKind::Html, Vec::new())
    } else {
        (BodyKind::Other, Vec::new())
    }
}

fn members(document: &Json) -> Vec<Member> {
    let mut members = Vec::new();
    for declared in describe().members {
        let steps: Vec<&str> = declared.pointer.split('/').skip(1).collect();
        walk(document, &steps, String::new(), &mut |pointer, found| {
            let value = value(&declared.reading, found);
            members.extend(value.map(|value| Member { pointer, value }));
        });
    }
    members
}

/// Calls `found` with each place that a pointer leads to.
fn walk(from: &Json, steps: &[&str], at: String, found: &mut impl FnMut(String, &Json)) {
    let Some((step, rest)) = steps.split_first() else {
        return found(at, from);
    };
    match from {
        Json::Array(items) if *step == "*" => {
            for (index, item) in items.iter().take(ELEMENTS).enumerate() {
                walk(item, rest, format!("{at}/{index}"), found);
            }
        }
        Json::Object(members) => {
            if let Some(member) = members.get(*step) {
                walk(member, rest, format!("{at}/{step}"), found);
            }
        }
        _ => {}
    }
}

/// `None` where there is nothing.
fn value(reading: &Reading, found: &Json) -> Option<Value> {
    let value = match (reading, found) {
        (_, Json::Null) => return None,
        (Presence, found) => return is_something(found).then_some(Value::Present),
        (Secret, Json::String(text)) => Some(secret(text)),
        (Secret, Json::Number(number)) => Some(secret(&number.to_string())),
        (Code, Json::String(text)) => is_code(text).then(|| Value::Code(text.clone())),
        (Number, Json::Number(number)) => number.as_f64().and_then(whole),
        (Number, Json::String(text)) => text.trim().parse().ok().and_then(whole),
        (Boolean, Json::Bool(truth)) => Some(Value::Boolean(*truth)),
        (Boolean, Json::String(text)) => text.parse().ok().map(Value::Boolean),
        (Phrases(words), Json::String(text)) => phrases(words, text),
        _ => None,
    };
    Some(value.unwrap_or(Value::Unreadable))
}

fn is_something(found: &Json) -> bool {
    match found {
        Json::Null => false,
        Json::String(text) => !text.is_empty(),
        Json::Array(items) => !items.is_empty(),
        Json::Object(members) => !members.is_empty(),
        Json::Bool(_) | Json::Number(_) => true,
    }
}

/// A secret is named by its own text, which is a fake.
fn secret(text: &str) -> Value {
    let length = u32::try_from(text.chars().count()).unwrap();
    Value::Secret(intacct_core::Sealed {
        length,
        ..sealed(text)
    })
}

pub(crate) fn is_code(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:%".contains(&byte);
    (1..=64).contains(&text.len()) && text.bytes().all(plain)
}

#[expect(clippy::cast_possible_truncation, reason = "it is within the bounds")]
fn whole(number: f64) -> Option<Value> {
    (number.abs() <= LARGEST_NUMBER).then(|| Value::Number(number.trunc() as i64))
}

fn phrases(words: &[&'static str], text: &str) -> Option<Value> {
    let text = text.to_ascii_lowercase();
    let occurs = |words: &&&str| text.contains(&words.to_ascii_lowercase());
    let found = words.iter().filter(occurs).map(|words| (*words).to_owned());
    (text.len() <= LONGEST_TEXT).then(|| Value::Phrases(found.collect()))
}

/// An element is a member of its parent by its local name. The tests' documents have no two of one
/// name.
fn of_xml(node: roxmltree::Node<'_, '_>) -> Json {
    let elements = node.children().filter(roxmltree::Node::is_element);
    let members: Map<String, Json> = elements
        .map(|element| (element.tag_name().name().to_owned(), of_xml(element)))
        .collect();
    if members.is_empty() {
        Json::from(node.text().unwrap_or_default())
    } else {
        Json::Object(members)
    }
}
