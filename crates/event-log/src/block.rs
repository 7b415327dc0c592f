//! Up to 64 events as one value of the store: [`Block`].
//!
//! ```text
//! 0    u8      format
//! 1    u8      codec: 0 as they are, 1 zstd
//! 2    u8      number of events
//! 3    u8      mark: 0 alone, 1 part of a batch, 2 the end of one
//! 4    u64 LE  first position
//! 12   u64 LE  first position of the batch; zero if alone
//! 20   i64 LE  when the first event was recorded, in microseconds
//! 28   32      hash before the first event
//! 60   32      hash of the last event
//! 92   u32 LE  length of the directory
//! 96   u32 LE  length of the records, before compression
//! 100  u32 LE  CRC-32 of everything but these four bytes
//! 104  directory, records
//! ```
//!
//! The directory tells which companies and ids the block holds, so that the
//! index is made without decompressing a thing.

mod directory;

use std::cell::RefCell;

use event_model::id::Position;
use event_model::time::Instant;

use zstd::bulk::Decompressor;

pub(crate) use directory::Directory;

use crate::chain::Sealed;
use crate::error::Damage;
use crate::event_log::Recorded;
use crate::hash::Hash;
use crate::limits;
use crate::record::Raw;

const FORMAT: u8 = 1;
const HEADER_BYTES: usize = 104;
const CHECKSUM_AT: usize = 100;
const RAW: u8 = 0;
const ZSTD: u8 = 1;
const ZSTD_LEVEL: i32 = 3;
/// One event as large as may be, with what is around it.
const RECORDS_BYTES_MAX: usize = limits::BLOCK_RAW_BYTES_MAX + limits::BLOCK_BYTES_MAX;

/// Whether a block is all of a commit, or belongs with others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    /// It stands for itself.
    Alone,
    /// The batch that began at this position goes on after it.
    Part(Position),
    /// The batch that began at this position is whole with it.
    End(Position),
}

impl Mark {
    fn parts(self) -> (u8, u64) {
        match self {
            Self::Alone => (0, 0),
            Self::Part(first) => (1, first.0),
            Self::End(first) => (2, first.0),
        }
    }

    fn of_parts(mark: u8, first: u64) -> Result<Self, Damage> {
        match (mark, first) {
            (0, 0) => Ok(Self::Alone),
            (1, first @ 1..) => Ok(Self::Part(Position(first))),
            (2, first @ 1..) => Ok(Self::End(Position(first))),
            _ => Err(Damage::BlockHeader),
        }
    }
}

/// Compresses records; kept for the life of a log, since it is dear to make.
pub(crate) struct Encoder {
    zstd: Option<zstd::bulk::Compressor<'static>>,
}

/// A block whose mark and checksum are still open.
#[derive(Debug)]
pub(crate) struct Draft {
    first: Position,
    bytes: Vec<u8>,
}

impl Encoder {
    pub(crate) fn new() -> Self {
        Self {
            zstd: zstd::bulk::Compressor::new(ZSTD_LEVEL).ok(),
        }
    }

    /// Makes one block of these events, or as many as the size asks for.
    pub(crate) fn encode(
        &mut self,
        events: &[Sealed],
        drafts: &mut Vec<Draft>,
    ) -> Result<(), Damage> {
        let (Some(first), Some(last)) = (events.first(), events.last()) else {
            return Ok(());
        };
        let draft = self.draft(events, first, last)?;
        if draft.bytes.len() <= limits::BLOCK_BYTES_MAX {
            drafts.push(draft);
            return Ok(());
        }
        // One event alone always fits, by the limits on its parts.
        let (front, back) = events.split_at(events.len() / 2);
        if front.is_empty() {
            return Err(Damage::BlockLength);
        }
        self.encode(front, drafts)?;
        self.encode(back, drafts)
    }

