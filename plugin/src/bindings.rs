//! Generated from `wit/`, and fenced in: beside the allocator, nothing else of this crate is `unsafe`.

#![allow(
    unsafe_code,
    missing_docs,
    unreachable_pub,
    clippy::all,
    reason = "generated code crosses the boundary of the sandbox by raw pointers"
)]

wit_bindgen::generate!({
    path: "../wit",
    world: "credential-plugin",
});

use super::exports::Plugin;

export!(Plugin);
