//! Sealing of whatever a service could say, with whatever the secrets are.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use proptest::prelude::*;
use serde_json::Value;

use super::*;

/// How a service may put a secret into a text. Written apart from the sealing's own list.
fn put(secret: &str, way: usize) -> String {
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
fn forbidden(secret: &str) -> Vec<String> {
    let encoded = STANDARD.encode(secret);
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
        encoded[4..encoded.len() - 4].to_owned(),
    ]
}

/// Long and varied enough to be told from the rest of a document, as real ones are.
fn any_secret() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-Za-z0-9]{16,40}",
        "[ -~]{16,40}",
        "[!-~]{12}[\u{e4}-\u{fc}]{4}",
        "[/~%+\"&=]{12,20}"
    ]
    .prop_map(|secret| format!("Q{secret}Z"))
}

/// A document with a place here and there where the secret is put.
fn any_document(secret: String) -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[ -~]{0,12}".prop_map(Value::from),
        (0_usize..8).prop_map({
            let secret = secret.clone();
            move |way| Value::from(put(&secret, way))
        }),
    ];
    leaf.prop_recursive(4, 32, 4, move |inner| {
        let secret = secret.clone();
        let name = prop_oneof![
            "[a-z/~]{1,6}",
            Just("access_token".to_owned()),
            (0_usize..8).prop_map(move |way| put(&secret, way)),
        ];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((name, inner), 0..4).prop_map(Value::from_iter),
        ]
    })
}

fn secret_and_document() -> impl Strategy<Value = (String, Value)> {
    any_secret().prop_flat_map(|secret| (Just(secret.clone()), any_document(secret)))
}

/// Everything that the plugin is given of an answer, as texts.
fn told(response: &Response) -> Vec<String> {
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

fn seal_with(secret: &str, body: &[u8], header: Option<&str>) -> Response {
    let mut vault = Vault::new(&Zeros);
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

/// A document in which nothing is secret: plain texts under plain names.
fn harmless_document() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[ -~]{0,12}".prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec(("[a-m/~]{1,6}", inner), 0..4).prop_map(Value::from_iter),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn no_secret_is_left_of_any_document((secret, document) in secret_and_document(), way in 0_usize..8) {
        let header = put(&secret, way);
        let response = seal_with(&secret, document.to_string().as_bytes(), Some(&header));
        let told = told(&response);
        for spelling in forbidden(&secret) {
            prop_assert!(!told.iter().any(|it| it.contains(&spelling)), "{} in {:?}", spelling, told);
        }
    }

    #[test]
    fn what_was_not_to_be_sealed_is_unchanged(document in harmless_document()) {
        let response = seal_with(CLIENT_SECRET, document.to_string().as_bytes(), None);
        let ResponseBody::Json(text) = &response.body else {
            return Err(TestCaseError::fail(format!("{response:?}")));
        };
        prop_assert_eq!(serde_json::from_str::<Value>(text).unwrap(), document);
        prop_assert!(response.sealed.is_empty());
    }

    #[test]
    fn no_bytes_make_sealing_panic(body in proptest::collection::vec(any::<u8>(), 0..200)) {
        let response = seal_with(CLIENT_SECRET, &body, None);
        let shown = format!("{response:?}");
        prop_assert!(!shown.contains(CLIENT_SECRET), "{}", shown);
    }
}
