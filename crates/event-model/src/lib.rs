//! What an event is.
//!
//! An event is one claim that one source made about one company. This crate
//! knows its fields, the kinds and their life cycles, how dates that are not
//! precise are bounded, and what makes a claim valid. It is pure: it does no
//! I/O and reads no clock.
//!
//! - [`draft::Draft`]: what somebody wrote, with every problem noted
//! - [`event::Event`]: a claim that holds together, as the log keeps it
//! - [`packed`]: an event in few bytes that are quick to read
//! - [`data::Data`]: what it says, in the fields of its kind
//! - [`kind::Kind`]: what a kind of event is; the built-in ones are in [`kinds`],
//!   those that somebody declared in [`own_kinds`]
//! - [`edtf::Edtf`] and [`edtf::Bounds`]: dates that are not precise
//! - [`identifier`]: LEI, CIK, ISIN, FIGI, tickers, and keys of companies

pub mod data;
pub mod draft;
pub mod edtf;
pub mod event;
pub mod id;
pub mod identifier;
pub mod json;
pub mod kind;
pub mod kinds;
pub mod limits;
pub mod own_kinds;
pub mod packed;
pub mod problem;
mod redaction;
pub mod scale;
pub mod schema;
mod shape;
mod span;
pub mod text;
pub mod thread;
pub mod time;
pub mod vocabulary;
