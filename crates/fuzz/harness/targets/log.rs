//! libFuzzer on `annals_fuzz::log`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| annals_fuzz::log::target(bytes));
