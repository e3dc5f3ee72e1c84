//! Reading a policy file.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| harness_cli::properties::policy_file(input));
