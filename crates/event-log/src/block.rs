//! Many events as one piece of the log: [`Block`].
//!
//! ```text
//! 0    u8      format
//! 1    u8      codec: 0 as they are, 1 zstd
//! 2    u16 LE  number of events
//! 4    u64 LE  first position
//! 12   i64 LE  when the first event was recorded, in microseconds
//! 20   32      hash before the first event
//! 52   32      hash of the last event
//! 84   u32 LE  length of the records, before compression
//! 88   u32 LE  CRC-32 of everything but these four bytes
//! 92   records
//! ```

use std::borrow::Cow;
use std::cell::RefCell;

use event_model::id::Position;
use event_model::time::Instant;
use zstd::bulk::{Compressor, Decompressor};
use zstd::zstd_safe::find_frame_compressed_size;

use crate::bytes::Fields;
use crate::error::Damage;
use crate::event_log::{Head, Recorded};
use crate::hash::Hash;
use crate::limits;
use crate::record::Raw;

const FORMAT: u8 = 2;
const HEADER_BYTES: usize = 92;
const CHECKSUM_AT: usize = 88;
const RAW: u8 = 0;
const ZSTD: u8 = 1;
const ZSTD_LEVEL: i32 = 1;

/// Records that follow each other, on their way into blocks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Records<'b> {
    /// The head before the first of them.
    pub(crate) previous: Head,
    /// The bytes of all, one after the other.
    pub(crate) bytes: &'b [u8],
    /// Of each, where it ends in the bytes, when it was recorded, and its hash.
    pub(crate) ends: &'b [RecordEnd],
}

/// Where a record ends, and what it ends with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RecordEnd {
    /// Where its bytes end.
    pub(crate) at: usize,
    /// When it was recorded.
    pub(crate) recorded: Instant,
    /// The hash of the chain with it.
    pub(crate) hash: Hash,
}

/// Compresses records; kept, since it is dear to make.
pub(crate) struct Encoder {
    zstd: Option<Compressor<'static>>,
}

impl Encoder {
    pub(crate) fn new() -> Self {
        Self {
            zstd: Compressor::new(ZSTD_LEVEL).ok(),
        }
    }

    /// Makes blocks of records: as few as the limits allow.
    pub(crate) fn encode(
        &mut self,
        records: Records<'_>,
        blocks: &mut Vec<(Position, Vec<u8>)>,
    ) -> Result<(), Damage> {
        let mut rest = records;
        while !rest.ends.is_empty() {
            let (piece, after) = rest.split(rest.first_piece());
            self.encode_piece(piece, blocks)?;
            rest = after;
        }
        Ok(())
    }

    fn encode_piece(
        &mut self,
        records: Records<'_>,
        blocks: &mut Vec<(Position, Vec<u8>)>,
    ) -> Result<(), Damage> {
        let block = self.block(records)?;
        if block.len() <= limits::BLOCK_BYTES_MAX {
            blocks.push((Position(records.previous.position.0 + 1), block));
            return Ok(());
        }
        // One event alone always fits, by the limits on its parts.
        let (front, back) = records.split(records.ends.len() / 2);
        if front.ends.is_empty() {
            return Err(Damage::BlockLength);
        }
        self.encode_piece(front, blocks)?;
        self.encode_piece(back, blocks)
    }

    fn block(&mut self, records: Records<'_>) -> Result<Vec<u8>, Damage> {
        let (Some(first), Some(last)) = (records.ends.first(), records.ends.last()) else {
            return Err(Damage::BlockLength);
        };
        let compressed = self.compress(records.bytes);
        let (codec, stored) = match &compressed {
            Some(compressed) => (ZSTD, compressed.as_slice()),
            None => (RAW, records.bytes),
        };
        let count = u16::try_from(records.ends.len()).map_err(|_| Damage::BlockLength)?;
        let length = u32::try_from(records.bytes.len()).map_err(|_| Damage::BlockLength)?;
        let mut bytes = Vec::with_capacity(HEADER_BYTES + stored.len());
        bytes.push(FORMAT);
        bytes.push(codec);
        bytes.extend_from_slice(&count.to_le_bytes());
        bytes.extend_from_slice(&(records.previous.position.0 + 1).to_le_bytes());
        bytes.extend_from_slice(&first.recorded.micros().to_le_bytes());
        bytes.extend_from_slice(records.previous.hash.as_bytes());
        bytes.extend_from_slice(last.hash.as_bytes());
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(&checksum(&bytes, stored).to_le_bytes());
        bytes.extend_from_slice(stored);
        Ok(bytes)
    }

