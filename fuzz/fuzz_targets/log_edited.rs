//! See `roundtable_fuzz::log_edited`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| roundtable_fuzz::log_edited(data));
