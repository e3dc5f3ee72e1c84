//! An answer, read as it was declared and held against every secret.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use super::declaration::{Declaration, Reading};
use super::document::{Document, Picked, Raw, pick};
use super::search::{Budget, LONGEST_TEXT, Secrets};
use super::{BodyKind, Member, Permitted, RawAnswer, ReadAnswer, Value, is_code, jwt};
use crate::contract::Sealed;
use crate::secret::Secret;
use crate::vault::{SecretKind, Vault};

/// Secrets that are taken out of one answer, and their bytes. A token response has three, of a few
/// kilobytes each at the most.
const MOST_SECRETS: usize = 64;
const MOST_SECRET_BYTES: usize = 32 << 10;

/// What it may cost to hold the other values against the secrets, as bytes of everything that they may
/// spell; what is beyond is unreadable. As much for what the plugin wrote into the request.
pub(crate) const MOST_SEARCHED: usize = 512 << 10;

/// The longest label, in characters.
const LONGEST_LABEL: usize = 128;

/// Beyond this a number is not exact everywhere (RFC 8259 section 6).
const LARGEST_NUMBER: i128 = 1 << 53;

/// What the request of an answer carried.
#[derive(Debug)]
pub(crate) struct Carried {
    /// The secrets that it named.
    named: Secrets,
    /// What the plugin wrote into it itself, as a service may read it.
    literals: Vec<String>,
}

impl Carried {
    pub(crate) fn new<'a>(
        vault: &mut Vault,
        names: impl Iterator<Item = &'a str>,
        literals: Vec<Cow<'_, str>>,
    ) -> Self {
        let mut named = Secrets::default();
        names.for_each(|name| named.insert(vault.number(name)));
        Self {
            named,
            literals: literals.into_iter().map(Cow::into_owned).collect(),
        }
    }

    /// The secrets that may come back without telling anything: those that the request named, and that
    /// the plugin had not written there as a guess. None, where it wrote more than is searched.
    fn expected(&self, vault: &mut Vault) -> Secrets {
        let mut budget = Budget::new(MOST_SEARCHED);
        let mut guessed = Secrets::default();
        for literal in &self.literals {
            match vault.find_within(literal, &mut budget) {
                Some(found) => guessed.insert(found),
                None => return Secrets::default(),
            }
        }
        self.named.without(guessed)
    }
}

/// A value of an answer held a secret of the credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Leak {
    /// The declared pointer or header.
    pub(crate) place: String,
    /// Whether nothing more may be sent: the request had not carried that secret, so this is a guess of
    /// the plugin's, or a service that tells what it was not asked.
    pub(crate) end_sending: bool,
}

impl fmt::Display for Leak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.place.escape_debug();
        if self.end_sending {
            write!(
                f,
                "a secret that the request had not carried stands in `{place}`: the answer is \
                 withheld, and this operation sends nothing more"
            )
        } else {
            write!(f, "a secret stands in `{place}`, which is not told")
        }
    }
}

impl Declaration {
    /// What a plugin gets of an answer.
    pub(crate) fn read(
        &self,
        answer: &RawAnswer,
        permitted: &Permitted,
        carried: &Carried,
        vault: &mut Vault,
    ) -> ReadAnswer {
        let withheld = ReadAnswer {
            status: answer.status,
            headers: Vec::new(),
            body: BodyKind::Other,
            members: Vec::new(),
            withheld: true,
            leak: None,
        };
        if is_partial(answer) {
            return withheld;
        }
        let (body, picked) = match pick(&answer.body, &self.tree) {
            Document::Empty => (BodyKind::Empty, Vec::new()),
            Document::Json(picked) => (BodyKind::Json, picked),
            Document::Xml(picked) => (BodyKind::Xml, picked),
            Document::Html => (BodyKind::Html, Vec::new()),
            Document::Other => (BodyKind::Other, Vec::new()),
        };
        let mut reader = Reader {
            declaration: self,
            permitted,
            carried,
            vault,
            budget: Budget::new(MOST_SEARCHED),
            expected: None,
            leak: None,
        };
        let Some(members) = reader.members(picked) else {
            return withheld;
        };
        let headers = reader.headers(answer);
        match reader.leak {
            Some(leak) if leak.end_sending => ReadAnswer {
                leak: Some(leak),
                ..withheld
            },
            leak => ReadAnswer {
                headers,
                body,
                members,
                withheld: false,
                leak,
                status: answer.status,
            },
        }
    }
}

/// A part of an answer, or one in a coding that nobody asked for: where a value begins and ends in it is
/// not what it is in the whole.
fn is_partial(answer: &RawAnswer) -> bool {
    let values = |name| {
        let values = answer.headers.get_all(name).into_iter();
        values.map(http::HeaderValue::as_bytes)
    };
    let is_coding = |it: &[u8]| !it.is_empty() && !it.eq_ignore_ascii_case(b"identity");
    let coded = values(http::header::CONTENT_ENCODING).any(is_coding);
    let parts = values(http::header::CONTENT_TYPE).any(|it| {
        let kind = it.trim_ascii_start().get(..10);
        kind.is_some_and(|it| it.eq_ignore_ascii_case(b"multipart/"))
    });
    let range = answer.headers.contains_key(http::header::CONTENT_RANGE);
    answer.status == 206 || range || coded || parts
}

