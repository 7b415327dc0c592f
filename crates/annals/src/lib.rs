//! An event-sourced store of corporate timelines.
//!
//! A [`Store`] is a log of events with the answers that are folded out of it.
//! Open one, append claims, and ask what could have been known:
//!
//! ```no_run
//! use annals::{Moment, Question, Store, SystemClock};
//!
//! # fn main() -> Result<(), annals::Error> {
//! let store = Store::open("timelines".as_ref(), SystemClock::shared())?;
//! let question = Question::at(Moment::parse("2025-12-23")?);
//! let basis = store.basis(&question)?;
//! let alibaba = store.find("alibaba", &basis.cuts)?;
//! let answer = store.at(&alibaba, &basis)?;
//! println!("{:?}", answer.timeline.earnings.next);
//! # Ok(())
//! # }
//! ```
//!
//! Numbers are kept as they were written, by the feature `arbitrary_precision` of
//! `serde_json`. Cargo turns it on for the whole program that this crate is part of: there,
//! floats in enums with `#[serde(tag = …)]` or `#[serde(untagged)]` and in fields with
//! `#[serde(flatten)]` cannot be read from JSON, and a `Value` of `1.0` is not one of `1.00`.
//!
//! - [`Store`]: open, close, and what keeps a store well
//! - [`append`]: batches of events, all or nothing
//! - [`moment`]: points in time as people give them, and [`days`]
//! - [`question`]: from what a person asks to the three cuts of a basis
//! - [`directory`]: which company a name or identifier means
//! - [`listing`]: the log as it is listed, and followed; [`date_range`]: within which
//!   dates
//! - [`inspect`]: one event, and how it stands
//! - [`amend`]: retractions and corrections
//! - [`redact`]: erasing what events said
//! - [`kinds`]: the kinds that a store knows
//! - `reasons`, `check`: what values follow from, and what is doubtful
//! - [`vintages`]: every value that a field has had
//! - [`join`]: what was known at the moment of each row of a table
//! - `proofs`: that an event is in the log, and that the log only grew
//! - `backup`: backups, and stores that are made of them
//! - [`import`]: events from other formats

pub mod amend;
pub mod answer;
pub mod append;
mod backup;
mod calendar;
mod check;
mod clock;
pub mod date_range;
pub mod days;
pub mod directory;
mod directory_file;
pub mod error;
mod everyone;
mod faults;
mod held;
pub mod import;
pub mod inspect;
mod intake;
pub mod join;
pub mod kinds;
pub mod listing;
pub mod moment;
mod naming;
mod nearest;
mod new_file;
mod preparation;
mod proofs;
pub mod question;
mod reasons;
pub mod redact;
mod replays;
mod seen;
mod store;
mod turns;
pub mod vintages;
mod visiting;

pub use clock::SystemClock;
pub use error::Error;
/// What the log beneath says when it cannot.
pub mod log_errors {
    pub use event_log::{AppendError, BackupError, Damage, EngineError, LogError, OpenError};
}

/// Files of proofs.
pub use annals_proof as proof;
pub use event_log::{
    BackedUp, Clock, Expected, Hash, Head, KeptHead, KeptHeadError, Outcome, Recorded, Salvage,
    SalvagedFrom, Settings, Stats, Verified,
};
pub use event_model as model;
pub use exchange::rows;
pub use moment::Moment;
pub use new_file::{new_file, store_around};
pub use projection;
pub use question::{Question, RecordedCut};
pub use store::Store;
