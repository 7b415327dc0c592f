//! Retractions and corrections: events that strike others, one or many at once.
//!
//! - `setting`: a field is set by its path
//! - `file`: a file that lists what to amend
//! - [`Target`]: what is amended, with what became of it already

mod file;
mod setting;
mod target;

use std::collections::HashMap;
use std::io::{Seek, Write};

use event_model::draft::Draft;
use event_model::event::Event;
use event_model::id::EventId;
use event_model::kinds;
use event_model::own_kinds::Kinds;
use event_model::time::Instant;
use event_model::vocabulary::Fault;
use serde_json::{Map, Value, json};

use self::file::Listed;
use self::setting::set;
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
        let made = self.amending(target, |versions| {
            Ok(retractions(versions, amendment, self.now()))
        })?;
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
        let made = self.amending(target, |versions| {
            corrections(versions, settings, amendment, &kinds, self.now())
        })?;
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
            lines: tempfile::spooled_tempfile_in(MEMORY_BYTES, store.cache_dir()),
            origins: Vec::new(),
            seen: HashMap::new(),
            strikes: StrikesOf::new(),
            problems: Faults::default(),
        })
    }

    /// Refuses to amend an event twice: which of the two would hold?
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
        self.first_time(&target, amended)?;
        store.amending(&target, |versions| match &amended.settings {
            None => Ok(retractions(versions, amendment, store.now())),
            Some(settings) => corrections(versions, settings, amendment, &self.kinds, store.now()),
        })
    }

    fn add(&mut self, line: u64, made: Result<Vec<Value>, LineProblem>) -> Result<(), Error> {
        match made {
            Ok(events) => {
                for event in events {
                    writeln!(self.lines, "{event}").map_err(io_at(self.store.cache_dir()))?;
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
        self.lines.rewind().map_err(io_at(self.store.cache_dir()))?;
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
        Error::IdsReused { mut conflicts } => {
            for conflict in &mut conflicts {
                conflict.line = origin(conflict.line);
                if let OtherEvent::Line(line) = &mut conflict.other {
                    *line = origin(*line);
                }
            }
            Error::IdsReused { conflicts }
        }
        error => error,
    }
}

/// The retractions of an event and of its corrections: were one left, it would count.
fn retractions(versions: &[Event], amendment: &Amendment, now: Instant) -> Vec<Value> {
    let retract = |event| retraction(event, amendment, now);
    versions.iter().map(retract).collect()
}

fn retraction(target: &Event, amendment: &Amendment, now: Instant) -> Value {
    let mut fields = amending(target, amendment, now);
    fields.insert("kind".to_owned(), Value::from(kinds::RETRACTION));
    fields.insert("data".to_owned(), json!({"target": target.id}));
    Value::Object(fields)
}

/// The event that says what another should have said; or, where that was put
/// under the wrong company, its retraction and the claim under the right one. The last
/// of its versions is what stands.
fn corrections(
    versions: &[Event],
    settings: &[(String, String)],
    amendment: &Amendment,
    kinds: &Kinds,
    now: Instant,
) -> Result<Vec<Value>, Error> {
    let Some(target) = versions.last() else {
        return Ok(Vec::new());
    };
    if target.is_redacted() {
        return Err(Error::CorrectsRedacted { id: target.id });
    }
    if target.is_retraction() {
        return Err(Error::CorrectsRetraction { id: target.id });
    }
    let sets = |name: &str| settings.iter().find(|(path, _)| path == name);
    let company = sets("company").map(|(_, company)| company);
    let moved = company.filter(|company| **company != *target.company.as_str());
    let mut fields = as_object(target);
    let before = fields.clone();
    for (path, value) in settings.iter().filter(|(path, _)| path != "company") {
        set(&mut fields, kinds.named(&target.kind), path, value)?;
    }
    if fields == before && moved.is_none() {
        return Err(Error::NothingChanged);
    }
    if keyed_thread(target, kinds) && sets("thread").is_none() {
        fields.remove("thread");
    }
    for name in ["id", "repeats"] {
        fields.remove(name);
    }
    let amending = amending(target, amendment, now);
    if amendment.source_name.is_some() {
        fields.extend(
            amending
                .get("source")
                .map(|it| ("source".to_owned(), it.clone())),
        );
    }
    if sets("published").is_none() {
        // Left out, it is that of the target.
        fields.remove("published");
        let published = amending
            .get("published")
            .or_else(|| moved.and(before.get("published")));
        fields.extend(published.map(|it| ("published".to_owned(), it.clone())));
    }
    if let Some(company) = moved {
        for name in ["supersedes", "fault", "reason"] {
            fields.remove(name);
        }
        fields.insert("company".to_owned(), json!(company));
        let mut made = retractions(versions, amendment, now);
        made.push(Value::Object(fields));
        return Ok(made);
    }
    for name in ["fault", "reason"] {
        fields.extend(amending.get(name).map(|it| (name.to_owned(), it.clone())));
    }
    fields.insert("supersedes".to_owned(), json!(target.id));
    Ok(vec![Value::Object(fields)])
}

/// The envelope of an event that amends another.
fn amending(target: &Event, amendment: &Amendment, now: Instant) -> Map<String, Value> {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    put("company", json!(target.company));
    put("certainty", json!(target.certainty));
    put("fault", json!(amendment.fault));
    if let Some(reason) = &amendment.reason {
        put("reason", json!(reason));
    }
    match (&amendment.published, amendment.fault) {
        (Some(published), _) => drop(put("published", json!(published))),
        (None, Fault::Source) => drop(put("published", json!(now))),
        (None, Fault::Record) => {}
    }
    let source = match &amendment.source_name {
        Some(name) => json!({"name": name, "url": amendment.source_url}),
        None => json!(target.source),
    };
    put("source", source);
    fields
}

fn as_object(event: &Event) -> Map<String, Value> {
    match serde_json::to_value(event) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

/// Whether the thread of an event follows from its data, so that a correction
/// of the data may lead to another thread.
fn keyed_thread(event: &Event, kinds: &Kinds) -> bool {
    let derived = Event {
        thread: "".into(),
        ..event.clone()
    };
    let mut fields = as_object(&derived);
    for name in ["thread", "supersedes", "fault", "repeats"] {
        fields.remove(name);
    }
    let kind = kinds.named(&event.kind);
    let has_key = kind.is_some_and(|kind| !kind.thread_key.is_empty());
    let company = event.company.clone();
    let draft = Draft::read(&Value::Object(fields)).of_kinds(kinds);
    let again = draft.finish(Ok(company), |_| None, Instant::LAST);
    has_key && again.is_ok_and(|again| again.thread == event.thread)
}
