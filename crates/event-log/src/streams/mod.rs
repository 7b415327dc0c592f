//! The events again, clustered by company: [`Streams`].
//!
//! A cache beside the log, so that the events of one company are read from few
//! places, without the engine of the log and by any number of processes, while
//! one process goes on writing ([`StreamsWriter`]).
//!
//! Events are kept in immutable runs ([`run`]), each sorted by company and
//! position. A run has all events of a range of positions, and the runs follow
//! each other without a gap, so what a company has is what it has in the
//! oldest run, in the next, and so on. Few and large runs are quick to read,
//! many and small ones quick to write: neighbouring runs are merged ([`merge`]).
//!
//! The manifest ([`manifest`]) names the runs that count, and is replaced as a
//! whole. Every byte that is read is under a CRC-32: a flipped one is an error
//! and never a wrong answer.

mod apart;
mod chunk;
mod company;
mod encoding;
mod error;
mod find;
mod heads;
mod id_filter;
mod manifest;
mod memory;
mod merge;
mod positions;
mod read;
pub(crate) mod rescue;
mod run;
mod run_writer;
mod scan;
mod search;
mod source;
mod spilling;
mod table;
mod writer;

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use event_model::id::{EventId, Position, Slug, Version};
use event_model::time::Instant;
use uuid::Uuid;

use crate::event_log::Head;
use company::Company;
use heads::Heads;
use manifest::{Manifest, Named};
use positions::Positions;
use run::{Chunks, Run};
use source::Source;

pub(crate) use error::StreamsError;
pub(crate) use positions::PositionsWalk;
pub(crate) use read::Visitor;
pub(crate) use scan::{Choice, SlugRange};
#[cfg(feature = "fuzzing")]
pub(crate) use table::page_bytes;
pub(crate) use writer::{Arrival, StreamsWriter, Tuning};

/// How often a reader tries again whose runs were merged under its hands.
const OPEN_TRIES: usize = 8;

/// An event of the streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    /// Its company.
    pub(crate) company: &'a Slug,
    /// Its place in the stream of the company.
    pub(crate) version: Version,
    /// Its place in the whole log.
    pub(crate) position: Position,
    /// When the log accepted it.
    pub(crate) recorded: Instant,
    /// Its id.
    pub(crate) id: EventId,
    /// The event itself, opaque here.
    pub(crate) packed: &'a [u8],
}

/// How far the stream of a company goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stream {
    /// The company.
    pub(crate) company: Slug,
    /// How many events it has; the version of the last.
    pub(crate) events: u64,
    /// The position of its first event.
    pub(crate) first: Position,
    /// The position of its last event.
    pub(crate) last: Position,
}

/// The events up to a position, clustered by company.
///
/// What it answers does not change, whatever is written or merged after it was
/// opened.
#[derive(Debug, Clone)]
pub(crate) struct Streams {
    runs: Arc<[Arc<Run>]>,
    positions: Positions,
    head: Head,
    heads: Arc<Heads>,
}

impl Streams {
    /// Opens the streams of a store; `None` if there are none, or not whole.
    pub(crate) fn open(dir: &Path, store: Uuid) -> Result<Option<Self>, StreamsError> {
        let mut before = None;
        for _ in 0..OPEN_TRIES {
            let Some(bytes) = manifest::read(dir)? else {
                return Ok(None);
            };
            let Some(manifest) = Manifest::decode(&bytes, store) else {
                return Ok(None);
            };
            match Self::of(dir, &manifest) {
                Ok(streams) => return Ok(Some(streams)),
                Err(error) if !error.says_not_whole() => return Err(error),
                // It is as it was, so nobody removed the run to replace it.
                Err(_) if before.as_ref() == Some(&bytes) => return Ok(None),
                Err(_) => before = Some(bytes),
            }
        }
        Ok(None)
    }

    /// Opens what a manifest names.
    fn of(dir: &Path, manifest: &Manifest) -> Result<Self, StreamsError> {
        let mut sources = Vec::with_capacity(manifest.runs.len());
        for named in &manifest.runs {
            let source = Source::open(&dir.join(named.file_name()))?;
            Run::expect_footer(&source, named.bytes);
            sources.push(source);
        }
        let mut runs = Vec::with_capacity(sources.len());
        for (named, source) in manifest.runs.iter().zip(sources) {
            let run = Run::of(source)?;
            if Named::of(&run) != *named || run.footer.store != manifest.store {
                return Err(run
                    .source
                    .damaged("it is not the run that the manifest names"));
            }
            runs.push(Arc::new(run));
        }
        let Manifest {
            head,
            paged_hash,
            tail,
            ..
        } = manifest;
        Ok(Self {
            runs: runs.into(),
            positions: Positions::open(dir, head.position, *paged_hash, tail)?,
            head: *head,
            heads: Arc::default(),
        })
    }

