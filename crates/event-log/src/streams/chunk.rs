//! Events of neighbouring companies, compressed together: [`Draft`], [`Chunk`].
//!
//! ```text
//! 0    u32 LE  CRC-32 of everything after it
//! 4    u32 LE  number of events
//! 8    u32 LE  length of the columns
//! 12   u32 LE  length of the packed events, before compression
//! 16   columns: positions, times of recording, lengths of the packed events
//!      ids, 16 bytes each
//!      packed events: as they are if that is their length, else a zstd frame
//! ```
//!
//! Ids do not compress, and so stand outside the frame.

use std::cell::RefCell;

use zstd::bulk::{Compressor, Decompressor};
use zstd::zstd_safe::compress_bound;

use super::error::StreamsError;
use super::source::Source;
use crate::bytes::{Fields, put_step, put_varint};

/// The largest packed event, in bytes.
pub(super) const EVENT_BYTES_MAX: usize = 1 << 20;
/// The largest chunk, in bytes: far more than any that is written.
const CHUNK_BYTES_MAX: usize = 1 << 23;
const CHECKSUM_BYTES: usize = 4;
const ID_BYTES: usize = 16;
const ZSTD_LEVEL: i32 = 1;

/// An event as a chunk holds it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stored<'c> {
    pub(super) position: u64,
    /// When it was recorded, in microseconds.
    pub(super) recorded: i64,
    pub(super) id: [u8; ID_BYTES],
    pub(super) packed: &'c [u8],
}

/// Compresses chunks; dear to make, and so kept.
pub(super) struct Encoder {
    zstd: Option<Compressor<'static>>,
    frame: Vec<u8>,
}

impl Encoder {
    pub(super) fn new() -> Self {
        Self {
            zstd: Compressor::new(ZSTD_LEVEL).ok(),
            frame: Vec::new(),
        }
    }

    /// The bytes as a frame, if it is smaller than they are.
    fn compress(&mut self, bytes: &[u8]) -> Option<&[u8]> {
        self.frame.clear();
        self.frame.reserve(compress_bound(bytes.len()));
        let zstd = self.zstd.as_mut()?;
        zstd.compress_to_buffer(bytes, &mut self.frame).ok()?;
        (self.frame.len() < bytes.len()).then_some(&self.frame)
    }
}

/// A chunk that is being filled.
#[derive(Debug, Default)]
pub(super) struct Draft {
    events: u32,
    last_position: u64,
    last_recorded: u64,
    positions: Vec<u8>,
    recorded: Vec<u8>,
    lengths: Vec<u8>,
    ids: Vec<u8>,
    packed: Vec<u8>,
}

impl Draft {
    /// A draft with room for so many packed bytes.
    pub(super) fn with_room(packed_bytes: usize) -> Self {
        Self {
            packed: Vec::with_capacity(packed_bytes),
            ..Self::default()
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.events == 0
    }

    /// The packed bytes that it holds.
    pub(super) fn packed_bytes(&self) -> usize {
        self.packed.len()
    }

    pub(super) fn push(&mut self, event: &Stored<'_>) {
        // The bits of the time are kept; only their distance is of interest.
        let recorded = event.recorded.cast_unsigned();
        put_step(&mut self.positions, self.last_position, event.position);
        put_step(&mut self.recorded, self.last_recorded, recorded);
        put_varint(&mut self.lengths, event.packed.len() as u64);
        self.ids.extend_from_slice(&event.id);
        self.packed.extend_from_slice(event.packed);
        self.last_position = event.position;
        self.last_recorded = recorded;
        self.events += 1;
    }

    /// The chunk as it is stored.
    pub(super) fn encode(&self, encoder: &mut Encoder) -> Vec<u8> {
        let columns = [&self.positions, &self.recorded, &self.lengths];
        let columns_bytes: usize = columns.iter().map(|column| column.len()).sum();
        let frame = encoder.compress(&self.packed).unwrap_or(&self.packed);
        let mut body = Vec::with_capacity(16 + columns_bytes + self.ids.len() + frame.len());
        body.extend_from_slice(&[0; CHECKSUM_BYTES]);
        for length in [self.events as usize, columns_bytes, self.packed.len()] {
            // No event is so large that a chunk could pass 4 GiB.
            body.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
        }
        for column in columns {
            body.extend_from_slice(column);
        }
        body.extend_from_slice(&self.ids);
        body.extend_from_slice(frame);
        if let Some((sum, rest)) = body.split_first_chunk_mut::<CHECKSUM_BYTES>() {
            *sum = crc32fast::hash(rest).to_le_bytes();
        }
        body
    }
}

/// Reads the bytes of a chunk, and checks them.
pub(super) fn read_stored(
    source: &Source,
    offset: u64,
    bytes: u64,
    into: &mut Vec<u8>,
) -> Result<(), StreamsError> {
    let bytes = usize::try_from(bytes)
        .ok()
        .filter(|&bytes| bytes <= CHUNK_BYTES_MAX)
        .ok_or_else(|| source.damaged("a chunk is too large"))?;
    into.resize(bytes, 0);
    source.read(offset, into)?;
    let whole = into
        .split_first_chunk()
        .is_some_and(|(sum, rest)| crc32fast::hash(rest) == u32::from_le_bytes(*sum));
    if whole {
        Ok(())
    } else {
        Err(source.damaged("the checksum of a chunk does not match"))
    }
}

#[derive(Debug, Clone, Copy)]
struct Place {
    position: u64,
    recorded: i64,
    id: [u8; ID_BYTES],
    start: usize,
    end: usize,
}

/// A chunk that was read; its memory serves for one after the other.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    stored: Vec<u8>,
    places: Vec<Place>,
    packed: Vec<u8>,
}