    fn compress(&mut self, records: &[u8]) -> Option<Vec<u8>> {
        let compressed = self.zstd.as_mut()?.compress(records).ok()?;
        (compressed.len() < records.len()).then_some(compressed)
    }
}

impl<'b> Records<'b> {
    /// How many records are tried as one block.
    fn first_piece(&self) -> usize {
        let begin = self.begin();
        let small = |end: &&RecordEnd| end.at - begin <= limits::BLOCK_RAW_BYTES_MAX;
        let most = self.ends.iter().take(limits::BLOCK_EVENTS_MAX);
        most.take_while(small).count().max(1)
    }

    /// How many records fill blocks, so that what comes next begins another.
    pub(crate) fn full(&self) -> usize {
        let mut rest = *self;
        let mut full = 0;
        loop {
            let count = rest.first_piece();
            if count >= rest.ends.len() {
                return full;
            }
            full += count;
            (_, rest) = rest.split(count);
        }
    }

    /// Where the first record begins, by the ends.
    fn begin(&self) -> usize {
        let end = self.ends.last().map_or(0, |last| last.at);
        end - self.bytes.len()
    }

    /// The first so many records, and the rest.
    pub(crate) fn split(self, count: usize) -> (Self, Self) {
        let (front, back) = self.ends.split_at(count.min(self.ends.len()));
        let Some(last) = front.last() else {
            return (
                Self {
                    bytes: &[],
                    ends: &[],
                    ..self
                },
                self,
            );
        };
        let (front_bytes, back_bytes) = self.bytes.split_at(last.at - self.begin());
        let middle = Head {
            position: Position(self.previous.position.0 + front.len() as u64),
            recorded: Some(last.recorded),
            hash: last.hash,
        };
        let front = Self {
            bytes: front_bytes,
            ends: front,
            ..self
        };
        let back = Self {
            previous: middle,
            bytes: back_bytes,
            ends: back,
        };
        (front, back)
    }
}

fn checksum(header: &[u8], stored: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(header);
    hasher.update(stored);
    hasher.finalize()
}

/// A block whose checksum and header were checked.
#[derive(Debug)]
pub(crate) struct Block<'b> {
    pub(crate) first: Position,
    pub(crate) last: Position,
    pub(crate) recorded_first: Instant,
    pub(crate) previous: Hash,
    pub(crate) hash: Hash,
    codec: u8,
    records_bytes: usize,
    stored: &'b [u8],
}

/// What a header says that was not checked.
pub(crate) struct Peeked {
    /// How long the block is, in bytes.
    pub(crate) length: usize,
    /// Its first position.
    pub(crate) first: Position,
    /// Its last.
    pub(crate) last: Position,
}

impl<'b> Block<'b> {
    /// What a block begins with.
    pub(crate) const FORMAT: u8 = FORMAT;

    /// What the header says of the block that these bytes may begin with, if it could be
    /// one.
    pub(crate) fn peek(bytes: &[u8]) -> Option<Peeked> {
        let mut fields = Fields(bytes.get(..HEADER_BYTES)?);
        (fields.take()? == [FORMAT]).then_some(())?;
        let [codec] = fields.take()?;
        let count = u16::from_le_bytes(fields.take()?);
        (1..=limits::BLOCK_EVENTS_MAX)
            .contains(&usize::from(count))
            .then_some(())?;
        let first = u64::from_le_bytes(fields.take()?);
        let last = first.checked_add(u64::from(count) - 1)?;
        let records = Fields(bytes.get(CHECKSUM_AT - size_of::<u32>()..)?).length()?;
        let stored = match codec {
            RAW if records <= limits::BLOCK_RECORDS_BYTES_MAX => records,
            ZSTD => {
                let most = bytes.len().min(HEADER_BYTES + limits::BLOCK_BYTES_MAX);
                find_frame_compressed_size(bytes.get(HEADER_BYTES..most)?).ok()?
            }
            _ => return None,
        };
        Some(Peeked {
            length: HEADER_BYTES + stored,
            first: Position(first),
            last: Position(last),
        })
    }

