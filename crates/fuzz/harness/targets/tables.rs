//! libFuzzer on `annals_fuzz::tables`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| annals_fuzz::tables::target(bytes));
