//! Retractions and corrections: events that strike others, one or many at once.
//!
//! - `setting`: a field is set by its path
//! - `file`: a file that lists what to amend
//! - `making`: the events that amend others
//! - `strikes`: what strikes what, and which of it is of one amendment
//! - [`Target`]: what is amended, with what became of it already

mod file;
mod making;
mod setting;
mod strikes;
mod target;

use std::collections::HashMap;
use std::io::{Seek, Write};

use event_model::event::Event;
use event_model::id::{EventId, Slug};
use event_model::kinds;
use event_model::own_kinds::Kinds;
use event_model::vocabulary::Fault;
use serde_json::Value;

use self::file::Listed;
use self::making::Making;
use self::target::StrikesOf;
pub use self::target::Target;
use crate::append::{AppendOptions, Appended};
use crate::error::{Error, LineProblem, OtherEvent, causes, io_at};
use crate::faults::Faults;
use crate::store::Store;

/// What waits in memory of many amendments before a file is made for it, in bytes.
const MEMORY_BYTES: usize = 1 << 20;

/// What a retraction or a correction says besides its target.
#[derive(Debug, Clone)]
pub struct Amendment {
    /// Whose error it mends.
    pub fault: Fault,
    /// Why.
    pub reason: Option<String>,
    /// When it was published. Missing: with the target for our own error, now
    /// for the source's.
    pub published: Option<String>,
    /// Where it is from. Missing: from where the target is.
    pub source_name: Option<String>,
    /// Where to read it.
    pub source_url: Option<String>,
    /// How it is to be appended.
    pub options: AppendOptions,
}

impl Amendment {
    /// Whether it may have made an event that amends: for the same reason, and published
    /// when and by whom it says, where it does.
    fn made(&self, event: &Event) -> bool {
        let is = |given: &Option<String>, has: Option<&str>| {
            given.as_deref().is_none_or(|given| has == Some(given))
        };
        let source = &event.source;
        event.fault == Some(self.fault)
            && event.reason.as_deref() == self.reason.as_deref()
            && is(&self.published, Some(event.published.text()))
            && is(&self.source_name, Some(&source.name))
            && is(&self.source_url, source.url.as_deref())
    }
}

/// What is to become of the events that a file lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amending {
    /// They do not hold.
    Retract,
    /// They say something else.
    Correct,
}

impl Store {
    /// Says that an event does not hold, and none of its corrections.
    ///
    /// # Errors
    ///
    /// What [`Store::append_lines`] says.
    pub fn retract(&self, target: &Target, amendment: &Amendment) -> Result<Appended, Error> {
        let kinds = self.kinds(self.head().position)?;
        let made = self.amending(target, None, amendment, (&kinds, &mut StrikesOf::new()))?;
        self.append_lines("the event", &mut lines(&made).as_bytes(), amendment.options)
    }

    /// Says what an event should have said: the same claim, as it was corrected last,
    /// with some fields set anew, each given as a path (`data.stage`) and a value.
    ///
    /// Where `company` is set, the claim was put under the wrong one: it is
    /// retracted there and appended to the other, both or none.
    ///
    /// # Errors
    ///
    /// [`Error::CorrectsRetraction`], [`Error::CannotSet`] for a path that is no field
    /// of the claim, [`Error::NothingChanged`], or what [`Store::append_lines`] says.
    pub fn correct(
        &self,
        target: &Target,
        settings: &[(String, String)],
        amendment: &Amendment,
    ) -> Result<Appended, Error> {
        let kinds = self.kinds(self.head().position)?;
        let made = self.amending(
            target,
            Some(settings),
            amendment,
            (&kinds, &mut StrikesOf::new()),
        )?;
        self.append_lines("the event", &mut lines(&made).as_bytes(), amendment.options)
    }