    /// Reads all but the records.
    pub(crate) fn decode(bytes: &'b [u8]) -> Result<Self, Damage> {
        let short = || Damage::BlockLength;
        let (header, stored) = bytes.split_at_checked(HEADER_BYTES).ok_or_else(short)?;
        let mut fields = Fields(header);
        let [format, codec] = fields.take().ok_or_else(short)?;
        let count = u16::from_le_bytes(fields.take().ok_or_else(short)?);
        let first = u64::from_le_bytes(fields.take().ok_or_else(short)?);
        let recorded_first = i64::from_le_bytes(fields.take().ok_or_else(short)?);
        let previous = Hash::from_bytes(fields.take().ok_or_else(short)?);
        let hash = Hash::from_bytes(fields.take().ok_or_else(short)?);
        let records_bytes = fields.length().ok_or_else(short)?;
        let claimed = u32::from_le_bytes(fields.take().ok_or_else(short)?);
        if claimed != checksum(header.get(..CHECKSUM_AT).ok_or_else(short)?, stored) {
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
        if records_bytes > limits::BLOCK_RECORDS_BYTES_MAX
            || usize::from(count) > limits::BLOCK_EVENTS_MAX
        {
            return Err(Damage::BlockHeader);
        }
        Ok(Self {
            first: Position(first),
            last: Position(last),
            recorded_first: Instant::from_micros(recorded_first).ok_or(Damage::BlockHeader)?,
            previous,
            hash,
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
        let mut events = Vec::new();
        self.walk(&records, |raw, hash| {
            if wanted(raw.position()) {
                events.push(raw.into_recorded(hash)?);
            }
            Ok(())
        })?;
        Ok(events)
    }

    /// Goes through the records, each checked and chained.
    pub(crate) fn walk(
        &self,
        records: &[u8],
        mut visit: impl FnMut(Raw<'_>, Hash) -> Result<(), Damage>,
    ) -> Result<(), (Position, Damage)> {
        let mut rest = records;
        let mut hash = self.previous;
        for position in (self.first.0..=self.last.0).map(Position) {
            let broken = |what| (position, what);
            let (raw, after) = Raw::split(rest).map_err(broken)?;
            rest = after;
            hash = raw.hash(hash);
            let claimed = raw.position();
            if claimed != position {
                return Err((position, Damage::Position { claimed }));
            }
            visit(raw, hash).map_err(broken)?;
        }
        if !rest.is_empty() {
            return Err((self.last, Damage::BlockLength));
        }
        if hash != self.hash {
            return Err((self.last, Damage::Chain));
        }
        Ok(())
    }

    /// Where each of its records ends, which may be redacted since.
    pub(crate) fn ends(&self, records: &[u8]) -> Result<Vec<RecordEnd>, (Position, Damage)> {
        let (mut rest, mut hash, mut ends) = (records, self.previous, Vec::new());
        for position in (self.first.0..=self.last.0).map(Position) {
            let broken = |what| (position, what);
            let (raw, after) = Raw::split(rest).map_err(broken)?;
            hash = raw.hash(hash);
            ends.push(RecordEnd {
                at: records.len() - after.len(),
                recorded: raw.recorded().map_err(broken)?,
                hash,
            });
            rest = after;
        }
        Ok(ends)
    }

    /// Its records on their way into other blocks, in the place of this one.
    pub(crate) fn chained<'r>(&self, bytes: &'r [u8], ends: &'r [RecordEnd]) -> Records<'r> {
        let previous = Head {
            position: Position(self.first.0 - 1),
            recorded: None,
            hash: self.previous,
        };
        Records {
            previous,
            bytes,
            ends,
        }
    }

    /// The records, decompressed.
    pub(crate) fn records(&self) -> Result<Cow<'b, [u8]>, Damage> {
        let records = match self.codec {
            RAW => Cow::Borrowed(self.stored),
            ZSTD => Cow::Owned(decompress(self.stored, self.records_bytes)?),
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
