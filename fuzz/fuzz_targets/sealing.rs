//! Taking secrets out of an answer, and nothing else.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| credential_runtime::properties::sealing(input));
