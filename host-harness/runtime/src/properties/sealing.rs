//! Taking secrets out of an answer: nothing that was to be sealed is left, and what was not is
//! unchanged.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::contract::{Response, ResponseBody};
use crate::randomness::SystemRandomness;
use crate::seal::{RawAnswer, Sealer};
use crate::secret::Secret;
use crate::vault::Vault;
use crate::witness::occurrences;

/// What every secret here has in common.
const STEM: &str = "not-a-real-secret";

/// A line that becomes part of a secret, then an answer's body, in which `$0` to `$7` stand for the
/// secret, put there in one of eight ways.
pub fn sealing(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else {
        return;
    };
    let Some((seed, document)) = text.split_once('\n') else {
        return;
    };
    let secret = format!("Q{STEM}{seed}Z");
    match serde_json::from_str::<Value>(document) {
        Ok(value) if is_harmless(&value) && !repeats(&value) => {
            is_unchanged(&secret, document, &value);
        }
        Ok(value) => is_hidden(&secret, &filled(value, &secret).to_string()),
        Err(_) => is_hidden(&secret, &fill(document, &secret)),
    }
}

fn is_hidden(secret: &str, body: &str) {
    let told = told(&seal_with(
        secret,
        body.as_bytes(),
        Some(&put(secret, body.len())),
    ));
    for spelling in forbidden(secret) {
        let shows = told.iter().find(|it| it.contains(&spelling));
        assert_eq!(shows, None, "{spelling:?} is left of {body:?}");
    }
}

fn is_unchanged(secret: &str, document: &str, value: &Value) {
    let response = seal_with(secret, document.as_bytes(), None);
    let ResponseBody::Json(text) = &response.body else {
        panic!("{document:?}: {response:?}");
    };
    assert_eq!(serde_json::from_str::<Value>(text).unwrap(), *value);
    assert_eq!(response.sealed, []);
}

/// Names that are no token's and no session's, texts that are no JWT, and nothing to fill in.
fn is_harmless(value: &Value) -> bool {
    let plain = |name: &String| {
        name.chars()
            .all(|c| ('a'..='m').contains(&c) || "/~".contains(c))
    };
    match value {
        Value::String(text) => !text.contains('$') && text.matches('.').count() < 2,
        Value::Array(elements) => elements.iter().all(is_harmless),
        Value::Object(members) => members
            .iter()
            .all(|(name, it)| plain(name) && is_harmless(it)),
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
    }
}

/// Whether the document's text may hold the secret by itself, with nothing filled in: a fuzzer learns
/// the spellings, and JSON's own escapes can complete one.
fn repeats(value: &Value) -> bool {
    let text = value.to_string();
    let decoded = percent_decode_str(&text).decode_utf8_lossy();
    let digits: String = STEM.bytes().map(|it| format!("{it:02x}")).collect();
    [text.as_str(), &decoded].into_iter().any(|it| {
        !occurrences(it.as_bytes(), &[STEM]).is_empty() || it.to_ascii_lowercase().contains(&digits)
    })
}

fn filled(value: Value, secret: &str) -> Value {
    match value {
        Value::String(text) => fill(&text, secret).into(),
        Value::Array(elements) => elements.into_iter().map(|it| filled(it, secret)).collect(),
        Value::Object(members) => members
            .into_iter()
            .map(|(name, it)| (fill(&name, secret), filled(it, secret)))
            .collect(),
        other => other,
    }
}

fn fill(text: &str, secret: &str) -> String {
    (0..8).fold(text.to_owned(), |text, way| {
        text.replace(&format!("${way}"), &put(secret, way))
    })
}

/// How a service may put a secret into a text. Written apart from the sealing's own list.
pub(crate) fn put(secret: &str, way: usize) -> String {
    let percent = || secret.bytes().map(|it| format!("%{it:02x}")).collect();
    match way % 8 {
        0 => secret.to_owned(),
        1 => format!("see {secret}, please"),
        2 => percent(),
        3 => STANDARD.encode(secret),
        4 => URL_SAFE_NO_PAD.encode(format!("user:{secret}")),
        5 => form_urlencoded::byte_serialize(secret.as_bytes()).collect(),
        6 => secret.chars().rev().collect(),
        _ => Value::from(secret).to_string(),
    }
}

/// What may not be found afterwards: the secret itself in the spellings of the promise.
pub(crate) fn forbidden(secret: &str) -> Vec<String> {
    let encoded = STANDARD.encode(secret);
    // The characters that the secret decides alone.
    let whole = secret.len() * 8 / 6;
    let escaped = Value::from(secret).to_string();
    vec![
        secret.to_owned(),
        secret.trim().to_owned(),
        secret.chars().rev().collect(),
        // As a JSON Pointer has it.
        secret.replace('~', "~0").replace('/', "~1"),
        put(secret, 2),
        put(secret, 5),
        escaped[1..escaped.len() - 1].to_owned(),
        encoded[..whole].to_owned(),
    ]
}

/// Everything that the plugin is given of an answer, as texts.
pub(crate) fn told(response: &Response) -> Vec<String> {
    let mut told: Vec<String> = response
        .headers
        .iter()
        .flat_map(|(name, value)| [name.clone(), value.clone()])
        .collect();
    for member in &response.sealed {
        told.extend([member.pointer.clone(), member.value.name.clone()]);
        told.extend(member.value.claims.iter().map(|(_, value)| value.clone()));
    }
    if let ResponseBody::Json(text) = &response.body {
        told.push(text.clone());
        texts_of(&serde_json::from_str(text).unwrap(), &mut told);
    }
    told
}

fn texts_of(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(elements) => elements.iter().for_each(|it| texts_of(it, texts)),
        Value::Object(members) => members.iter().for_each(|(name, it)| {
            texts.push(name.clone());
            texts_of(it, texts);
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The answer with this body, and with a header that says this, sealed for one who knows the secret.
pub(crate) fn seal_with(secret: &str, body: &[u8], header: Option<&str>) -> Response {
    let mut vault = Vault::new(&SystemRandomness);
    vault.keep("s", Secret::new(secret));
    let mut headers = http::HeaderMap::new();
    let value = header.and_then(|it| http::HeaderValue::from_str(it).ok());
    headers.extend(value.map(|it| (http::HeaderName::from_static("x-echo"), it)));
    let answer = RawAnswer {
        status: 200,
        headers,
        body: body.to_vec().into(),
    };
    let claims = BTreeSet::new();
    Sealer {
        vault: &mut vault,
        claims: &claims,
    }
    .seal_answer(&answer, &[])
}
