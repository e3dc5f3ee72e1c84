//! Sealing of whatever a service could say, with whatever the secrets are.

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::properties::{forbidden, put, seal_with, told};

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
