//! A batch on its way into the log: lines are read, checked whole, and kept in
//! a file of the cache until all of them are known to hold.
//!
//! - [`Intake`]: the lines as they came, and what they refer to
//! - [`Prepared`]: the events that came of them, ready for the log

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, Write};
use std::path::Path;

use event_log::NewEvent;
use event_model::draft::Draft;
use event_model::event::{Event, SCHEMA};
use event_model::id::{EventId, Slug};
use event_model::limits;
use event_model::time::{Instant, Published};

use crate::error::{Error, LineProblem, LineProblems, io_at};

/// The lines of an input that are JSON, and what they refer to.
pub(crate) struct Intake {
    lines: BufWriter<File>,
    kept: u64,
    /// How many lines were read.
    pub(crate) read: u64,
    /// The lines that are no JSON.
    pub(crate) problems: Vec<LineProblems>,
    /// The events that are corrected, retracted or told again.
    pub(crate) referred: HashSet<EventId>,
    /// The `company` events among the lines, by their numbers.
    pub(crate) declaring: Vec<(u64, Draft)>,
    /// The earliest publication.
    pub(crate) earliest: Option<Published>,
}

impl Intake {
    /// Reads an input to its end.
    pub(crate) fn read(name: &str, input: &mut dyn BufRead, cache: &Path) -> Result<Self, Error> {
        let file = tempfile::tempfile_in(cache).map_err(io_at(cache))?;
        let mut intake = Self {
            lines: BufWriter::new(file),
            kept: 0,
            read: 0,
            problems: Vec::new(),
            referred: HashSet::new(),
            declaring: Vec::new(),
            earliest: None,
        };
        let mut line = Vec::new();
        let input_error = |source| Error::Input {
            name: name.to_owned(),
            source,
        };
        while let Some(length) = read_line(input, &mut line).map_err(input_error)? {
            intake.read += 1;
            match json_line(&line, length, intake.read) {
                Ok(None) => {}
                Ok(Some(text)) => intake.take(text).map_err(io_at(cache))?,
                Err(problem) => {
                    let line = intake.read;
                    intake.problems.push(LineProblems {
                        line,
                        problems: vec![problem],
                    });
                }
            }
        }
        Ok(intake)
    }

    fn take(&mut self, text: &str) -> io::Result<()> {
        let draft = match Draft::parse(text) {
            Ok(draft) => draft,
            Err(error) => {
                let problem = LineProblem::NotJson {
                    column: error.column(),
                    message: without_place(&error),
                };
                self.problems.push(LineProblems {
                    line: self.read,
                    problems: vec![problem],
                });
                return Ok(());
            }
        };
        self.referred.extend(draft.targets());
        if let Some(published) = draft.published()
            && self
                .earliest
                .as_ref()
                .is_none_or(|first| published.instant() < first.instant())
        {
            self.earliest = Some(published.clone());
        }
        if draft.kind() == Some(event_model::kinds::COMPANY) {
            self.declaring.push((self.read, draft));
        }
        self.kept += 1;
        writeln!(self.lines, "{} {text}", self.read)
    }

    /// Whether nothing but blank lines was read.
    pub(crate) fn is_blank(&self) -> bool {
        self.kept == 0 && self.problems.is_empty()
    }

    /// The lines again, each with its number.
    pub(crate) fn lines(&mut self) -> io::Result<impl Iterator<Item = io::Result<(u64, Draft)>>> {
        self.lines.flush()?;
        let mut file = self.lines.get_ref().try_clone()?;
        file.rewind()?;
        Ok(BufReader::new(file).lines().map(|line| {
            let line = line?;
            let damaged = || io::Error::other("the spooled batch was changed");
            let (number, text) = line.split_once(' ').ok_or_else(damaged)?;
            let draft = Draft::parse(text).map_err(io::Error::other)?;
            Ok((number.parse().map_err(io::Error::other)?, draft))
        }))
    }
}

/// Reads a line and tells its whole length; `line` holds no more of it than a
/// line may have. `None` at the end of the input.
fn read_line(input: &mut dyn BufRead, line: &mut Vec<u8>) -> io::Result<Option<usize>> {
    line.clear();
    let mut length = 0;
    loop {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() {
            return Ok((length > 0).then_some(length));
        }
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let part = buffer
            .get(..end.unwrap_or(buffer.len()))
            .unwrap_or_default();
        let room = (limits::LINE_BYTES_MAX + 1).saturating_sub(line.len());
        line.extend(part.iter().take(room));
        length += part.len();
        let used = part.len() + usize::from(end.is_some());
        input.consume(used);
        if end.is_some() {
            return Ok(Some(length));
        }
    }
}

