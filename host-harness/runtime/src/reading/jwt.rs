//! JSON Web Tokens (RFC 7519): known by their shape, and read for the claims that may be told.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::names;

/// A claim longer than this is no name or time but something else, and is not told. In bytes.
const LONGEST_CLAIM: usize = 256;

/// Whether a string is a JWT: three base64url parts (five where it is encrypted, RFC 7516), the
/// first a JSON object with `alg`.
pub(super) fn is_jwt(text: &str) -> bool {
    let mut parts = text.split('.');
    let first = parts.next().unwrap_or_default();
    let rest = parts.clone().count();
    matches!(rest, 2 | 4)
        && first
            .bytes()
            .chain(parts.flat_map(str::bytes))
            .all(is_base64url)
        && part_as_object(first).is_some_and(|header| header.contains_key("alg"))
}

/// Whether a JWT stands in a text.
pub(super) fn is_in(text: &str) -> bool {
    let is_part = |c: char| c == '.' || u8::try_from(c).is_ok_and(is_base64url);
    text.split(|c: char| !is_part(c)).any(|run| {
        // What stands before or behind it may be of the same characters.
        let mut starts = run.match_indices("eyJ").map(|(at, _)| &run[at..]);
        starts.any(|it| {
            let mut parts = it.split('.');
            let header = parts.next().and_then(part_as_object);
            let is_header = header.is_some_and(|it| it.contains_key("alg"));
            is_header && parts.next().is_some_and(|it| !it.is_empty())
        })
    })
}

fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

fn part_as_object(part: &str) -> Option<Map<String, Value>> {
    let bytes = URL_SAFE_NO_PAD.decode(part).ok()?;
    match serde_json::from_slice(&bytes).ok()? {
        Value::Object(object) => Some(object),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            None
        }
    }
}

/// The claims of a JWT that may be told; none where the text is no JWT. A claim that is named like a
/// secret is never told, nor one that is itself a JWT, has structure, or is longer than a name or a
/// time.
pub(super) fn claims(text: &str, allowed: &BTreeSet<String>) -> Vec<(String, String)> {
    if allowed.is_empty() || !is_jwt(text) {
        return Vec::new();
    }
    let claims = text.split('.').nth(1).and_then(part_as_object);
    claims
        .unwrap_or_default()
        .into_iter()
        .filter(|(name, _)| allowed.contains(name) && !names::is_secret(name))
        .filter_map(|(name, value)| Some((name, as_text(value)?)))
        .collect()
}

fn as_text(value: Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text,
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    (text.len() <= LONGEST_CLAIM && !is_in(&text)).then_some(text)
}

#[cfg(test)]
pub(super) fn fake(claims: &Value) -> String {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
    let claims = URL_SAFE_NO_PAD.encode(claims.to_string());
    format!("{header}.{claims}.bm90LWEtcmVhbC1zaWduYXR1cmU")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_jwt_is_known_by_its_shape() {
        assert!(is_jwt(&fake(&json!({}))));
        assert!(is_jwt("eyJhbGciOiJub25lIn0.e30."), "an unsigned one");
        for text in [
            "",
            "a.b.c",
            "1.2.3",
            "eyJhbGciOiJub25lIn0",
            "eyJhbGciOiJub25lIn0.e30",
            "e30.e30.x",
            "eyJhbGciOiJub25lIn0.e30.x y",
        ] {
            assert!(!is_jwt(text), "{text}");
        }
    }

    #[test]
    fn a_jwt_is_found_within_a_text() {
        let token = fake(&json!({}));
        for text in [
            token.clone(),
            format!("Bearer {token}"),
            format!("token={token}, and more"),
            format!("x{token}."),
            format!("({token})"),
            format!("{token}.a.b"),
        ] {
            assert!(is_in(&text), "{text}");
        }
        for text in [
            "",
            "eyJ",
            "a. b. c",
            "Version 1.2.3",
            "eyJhbGciOiJub25lIn0 and so on",
        ] {
            assert!(!is_in(text), "{text}");
        }
    }

    #[test]
    fn only_allowed_plain_claims_are_told() {
        let token = fake(&json!({
            "userId": "jane", "exp": 1700, "admin": true, "sessionId": "not-a-real-session",
            "sid": "not-a-real-session", "other": "x", "nested": {"a": 1},
            "long": "x".repeat(300), "jwt_text": fake(&json!({})),
        }));
        let allowed = [
            "userId",
            "exp",
            "admin",
            "sessionId",
            "sid",
            "nested",
            "long",
            "jwt_text",
            "absent",
        ];
        let allowed = allowed.map(str::to_owned).into();
        let mut told = claims(&token, &allowed);
        told.sort();
        let expected = [("admin", "true"), ("exp", "1700"), ("userId", "jane")];
        assert_eq!(
            told,
            expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
    }

    #[test]
    fn what_is_no_jwt_has_no_claims() {
        let allowed = ["exp".to_owned()].into();
        assert_eq!(claims("not-a-real-token", &allowed), []);
        assert_eq!(claims("eyJhbGciOiJub25lIn0.bm90IGpzb24.x", &allowed), []);
    }
}
