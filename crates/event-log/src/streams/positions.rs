//! The hash and the time of each position: [`Positions`].
//!
//! A record has 40 bytes: the hash of the chain up to and with the position,
//! and when it was recorded, in microseconds. Full pages of 102 are in the file
//! `positions`, which only grows; the rest stands in the manifest.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use event_model::id::Position;
use event_model::time::Instant;

use super::error::StreamsError;
use super::source::{Source, refused};
use super::table::{PAGE_BYTES, Pages, Table, Window};
use crate::bytes::Fields;
use crate::event_log::Head;
use crate::hash::Hash;

/// The name of the file.
pub(super) const POSITIONS: &str = "positions";
/// What a position takes.
pub(super) const POSITION_BYTES: usize = 40;
/// How many positions a page has.
const PAGE_POSITIONS: u64 = (PAGE_BYTES / POSITION_BYTES) as u64;
/// So much is gathered before it is written.
const BUFFER_BYTES: usize = 1 << 20;

/// The table of the full pages, where the streams hold up to a position.
fn paged(upto: Position) -> Table {
    Table {
        offset: 0,
        records: upto.0 / PAGE_POSITIONS * PAGE_POSITIONS,
        width: POSITION_BYTES,
    }
}

fn encode(recorded: Instant, hash: &Hash) -> [u8; POSITION_BYTES] {
    let mut record = [0; POSITION_BYTES];
    let micros = recorded.micros().to_le_bytes();
    for (byte, &new) in record.iter_mut().zip(hash.as_bytes().iter().chain(&micros)) {
        *byte = new;
    }
    record
}

fn decode(record: &[u8]) -> Option<(Hash, Instant)> {
    let mut fields = Fields(record);
    let hash = Hash::from_bytes(fields.take()?);
    let recorded = Instant::from_micros(i64::from_le_bytes(fields.take()?))?;
    Some((hash, recorded))
}

/// The hash and the time of each position, up to one.
#[derive(Debug, Clone)]
pub(super) struct Positions {
    source: Option<Arc<Source>>,
    upto: Position,
    tail: Arc<[u8]>,
}

impl Positions {
    /// Opens them, and checks that the last of the file is the one that the
    /// manifest was written with: then so are all before it, by the chain.
    pub(super) fn open(
        dir: &Path,
        upto: Position,
        paged_hash: Hash,
        tail: &[u8],
    ) -> Result<Self, StreamsError> {
        let pages = paged(upto).records;
        let source = match pages {
            0 => None,
            _ => Some(Arc::new(Source::open(&dir.join(POSITIONS))?)),
        };
        let positions = Self {
            source,
            upto,
            tail: tail.into(),
        };
        let damaged = |what| StreamsError::Damaged {
            path: dir.join(POSITIONS),
            what,
        };
        if pages + (tail.len() / POSITION_BYTES) as u64 != upto.0 {
            return Err(damaged("it does not go as far as the streams"));
        }
        match positions.get(Position(pages))? {
            Some((hash, _)) if hash != paged_hash => Err(damaged("it is not of this manifest")),
            _ => Ok(positions),
        }
    }

    /// The hash and the time of a position; `None` if it is not there.
    pub(super) fn get(&self, position: Position) -> Result<Option<(Hash, Instant)>, StreamsError> {
        if position.0 == 0 || position > self.upto {
            return Ok(None);
        }
        let mut window = self.window();
        self.record(&mut window, position.0 - 1).map(Some)
    }

    /// Reads many that are near each other.
    pub(super) fn walk(&self) -> PositionsWalk {
        PositionsWalk {
            window: self.window(),
            positions: self.clone(),
        }
    }

