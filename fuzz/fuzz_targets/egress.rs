//! Whether a request may leave, against another reading of its URL.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| credential_runtime::properties::egress(input));
