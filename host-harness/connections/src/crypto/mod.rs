//! Encryption at rest.
//!
//! In scope: sealing a value so that it opens only at the place it was sealed for
//! ([`Place`]), and the data key that each credential has. Not in scope: where master keys come
//! from (`master_key`), SQL.

mod data_key;
mod place;
mod seal;

pub(crate) use data_key::DataKey;
pub(crate) use place::{Part, Place};
pub(crate) use seal::{Broken, KEY_BYTES, Key, open, seal};

/// In lower case.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
