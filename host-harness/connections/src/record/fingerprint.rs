//! Which token was which, without the token.

use std::fmt;

use credential_runtime::Secret;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// Bytes of the hash that are kept. Enough to tell apart all tokens that a credential ever had; far
/// too few to be the token.
const KEPT: usize = 8;

/// The first 16 hexadecimal digits of a token's SHA-256. Whoever holds a token can compare
/// (`printf %s "$TOKEN" | sha256sum`); nobody can go back. That holds for tokens, which are long and
/// random, and not for what a person chose: never take one of a password.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// Of a token.
    #[must_use]
    pub fn of(token: &Secret) -> Self {
        let hash = Sha256::digest(token.expose().as_bytes());
        Self(crate::crypto::hex(&hash[..KEPT]))
    }

    /// As it is stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As it was read from a store.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector of FIPS 180-2, appendix B.1.
    #[test]
    fn a_fingerprint_is_what_sha256sum_prints() {
        let fingerprint = Fingerprint::of(&Secret::new("abc"));
        assert_eq!(fingerprint.as_str(), "ba7816bf8f01cfea");
    }
}
