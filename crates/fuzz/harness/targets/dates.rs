//! libFuzzer on `annals_fuzz::dates`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| annals_fuzz::dates::target(bytes));
