//! libFuzzer on `annals_fuzz::streams`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| annals_fuzz::streams::target(bytes));