    /// The last position that was recorded at or before an instant.
    pub(super) fn last_at(&self, instant: Instant) -> Result<Position, StreamsError> {
        let mut window = self.window();
        let (mut low, mut high) = (0, self.upto.0);
        while low < high {
            let middle = low + (high - low) / 2;
            let (_, recorded) = self.record(&mut window, middle)?;
            if recorded <= instant {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(Position(low))
    }

    fn window(&self) -> Option<Window> {
        let source = self.source.as_ref()?;
        Some(Window::new(source, paged(self.upto), 1))
    }

    fn record(
        &self,
        window: &mut Option<Window>,
        number: u64,
    ) -> Result<(Hash, Instant), StreamsError> {
        let paged = paged(self.upto).records;
        let record = match window {
            Some(window) if number < paged => window.record(number)?,
            _ => usize::try_from(number.saturating_sub(paged))
                .ok()
                .and_then(|number| self.tail.chunks(POSITION_BYTES).nth(number))
                .unwrap_or_default(),
        };
        decode(record).ok_or_else(|| StreamsError::Damaged {
            path: PathBuf::from(POSITIONS),
            what: "a position cannot be understood",
        })
    }
}

/// Reads positions one after the other; those of a page are read once.
#[derive(Debug)]
pub(crate) struct PositionsWalk {
    positions: Positions,
    window: Option<Window>,
}

impl PositionsWalk {
    /// The hash of a position; `None` if it is not there.
    pub(crate) fn hash(&mut self, position: Position) -> Result<Option<Hash>, StreamsError> {
        if position.0 == 0 || position > self.positions.upto {
            return Ok(None);
        }
        let record = self.positions.record(&mut self.window, position.0 - 1)?;
        Ok(Some(record.0))
    }
}

/// Adds positions after the last.
#[derive(Debug)]
pub(super) struct PositionsWriter {
    path: PathBuf,
    file: File,
    /// How much of the file is written.
    bytes: u64,
    pages: Pages,
    buffer: Vec<u8>,
    upto: Position,
    paged_hash: Hash,
    /// Whether something was written that is not synced.
    unsynced: bool,
}

impl PositionsWriter {
    /// Goes on after the positions that a manifest names.
    pub(super) fn open(
        dir: &Path,
        head: &Head,
        paged_hash: Hash,
        tail: &[u8],
    ) -> Result<Self, StreamsError> {
        let path = dir.join(POSITIONS);
        let bytes = paged(head.position).end().unwrap_or(0);
        let open = || {
            let file = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(false)
                .open(&path)?;
            // A writer that was killed may have left more.
            file.set_len(bytes)?;
            Ok(file)
        };
        let file = open().map_err(refused(&path))?;
        let mut writer = Self {
            path,
            file,
            bytes,
            pages: Pages::new(POSITION_BYTES),
            buffer: Vec::new(),
            upto: head.position,
            paged_hash,
            unsynced: false,
        };
        for record in tail.chunks(POSITION_BYTES) {
            writer.put(record)?;
        }
        Ok(writer)
    }

    /// Adds the next position.
    pub(super) fn push(&mut self, recorded: Instant, hash: &Hash) -> Result<(), StreamsError> {
        self.put(&encode(recorded, hash))?;
        self.upto.0 += 1;
        if self.upto.0.is_multiple_of(PAGE_POSITIONS) {
            self.paged_hash = *hash;
        }
        if self.buffer.len() >= BUFFER_BYTES {
            self.write()?;
        }
        Ok(())
    }

    /// Makes the full pages durable, and gives the hash at their end and the
    /// positions after them.
    pub(super) fn sync(&mut self) -> Result<(Hash, &[u8]), StreamsError> {
        self.write()?;
        if self.unsynced {
            self.file.sync_data().map_err(refused(&self.path))?;
            self.unsynced = false;
        }
        Ok((self.paged_hash, self.pages.rest()))
    }

    fn put(&mut self, record: &[u8]) -> Result<(), StreamsError> {
        self.pages
            .put(record, &mut self.buffer)
            .map_err(refused(&self.path))?;
        Ok(())
    }

    fn write(&mut self) -> Result<(), StreamsError> {
        if !self.buffer.is_empty() {
            self.file
                .write_all_at(&self.buffer, self.bytes)
                .map_err(refused(&self.path))?;
            self.bytes += self.buffer.len() as u64;
            self.buffer.clear();
            self.unsynced = true;
        }
        Ok(())
    }
}
