//! What wasmtime generates from `wit/`. Requests and answers are used as they are generated; whatever
//! an embedder sees is converted (`convert`).

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
    additional_derives: [PartialEq, Eq],
});
