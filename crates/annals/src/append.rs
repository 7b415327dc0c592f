//! Appending batches of events, all or nothing.

use std::collections::BTreeSet;
use std::fmt;
use std::io::BufRead;

use event_log::{
    AppendError, CheckedBatch, Committed, EventLog, Expected, IdConflict, Other, Outcome, Waiting,
    Witness,
};
use event_model::event::Event;
use event_model::id::{EventId, Position, Slug, Version};
use projection::basis::Placed;
use uuid::{NoContext, Timestamp, Uuid};

use crate::error::{Error, IdReused, OtherEvent};
use crate::intake::Intake;
use crate::naming::tells_of_names;
use crate::preparation::{Preparation, Prepared};
use crate::store::{ADDED_EVENTS_MAX, Store};

/// How a batch is to be appended.
#[derive(Debug, Clone, Copy)]
pub struct AppendOptions {
    /// Check everything and append nothing.
    pub dry_run: bool,
    /// Declare companies that are not known, instead of refusing them.
    pub new_company: bool,
    /// The version that the company must have.
    pub expected: Expected,
}

impl Default for AppendOptions {
    fn default() -> Self {
        Self {
            dry_run: false,
            new_company: false,
            expected: Expected::Any,
        }
    }
}

/// What became of a batch.
#[derive(Debug, Default)]
pub struct Appended {
    /// Where each event stands; nowhere for a dry run.
    outcomes: Outcomes,
    /// How many are new.
    pub new: u64,
    /// How many were there already.
    pub known: u64,
    /// The kinds that the store does not know; their events are kept. One more than
    /// [`UNKNOWN_KINDS_TOLD_MAX`] says that there are more.
    ///
    /// [`UNKNOWN_KINDS_TOLD_MAX`]: event_model::limits::UNKNOWN_KINDS_TOLD_MAX
    pub unknown_kinds: BTreeSet<String>,
}

#[derive(Default)]
enum Outcomes {
    #[default]
    None,
    Few(Vec<Outcome>),
    Many(Box<Committed>),
}

impl fmt::Debug for Outcomes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("None"),
            Self::Few(outcomes) => f.debug_tuple("Few").field(outcomes).finish(),
            Self::Many(committed) => f.debug_tuple("Many").field(&committed.head).finish(),
        }
    }
}

impl Appended {
    /// Where each event stands, in the order of the batch; nothing for a dry
    /// run.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if a large batch cannot be read again; all of it was
    /// appended.
    pub fn outcomes(&self) -> Result<impl Iterator<Item = Result<Outcome, Error>> + '_, Error> {
        let spooled = |source| Error::Io {
            path: "the spooled batch".into(),
            source,
        };
        let (few, many) = match &self.outcomes {
            Outcomes::None => (None, None),
            Outcomes::Few(outcomes) => (Some(outcomes.iter().copied().map(Ok)), None),
            Outcomes::Many(committed) => (None, Some(committed.outcomes().map_err(spooled)?)),
        };
        let many = many.into_iter().flatten();
        let many = many.map(move |outcome| outcome.map_err(spooled));
        Ok(few.into_iter().flatten().chain(many))
    }
}

impl Store {
    /// Appends events from JSON Lines.
    ///
    /// The input is read to its end and every line checked before the first
    /// event is written; if one is at fault, nothing is. Events that are there
    /// already, with the same content, are no fault.
    ///
    /// # Errors
    ///
    /// [`Error::Lines`] and [`Error::IdsReused`] name every line at fault; where another
    /// thread has just taken an id, it is [`AppendError::IdReused`] in [`Error::Append`].
    /// [`Error::NoEvents`] if there is none. [`Error::ExpectedOfMany`] and
    /// [`Error::Append`] for the expected version and for what the log says.
    pub fn append_lines(
        &self,
        name: &str,
        input: &mut dyn BufRead,
        options: AppendOptions,
    ) -> Result<Appended, Error> {
        let intake = Intake::read(name, input, &self.log().scratch(), self.now())?;
        if intake.is_blank() {
            return Err(Error::NoEvents {
                name: name.to_owned(),
            });
        }
        let mut preparation = Preparation::new(self, options.new_company, &intake.finished)?;
        preparation.take_in(intake)?;
        let unknown_kinds = preparation.take_unknown_kinds();
        let appended = self.append_prepared(preparation.finish(), options)?;
        Ok(Appended {
            unknown_kinds,
            ..appended
        })
    }

