//! What wasmtime generates from `wit/`. Nothing outside `convert` and `call` uses these types.

#![allow(
    missing_docs,
    unreachable_pub,
    clippy::all,
    clippy::pedantic,
    reason = "generated from wit/, where the documentation stands"
)]

wasmtime::component::bindgen!({
    path: "../../wit",
    world: "credential-plugin",
    imports: { default: async | trappable },
    exports: { default: async },
});