struct Reader<'a> {
    declaration: &'a Declaration,
    permitted: &'a Permitted,
    carried: &'a Carried,
    vault: &'a mut Vault,
    /// What searching may still cost.
    budget: Budget,
    /// The secrets that may come back; found out at the first hit, once for an answer.
    expected: Option<Secrets>,
    leak: Option<Leak>,
}

impl Reader<'_> {
    /// The declared members; absent where more is taken out than one answer has.
    fn members(&mut self, mut picked: Vec<Picked>) -> Option<Vec<Member>> {
        self.know_secrets(&picked)?;
        // What is declared first is searched first, as long as the budget lasts.
        picked.sort_by_key(|it| it.declared.first().copied());
        let mut members: Vec<Member> = Vec::new();
        for picked in picked.iter().filter(|it| !it.replaced) {
            for declared in &picked.declared {
                if let Some(value) = self.value(*declared, picked) {
                    members.push(Member {
                        pointer: picked.pointer.clone(),
                        declared: *declared,
                        value,
                    });
                }
            }
        }
        members.sort_by_key(|it| it.declared);
        Some(members)
    }

    /// All secrets of the answer first: its other values are held against these too.
    fn know_secrets(&mut self, picked: &[Picked]) -> Option<()> {
        let is_secret = |it: &&Picked| {
            let mut readings = it.declared.iter().map(|it| self.reads(*it));
            readings.any(|it| *it == Reading::Secret)
        };
        let secrets = picked.iter().filter(is_secret);
        let secrets: Vec<Secret> = secrets.filter_map(|it| known_text(&it.value)).collect();
        let bytes: usize = secrets.iter().map(|it| it.expose().len()).sum();
        if secrets.len() > MOST_SECRETS || bytes > MOST_SECRET_BYTES {
            return None;
        }
        secrets.iter().for_each(|secret| self.vault.know(secret));
        Some(())
    }

    fn reads(&self, declared: usize) -> &Reading {
        let member = self.declaration.members.get(declared);
        member.map_or(&Reading::Presence, |it| &it.reading)
    }

    /// The value; absent where that counts as nothing.
    fn value(&mut self, declared: usize, picked: &Picked) -> Option<Value> {
        let member = self.declaration.members.get(declared)?;
        let place = &member.pointer;
        Some(match (&member.reading, &picked.value) {
            (Reading::Presence, value) => return (!is_empty(value)).then_some(Value::Present),
            (Reading::Secret, value) => match secret_text(value) {
                Some(secret) => Value::Secret(self.seal(place, secret)),
                None => Value::Unreadable,
            },
            (Reading::Code, value) => match as_text(value).filter(|it| is_code(it)) {
                Some(text) => self.unless_secret(place, &text, || Value::Code(text.clone())),
                None => Value::Unreadable,
            },
            (Reading::Label, value) => self.label(place, value),
            (Reading::Phrases(phrases), Raw::Text(text)) => {
                self.unless_secret(place, text, || Value::Phrases(occurring(phrases, text)))
            }
            (Reading::Number, value) => match number(value) {
                Some(number) => self.number(place, value, number),
                None => Value::Unreadable,
            },
            (Reading::Boolean, Raw::Boolean(value)) => Value::Boolean(*value),
            (Reading::Boolean, Raw::Text(text)) => match text.as_str() {
                "true" => Value::Boolean(true),
                "false" => Value::Boolean(false),
                _ => Value::Unreadable,
            },
            (Reading::Boolean | Reading::Phrases(_), _) => Value::Unreadable,
        })
    }

    /// Its digits as they are written, and as the plugin would get them.
    fn number(&mut self, place: &str, value: &Raw, number: i64) -> Value {
        let (written, read) = (as_text(value).unwrap_or_default(), number.to_string());
        match self.unless_secret(place, &written, || Value::Number(number)) {
            Value::Number(_) if written != read => {
                self.unless_secret(place, &read, || Value::Number(number))
            }
            value => value,
        }
    }

    fn label(&mut self, place: &str, value: &Raw) -> Value {
        let text = match value {
            Raw::Text(text) if self.permitted.labels.contains(place) => text.trim().to_owned(),
            _ => return Value::Unreadable,
        };
        let on_a_line = !text.is_empty() && !text.contains(char::is_control);
        if on_a_line && text.chars().count() <= LONGEST_LABEL && !jwt::is_in(&text) {
            self.unless_secret(place, &text, || Value::Label(text.clone()))
        } else {
            Value::Unreadable
        }
    }

    fn headers(&mut self, answer: &RawAnswer) -> Vec<(String, String)> {
        let mut told = Vec::new();
        for declared in &self.declaration.headers {
            for text in declared.values(&answer.headers) {
                let place = &declared.name;
                if self.unless_secret(place, &text, || Value::Present) == Value::Present {
                    told.push((place.clone(), text));
                }
            }
        }
        told
    }

    /// Takes a secret out; its claims that hold a secret are left out.
    fn seal(&mut self, place: &str, secret: Secret) -> Sealed {
        let hint = hint(place);
        let claims = &self.permitted.claims;
        let (sealed, found) = self.vault.seal(
            &hint,
            SecretKind::Answered,
            secret,
            claims,
            &mut self.budget,
        );
        self.note(place, found);
        sealed
    }

    /// The value, unless its text holds a secret of the credential.
    fn unless_secret(&mut self, place: &str, text: &str, value: impl FnOnce() -> Value) -> Value {
        if text.len() > LONGEST_TEXT {
            return Value::Unreadable;
        }
        let Some(found) = self.vault.find_within(text, &mut self.budget) else {
            return Value::Unreadable;
        };
        if found.is_empty() {
            return value();
        }
        self.note(place, found);
        Value::Unreadable
    }

    /// Secrets were found in what stands there.
    fn note(&mut self, place: &str, found: Secrets) {
        if found.is_empty() {
            return;
        }
        let carried = self.carried;
        let expected = *self
            .expected
            .get_or_insert_with(|| carried.expected(self.vault));
        let end_sending = !found.intersects(expected);
        if end_sending || self.leak.is_none() {
            self.leak = Some(Leak {
                place: place.to_owned(),
                end_sending,
            });
        }
    }
}