/// The text of a line, or nothing if it is blank.
fn json_line(line: &[u8], length: usize, number: u64) -> Result<Option<&str>, LineProblem> {
    if length > limits::LINE_BYTES_MAX {
        return Err(LineProblem::TooLong {
            most: limits::LINE_BYTES_MAX,
        });
    }
    let text = std::str::from_utf8(line).map_err(|error| LineProblem::NotUtf8 {
        column: error.valid_up_to() + 1,
    })?;
    let text = if number == 1 {
        text.trim_start_matches('\u{feff}')
    } else {
        text
    };
    let text = text.trim();
    Ok((!text.is_empty()).then_some(text))
}

/// What the parser says, without the line and column that are told elsewhere.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(at) => text.get(..at).unwrap_or(&text).to_owned(),
        None => text,
    }
}

/// Events that hold, in the order in which they will be appended.
pub(crate) struct Prepared {
    out: BufWriter<File>,
    /// The companies they are about.
    pub(crate) companies: HashSet<Slug>,
    /// How many there are.
    pub(crate) count: u64,
}

impl Prepared {
    /// Nothing yet.
    pub(crate) fn new(cache: &Path) -> Result<Self, Error> {
        let file = tempfile::tempfile_in(cache).map_err(io_at(cache))?;
        Ok(Self {
            out: BufWriter::new(file),
            companies: HashSet::new(),
            count: 0,
        })
    }

    /// The company, if all events are of one.
    pub(crate) fn only_company(&self) -> Option<&Slug> {
        self.companies
            .iter()
            .next()
            .filter(|_| self.companies.len() == 1)
    }

    /// Adds an event.
    pub(crate) fn add(&mut self, event: &Event, json: &str) -> io::Result<()> {
        self.companies.insert(event.company.clone());
        self.count += 1;
        let Event {
            id,
            company,
            kind,
            thread,
            published,
            ..
        } = event;
        let published_us = published.instant().micros();
        for part in [json.len(), thread.len(), kind.len(), company.as_str().len()] {
            self.out
                .write_all(&u32::try_from(part).map_err(io::Error::other)?.to_le_bytes())?;
        }
        self.out.write_all(&published_us.to_le_bytes())?;
        self.out.write_all(id.0.as_bytes())?;
        for part in [json, thread, kind, company.as_str()] {
            self.out.write_all(part.as_bytes())?;
        }
        Ok(())
    }

    /// The events, for the log.
    pub(crate) fn events(&mut self) -> io::Result<impl Iterator<Item = io::Result<NewEvent>>> {
        self.out.flush()?;
        let mut file = self.out.get_ref().try_clone()?;
        file.rewind()?;
        let mut input = BufReader::new(file);
        Ok((0..self.count).map(move |_| read_prepared(&mut input)))
    }
}

fn read_prepared(input: &mut impl Read) -> io::Result<NewEvent> {
    let [json, thread, kind, company] = read_lengths(input)?;
    let mut published = [0; 8];
    input.read_exact(&mut published)?;
    let mut id = [0; 16];
    input.read_exact(&mut id)?;
    let mut text = |length: usize| {
        let mut bytes = vec![0; length];
        input.read_exact(&mut bytes)?;
        String::from_utf8(bytes).map_err(io::Error::other)
    };
    let (payload, thread, kind, company) =
        (text(json)?, text(thread)?, text(kind)?, text(company)?);
    let published = Instant::from_micros(i64::from_le_bytes(published));
    Ok(NewEvent {
        id: EventId(uuid::Uuid::from_bytes(id)),
        company: company.parse().map_err(io::Error::other)?,
        kind: kind.into(),
        thread: thread.into(),
        published: published.ok_or_else(|| io::Error::other("no such instant"))?,
        schema: SCHEMA,
        payload: payload.into_bytes().into(),
    })
}

fn read_lengths(input: &mut impl Read) -> io::Result<[usize; 4]> {
    let mut lengths = [0; 4];
    for length in &mut lengths {
        let mut bytes = [0; 4];
        input.read_exact(&mut bytes)?;
        *length = usize::try_from(u32::from_le_bytes(bytes)).map_err(io::Error::other)?;
    }
    Ok(lengths)
}
