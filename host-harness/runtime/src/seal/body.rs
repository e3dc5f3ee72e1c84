//! A JSON document without its secrets.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::known::{Known, pointer_step};
use super::{Sealer, jwt, names};
use crate::contract::SealedMember;
use crate::secret::Secret;

/// The most that is taken out of one answer. A token response has three; each is looked for in all
/// that follows, so thousands of them would keep the host busy for a plugin's sake.
pub(super) const MOST_SEALED: usize = 64;

/// The document as text, and what was taken out of it; absent where that is more than an answer may
/// have.
pub(super) fn seal(
    mut document: Value,
    pointers: &[String],
    known: &Known,
    sealer: &mut Sealer<'_>,
) -> Option<(String, Vec<SealedMember>)> {
    let mut walk = Walk {
        asked: pointers.iter().map(String::as_str).collect(),
        known,
        sealer,
        sealed: Vec::new(),
        taken: 0,
        pointer: String::new(),
    };
    let _ = walk.visit(&mut document, "answer", false);
    (walk.taken <= MOST_SEALED).then(|| (document.to_string(), walk.sealed))
}

/// What becomes of a value.
#[derive(PartialEq, Eq)]
enum Fate {
    Shown,
    Sealed,
}

struct Walk<'a, 's> {
    asked: HashSet<&'a str>,
    known: &'a Known,
    sealer: &'a mut Sealer<'s>,
    sealed: Vec<SealedMember>,
    /// How many were taken out, also beyond those that get a name.
    taken: usize,
    pointer: String,
}

impl Walk<'_, '_> {
    /// Seals what is secret in a value; `secret` where it stands below a member that is. A sealed
    /// value is `null` afterwards.
    fn visit(&mut self, value: &mut Value, hint: &str, secret: bool) -> Fate {
        let secret = secret || self.asked.contains(self.pointer.as_str());
        match value {
            Value::String(text) => {
                if secret || self.known.is(text) || jwt::is_jwt(text) {
                    let text = std::mem::take(text);
                    return self.take(value, hint, text);
                }
                self.redact(text);
            }
            Value::Number(number) => {
                let text = number.to_string();
                if secret || self.known.is(&text) || self.known.occurs_in(&text) {
                    return self.take(value, hint, text);
                }
            }
            Value::Array(elements) => self.visit_array(elements, hint, secret),
            Value::Object(members) => self.visit_object(members, secret),
            Value::Null | Value::Bool(_) => {}
        }
        Fate::Shown
    }

    fn visit_array(&mut self, elements: &mut [Value], hint: &str, secret: bool) {
        for (index, element) in elements.iter_mut().enumerate() {
            self.below(&index.to_string(), |walk| walk.visit(element, hint, secret));
        }
    }

    fn visit_object(&mut self, members: &mut Map<String, Value>, secret: bool) {
        members.retain(|name, value| {
            let secret = secret || names::holds_secret(name);
            let fate = self.below(&pointer_step(name), |walk| walk.visit(value, name, secret));
            fate == Fate::Shown && self.is_harmless(name)
        });
    }

    fn below<T>(&mut self, step: &str, visit: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.pointer.len();
        self.pointer.push('/');
        self.pointer.push_str(step);
        let result = visit(self);
        self.pointer.truncate(length);
        result
    }

    fn take(&mut self, value: &mut Value, hint: &str, text: String) -> Fate {
        *value = Value::Null;
        self.taken += 1;
        if self.taken > MOST_SEALED {
            return Fate::Sealed;
        }
        let hint = if self.is_harmless(hint) {
            hint
        } else {
            "member"
        };
        let value = self.sealer.seal(&name_hint(hint), Secret::new(text));
        self.sealed.push(SealedMember {
            pointer: self.safe_pointer(),
            value,
        });
        Fate::Sealed
    }

    fn redact(&self, text: &mut String) {
        let redacted = self.known.redact(text).into_owned();
        *text = jwt::redact(&redacted).into_owned();
    }

    /// Whether a member's name says nothing that must not be said.
    fn is_harmless(&self, name: &str) -> bool {
        !self.known.is(name) && !self.known.occurs_in(name) && jwt::redact(name) == name
    }

    fn safe_pointer(&self) -> String {
        if self.is_harmless(&self.pointer) {
            self.pointer.clone()
        } else {
            "/[sealed]".to_owned()
        }
    }
}

/// A member's name as part of a secret's name: short, and of plain characters.
fn name_hint(member: &str) -> String {
    member
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '_')
        .take(32)
        .collect()
}
