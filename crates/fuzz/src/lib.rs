//! What is fed with bad input: one function a target, each of which takes any bytes
//! and holds what must be true of whatever is made of them.
//!
//! The same functions are run in two ways: by libFuzzer, which looks for bytes that
//! reach new code (`harness/`), and over the bytes that it found, in the tests.
//!
//! - [`lines`]: a line of JSON, on its way to an event
//! - [`dates`]: dates, cuts, ranges, paths and conditions, as people type them
//! - [`log`]: records, blocks, the journal and backups
//! - [`streams`]: the files by company
//! - [`tables`]: CSV and JSON Lines as tables
//! - [`edgar`]: submissions files of EDGAR
//! - [`kinds`]: identifiers, and kinds of one's own
//! - [`proofs`]: files of proofs

#![expect(
    clippy::panic,
    reason = "a panic is how a target says that something did not hold"
)]

pub mod dates;
pub mod edgar;
pub mod kinds;
pub mod lines;
pub mod log;
pub mod proofs;
pub mod streams;
pub mod tables;

/// A target: any bytes go in, and a panic says that something did not hold.
pub type Target = fn(&[u8]);

/// Every target, by the name of the folder that its corpus is in.
pub const TARGETS: &[(&str, Target)] = &[
    ("lines", lines::target),
    ("dates", dates::target),
    ("log", log::target),
    ("streams", streams::target),
    ("tables", tables::target),
    ("edgar", edgar::target),
    ("kinds", kinds::target),
    ("proofs", proofs::target),
];