impl Chunk {
    /// Reads another chunk in place of the one that was there.
    pub(super) fn load(
        &mut self,
        source: &Source,
        offset: u64,
        bytes: u64,
    ) -> Result<(), StreamsError> {
        self.places.clear();
        read_stored(source, offset, bytes, &mut self.stored)?;
        self.decode()
            .ok_or_else(|| source.damaged("a chunk cannot be understood"))
    }

    /// How many events it has.
    pub(super) fn events(&self) -> usize {
        self.places.len()
    }

    /// An event by its number in the chunk, from zero.
    pub(super) fn event(&self, number: usize) -> Option<Stored<'_>> {
        let place = self.places.get(number)?;
        Some(Stored {
            position: place.position,
            recorded: place.recorded,
            id: place.id,
            packed: self.packed.get(place.start..place.end)?,
        })
    }

    fn decode(&mut self) -> Option<()> {
        let mut fields = Fields(self.stored.get(CHECKSUM_BYTES..)?);
        let events = fields.length()?;
        let columns_bytes = fields.length()?;
        let packed_bytes = fields.length()?;
        if packed_bytes > CHUNK_BYTES_MAX {
            return None;
        }
        let mut columns = Fields(fields.piece(columns_bytes)?);
        let ids = fields.piece(events.checked_mul(ID_BYTES)?)?;
        let (ids, _) = ids.as_chunks::<ID_BYTES>();
        let (mut position, mut recorded, mut end) = (0, 0, 0usize);
        for &id in ids {
            position = columns.step(position)?;
            self.places.push(Place {
                position,
                recorded: 0,
                id,
                start: 0,
                end: 0,
            });
        }
        for place in &mut self.places {
            recorded = columns.step(recorded)?;
            place.recorded = recorded.cast_signed();
        }
        for place in &mut self.places {
            place.start = end;
            end = end.checked_add(usize::try_from(columns.varint()?).ok()?)?;
            place.end = end;
        }
        unpack(fields.0, packed_bytes, &mut self.packed)?;
        (columns.0.is_empty() && end == self.packed.len()).then_some(())
    }
}

thread_local! {
    /// Making one costs as much as using it.
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

fn unpack(frame: &[u8], bytes: usize, packed: &mut Vec<u8>) -> Option<()> {
    packed.clear();
    if frame.len() == bytes {
        packed.extend_from_slice(frame);
        return Some(());
    }
    packed.reserve(bytes);
    DECOMPRESSOR.with_borrow_mut(|kept| {
        if kept.is_none() {
            *kept = Some(Decompressor::new().ok()?);
        }
        kept.as_mut()?.decompress_to_buffer(frame, packed).ok()
    })?;
    (packed.len() == bytes).then_some(())
}
