//! What the plugin reads of a service's answers.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| properties::answers(input));
