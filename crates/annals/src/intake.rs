//! The lines of an input, on their way into the log: [`Intake`].
//!
//! The input is read to its end. Its lines are parsed side by side, and wait in
//! files of the cache until the last of them is known: whatever depends on other lines
//! or on the store as it came, and of whatever holds by itself the finished event, from
//! where the batch takes it, and apart from it what has to be known of it until then.
//!
//! - [`lines`]: pieces of an input, cut at the ends of lines
//! - [`record`]: how a line waits

mod lines;
mod record;

use std::io::{self, BufRead, Seek};
use std::path::Path;

use event_log::{EncodedEvent, EventHead, NewEvent, Waiting, WaitingWriter, side_by_side};
use event_model::draft::Draft;
use event_model::id::EventId;
use event_model::identifier::CompanyKey;
use event_model::json;
use event_model::kind::Kind;
use event_model::kinds;
use event_model::limits::{BATCH_COMPANY_BYTES_MAX, BATCH_EVENTS_MAX};
use event_model::time::{Instant, Published};
use foldhash::HashSet;
use tempfile::SpooledTempFile;

use crate::error::{Error, LineProblem, io_at};
use crate::faults::Faults;
use crate::kinds::is_of_kinds;
use lines::{Piece, Pieces};
pub(crate) use record::Records;

/// What waits in memory before a file is made for it, in bytes.
const MEMORY_BYTES: usize = 1 << 20;

/// The lines of an input that are JSON, and what they refer to.
pub(crate) struct Intake {
    file: SpooledTempFile,
    /// How many pieces of it wait there.
    pieces: u64,
    pub(crate) heard: Heard,
    /// The events of the lines that are finished, in their order.
    pub(crate) finished: Waiting,
}

/// What was heard of a piece of an input, or of all of it.
#[derive(Default)]
pub(crate) struct Heard {
    /// How many lines were read.
    pub(crate) read: u64,
    /// How many of them are JSON.
    pub(crate) kept: u64,
    /// The lines that are no JSON.
    pub(crate) problems: Faults,
    /// The events that are corrected, retracted or told again.
    pub(crate) referred: HashSet<EventId>,
    /// The `company` events among the lines, by their numbers: as text, which takes a
    /// third of a draft.
    pub(crate) declaring: Vec<(u64, Box<str>)>,
    /// The bytes of their lines.
    declaring_bytes: usize,
    /// The earliest publication.
    pub(crate) earliest: Option<Published>,
}

/// A line as it waits.
pub(crate) enum Line {
    /// The next of the finished events, which hold by themselves, if there is such a
    /// company.
    Finished(EventHead),
    /// What is to be looked at together with the rest.
    Draft(Box<Draft>),
}

impl Intake {
    /// Reads an input to its end.
    pub(crate) fn read(
        name: &str,
        input: &mut dyn BufRead,
        cache: &Path,
        now: Instant,
    ) -> Result<Self, Error> {
        let mut file = tempfile::spooled_tempfile_in(MEMORY_BYTES, cache);
        let mut finished = WaitingWriter::new(cache);
        let mut heard = Heard::default();
        let mut pieces = 0;
        let input_error = |source| Error::Input {
            name: name.to_owned(),
            source,
        };
        side_by_side(
            Pieces::new(input).map(|piece| piece.map_err(input_error)),
            |piece| take(&piece, now),
            |taken| {
                heard.add(taken.heard);
                heard.check_size(name)?;
                pieces += 1;
                let written = taken.records.write(&mut file);
                written
                    .and_then(|()| finished.push(&taken.finished))
                    .map_err(io_at(cache))
            },
        )?;
        Ok(Self {
            file,
            pieces,
            heard,
            finished: finished.finish().map_err(io_at(cache))?,
        })
    }

    /// Whether nothing but blank lines was read.
    pub(crate) fn is_blank(&self) -> bool {
        self.heard.kept == 0 && self.heard.problems.is_empty()
    }

    /// The lines again, each with its number, in pieces as they came.
    pub(crate) fn pieces(mut self) -> io::Result<impl Iterator<Item = io::Result<Records>>> {
        self.file.rewind()?;
        Ok((0..self.pieces).map(move |_| Records::read(&mut self.file)))
    }
}

impl Heard {
    fn add(&mut self, next: Self) {
        self.read = next.read;
        self.kept += next.kept;
        self.problems.extend(next.problems);
        self.referred.extend(next.referred);
        self.declaring.extend(next.declaring);
        self.declaring_bytes += next.declaring_bytes;
        if let Some(published) = next.earliest {
            self.publication(&published);
        }
    }

