//! See `roundtable_fuzz::wire_anthropic`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| roundtable_fuzz::wire_anthropic(data));