/// A secret is a text, or a number that is exact.
fn secret_text(value: &Raw) -> Option<Secret> {
    match value {
        Raw::Text(text) => Some(Secret::new(text.as_str())),
        Raw::Integer(number) => Some(Secret::new(number.to_string())),
        Raw::Float(_) | Raw::Boolean(_) | Raw::Compound { .. } => None,
    }
}

/// The same, and a number that is not exact: it cannot be used, and its digits may be one all the same.
fn known_text(value: &Raw) -> Option<Secret> {
    match value {
        Raw::Float(number) => Some(Secret::new(number.to_string())),
        other => secret_text(other),
    }
}

fn as_text(value: &Raw) -> Option<String> {
    match value {
        Raw::Text(text) => Some(text.as_str().to_owned()),
        Raw::Integer(number) => Some(number.to_string()),
        Raw::Float(number) => Some(number.to_string()),
        Raw::Boolean(value) => Some(value.to_string()),
        Raw::Compound { .. } => None,
    }
}

fn is_empty(value: &Raw) -> bool {
    match value {
        Raw::Text(text) => text.is_empty(),
        Raw::Compound { empty } => *empty,
        Raw::Integer(_) | Raw::Float(_) | Raw::Boolean(_) => false,
    }
}

/// A whole number, its fraction dropped; absent beyond what is exact.
fn number(value: &Raw) -> Option<i64> {
    let exact = |number: i128| {
        let within = (-LARGEST_NUMBER..=LARGEST_NUMBER).contains(&number);
        within.then(|| i64::try_from(number).ok()).flatten()
    };
    match value {
        Raw::Integer(number) => exact(*number),
        Raw::Float(number) => truncated(*number).and_then(exact),
        Raw::Text(text) => {
            let text = text.trim();
            let is_plain = text
                .bytes()
                .all(|it| it.is_ascii_digit() || b"+-.eE".contains(&it));
            match text.parse::<i128>() {
                Ok(number) => exact(number),
                Err(_) if is_plain => text.parse().ok().and_then(truncated).and_then(exact),
                Err(_) => None,
            }
        }
        Raw::Boolean(_) | Raw::Compound { .. } => None,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the bounds are checked before"
)]
fn truncated(number: f64) -> Option<i128> {
    (number.is_finite() && number.abs() <= 9.1e15).then_some(number as i128)
}

/// The phrases that occur in a text, whatever the case of ASCII letters.
fn occurring(phrases: &[String], text: &str) -> Vec<String> {
    let text = text.to_ascii_lowercase();
    let occurs = |it: &&String| text.contains(&it.to_ascii_lowercase());
    phrases.iter().filter(occurs).cloned().collect()
}

/// A pointer's last step as part of a secret's name: short, and of plain characters.
fn hint(pointer: &str) -> String {
    let step = pointer.rsplit('/').next().unwrap_or_default();
    let plain = step
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '_');
    let hint: String = plain.take(32).collect();
    if hint.is_empty() {
        "secret".to_owned()
    } else {
        hint
    }
}

/// The claims of a token that may be told, and the secrets that stand in others. A claim that cannot be
/// searched is left out.
pub(crate) fn claims_of(
    token: &Secret,
    allowed: &BTreeSet<String>,
    mut find: impl FnMut(&str) -> Option<Secrets>,
) -> (Vec<(String, String)>, Secrets) {
    let mut claims = jwt::claims(token.expose(), allowed);
    let mut held = Secrets::default();
    claims.retain(|(_, value)| {
        let found = find(value);
        held.insert(found.unwrap_or_default());
        found.is_some_and(Secrets::is_empty)
    });
    (claims, held)
}
