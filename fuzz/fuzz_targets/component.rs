//! Loading a component from any bytes.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| properties::component(input));
