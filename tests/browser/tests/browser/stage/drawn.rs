//! What the runtime draws at random: states and verifiers, which a test has to know to look for them.

use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use credential_runtime::{Randomness, SystemRandomness};
use sha2::{Digest as _, Sha256};

/// Draws from the operating system, and remembers.
#[derive(Clone, Default)]
pub(crate) struct Drawn(Arc<Mutex<Vec<Vec<u8>>>>);

impl Randomness for Drawn {
    fn fill(&self, buffer: &mut [u8]) {
        SystemRandomness.fill(buffer);
        self.0.lock().unwrap().push(buffer.to_vec());
    }
}

impl Drawn {
    /// The verifier of this challenge (RFC 7636 section 4.2).
    pub(crate) fn verifier_of(&self, challenge: &str) -> String {
        let drawn = self.0.lock().unwrap();
        let mut texts = drawn.iter().map(|bytes| URL_SAFE_NO_PAD.encode(bytes));
        let fits = |text: &String| URL_SAFE_NO_PAD.encode(Sha256::digest(text)) == challenge;
        texts.find(fits).expect("the verifier was drawn here")
    }
}
