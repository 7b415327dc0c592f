//! What can still be read of a damaged store: [`Salvage`].
//!
//! It opens nothing: neither the store nor sled. It looks through the bytes of the
//! files for what is whole by its own checksum, and writes nothing. It shares the lock,
//! where there is one, so that nobody writes meanwhile.
//!
//! - `piece` is a block or a frame, and where it was found; `scan` finds them.
//! - `choice` tells which of them are the log: the chain says so.
//! - What neither has is taken from the streams, if they hold it whole.

mod choice;
mod piece;
mod scan;

use std::collections::BTreeMap;
use std::fs;
use std::ops::RangeInclusive;
use std::path::Path;

use event_model::id::Position;
use uuid::Uuid;

use crate::error::{LogError, OpenError};
use crate::event_log::NewEvent;
use crate::head_mark;
use crate::journal;
use crate::layout::format::Format;
use crate::layout::lock::Lock;
use crate::layout::{Layout, at};
use crate::limits;
use crate::sled_log::read_packed;
use crate::streams::rescue;
use crate::whole_file::beginning_of;
use piece::{Piece, Pieces};

/// Positions that are looked for in the streams at once.
const RESCUED_AT_ONCE: u64 = 100_000;

/// Where an event was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SalvagedFrom {
    /// In the log itself: its record is whole, and part of the chain.
    Log,
    /// Only in the caches: whole by their checksum, which the chain does not cover.
    Cache,
}

/// An event that could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Salvaged {
    /// Its place in the log.
    pub position: Position,
    /// Where it was found.
    pub from: SalvagedFrom,
    /// The event.
    pub event: NewEvent,
}

/// The positions that are missing, as ranges in order.
pub type Missing = Vec<RangeInclusive<u64>>;

/// What was found of a store.
#[derive(Debug)]
pub struct Salvage {
    layout: Layout,
    store: Option<Uuid>,
    pieces: Pieces,
    /// Those that are the log, in order, each with the positions that are taken from it.
    chosen: Vec<(Piece, RangeInclusive<u64>)>,
    /// The last position that the streams may hold.
    last_in_streams: u64,
    /// The last position that there is a sign of.
    last: u64,
    _lock: Option<Lock>,
}

impl Salvage {
    /// Looks through the files of a store.
    ///
    /// # Errors
    ///
    /// [`OpenError::NoStore`] where there is nothing that could be one;
    /// [`OpenError::Held`] while another process writes it;
    /// [`OpenError::Io`] if a file cannot be read.
    pub fn look(dir: &Path) -> Result<Self, OpenError> {
        let layout = Layout::new(dir);
        let journal = layout.counting(Layout::journal);
        let log = layout.counting_log().log();
        let parts = [&log, &journal, &layout.streams()];
        if !parts.iter().any(|part| part.is_dir()) {
            return Err(OpenError::NoStore {
                dir: dir.to_owned(),
            });
        }
        let lock = Lock::share(&layout.lock())?;
        let store = store_of(&layout);
        let mut pieces = Pieces::default();
        for path in layout.counting_log().block_files() {
            scan::blocks(&path, &mut pieces)?;
        }
        scan::journals(&journal, store, &mut pieces)?;
        let chosen = choice::of(&pieces);
        let marked = store.and_then(|store| head_mark::load(&layout.head_mark(), store));
        // They may hold what was erased, until the log that was written anew is in its place.
        let last_in_streams = match layout.rewritten().dir().is_dir() {
            true => 0,
            false => rescue::last(&layout.streams(), store),
        };
        let last = [
            chosen.last().map_or(0, |(_, range)| *range.end()),
            pieces.anchors.last().map_or(0, |head| head.position.0),
            marked.map_or(0, |(position, _)| position.0),
            last_in_streams,
        ];
        Ok(Self {
            layout,
            store,
            pieces,
            chosen,
            last_in_streams,
            last: last.into_iter().max().unwrap_or(0),
            _lock: lock,
        })
    }

    /// The last position that there is a sign of: it may be among the missing.
    #[must_use]
    pub fn last(&self) -> Position {
        Position(self.last)
    }

    /// Gives every event that can be read, in order of position, and tells which
    /// positions are missing.
    ///
    /// # Errors
    ///
    /// [`LogError`] if a file cannot be read, or what `take` says.
    pub fn events<E: From<LogError>>(
        &self,
        mut take: impl FnMut(Salvaged) -> Result<(), E>,
    ) -> Result<Missing, E> {
        let mut missing = Missing::new();
        let mut next = 1;
        for (piece, range) in &self.chosen {
            self.rescue(next..=range.start() - 1, &mut missing, &mut take)?;
            next = *range.start();
            let read = self.pieces.read(piece, range)?;
            for (position, event) in read {
                note(&mut missing, next..=position.0 - 1);
                next = position.0 + 1;
                take(Salvaged {
                    position,
                    from: SalvagedFrom::Log,
                    event,
                })?;
            }
        }
        self.rescue(next..=self.last, &mut missing, &mut take)?;
        Ok(missing)
    }

    /// Takes from the streams what the log has lost.
    fn rescue<E: From<LogError>>(
        &self,
        range: RangeInclusive<u64>,
        missing: &mut Missing,
        take: &mut impl FnMut(Salvaged) -> Result<(), E>,
    ) -> Result<(), E> {
        let (mut next, end) = range.into_inner();
        let held = end.min(self.last_in_streams);
        while next <= held {
            let upto = held.min(next + RESCUED_AT_ONCE - 1);
            for (position, event) in self.in_streams(&(next..=upto)) {
                note(missing, next..=position - 1);
                next = position + 1;
                take(Salvaged {
                    position: Position(position),
                    from: SalvagedFrom::Cache,
                    event,
                })?;
            }
            note(missing, next..=upto);
            next = upto + 1;
        }
        note(missing, next..=end);
        Ok(())
    }

    /// The events of these positions that the streams hold whole.
    fn in_streams(&self, range: &RangeInclusive<u64>) -> BTreeMap<u64, NewEvent> {
        let mut found = BTreeMap::new();
        rescue::events(&self.layout.streams(), self.store, range, |entry| {
            if let Ok(event) = read_packed(&entry) {
                found.entry(entry.position.0).or_insert(event);
            }
        });
        found
    }
}

/// Adds positions to those that are missing.
fn note(missing: &mut Missing, range: RangeInclusive<u64>) {
    if range.is_empty() {
        return;
    }
    match missing.last_mut() {
        Some(last) if last.end() + 1 == *range.start() => *last = *last.start()..=*range.end(),
        _ => missing.push(range),
    }
}

/// The id of the store, from whatever still tells it.
fn store_of(layout: &Layout) -> Option<Uuid> {
    if let Ok(format) = Format::read(layout) {
        return Some(format.store);
    }
    let entries = fs::read_dir(layout.counting(Layout::journal));
    let of_journal = entries.into_iter().flatten().flatten().find_map(|entry| {
        let bytes = beginning_of(&entry.path(), journal::HEADER_BYTES as u64).ok()?;
        journal::store_of(&bytes)
    });
    of_journal.or_else(|| head_mark::store_of(&layout.head_mark()))
}

/// Reads a file of the journal, as far as one can go; one that is not there is empty.
fn journal_or_empty(path: &Path) -> Result<Vec<u8>, OpenError> {
    match beginning_of(path, limits::JOURNAL_FILE_BYTES_MAX) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        read => read.map_err(at(path)),
    }
}

#[cfg(test)]
mod tests;
