//! See `roundtable_fuzz::wire_gemini`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| roundtable_fuzz::wire_gemini(data));
