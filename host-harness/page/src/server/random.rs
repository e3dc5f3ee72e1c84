//! Values that nobody can guess, and how they are recognized.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use credential_runtime::{Randomness, Secret};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// 256 bits: not to be guessed, whatever the pace.
const RANDOM_BYTES: usize = 32;

/// What is kept of a value that only its bearer may have.
pub(super) type Hash = [u8; 32];

/// A new value: 43 characters that stand in a URL, a cookie and a form as they are.
pub(super) fn draw(randomness: &dyn Randomness) -> Secret {
    let mut bytes = Zeroizing::new([0; RANDOM_BYTES]);
    randomness.fill(&mut *bytes);
    Secret::new(URL_SAFE_NO_PAD.encode(*bytes))
}

/// To look a value up by. How long a look-up takes depends on the hash, which tells nothing of the
/// value.
pub(super) fn hash(value: &str) -> Hash {
    Sha256::digest(value.as_bytes()).into()
}
