//! Secrets in the ledger: length and a fingerprint in place of the value.

use http::HeaderMap;

use super::{Entry, Outcome};
use crate::company::Company;
use crate::grants::Grants;
use crate::jwt;
use crate::request::{Parameters, Request};

/// Fields that hold a secret, whatever stands in them.
const SECRET_FIELDS: [&str; 13] = [
    "access_token",
    "assertion",
    "client_assertion",
    "client_secret",
    "code",
    "code_verifier",
    "id_token",
    "password",
    "refresh_token",
    "session_id",
    "sessionid",
    "ticket",
    "token",
];

/// Likewise headers.
const SECRET_HEADERS: [&str; 3] = ["authorization", "cookie", "proxy-authorization"];

/// Knows what to hide. Equal values have equal fingerprints within one mock, and in no two.
pub(crate) struct Mask<'a> {
    company: &'a Company,
    grants: &'a Grants,
    key: &'a [u8; 32],
}

impl<'a> Mask<'a> {
    pub(crate) fn new(company: &'a Company, grants: &'a Grants, key: &'a [u8; 32]) -> Self {
        Self {
            company,
            grants,
            key,
        }
    }

    /// A request whose body was read.
    pub(crate) fn entry(&self, request: &Request, at: u64) -> Entry {
        let body = (!request.is_form() && !request.body.is_empty())
            .then(|| self.text(&String::from_utf8_lossy(&request.body)));
        Entry {
            number: 0,
            at,
            method: request.method.to_string(),
            path: self.text(&request.path),
            query: self.pairs(&request.query),
            headers: self.headers(&request.headers),
            form: self.pairs(&request.form()),
            body,
            fault: None,
            outcome: Outcome::Pending,
        }
    }

    fn pairs(&self, parameters: &Parameters) -> Vec<(String, String)> {
        parameters
            .pairs()
            .map(|(name, value)| {
                let secret = SECRET_FIELDS.contains(&name.to_ascii_lowercase().as_str());
                (
                    name.to_owned(),
                    if secret {
                        self.masked(value)
                    } else {
                        self.text(value)
                    },
                )
            })
            .collect()
    }

    fn headers(&self, headers: &HeaderMap) -> Vec<(String, String)> {
        headers
            .iter()
            .map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes());
                let secret = SECRET_HEADERS.contains(&name.as_str());
                (
                    name.to_string(),
                    if secret {
                        self.credentials(&value)
                    } else {
                        self.text(&value)
                    },
                )
            })
            .collect()
    }

    /// The scheme of `Authorization` stays legible.
    fn credentials(&self, value: &str) -> String {
        match value.split_once(' ') {
            Some((scheme, credentials)) => format!("{scheme} {}", self.masked(credentials)),
            None => self.masked(value),
        }
    }

    /// Text that should hold no secret, with those in it masked that are known or look like a JWT.
    fn text(&self, text: &str) -> String {
        let known = self
            .company
            .secrets()
            .filter(|secret| text.contains(*secret));
        let text = known.fold(text.to_owned(), |text, secret| {
            text.replace(secret, &self.masked(secret))
        });
        text.split_inclusive(|c| !is_token_character(c))
            .map(|piece| self.piece(piece))
            .collect()
    }

    /// Token characters, and at most one other behind them.
    fn piece(&self, piece: &str) -> String {
        let word = piece.trim_end_matches(|c| !is_token_character(c));
        let end = &piece[word.len()..];
        match word.find(JWT_BEGINS) {
            Some(start) => format!("{}{}{end}", &word[..start], self.masked(&word[start..])),
            None if self.grants.is_secret(word) => format!("{}{end}", self.masked(word)),
            None => piece.to_owned(),
        }
    }

    fn masked(&self, value: &str) -> String {
        if value.is_empty() {
            return String::new();
        }
        let fingerprint: String = jwt::sign(value.as_bytes(), self.key)
            .iter()
            .take(4)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        format!("[{} characters, #{fingerprint}]", value.chars().count())
    }
}

/// `{"` in base64url.
const JWT_BEGINS: &str = "eyJ";

fn is_token_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-_.".contains(c)
}
