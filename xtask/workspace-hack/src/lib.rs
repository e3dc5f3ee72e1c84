//! No code: the union of features that lets every cargo command share one build of wasmtime (what
//! cargo-hakari calls a workspace-hack crate). Its manifest says why.