    /// Amends the events that a file lists, for one reason, all or none.
    ///
    /// The file is JSON Lines, each `{"id": …, "set": {PATH: VALUE, …}}`, or CSV
    /// with a column `id` and a column for each path, in which an empty field
    /// changes nothing. To retract, the ids are enough.
    ///
    /// # Errors
    ///
    /// [`Error::Lines`] names every line at fault; else as
    /// [`Store::append_lines`].
    pub fn amend_file(
        &self,
        name: &str,
        input: &mut dyn std::io::Read,
        amending: Amending,
        amendment: &Amendment,
    ) -> Result<Appended, Error> {
        let listed = file::read(name, input, amending)?;
        let mut batch = Batch::new(self)?;
        for amended in &listed {
            let (line, made) = match amended {
                Ok(amended) => {
                    let made = batch.amended(amended, amendment);
                    (amended.line, made.map_err(|error| refused(&error)))
                }
                Err((line, problem)) => (*line, Err(problem.clone())),
            };
            batch.add(line, made)?;
        }
        batch.append(name, listed.len(), amendment.options)
    }

    /// The events that amend a target: that set fields of it, or retract it. Where it was
    /// corrected, what stands in its place is amended: two corrections of one event would
    /// both count, and the later undo the earlier. What was amended just so before is
    /// amended once.
    fn amending(
        &self,
        target: &Target,
        settings: Option<&[(String, String)]>,
        amendment: &Amendment,
        (kinds, read): (&Kinds, &mut StrikesOf),
    ) -> Result<Vec<Value>, Error> {
        let there = settings.and_then(another_company);
        let there = there.map(|company| self.strikes_of(&company, read));
        let there = there.transpose()?;
        let making = Making {
            amendment,
            kinds,
            now: self.now(),
            amended: target,
            strikes_there: there.as_deref(),
        };
        let known = |event: &Event| serde_json::to_value(event).unwrap_or_default();
        let Some(settings) = settings else {
            return Ok(match target.retracted_just_so(amendment) {
                Some(by) => vec![known(by)],
                None => {
                    refuse_redactions(target.with_it())?;
                    making.retractions(target.with_it())
                }
            });
        };
        // Of what was put elsewhere, the retraction is not alone, and has no id of its content.
        if another_company(settings).is_some()
            && let Some(by) = target.retracted_just_so(amendment)
            && !by.has_content_id()
        {
            return Ok(vec![known(by)]);
        }
        if let Some((id, by)) = target.never_so() {
            return Err(Error::CorrectsRetracted { id, by });
        }
        match making.corrections(settings) {
            Err(Error::NothingChanged) => match target.corrected_just_so(amendment) {
                Some(by) => Ok(vec![known(by)]),
                None => Err(Error::NothingChanged),
            },
            made => made,
        }
    }

    /// Appends one event that is given as a JSON value. Without an id it gets one
    /// made of its content.
    ///
    /// # Errors
    ///
    /// As [`Store::append_lines`].
    pub fn append_value(&self, value: &Value, options: AppendOptions) -> Result<Appended, Error> {
        let line = value.to_string();
        self.append_lines("the event", &mut line.as_bytes(), options)
    }
}

/// The company under which a claim is to be put, where it is named by its slug.
fn another_company(settings: &[(String, String)]) -> Option<Slug> {
    let company = settings.iter().find(|(path, _)| path == "company");
    company.and_then(|(_, company)| company.parse().ok())
}

/// What was erased cannot be said again, nor that it was erased be taken back.
fn refuse_redactions(all: &[Event]) -> Result<(), Error> {
    let tells = |event: &&Event| &*event.kind == kinds::REDACTION;
    match all.iter().find(tells) {
        None => Ok(()),
        Some(event) => Err(Error::RetractsRedaction { id: event.id }),
    }
}

/// Events as lines of a file.
fn lines(events: &[Value]) -> String {
    let lines: Vec<String> = events.iter().map(Value::to_string).collect();
    lines.join("\n")
}

fn refused(error: &Error) -> LineProblem {
    LineProblem::Refused { why: causes(error) }
}