    fn draft(&mut self, events: &[Sealed], first: &Sealed, last: &Sealed) -> Result<Draft, Damage> {
        let directory = directory::encode(events)?;
        let records: Vec<u8> = events
            .iter()
            .flat_map(|event| &event.bytes)
            .copied()
            .collect();
        let length = |bytes: usize| u32::try_from(bytes).map_err(|_| Damage::BlockLength);
        let (codec, stored) = self.compress(&records);
        let mut bytes = Vec::with_capacity(HEADER_BYTES + directory.len() + records.len());
        bytes.push(FORMAT);
        bytes.push(codec);
        bytes.push(u8::try_from(events.len()).map_err(|_| Damage::BlockLength)?);
        bytes.push(0);
        bytes.extend_from_slice(&first.position.0.to_le_bytes());
        bytes.extend_from_slice(&0u64.to_le_bytes());
        bytes.extend_from_slice(&first.recorded.micros().to_le_bytes());
        bytes.extend_from_slice(first.previous.as_bytes());
        bytes.extend_from_slice(last.hash.as_bytes());
        bytes.extend_from_slice(&length(directory.len())?.to_le_bytes());
        bytes.extend_from_slice(&length(records.len())?.to_le_bytes());
        bytes.extend_from_slice(&[0; 4]);
        bytes.extend_from_slice(&directory);
        bytes.extend_from_slice(stored.as_deref().unwrap_or(&records));
        Ok(Draft {
            first: first.position,
            bytes,
        })
    }

    fn compress(&mut self, records: &[u8]) -> (u8, Option<Vec<u8>>) {
        let compressed = self
            .zstd
            .as_mut()
            .and_then(|zstd| zstd.compress(records).ok())
            .filter(|compressed| compressed.len() < records.len());
        match compressed {
            Some(compressed) => (ZSTD, Some(compressed)),
            None => (RAW, None),
        }
    }
}

impl Draft {
    pub(crate) fn first(&self) -> Position {
        self.first
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The bytes to store, with their mark and checksum.
    pub(crate) fn finish(mut self, mark: Mark) -> Vec<u8> {
        let (mark, batch_first) = mark.parts();
        overwrite(&mut self.bytes, 3, &[mark]);
        overwrite(&mut self.bytes, 12, &batch_first.to_le_bytes());
        let checksum = checksum(&self.bytes);
        overwrite(&mut self.bytes, CHECKSUM_AT, &checksum.to_le_bytes());
        self.bytes
    }
}

fn overwrite(bytes: &mut [u8], at: usize, with: &[u8]) {
    for (byte, &new) in bytes.iter_mut().skip(at).zip(with) {
        *byte = new;
    }
}

fn checksum(bytes: &[u8]) -> u32 {
    let (before, rest) = bytes.split_at_checked(CHECKSUM_AT).unwrap_or((bytes, &[]));
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(before);
    hasher.update(rest.get(4..).unwrap_or_default());
    hasher.finalize()
}

/// A block whose checksum, header and directory were checked.
#[derive(Debug)]
pub(crate) struct Block<'b> {
    pub(crate) first: Position,
    pub(crate) last: Position,
    pub(crate) mark: Mark,
    pub(crate) recorded_first: Instant,
    pub(crate) previous: Hash,
    pub(crate) hash: Hash,
    pub(crate) directory: Directory,
    codec: u8,
    records_bytes: usize,
    stored: &'b [u8],
}

/// Reads fixed pieces off the front of a header.
struct Fields<'b>(&'b [u8]);

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], Damage> {
        let (piece, rest) = self.0.split_first_chunk().ok_or(Damage::BlockLength)?;
        self.0 = rest;
        Ok(*piece)
    }

    fn length(&mut self) -> Result<usize, Damage> {
        usize::try_from(u32::from_le_bytes(self.take()?)).map_err(|_| Damage::BlockLength)
    }
}

