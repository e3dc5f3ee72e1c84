//! Reading a credential file.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| harness_cli::properties::credential_file(input));
