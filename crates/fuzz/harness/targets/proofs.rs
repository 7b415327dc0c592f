//! libFuzzer on `annals_fuzz::proofs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| annals_fuzz::proofs::target(bytes));