    /// How far the streams go.
    pub(crate) fn upto(&self) -> Head {
        self.head
    }

    /// How many events there are.
    pub(crate) fn events(&self) -> u64 {
        self.head.position.0
    }

    /// How many runs there are.
    #[cfg(test)]
    pub(crate) fn runs(&self) -> usize {
        self.runs.len()
    }

    /// How far the stream of a company goes; `None` if it has no event.
    #[cfg(test)]
    pub(crate) fn stream(&self, company: &Slug) -> Result<Option<Stream>, StreamsError> {
        let Some((version, last)) = self.stream_head(company)? else {
            return Ok(None);
        };
        let first = self.first_position(company)?.unwrap_or(last);
        Ok(Some(Stream {
            company: company.clone(),
            events: version.0,
            first,
            last,
        }))
    }

    /// The version and position of the last event of a company.
    pub(crate) fn stream_head(
        &self,
        company: &Slug,
    ) -> Result<Option<(Version, Position)>, StreamsError> {
        self.heads.of(company, &self.runs)
    }

    /// The position of the first event of a company.
    #[cfg(test)]
    pub(crate) fn first_position(&self, company: &Slug) -> Result<Option<Position>, StreamsError> {
        for run in self.runs.iter() {
            if let Some(found) = run.company(company)? {
                return Ok(Some(Position(found.first)));
            }
        }
        Ok(None)
    }

    /// Gives the events of a company after one position and up to another, in
    /// order of position.
    pub(crate) fn read(
        &self,
        company: &Slug,
        after: Position,
        upto: Position,
        visitor: Visitor<'_>,
    ) -> Result<(), StreamsError> {
        for (mut chunks, found) in self.places(company, after, upto)? {
            let flow = read::visit(&mut chunks, (company, &found), (after, upto), visitor)?;
            if flow.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Where a company has events after one position and up to another.
    ///
    /// What is not in memory is fetched from all runs at once, step by step.
    fn places(
        &self,
        company: &Slug,
        after: Position,
        upto: Position,
    ) -> Result<Vec<(Chunks, Company)>, StreamsError> {
        let runs = self.runs.iter();
        let runs = runs.filter(|run| run.footer.last > after.0 && run.footer.first <= upto.0);
        let runs: Vec<&Arc<Run>> = runs.collect();
        runs.iter().for_each(|run| run.expect_offsets(company));
        let mut offsets = Vec::with_capacity(runs.len());
        for run in runs {
            offsets.push((run, run.company_offsets(company)?));
        }
        for (run, offsets) in &offsets {
            run.expect_company(offsets);
        }
        let mut places = Vec::with_capacity(offsets.len());
        for (run, offsets) in offsets {
            let found = run.company_at(company, &offsets)?;
            let found = found.filter(|found| found.last > after.0 && found.first <= upto.0);
            places.extend(found.map(|found| (Chunks::new(run), found)));
        }
        for (chunks, found) in &places {
            chunks.expect_places(found);
        }
        for (chunks, found) in &mut places {
            chunks.expect(found.first_chunk)?;
        }
        Ok(places)
    }

    /// Reads the event of a company at a position; `None` if there is none.
    pub(crate) fn read_at<T>(
        &self,
        company: &Slug,
        position: Position,
        mut read: impl FnMut(Entry<'_>) -> T,
    ) -> Result<Option<T>, StreamsError> {
        let mut found = None;
        let before = Position(position.0.saturating_sub(1));
        self.read(company, before, position, &mut |entry| {
            found = Some(read(entry));
            ControlFlow::Break(())
        })?;
        Ok(found)
    }

    /// The head that the log had with a position; `None` if it is not there.
    pub(crate) fn head_at(&self, position: Position) -> Result<Option<Head>, StreamsError> {
        if position == Position(0) {
            return Ok(Some(Head::ZERO));
        }
        let found = self.positions.get(position)?;
        Ok(found.map(|(hash, recorded)| Head {
            position,
            recorded: Some(recorded),
            hash,
        }))
    }

    /// Reads the hashes of many positions that are near each other.
    pub(crate) fn hashes(&self) -> PositionsWalk {
        self.positions.walk()
    }

    /// The last position that was recorded at or before an instant; zero if
    /// there is none.
    pub(crate) fn position_at(&self, instant: Instant) -> Result<Position, StreamsError> {
        self.positions.last_at(instant)
    }
}

#[cfg(test)]
mod tests;
