//! Proof Key for Code Exchange (RFC 7636), S256 alone.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// Whether this can be an S256 challenge: 32 bytes, base64url without padding.
pub(super) fn is_challenge(text: &str) -> bool {
    URL_SAFE_NO_PAD
        .decode(text)
        .is_ok_and(|bytes| bytes.len() == 32)
}

/// Whether the verifier of a token request fits the challenge of the authorization. A verifier where
/// none was announced does not fit either (I).
pub(super) fn fits(challenge: Option<&str>, verifier: Option<&str>) -> bool {
    match (challenge, verifier) {
        (None, None) => true,
        (Some(challenge), Some(verifier)) => {
            is_verifier(verifier) && URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) == challenge
        }
        (None, Some(_)) | (Some(_), None) => false,
    }
}

/// RFC 7636 section 4.1.
fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const VERIFIER: &str = "zWiRBuiUcmnIbPBCoNqA5cWDFuaEZwZ7jLJJGJ4P3NQ";
    const CHALLENGE: &str = "manPXpjp75EFeofO-YWtY3gIPp0S6_CJ-ciRJyYIonw";

    #[rstest]
    #[case::the_pair(Some(CHALLENGE), Some(VERIFIER), true)]
    #[case::neither(None, None, true)]
    #[case::no_verifier(Some(CHALLENGE), None, false)]
    #[case::no_challenge(None, Some(VERIFIER), false)]
    #[case::the_challenge_itself(Some(CHALLENGE), Some(CHALLENGE), false)]
    #[case::too_short(Some("47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"), Some(""), false)]
    fn which_verifier_fits(
        #[case] challenge: Option<&str>,
        #[case] verifier: Option<&str>,
        #[case] expected: bool,
    ) {
        assert_eq!(fits(challenge, verifier), expected);
    }
}
