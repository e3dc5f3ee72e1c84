//! Where unguessable bytes come from: the operating system, or a test.

/// A source of unguessable bytes, injected so that tests can repeat themselves.
pub trait Randomness: Send + Sync {
    /// Fills the whole buffer.
    fn fill(&self, buffer: &mut [u8]);
}

/// The operating system's generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandomness;

impl Randomness for SystemRandomness {
    /// # Panics
    ///
    /// Where the operating system has no randomness to give: nothing secure can be done then.
    #[expect(
        clippy::expect_used,
        reason = "without randomness there is no safe way on"
    )]
    fn fill(&self, buffer: &mut [u8]) {
        getrandom::fill(buffer).expect("the operating system gives random bytes");
    }
}
