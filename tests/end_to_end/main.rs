//! The `annals` binary from outside: what it takes, answers, refuses and keeps.
//!
//! Every test has a folder of its own, a stopped clock and an empty
//! environment ([`environment::Environment`]). JSON, exit codes and the key
//! words of messages are held; how a table is laid out is not.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "helpers of tests are tests"
)]

mod across;
mod amendments;
mod append;
mod backup;
mod chains;
mod check;
mod corrections;
mod damage;
mod demo;
mod diff;
mod durability;
mod edgar;
mod edgar_by_hand;
mod environment;
mod export;
mod find;
mod follow;
mod frozen;
mod heads;
mod help;
mod history;
mod identity;
mod join;
mod kinds;
mod limits;
mod log;
mod machine;
mod meaning;
mod pager;
mod pages;
mod pipes;
mod proofs;
mod rebuild;
mod redact;
mod refusals;
mod salvage;
mod seed_queries;
mod show;
mod small_disk;
mod stores;
mod trace;
mod undone;
mod why;
