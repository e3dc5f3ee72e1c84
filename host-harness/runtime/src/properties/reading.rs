//! Reading an answer: whatever it says, no window of a secret is told, nothing is told that is not
//! declared, and what holds no secret is told as it stands.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value as Json;

use crate::randomness::SystemRandomness;
use crate::reading::{
    BodyKind, Carried, Declaration, DeclaredMember, Permitted, RawAnswer, ReadAnswer, Reading,
    Value,
};
use crate::secret::Secret;
use crate::vault::{SecretKind, Vault};

/// What every secret here has in common.
const STEM: &str = "not-a-real-secret";

/// A line that becomes part of a secret, then an answer's body, in which `$0` to `$7` stand for the
/// secret, put there in one of eight ways.
pub fn reading(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else {
        return;
    };
    let Some((seed, document)) = text.split_once('\n') else {
        return;
    };
    let secret = format!("Q{STEM}{seed}Z");
    let body = match serde_json::from_str::<Json>(document) {
        Ok(value) => filled(value, &secret).to_string(),
        Err(_) => fill(document, &secret),
    };
    let read = read_with(&secret, body.as_bytes(), Some(&put(&secret, body.len())));
    assert!(shows(&secret, &read).is_none(), "{read:?} of {body:?}");
    is_declared(&read, &body);
}

/// Whatever is told stands in the document at its pointer.
fn is_declared(read: &ReadAnswer, body: &str) {
    if read.body != BodyKind::Json {
        assert!(
            read.body == BodyKind::Xml || read.members.is_empty(),
            "{read:?}"
        );
        return;
    }
    let document: Json = serde_json::from_str(body.trim_start_matches('\u{feff}')).unwrap();
    for member in &read.members {
        let found = document.pointer(&member.pointer);
        let found = found.unwrap_or_else(|| panic!("{} is not in {body:?}", member.pointer));
        let fits = match &member.value {
            Value::Code(text) => is_text(found, text),
            Value::Number(_) => found.is_number() || found.is_string(),
            Value::Boolean(value) => found.as_bool() == Some(*value) || found.is_string(),
            Value::Present => !found.is_null(),
            Value::Phrases(_) => found.is_string(),
            Value::Label(text) => is_text(found, text),
            Value::Secret(_) => found.is_string() || found.is_number(),
            Value::Unreadable => true,
        };
        assert!(fits, "{member:?} of {body:?}");
    }
}

fn is_text(found: &Json, text: &str) -> bool {
    match found {
        Json::String(it) => it.trim() == text,
        Json::Number(it) => {
            it.to_string() == text || it.as_f64().map(|it| it.to_string()).as_deref() == Some(text)
        }
        Json::Bool(it) => it.to_string() == text,
        Json::Null | Json::Array(_) | Json::Object(_) => false,
    }
}

fn filled(value: Json, secret: &str) -> Json {
    match value {
        Json::String(text) => fill(&text, secret).into(),
        Json::Array(elements) => elements.into_iter().map(|it| filled(it, secret)).collect(),
        Json::Object(members) => members
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

/// How a service may put a secret into a text. Written apart from the search's own list.
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
        _ => Json::from(secret).to_string(),
    }
}

/// The first text told that shows part of the stem, plainly or in base64: eight characters in a row.
pub(crate) fn shows(secret: &str, read: &ReadAnswer) -> Option<String> {
    let forms = (0..8).map(|way| put(secret, way).to_lowercase());
    let forms: Vec<String> = forms.filter(|it| it.len() >= 24).collect();
    let part = |form: &str, told: &str| {
        let letters: Vec<char> = form.chars().collect();
        letters
            .windows(12)
            .any(|it| told.contains(&it.iter().collect::<String>()))
    };
    told(read).into_iter().find(|told| {
        let told = told.to_lowercase();
        forms.iter().any(|form| part(form, &told))
    })
}

/// Everything that the plugin is given of an answer, as texts.
pub(crate) fn told(read: &ReadAnswer) -> Vec<String> {
    let mut told: Vec<String> = read
        .headers
        .iter()
        .flat_map(|(name, value)| [name.clone(), value.clone()])
        .collect();
    for member in &read.members {
        match &member.value {
            Value::Code(text) | Value::Label(text) => told.push(text.clone()),
            Value::Phrases(phrases) => told.extend(phrases.iter().cloned()),
            Value::Number(number) => told.push(number.to_string()),
            Value::Secret(sealed) => {
                told.push(sealed.name.clone());
                told.extend(sealed.claims.iter().map(|(_, value)| value.clone()));
            }
            Value::Boolean(_) | Value::Present | Value::Unreadable => {}
        }
    }
    told
}

/// Reads of every kind, at places that documents have.
pub(crate) fn declaration() -> Declaration {
    let mut members = Vec::new();
    for place in [
        "",
        "/a",
        "/b",
        "/a/b",
        "/*",
        "/a/*",
        "/*/a",
        "/error",
        "/error/code",
        "/message",
    ] {
        let phrases = vec!["real".to_owned(), "secret".to_owned()];
        for reading in [
            Reading::Code,
            Reading::Number,
            Reading::Boolean,
            Reading::Presence,
            Reading::Label,
            Reading::Phrases(phrases),
        ] {
            let names_nothing = matches!(place, "" | "/*");
            let tells_text = matches!(reading, Reading::Code | Reading::Number | Reading::Label);
            if names_nothing && tells_text {
                // No descriptor may: what stands there may be a secret.
                continue;
            }
            members.push(DeclaredMember {
                pointer: place.to_owned(),
                reading,
            });
        }
    }
    for place in ["/access_token", "/refresh_token", "/a/token", "/*/secret"] {
        members.push(DeclaredMember {
            pointer: place.to_owned(),
            reading: Reading::Secret,
        });
    }
    let headers = ["x-request-id".to_owned(), "retry-after".to_owned()];
    let claims = ["sub".to_owned()];
    Declaration::parse(&members, &headers, &claims, &[]).unwrap()
}

pub(crate) fn permitted() -> Permitted {
    Permitted {
        claims: ["sub".to_owned()].into(),
        labels: [
            "",
            "/a",
            "/b",
            "/a/b",
            "/*",
            "/a/*",
            "/*/a",
            "/error",
            "/error/code",
            "/message",
        ]
        .map(str::to_owned)
        .into(),
    }
}

/// The answer with this body, and with a header that says this, read for one who knows the secret and
/// whose request carried it.
pub(crate) fn read_with(secret: &str, body: &[u8], header: Option<&str>) -> ReadAnswer {
    let mut vault = Vault::new(&SystemRandomness);
    let name = vault.keep("s", SecretKind::Setting, Secret::new(secret));
    let mut headers = http::HeaderMap::new();
    let value = header.and_then(|it| http::HeaderValue::from_str(it).ok());
    headers.extend(value.map(|it| (http::HeaderName::from_static("x-request-id"), it)));
    let answer = RawAnswer {
        status: 200,
        headers,
        body: body.to_vec().into(),
    };
    let carried = Carried::new(&mut vault, [name.as_str()].into_iter(), Vec::new());
    declaration().read(&answer, &permitted(), &carried, &mut vault)
}
