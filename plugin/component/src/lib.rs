//! The Sage Intacct credential plugin as it ships: the bytes of its component.
//!
//! In scope: those bytes. Not in scope: the plugin's code, which nothing on the host's side depends
//! on. A host that embeds this crate runs the plugin in the sandbox like any other.

/// The component.
pub const COMPONENT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/sage-intacct-rest.wasm"));

/// The name of the file under which it is handed out.
pub const FILE_NAME: &str = "sage-intacct-rest.wasm";
