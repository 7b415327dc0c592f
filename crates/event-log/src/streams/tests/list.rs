//! A list, and the streams that are to answer like it: [`Both`].

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::PathBuf;

use tempfile::TempDir;

use super::*;

/// An event as the test knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) company: Slug,
    pub(super) version: Version,
    pub(super) position: Position,
    pub(super) recorded: Instant,
    pub(super) id: EventId,
    pub(super) hash: crate::hash::Hash,
    pub(super) packed: Vec<u8>,
}

impl Event {
    pub(super) fn of(entry: Entry<'_>, list: &[Self]) -> Self {
        Self {
            company: entry.company.clone(),
            version: entry.version,
            position: entry.position,
            recorded: entry.recorded,
            id: entry.id,
            // Entries have no hash; the position has.
            hash: list[entry.position.0 as usize - 1].hash,
            packed: entry.packed.to_vec(),
        }
    }

    pub(super) fn arrival(&self) -> Arrival<'_> {
        Arrival {
            company: &self.company,
            position: self.position,
            recorded: self.recorded,
            id: self.id,
            hash: self.hash,
            packed: &self.packed,
        }
    }
}

pub(super) fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 31)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (number ^ (number >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

/// A list, and what is to answer like it.
pub(super) struct Both {
    pub(super) dir: TempDir,
    tuning: Tuning,
    pub(super) writer: StreamsWriter,
    pub(super) list: Vec<Event>,
    versions: BTreeMap<Slug, u64>,
    pub(super) committed: usize,
}

impl Both {
    pub(super) fn new(tuning: Tuning) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let writer = StreamsWriter::create(dir.path(), STORE, tuning).unwrap();
        Self {
            dir,
            tuning,
            writer,
            list: Vec::new(),
            versions: BTreeMap::new(),
            committed: 0,
        }
    }

    pub(super) fn push(&mut self, company: u64, bytes: usize) {
        let company: Slug = format!("company-{company}").parse().unwrap();
        let position = self.list.len() as u64 + 1;
        let version = self.versions.entry(company.clone()).or_default();
        *version += 1;
        // Some ids follow each other, as those made by a clock do.
        let id = match position % 4 {
            0 => u128::from(position),
            1 => u128::from(position) << 64,
            _ => u128::from(mixed(position)) << 64 | u128::from(mixed(position + 1)),
        };
        let last = self
            .list
            .last()
            .map_or(1_700_000_000_000_000, |event| event.recorded.micros());
        let event = Event {
            company,
            version: Version(*version),
            position: Position(position),
            recorded: Instant::from_micros(last + 1 + (mixed(position) % 9) as i64).unwrap(),
            id: EventId(Uuid::from_u128(id)),
            hash: crate::hash::Hash::ZERO.then(&position.to_le_bytes(), crate::hash::Hash::ZERO),
            packed: (0..bytes as u64)
                .map(|at| {
                    if at % 5 == 0 {
                        mixed(position * 100 + at) as u8
                    } else {
                        at as u8
                    }
                })
                .collect(),
        };
        let given = self.writer.push(&event.arrival()).unwrap();
        assert_eq!(given, event.version);
        self.list.push(event);
    }

    pub(super) fn commit(&mut self) {
        self.writer.commit().unwrap();
        self.committed = self.list.len();
    }

    pub(super) fn merge_all(&mut self) {
        self.writer.merge_all().unwrap();
        self.committed = self.list.len();
    }

    /// As if the process had been killed: what was not committed is lost.
    pub(super) fn reopen(&mut self) {
        let dir = self.dir.path();
        // There is only ever one of a folder: the one before goes first.
        let elsewhere = tempfile::tempdir().unwrap();
        self.writer = StreamsWriter::create(elsewhere.path(), STORE, self.tuning).unwrap();
        let whole = StreamsWriter::open(dir, STORE, self.tuning).unwrap();
        self.writer =
            whole.unwrap_or_else(|| StreamsWriter::create(dir, STORE, self.tuning).unwrap());
        assert_eq!(self.writer.head().position.0, self.committed as u64);
        for event in self.list.drain(self.committed..) {
            *self.versions.get_mut(&event.company).unwrap() -= 1;
        }
    }

    pub(super) fn open(&self) -> Streams {
        Streams::open(self.dir.path(), STORE).unwrap().unwrap()
    }

    pub(super) fn committed(&self) -> &[Event] {
        &self.list[..self.committed]
    }
}

pub(super) fn read(
    streams: &Streams,
    company: &Slug,
    after: u64,
    upto: u64,
    list: &[Event],
) -> Vec<Event> {
    let mut events = Vec::new();
    let mut visitor = |entry: Entry<'_>| {
        events.push(Event::of(entry, list));
        ControlFlow::Continue(())
    };
    streams
        .read(company, Position(after), Position(upto), &mut visitor)
        .unwrap();
    events
}

pub(super) fn by_company(list: &[Event]) -> BTreeMap<Slug, Vec<Event>> {
    let mut companies: BTreeMap<Slug, Vec<Event>> = BTreeMap::new();
    for event in list {
        companies
            .entry(event.company.clone())
            .or_default()
            .push(event.clone());
    }
    companies
}

pub(super) fn files(both: &Both) -> Vec<PathBuf> {
    let entries = fs::read_dir(both.dir.path()).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort_unstable();
    files
}

/// A store of some runs, a page of positions and a tail.
pub(super) fn small() -> Both {
    let mut both = Both::new(Tuning { fanout: 9, ..TINY });
    for number in 0..130 {
        both.push(mixed(number) % 9, 10 + (number % 20) as usize);
        if number % 60 == 59 {
            both.commit();
        }
    }
    both.commit();
    both
}