    /// A new id (UUID v7), for an event that is not to be one with another of the
    /// same content.
    #[must_use]
    pub fn new_id(&self) -> EventId {
        let micros = u64::try_from(self.now().micros()).unwrap_or_default();
        let nanos = u32::try_from(micros % 1_000_000 * 1_000).unwrap_or_default();
        let now = Timestamp::from_unix(NoContext, micros / 1_000_000, nanos);
        EventId(Uuid::new_v7(now))
    }

    /// Appends events that were checked already.
    pub(crate) fn append_events(
        &self,
        events: &[Event],
        options: AppendOptions,
    ) -> Result<Appended, Error> {
        let mut preparation = Preparation::new(self, options.new_company, &Waiting::none())?;
        for (line, event) in (1..).zip(events) {
            preparation.add_event(line, event)?;
        }
        self.append_prepared(preparation.finish(), options)
    }

    fn append_prepared(
        &self,
        prepared: Prepared<'_>,
        options: AppendOptions,
    ) -> Result<Appended, Error> {
        let Prepared { batch, few, left } = prepared;
        let companies = batch.companies().clone();
        let only = companies.iter().next().filter(|_| companies.len() == 1);
        let only = only.cloned();
        let batch = batch.check()?;
        let reused = |conflict: &IdConflict| reused(conflict, left.contains(&conflict.id));
        let conflicts = batch.conflicts();
        if conflicts.count() > 0 {
            return Err(Error::IdsReused {
                conflicts: conflicts.first().iter().map(reused).collect(),
                count: conflicts.count(),
            });
        }
        let (new, known) = (batch.new_events(), batch.known());
        if new > 0 {
            self.check_expected(only.as_ref(), companies.len(), options.expected)?;
        }
        let expected = options.expected;
        // Others may have appended some of them since they were looked for.
        let (outcomes, stored) = match (options.dry_run, few, only) {
            (true, ..) => (Outcomes::None, new),
            (false, Some(few), Some(company)) => {
                let outcomes = self.log().append(&company, expected, few)?;
                let stored = outcomes.iter().filter(|outcome| !outcome.known).count();
                (Outcomes::Few(outcomes), stored as u64)
            }
            (false, _, only) => {
                let expected = only.map(|company| (company, expected));
                let committed = self.commit(batch, expected.as_slice())?;
                let stored = committed.stored;
                (Outcomes::Many(Box::new(committed)), stored)
            }
        };
        if !options.dry_run {
            // A cache that cannot be written is made again when it is needed.
            self.keep_directory().ok();
        }
        Ok(Appended {
            outcomes,
            new: stored,
            known: known + new.saturating_sub(stored),
            unknown_kinds: BTreeSet::new(),
        })
    }

    /// Commits a batch, and hears what it says that companies are called.
    fn commit(
        &self,
        batch: CheckedBatch<'_>,
        expected: &[(Slug, Expected)],
    ) -> Result<Committed, Error> {
        let is_first = self.head().position == Position(0);
        if !is_first && batch.new_events() <= ADDED_EVENTS_MAX {
            return Ok(batch.commit(expected, None)?);
        }
        // So that it goes up to where the batch begins.
        self.directory()?;
        let mut naming = Vec::new();
        let witness = Witness {
            cares_for: &tells_of_names,
            tell: &mut |position, event| naming.push(Placed::new(position, event)),
        };
        let committed = batch.commit(expected, Some(witness))?;
        if committed.is_told {
            self.hear_names((committed.before.position, committed.head.position), naming);
        }
        Ok(committed)
    }

    fn check_expected(
        &self,
        only: Option<&Slug>,
        companies: usize,
        expected: Expected,
    ) -> Result<(), Error> {
        if expected == Expected::Any {
            return Ok(());
        }
        let Some(company) = only else {
            return Err(Error::ExpectedOfMany { companies });
        };
        let actual = Version(self.version(company)?);
        if expected.holds(actual) {
            return Ok(());
        }
        Err(AppendError::Conflict {
            company: company.clone(),
            expected,
            actual,
        }
        .into())
    }
}

fn reused(conflict: &IdConflict, is_left: bool) -> IdReused {
    IdReused {
        line: conflict.tag,
        id: conflict.id,
        is_redacted: is_left && matches!(conflict.other, Other::Position(_)),
        other: match conflict.other {
            Other::Tag(line) => OtherEvent::Line(line),
            Other::Position(position) => OtherEvent::Position(position),
        },
    }
}
