//! Components that tests run in the sandbox; no part of the product.

/// A plugin that does what it should not, by the text setting `behaviour`.
pub const MISBEHAVING: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/misbehaving.wasm"));
