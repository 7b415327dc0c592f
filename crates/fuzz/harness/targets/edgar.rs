//! libFuzzer on `annals_fuzz::edgar`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| annals_fuzz::edgar::target(bytes));
