//! See `roundtable_fuzz::wire_openai_responses`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| roundtable_fuzz::wire_openai_responses(data));
