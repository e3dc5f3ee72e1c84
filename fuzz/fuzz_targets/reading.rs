//! Reading an answer as it is declared, and nothing else.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| credential_runtime::properties::reading(input));
