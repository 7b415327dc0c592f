//! The importer of EDGAR's submissions, on real crawls and on small made ones.
//!
//! The store is a list of events here: what is planned is put behind it.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "helpers of tests are tests"
)]

mod claims;
mod faults;
mod made;
mod order;
mod real_crawls;
mod store;
mod words;
