//! Unguessable by default, repeatable where a test gives a seed.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::rngs::StdRng;
use rand::{RngCore, SeedableRng};

/// Where keys and token IDs come from.
pub(crate) struct Randomness(StdRng);

impl Randomness {
    /// From the operating system.
    pub(crate) fn unguessable() -> Self {
        Self(StdRng::from_os_rng())
    }

    /// The same values every time.
    pub(crate) fn seeded(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    /// A key for signing.
    pub(crate) fn key(&mut self) -> [u8; 32] {
        self.bytes()
    }

    /// 128 random bits as text.
    pub(crate) fn id(&mut self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes::<16>())
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.fill_bytes(&mut bytes);
        bytes
    }
}
