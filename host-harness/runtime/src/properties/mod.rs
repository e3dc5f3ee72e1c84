//! What holds for every input, as functions that panic where it does not.
//!
//! In scope: what cannot be reached from outside the library and decides about secrets. Each is called
//! with generated inputs and with the kept ones by the tests, and with whatever it finds by a fuzzer
//! (`fuzz/`). Not part of the library: compiled for tests and with the feature `fuzzing` alone.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a property that does not hold panics"
)]

mod cost;
mod egress;
mod form;
mod reading;

pub use cost::{DearAnswer, dear_answers};
pub use egress::egress;
pub use form::form;
pub use reading::reading;

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("egress", egress)]
    #[case("form", form)]
    #[case("reading", reading)]
    fn what_fuzzing_kept_holds(#[case] target: &str, #[case] holds: fn(&[u8])) {
        assert!(corpora::replay(target, holds).unwrap() > 5, "{target}");
    }
}
