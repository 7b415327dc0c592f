//! Erasing what events said: [`Store::redact`].
//!
//! The log erases, and this says what is left, which event tells of it, and whether
//! the two fit together.

mod plan;

use std::collections::HashMap;
use std::sync::Arc;

use event_log::{Damage, Direction, EventLog, Hash, Left, LogError, Recorded, Redactions, SledLog};
use event_model::event::Event;
use event_model::id::{EventId, Position, Slug};
use event_model::kinds::{REDACTED, REDACTION};
use event_model::text::Text;
use event_model::time::Published;
use serde::Serialize;

use self::plan::Plan;
use crate::error::Error;
use crate::store::{Store, placed};

/// What a redaction says.
#[derive(Debug, Clone, Default)]
pub struct Redaction {
    /// Why.
    pub reason: String,
    /// Who says so. Missing: the keeper of the store.
    pub source_name: Option<String>,
    /// Tell what would be done, and do nothing.
    pub dry_run: bool,
}

/// An event that was redacted. What is told of it here stays, besides its position
/// and its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redacted {
    /// The event.
    pub id: EventId,
    /// Its company.
    pub company: Slug,
    /// The kind that it was of.
    pub kind: Text,
    /// Its thread.
    pub thread: Text,
    /// When it was published.
    pub published: Published,
    /// Its position.
    pub position: Position,
    /// Whether it was redacted before.
    pub known: bool,
    /// The event that says so, as far as that is in the log.
    pub by: Option<EventId>,
    /// What stays of it and is a hash of what it said, so that a guess can be tested.
    pub guessable: Guessable,
    /// Other events that may say the same.
    pub tied: Vec<Tied>,
}

/// Which names of an event are hashes of what it said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guessable {
    /// Its id.
    pub id: bool,
    /// Its thread.
    pub thread: bool,
}

/// An event that is tied to a redacted one, and was not redacted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tied {
    /// The event.
    pub event: EventId,
    /// What it does to the redacted event, or that to it.
    pub tie: Tie,
}

/// How two events are tied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tie {
    /// It corrects the redacted one.
    Corrects,
    /// The redacted one corrects it.
    CorrectedBy,
    /// It retracts the redacted one.
    Retracts,
    /// The redacted one retracts it.
    RetractedBy,
    /// It repeats the redacted one.
    Repeats,
    /// The redacted one repeats it.
    RepeatedBy,
}

impl Store {
    /// Erases what events said, from the log and from every cache, and appends for each
    /// an event that says that it was redacted and why: all of it or nothing. `ids` are
    /// as for [`Store::event`]. What was redacted before stays as it is.
    ///
    /// The whole log is written anew. The store is closed afterwards. To tell what
    /// would be done, it may be open to read only.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownEvent`] and [`Error::AmbiguousEvent`]; [`Error::Lines`] for a
    /// reason or source that no event can have; [`Error::Append`] if the log cannot be
    /// read or written, or the disk has no room for it twice.
    pub fn redact(self, ids: &[String], redaction: &Redaction) -> Result<Vec<Redacted>, Error> {
        let plan = Plan::of(&self, ids, redaction)?;
        if redaction.dry_run || plan.left.is_empty() {
            self.close()?;
        } else {
            self.into_log().redact(&plan.left, &plan.telling)?.close()?;
        }
        Ok(plan.redacted)
    }

    /// Holds what was redacted against the events that say so.
    pub(crate) fn check_redactions(&self, found: &Redactions) -> Result<(), Error> {
        let read = |position: &Position| -> Result<(Recorded, Event), Error> {
            let missing = || damaged(*position, Damage::BlockMissing);
            let recorded = self.log().event_at(*position)?.ok_or_else(missing)?;
            let event = placed(recorded.clone())?.event;
            Ok((recorded, Arc::unwrap_or_clone(event)))
        };
        let mut told: HashMap<EventId, Vec<String>> = HashMap::new();
        for position in &found.telling {
            let (_, by) = read(position)?;
            let Some((target, left)) = by.redacts() else {
                continue;
            };
            told.entry(target).or_default().push(left.to_owned());
            let target = self.placed(target)?;
            if let Some(target) = target.filter(|target| !target.event.is_redacted()) {
                let by = by.id;
                return Err(damaged(target.position, Damage::NotRedacted { by }));
            }
        }
        for position in &found.erased {
            let (recorded, event) = read(position)?;
            let left = hash_of(&recorded.event.payload);
            let says = told.get(&event.id);
            if !says.is_some_and(|says| says.contains(&left)) {
                return Err(damaged(*position, Damage::RedactedUnsaid));
            }
        }
        Ok(())
    }
}

/// Erases what events of a log say are redacted and is there all the same: a backup
/// may have been made before, in part.
pub(crate) fn carry_out(log: SledLog) -> Result<SledLog, Error> {
    let mut left = Left::new();
    let whole = (Position(0), log.head().position);
    let telling = log.select(None, whole, Direction::Forwards, |stored| {
        let kinds = [REDACTION, REDACTED];
        Ok(stored.kind().is_none_or(|kind| kinds.contains(&kind)))
    });
    for recorded in telling {
        let by = placed(recorded?)?;
        let Some((target, _)) = by.event.redacts() else {
            continue;
        };
        let Some((company, position)) = log.find(target)? else {
            continue;
        };
        let Some(target) = log.event_of(&company, position)? else {
            continue;
        };
        let target = placed(target)?.event;
        if !target.is_redacted() {
            left.insert(position, target.redacted().to_json().into_bytes().into());
        }
    }
    match left.is_empty() {
        true => Ok(log),
        false => Ok(log.redact(&left, &[])?),
    }
}

fn hash_of(left: &[u8]) -> String {
    Hash::of_bytes(left).to_string()
}

fn damaged(position: Position, what: Damage) -> Error {
    Error::Log(LogError::Damaged { position, what })
}
