//! What the mock answers, before any fault has had its way with it.

use bytes::Bytes;
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, LOCATION};
use serde_json::Value;

/// Why a request was refused, for the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    /// The row of [`crate::refusal::REFUSALS`], or where there is none, what was wrong.
    pub(crate) name: String,
    /// The code on the wire; empty for a page.
    pub(crate) code: String,
}

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: Vec<(HeaderName, String)>,
    pub(crate) body: Bytes,
    pub(crate) refused: Option<Refused>,
}

impl Answer {
    /// A JSON document, not to be cached (RFC 6749 section 5.1).
    pub(crate) fn json(status: StatusCode, document: &Value) -> Self {
        Self::new(status, "application/json", document.to_string()).with(CACHE_CONTROL, "no-store")
    }

    /// A page.
    pub(crate) fn html(status: StatusCode, page: String) -> Self {
        Self::new(status, "text/html; charset=utf-8", page).with(CACHE_CONTROL, "no-store")
    }

    /// An XML document.
    pub(crate) fn xml(status: StatusCode, document: String) -> Self {
        Self::new(status, "text/xml; charset=utf-8", document).with(CACHE_CONTROL, "no-store")
    }

    /// Plain text.
    pub(crate) fn text(status: StatusCode, text: impl Into<String>) -> Self {
        Self::new(status, "text/plain; charset=utf-8", text.into())
    }

    /// Sends the browser elsewhere, to be fetched with GET.
    pub(crate) fn redirect(location: &str) -> Self {
        Self {
            status: StatusCode::SEE_OTHER,
            headers: Vec::new(),
            body: Bytes::new(),
            refused: None,
        }
        .with(LOCATION, location)
        .with(CACHE_CONTROL, "no-store")
    }

    fn new(status: StatusCode, content_type: &str, body: String) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Bytes::from(body),
            refused: None,
        }
        .with(CONTENT_TYPE, content_type)
    }

    /// With one more header.
    pub(crate) fn with(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// With a header in place of the one that there was.
    pub(crate) fn replacing(mut self, name: &HeaderName, value: impl Into<String>) -> Self {
        self.headers.retain(|(other, _)| other != name);
        self.with(name.clone(), value)
    }

    /// As a refusal.
    pub(crate) fn refusing(mut self, name: impl Into<String>, code: impl Into<String>) -> Self {
        self.refused = Some(Refused {
            name: name.into(),
            code: code.into(),
        });
        self
    }
}
