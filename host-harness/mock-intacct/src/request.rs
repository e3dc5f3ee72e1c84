//! A request, taken apart.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, Method};

/// Name and value pairs in the order they came, decoded.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Reads `a=1&b=2`.
    pub(crate) fn parse(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).into_owned().collect())
    }

    /// The first of that name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.pairs()
            .find(|(other, _)| *other == name)
            .map(|(_, value)| value)
    }

    /// The first of that name, if anything stands in it.
    pub(crate) fn filled(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }

    /// All of that name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs()
            .filter(move |(other, _)| *other == name)
            .map(|(_, value)| value)
    }

    /// How many have that name.
    pub(crate) fn count(&self, name: &str) -> usize {
        self.all(name).count()
    }

    /// Every pair.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// A request, its body read.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Parameters,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Request {
    pub(crate) fn new(parts: &Parts, body: Bytes) -> Self {
        Self {
            method: parts.method.clone(),
            path: parts.uri.path().to_owned(),
            query: Parameters::parse(parts.uri.query().unwrap_or_default().as_bytes()),
            headers: parts.headers.clone(),
            body,
        }
    }

    /// A header's value, where it is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The body's media type, in lower case and without parameters; empty where it says nothing.
    pub(crate) fn media_type(&self) -> String {
        let declared = self.header("content-type").unwrap_or_default();
        let essence = declared.split(';').next().unwrap_or_default();
        essence.trim().to_ascii_lowercase()
    }

    /// Whether the body says that it is a form.
    pub(crate) fn is_form(&self) -> bool {
        self.media_type() == "application/x-www-form-urlencoded"
    }

    /// The body as a form; empty where it says that it is something else.
    pub(crate) fn form(&self) -> Parameters {
        if self.is_form() {
            Parameters::parse(&self.body)
        } else {
            Parameters::default()
        }
    }

    /// The token of `Authorization: Bearer`.
    pub(crate) fn bearer(&self) -> Option<&str> {
        self.credentials("bearer")
    }

    /// Client ID and secret of `Authorization: Basic` (RFC 6749 section 2.3.1).
    pub(crate) fn basic(&self) -> Option<(String, String)> {
        let decoded = STANDARD.decode(self.credentials("basic")?).ok()?;
        let text = String::from_utf8(decoded).ok()?;
        let (id, secret) = text.split_once(':')?;
        Some((decode_component(id), decode_component(secret)))
    }

    /// Whether there is an `Authorization: Basic`, readable or not.
    pub(crate) fn has_basic(&self) -> bool {
        self.credentials("basic").is_some()
    }

    fn credentials(&self, scheme: &str) -> Option<&str> {
        let (given, credentials) = self.header("authorization")?.split_once(' ')?;
        given
            .eq_ignore_ascii_case(scheme)
            .then(|| credentials.trim())
    }
}

/// The form encoding of one value. `=` is written as a name would be, so that a value that holds
/// one comes back whole.
fn decode_component(text: &str) -> String {
    let pair = format!("={}", text.replace('=', "%3D").replace('&', "%26"));
    form_urlencoded::parse(pair.as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}
