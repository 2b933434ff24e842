//! See `roundtable_fuzz::log`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| roundtable_fuzz::log(data));
