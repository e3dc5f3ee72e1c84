//! What must hold for every input, as functions that panic where it does not.
//!
//! In scope: what can be reached from outside a library: the plugin's understanding of a service's
//! answers, and loading a component. Tests call these with the kept inputs, a fuzzer with whatever it
//! finds (`fuzz/`). Not in scope: what is a library's own affair (sealing, egress, files); its
//! properties stand in the library.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a property that does not hold panics"
)]

mod answers;
mod component;

pub use answers::answers;
pub use component::component;