impl<'b> Block<'b> {
    /// Reads all but the records.
    pub(crate) fn decode(bytes: &'b [u8]) -> Result<Self, Damage> {
        let (header, body) = bytes
            .split_at_checked(HEADER_BYTES)
            .ok_or(Damage::BlockLength)?;
        let mut fields = Fields(header);
        let [format, codec, count, mark] = fields.take()?;
        let first = u64::from_le_bytes(fields.take()?);
        let batch_first = u64::from_le_bytes(fields.take()?);
        let recorded_first = i64::from_le_bytes(fields.take()?);
        let previous = Hash::from_bytes(fields.take()?);
        let hash = Hash::from_bytes(fields.take()?);
        let directory_bytes = fields.length()?;
        let records_bytes = fields.length()?;
        if u32::from_le_bytes(fields.take()?) != checksum(bytes) {
            return Err(Damage::BlockChecksum);
        }
        if format != FORMAT {
            return Err(Damage::BlockFormat { found: format });
        }
        let last = first
            .checked_add(u64::from(count))
            .and_then(|end| end.checked_sub(1))
            .filter(|&last| last >= first && first > 0)
            .ok_or(Damage::BlockHeader)?;
        let (directory, stored) = body
            .split_at_checked(directory_bytes)
            .ok_or(Damage::BlockLength)?;
        if records_bytes > RECORDS_BYTES_MAX || usize::from(count) > limits::BLOCK_EVENTS_MAX {
            return Err(Damage::BlockHeader);
        }
        Ok(Self {
            first: Position(first),
            last: Position(last),
            mark: Mark::of_parts(mark, batch_first)?,
            recorded_first: Instant::from_micros(recorded_first).ok_or(Damage::BlockHeader)?,
            previous,
            hash,
            directory: Directory::decode(directory, usize::from(count))?,
            codec,
            records_bytes,
            stored,
        })
    }

    /// The events of the block that are asked for, in order.
    ///
    /// Every record is checked and chained, whether it is asked for or not.
    pub(crate) fn events(
        &self,
        wanted: impl Fn(Position) -> bool,
    ) -> Result<Vec<Recorded>, (Position, Damage)> {
        let records = self.records().map_err(|what| (self.first, what))?;
        let mut rest = records.as_slice();
        let mut hash = self.previous;
        let mut events = Vec::new();
        for position in (self.first.0..=self.last.0).map(Position) {
            let broken = |what| (position, what);
            let (raw, after) = Raw::split(rest).map_err(broken)?;
            rest = after;
            hash = raw.hash(hash);
            if wanted(position) {
                let event = raw.recorded(hash).map_err(broken)?;
                if event.position != position {
                    let claimed = event.position;
                    return Err((position, Damage::Position { claimed }));
                }
                events.push(event);
            }
        }
        if !rest.is_empty() {
            return Err((self.last, Damage::BlockLength));
        }
        if hash != self.hash {
            return Err((self.last, Damage::Chain));
        }
        Ok(events)
    }

    fn records(&self) -> Result<Vec<u8>, Damage> {
        let records = match self.codec {
            RAW => self.stored.to_vec(),
            ZSTD => decompress(self.stored, self.records_bytes)?,
            _ => return Err(Damage::BlockHeader),
        };
        if records.len() == self.records_bytes {
            Ok(records)
        } else {
            Err(Damage::BlockLength)
        }
    }
}

thread_local! {
    /// Making one costs as much as using it.
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

fn decompress(stored: &[u8], bytes: usize) -> Result<Vec<u8>, Damage> {
    let failed = |_| Damage::Compression;
    DECOMPRESSOR.with_borrow_mut(|kept| {
        if kept.is_none() {
            *kept = Some(Decompressor::new().map_err(failed)?);
        }
        let decompressor = kept.as_mut().ok_or(Damage::Compression)?;
        decompressor.decompress(stored, bytes).map_err(failed)
    })
}

#[cfg(test)]
mod tests;
