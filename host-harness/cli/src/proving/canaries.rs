//! Secrets that are none, made up for one run, so that finding one says where it came from.

use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use credential_runtime::{Randomness as _, SystemRandomness};
use serde_json::{Value, json};

/// The canaries of a run, in the order in which they were made.
#[derive(Clone, Default)]
pub(crate) struct Canaries(Arc<Mutex<Vec<Canary>>>);

/// One of them.
#[derive(Clone)]
pub(crate) struct Canary {
    /// What it plays: a field's id, or a token's kind.
    pub(crate) role: String,
    pub(crate) value: String,
}

/// Sixteen hexadecimal digits that no other run has.
pub(crate) fn nonce() -> String {
    let mut bytes = [0; 8];
    SystemRandomness.fill(&mut bytes);
    format!("{:016x}", u64::from_be_bytes(bytes))
}

impl Canaries {
    /// A new one. It has characters that need encoding, as real secrets do.
    pub(crate) fn draw(&self, role: &str) -> String {
        self.keep(role, format!("not-a-real/{}+{}=", nonce(), nonce()))
    }

    /// A new one that needs no encoding: by its shape it could be a code of a service's.
    pub(crate) fn draw_plain(&self, role: &str) -> String {
        self.keep(role, format!("not-a-real-{}", nonce()))
    }

    /// A token that is a JWT, with these claims and a session in it.
    pub(crate) fn draw_jwt(&self, role: &str, claims: &[String]) -> String {
        let session = self.draw("session inside a token");
        let mut body: serde_json::Map<String, Value> = claims
            .iter()
            .map(|claim| (claim.clone(), json!(nonce())))
            .collect();
        body.insert("sessionId".to_owned(), json!(session));
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let header = part(&json!({ "alg": "none" }));
        let signature = URL_SAFE_NO_PAD.encode(nonce());
        self.keep(
            role,
            format!("{header}.{}.{signature}", part(&Value::Object(body))),
        )
    }

    /// Takes in one that was made elsewhere.
    pub(crate) fn keep(&self, role: &str, value: String) -> String {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(Canary {
            role: role.to_owned(),
            value: value.clone(),
        });
        value
    }

    pub(crate) fn all(&self) -> Vec<Canary> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.clone()
    }
}
