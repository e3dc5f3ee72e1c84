//! How a form is put on the wire.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| credential_runtime::properties::form(input));