    /// Refuses what would take too much memory.
    fn check_size(&self, name: &str) -> Result<(), Error> {
        let events = usize::try_from(self.kept).unwrap_or(usize::MAX);
        for (is, most, unit) in [
            (events, BATCH_EVENTS_MAX, "events"),
            (
                self.declaring_bytes,
                BATCH_COMPANY_BYTES_MAX,
                "bytes of `company` events",
            ),
        ] {
            if is > most {
                return Err(Error::InputTooLong {
                    name: name.to_owned(),
                    most,
                    unit,
                });
            }
        }
        Ok(())
    }

    fn publication(&mut self, published: &Published) {
        let is_earlier = |first: &Published| published.instant() < first.instant();
        if self.earliest.as_ref().is_none_or(is_earlier) {
            self.earliest = Some(published.clone());
        }
    }

    fn problem(&mut self, line: u64, problem: LineProblem) {
        self.problems.push(line, vec![problem]);
    }
}

/// What becomes of a piece of an input.
#[derive(Default)]
struct Taken {
    heard: Heard,
    /// How its lines wait.
    records: Records,
    /// Those of them that are finished, as events.
    finished: Vec<u8>,
}

/// Parses the lines of a piece, and writes down how they wait.
fn take(piece: &Piece, now: Instant) -> Taken {
    let mut taken = Taken {
        finished: Vec::with_capacity(piece.takes()),
        ..Taken::default()
    };
    for (number, line) in piece.lines() {
        let heard = &mut taken.heard;
        heard.read = number;
        match line {
            Ok(None) => {}
            Ok(Some(text)) => match Draft::parse(text) {
                Ok(draft) => take_draft(&mut taken, (number, text), draft, now),
                Err(error) => heard.problem(
                    number,
                    LineProblem::NotJson {
                        column: error.column(),
                        message: json::reason(&error),
                    },
                ),
            },
            Err(problem) => heard.problem(number, problem),
        }
    }
    taken
}

fn take_draft(taken: &mut Taken, (number, text): (u64, &str), draft: Draft, now: Instant) {
    let Taken {
        heard,
        records,
        finished,
    } = taken;
    heard.kept += 1;
    if let Some(published) = draft.published() {
        heard.publication(published);
    }
    let is_built_in = draft.kind().is_none_or(|kind| Kind::named(kind).is_some());
    let before = heard.referred.len();
    heard.referred.extend(draft.targets());
    let refers = heard.referred.len() > before || draft.targets().next().is_some();
    if draft.declares_company() {
        records.draft(number, text);
        heard.declaring.push((number, text.into()));
        heard.declaring_bytes += text.len();
        return;
    }
    let is_left = draft.kind() == Some(kinds::REDACTED);
    let waits = refers || is_left || !is_built_in;
    let company = match draft.company() {
        // Which other kinds are known is told by the lines before it.
        Some(CompanyKey::Slug(slug)) if !waits && !is_of_kinds(slug) => slug.clone(),
        _ => return records.draft(number, text),
    };
    // What is wrong with it is told in the order of the lines.
    let event = draft.finish_with_json(Ok(company), |_| None, now).ok();
    let encoded = event
        .and_then(|(event, json)| EncodedEvent::of(&NewEvent::with_json(&event, json)).ok())
        .and_then(|event| Some((EventHead::of(&event)?, event)));
    match encoded {
        Some((head, event)) => {
            records.finished(number, &head);
            finished.extend_from_slice(event.as_bytes());
        }
        None => records.draft(number, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_that_would_take_too_much_memory_is_refused() {
        let told = |kept: usize, declaring_bytes: usize| {
            let heard = Heard {
                kept: kept as u64,
                declaring_bytes,
                ..Heard::default()
            };
            heard.check_size("x").map_err(|error| error.to_string())
        };
        assert_eq!(told(BATCH_EVENTS_MAX, BATCH_COMPANY_BYTES_MAX), Ok(()));
        let events = told(BATCH_EVENTS_MAX + 1, 0).unwrap_err();
        assert!(events.contains("more than 20000000 events"), "{events}");
        let bytes = told(1, BATCH_COMPANY_BYTES_MAX + 1).unwrap_err();
        assert!(
            bytes.contains("268435456 bytes of `company` events"),
            "{bytes}"
        );
    }
}
