//! Stores over random histories.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod chains;
mod directories;
mod histories;
mod join_equals_at;
mod join_keys;
mod older_threads;
mod proofs;
mod redactions;
mod store_equals_fold;
