//! What an event is.
//!
//! An event is one claim that one source made about one company. This crate
//! knows its fields, the kinds and their life cycles, how dates that are not
//! precise are bounded, and what makes a claim valid. It is pure: it does no
//! I/O and reads no clock.

pub mod edtf;
pub mod id;
pub mod identifier;
pub mod limits;
pub mod time;
