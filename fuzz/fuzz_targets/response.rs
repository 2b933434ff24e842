//! See `roundtable_fuzz::response`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| roundtable_fuzz::response(data));
