//! Appending batches of events, all or nothing.

use std::collections::BTreeSet;
use std::io::{self, BufRead};

use event_log::{AppendError, BatchError, EventLog, Expected, NewEvent, Outcome};
use event_model::event::Event;
use event_model::id::{EventId, Slug, Version};
use uuid::{NoContext, Timestamp, Uuid};

use crate::batch::{Intake, Prepared};
use crate::error::{Error, io_at};
use crate::preparation::Preparation;
use crate::store::Store;

/// The largest batch of one company that shares a commit with other appends;
/// a larger one is streamed to the log.
const SINGLE_APPEND_EVENTS_MAX: u64 = 64;

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
#[derive(Debug, Clone, Default)]
pub struct Appended {
    /// Where each event stands, in the order of the batch; empty for a dry run.
    pub outcomes: Vec<Outcome>,
    /// How many are new.
    pub new: u64,
    /// How many were there already.
    pub known: u64,
    /// The kinds that the store does not know; their events are kept.
    pub unknown_kinds: BTreeSet<String>,
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
    /// [`Error::Lines`] and [`Error::IdsReused`] name every line at fault.
    /// [`Error::NoEvents`] if there is none. [`Error::ExpectedOfMany`] and
    /// [`Error::Append`] for the expected version and for what the log says.
    pub fn append_lines(
        &self,
        name: &str,
        input: &mut dyn BufRead,
        options: AppendOptions,
    ) -> Result<Appended, Error> {
        let intake = Intake::read(name, input, &self.cache_dir())?;
        if intake.is_blank() {
            return Err(Error::NoEvents {
                name: name.to_owned(),
            });
        }
        let mut preparation = Preparation::new(self, options.new_company)?;
        preparation.take_in(intake)?;
        self.append_prepared(preparation, options)
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
        let mut preparation = Preparation::new(self, options.new_company)?;
        for (line, event) in (1..).zip(events) {
            preparation.add(line, event)?;
        }
        self.append_prepared(preparation, options)
    }

    fn append_prepared(
        &self,
        preparation: Preparation<'_>,
        options: AppendOptions,
    ) -> Result<Appended, Error> {
        let (mut prepared, known, unknown_kinds) = preparation.finish()?;
        let new = prepared.count - known;
        if new > 0 {
            self.check_expected(&prepared, options.expected)?;
        }
        let outcomes = match options.dry_run {
            true => Vec::new(),
            false => self.write(&mut prepared, options.expected)?,
        };
        Ok(Appended {
            outcomes,
            new,
            known,
            unknown_kinds,
        })
    }

    fn check_expected(&self, prepared: &Prepared, expected: Expected) -> Result<(), Error> {
        if expected == Expected::Any {
            return Ok(());
        }
        let Some(company) = prepared.only_company() else {
            return Err(Error::ExpectedOfMany {
                companies: prepared.companies.len(),
            });
        };
        let actual = self
            .log()
            .stream_head(company)
            .map_or(Version(0), |(version, _)| version);
        if expected.holds(actual) {
            return Ok(());
        }
        let company: Slug = company.clone();
        Err(AppendError::Conflict {
            company,
            expected,
            actual,
        }
        .into())
    }

    fn write(&self, prepared: &mut Prepared, expected: Expected) -> Result<Vec<Outcome>, Error> {
        let spool = self.cache_dir();
        let only = prepared.only_company().cloned();
        let expectations: Vec<(Slug, Expected)> = only
            .iter()
            .map(|company| (company.clone(), expected))
            .collect();
        let company = only.filter(|_| prepared.count <= SINGLE_APPEND_EVENTS_MAX);
        let mut events = prepared.events().map_err(io_at(&spool))?;
        let outcomes = match company {
            Some(company) => {
                let events: Vec<NewEvent> =
                    events.collect::<io::Result<_>>().map_err(io_at(&spool))?;
                self.log().append(&company, expected, events)?
            }
            None => match self.log().append_all(&mut events, &expectations) {
                Ok(batch) => batch.outcomes,
                Err(BatchError::Append(error)) => return Err(error.into()),
                Err(BatchError::Source(source)) => return Err(io_at(&spool)(source)),
                Err(_) => return Err(AppendError::Poisoned.into()),
            },
        };
        self.follow()?;
        Ok(outcomes)
    }
}
