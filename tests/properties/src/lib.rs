//! What must hold for every input, as functions that panic where it does not.
//!
//! In scope: what can be reached from outside a library: loading a component. Tests call it with the
//! kept inputs, a fuzzer with whatever it finds (`fuzz/`). Not in scope: what is a library's own affair
//! (reading answers, egress, files); its properties stand in the library. No text of a service reaches
//! the plugin's core: what it makes of members is held in `plugin/core/tests/core/properties.rs`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a property that does not hold panics"
)]

mod component;

pub use component::component;
