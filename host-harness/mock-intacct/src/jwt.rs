//! Codes and tokens are JWTs (S for codes, L for tokens), so they are long and full of claims.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use serde::Serialize;
use sha2::Sha256;

/// What a token says. The names are those seen in real ones (L, M), `jti` and `iss` apart.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Claims {
    pub(crate) iss: &'static str,
    pub(crate) jti: String,
    pub(crate) iat: u64,
    pub(crate) exp: u64,
    pub(crate) cny_id: String,
    pub(crate) cny_key: String,
    pub(crate) user_id: String,
    pub(crate) user_key: String,
    pub(crate) entity_id: String,
    pub(crate) client_id: String,
    /// A credential in itself.
    pub(crate) session_id: String,
}

/// Signs with HMAC-SHA256.
pub(crate) fn encode(claims: &Claims, key: &[u8; 32]) -> String {
    let header = r#"{"typ":"JWT","alg":"HS256"}"#;
    let payload = serde_json::to_string(claims).unwrap_or_default();
    let signed = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(payload)
    );
    let signature = URL_SAFE_NO_PAD.encode(sign(signed.as_bytes(), key));
    format!("{signed}.{signature}")
}

/// HMAC-SHA256 takes a key of any length, so that there is always a result.
pub(crate) fn sign(message: &[u8], key: &[u8; 32]) -> Vec<u8> {
    Hmac::<Sha256>::new_from_slice(key)
        .map(|mut mac| {
            mac.update(message);
            mac.finalize().into_bytes().to_vec()
        })
        .unwrap_or_default()
}
