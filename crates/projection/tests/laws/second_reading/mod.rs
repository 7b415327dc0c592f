//! A second reading of the contract of `fold`, apart from the real one.
//!
//! - [`reading`]: what sections 3.1 to 3.7 of the contract say, as slow and as
//!   literal as can be, each sentence above the code that reads it
//! - [`histories`]: random histories of one company, and cuts through them
//!
//! Nothing here is shared with the crate under test but the event model.
#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "each test takes what it needs, and a broken model ought to stop it"
)]

pub mod histories;
pub mod reading;
