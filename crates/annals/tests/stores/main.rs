//! Stores over random histories.
//!
//! `PROPTEST_CASES=1000 cargo test --release -p annals --test stores` runs more of them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod chains;
mod directories;
mod embedded;
mod histories;
mod join_equals_at;
mod join_keys;
mod older_threads;
mod proofs;
mod redactions;
mod store_equals_fold;

use proptest::prelude::ProptestConfig;

/// So many cases, or as many as the variable says.
fn config(cases: u32) -> ProptestConfig {
    let said = std::env::var("PROPTEST_CASES").ok();
    ProptestConfig {
        cases: said.and_then(|text| text.parse().ok()).unwrap_or(cases),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}