/// The events that amend others, on their way into the log.
struct Batch<'s> {
    store: &'s Store,
    kinds: Kinds,
    lines: tempfile::SpooledTempFile,
    /// The line of the file that each of the lines above is of.
    origins: Vec<u64>,
    /// By the last version of each that was amended, the line that did so.
    seen: HashMap<EventId, u64>,
    strikes: StrikesOf,
    problems: Faults,
}

impl<'s> Batch<'s> {
    fn new(store: &'s Store) -> Result<Self, Error> {
        Ok(Self {
            store,
            kinds: store.kinds(store.head().position)?,
            lines: tempfile::spooled_tempfile_in(MEMORY_BYTES, store.log().scratch()),
            origins: Vec::new(),
            seen: HashMap::new(),
            strikes: StrikesOf::new(),
            problems: Faults::default(),
        })
    }

    /// Refuses to correct an event twice: which of the two would hold?
    fn first_time(&mut self, target: &Target, amended: &Listed) -> Result<(), Error> {
        let last = target.last_version();
        match last.and_then(|last| self.seen.insert(last, amended.line)) {
            None => Ok(()),
            Some(line) => Err(Error::AmendedTwice {
                id: amended.id.clone(),
                line,
            }),
        }
    }

    /// The events that amend one of those that a file lists.
    fn amended(&mut self, amended: &Listed, amendment: &Amendment) -> Result<Vec<Value>, Error> {
        let store = self.store;
        let id = store.event(&amended.id)?.event.id;
        let target = store.target_within(id, &mut self.strikes)?;
        let settings = amended.settings.as_deref();
        if settings.is_some() {
            self.first_time(&target, amended)?;
        }
        store.amending(
            &target,
            settings,
            amendment,
            (&self.kinds, &mut self.strikes),
        )
    }

    fn add(&mut self, line: u64, made: Result<Vec<Value>, LineProblem>) -> Result<(), Error> {
        match made {
            Ok(events) => {
                for event in events {
                    writeln!(self.lines, "{event}").map_err(io_at(self.store.log().scratch()))?;
                    self.origins.push(line);
                }
            }
            Err(problem) => self.problems.push(line, vec![problem]),
        }
        Ok(())
    }

    fn append(
        mut self,
        name: &str,
        read: usize,
        options: AppendOptions,
    ) -> Result<Appended, Error> {
        self.lines
            .rewind()
            .map_err(io_at(self.store.log().scratch()))?;
        let mut lines = std::io::BufReader::new(self.lines);
        // Every line at fault is told, and so are those that the log would refuse.
        let is_faulty = !self.problems.is_empty();
        let options = AppendOptions {
            dry_run: options.dry_run || is_faulty,
            ..options
        };
        let appended = match self.origins.is_empty() {
            true => Ok(Appended::default()),
            false => self.store.append_lines(name, &mut lines, options),
        };
        let appended = appended.map_err(|error| in_file(error, &self.origins));
        if !is_faulty {
            return appended;
        }
        let mut faults = self.problems;
        if let Err(Error::Lines {
            lines, at_fault, ..
        }) = appended
        {
            faults.extend_told(lines, at_fault);
        }
        Err(faults.into_error(u64::try_from(read).unwrap_or(u64::MAX)))
    }
}

/// Tells an error of the lines that were made by the lines of the file.
fn in_file(error: Error, origins: &[u64]) -> Error {
    let origin = |line: u64| {
        let at = usize::try_from(line)
            .ok()
            .and_then(|line| line.checked_sub(1));
        at.and_then(|at| origins.get(at)).copied().unwrap_or(line)
    };
    match error {
        Error::Lines {
            mut lines,
            at_fault,
            read,
        } => {
            lines
                .iter_mut()
                .for_each(|line| line.line = origin(line.line));
            Error::Lines {
                lines,
                at_fault,
                read,
            }
        }
        Error::IdsReused {
            mut conflicts,
            count,
        } => {
            for conflict in &mut conflicts {
                conflict.line = origin(conflict.line);
                if let OtherEvent::Line(line) = &mut conflict.other {
                    *line = origin(*line);
                }
            }
            Error::IdsReused { conflicts, count }
        }
        error => error,
    }
}
