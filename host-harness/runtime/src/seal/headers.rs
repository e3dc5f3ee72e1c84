//! An answer's headers, less those that may hold a secret.

use http::HeaderMap;

use super::known::Known;
use super::{jwt, names};

/// Headers that carry credentials or cookies.
const LEFT_OUT: [&str; 6] = [
    "authentication-info",
    "authorization",
    "proxy-authenticate",
    "proxy-authorization",
    "set-cookie",
    "set-cookie2",
];

/// Names in lower case; a header that is left out, is no text, is named like a token or by a secret,
/// or holds a JWT or a known secret, is not told.
pub(super) fn seal(headers: &HeaderMap, known: &Known) -> Vec<(String, String)> {
    headers
        .iter()
        .filter(|(name, _)| {
            !LEFT_OUT.contains(&name.as_str())
                && !names::holds_secret(name.as_str())
                && !known.occurs_in_lower_case(name.as_str())
        })
        .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
        .filter(|(_, value)| is_harmless(value, known))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn is_harmless(value: &str, known: &Known) -> bool {
    !known.is(value) && !known.occurs_in(value) && jwt::redact(value) == value
}
