//! Erasing what events said: [`Store::redact`].
//!
//! The log erases, and this says what is left, which event tells of it, and whether
//! the two fit together.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use event_log::{
    Damage, Direction, EventLog, Hash, Left, LogError, NewEvent, Recorded, Redactions, SledLog,
};
use event_model::draft::{Draft, Target};
use event_model::event::Event;
use event_model::id::{EventId, Position, Slug};
use event_model::kinds::{REDACTED, REDACTION};
use projection::basis::Placed;
use serde_json::json;

use crate::error::{Error, LineProblem, LineProblems};
use crate::store::{Store, placed};

/// The source of a redaction that names none.
const SOURCE: &str = "keeper of the store";

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

/// An event that was redacted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redacted {
    /// The event.
    pub id: EventId,
    /// Its company.
    pub company: Slug,
    /// Its position.
    pub position: Position,
    /// The event that says so; `None` where it was redacted before.
    pub by: Option<EventId>,
    /// Events that it is tied to: they may say the same.
    pub tied: Vec<EventId>,
}

impl Store {
    /// Erases what events said, from the log and from every cache, and appends for each
    /// an event that says that it was redacted and why: all of it or nothing. `ids` are
    /// as for [`Store::event`]. What was redacted before stays as it is.
    ///
    /// The whole log is written anew. The store is closed afterwards.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownEvent`] and [`Error::AmbiguousEvent`]; [`Error::Lines`] for a
    /// reason or source that no event can have; [`Error::Append`] if the log cannot be
    /// read or written, or the disk has no room for it twice.
    pub fn redact(self, ids: &[String], redaction: &Redaction) -> Result<Vec<Redacted>, Error> {
        let mut plan = Plan::default();
        for id in ids {
            plan.add(&self, &self.event(id)?, redaction)?;
        }
        if redaction.dry_run || plan.left.is_empty() {
            self.close()?;
            return Ok(plan.redacted);
        }
        let log = self.into_log().redact(&plan.left, &plan.telling)?;
        log.close()?;
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

/// What is to be done.
#[derive(Default)]
struct Plan {
    redacted: Vec<Redacted>,
    left: Left,
    telling: Vec<NewEvent>,
    /// The company that was read last, and its events.
    history: Option<(Slug, Arc<[Placed]>)>,
}

impl Plan {
    fn add(
        &mut self,
        store: &Store,
        recorded: &Recorded,
        redaction: &Redaction,
    ) -> Result<(), Error> {
        let position = recorded.position;
        if self.redacted.iter().any(|it| it.position == position) {
            return Ok(());
        }
        let event = placed(recorded.clone())?.event;
        let mut redacted = Redacted {
            id: event.id,
            company: event.company.clone(),
            position,
            by: None,
            tied: tied(&event, &self.history_of(store, &event.company)?),
        };
        if !event.is_redacted() {
            let left = event.redacted().to_json();
            let telling = telling(store, &event, hash_of(left.as_bytes()), redaction)?;
            redacted.by = Some(telling.id);
            self.left.insert(position, left.into_bytes().into());
            self.telling.push(NewEvent::of(&telling));
        }
        self.redacted.push(redacted);
        Ok(())
    }

    fn history_of(&mut self, store: &Store, company: &Slug) -> Result<Arc<[Placed]>, Error> {
        match &self.history {
            Some((of, history)) if of == company => Ok(Arc::clone(history)),
            _ => {
                let read = store.history(company, store.head().position)?;
                let history = Arc::from(read);
                self.history = Some((company.clone(), Arc::clone(&history)));
                Ok(history)
            }
        }
    }
}

/// The event that says that another was redacted.
fn telling(
    store: &Store,
    event: &Event,
    left: String,
    redaction: &Redaction,
) -> Result<Event, Error> {
    let draft = Draft::read(&json!({
        "id": store.new_id(),
        "company": event.company,
        "kind": REDACTION,
        "published": store.now(),
        "certainty": "official",
        "source": {"name": redaction.source_name.as_deref().unwrap_or(SOURCE)},
        "data": {"target": event.id, "left": left},
        "reason": redaction.reason,
    }));
    // By then it is.
    let target = |_| {
        Some(Target {
            company: event.company.clone(),
            kind: REDACTED.into(),
            thread: event.thread.clone(),
            published: event.published.clone(),
        })
    };
    let finished = draft.finish(Ok(event.company.clone()), target, store.now());
    finished.map_err(|problems| {
        let told = problems
            .into_iter()
            .map(|it| LineProblem::Event(Box::new(it)));
        Error::Lines {
            lines: vec![LineProblems {
                line: 1,
                problems: told.collect(),
            }],
            at_fault: 1,
            read: 1,
        }
    })
}

/// The events that tell another again, strike it or are struck by it, and were not
/// redacted.
fn tied(event: &Event, history: &[Placed]) -> Vec<EventId> {
    let ties = |event: &Event| [event.repeats, event.strikes()];
    let own = ties(event);
    let is_tied = |other: &Event| {
        let is_other = other.id != event.id && !other.is_redacted();
        is_other && (ties(other).contains(&Some(event.id)) || own.contains(&Some(other.id)))
    };
    let tied: BTreeSet<EventId> = history
        .iter()
        .filter(|placed| is_tied(&placed.event))
        .map(|placed| placed.event.id)
        .collect();
    tied.into_iter().collect()
}

fn hash_of(left: &[u8]) -> String {
    Hash::of_bytes(left).to_string()
}

fn damaged(position: Position, what: Damage) -> Error {
    Error::Log(LogError::Damaged { position, what })
}
