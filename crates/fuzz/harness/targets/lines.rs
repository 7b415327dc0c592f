//! libFuzzer on `annals_fuzz::lines`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| annals_fuzz::lines::target(bytes));
