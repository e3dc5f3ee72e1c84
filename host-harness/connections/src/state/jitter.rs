//! A share of a span, drawn elsewhere.

use std::time::Duration;

/// How far into a span something happens, so that many credentials do not act at the same instant.
/// Drawn by the host, once for each use; a test chooses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Jitter(u32);

impl Jitter {
    /// Not at all.
    pub const NONE: Self = Self(0);
    /// As far as it goes, which is just short of the whole span.
    pub const FULL: Self = Self(u32::MAX);

    /// From four random bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 4]) -> Self {
        Self(u32::from_le_bytes(bytes))
    }

    /// This share of a span, in whole milliseconds, rounded down.
    #[must_use]
    pub fn of(self, span: Duration) -> Duration {
        let share = span.as_millis().saturating_mul(u128::from(self.0)) >> 32;
        Duration::from_millis(u64::try_from(share).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_lies_within_the_span() {
        let span = Duration::from_secs(100);
        assert_eq!(Jitter::NONE.of(span), Duration::ZERO);
        assert_eq!(Jitter::from_bytes([0, 0, 0, 0x80]).of(span), span / 2);
        assert!(Jitter::FULL.of(span) < span);
        assert!(Jitter::FULL.of(span) > span * 99 / 100);
    }
}
