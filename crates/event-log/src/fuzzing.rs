//! What `crates/fuzz` feeds with bad input; nobody else is to use it.
//!
//! - [`mend`]: sets the checksums of bytes right, so that what is behind them is
//!   reached

pub mod mend;

use std::ops::ControlFlow;
use std::path::Path;

use event_model::id::{EventId, Position};
use event_model::packed::pack_canonical;
use event_model::time::Instant;
use uuid::Uuid;

use crate::backup::PartReader;
use crate::block::{Block, Encoder, RecordEnd, Records};
use crate::event_log::{Head, Recorded};
use crate::hash::Hash;
use crate::journal::{self, Frame};
use crate::kept_head::KeptHead;
use crate::limits;
use crate::record::{self, Given, Raw};
use crate::sled_log::{Stored, Tail};
use crate::streams::{Arrival, Streams, StreamsWriter, Tuning};

/// The store that all files are of.
pub const STORE: Uuid = Uuid::from_u128(0x6f0d_9c5e_3f0b_4a57_9d0e_0c7a_1a52_b8aa);
/// The most companies and events of forged streams that are looked at.
const LOOKED_AT_MAX: usize = 2_000;

/// The events of records that stand one after the other, as far as they can be read.
#[must_use]
pub fn records(mut bytes: &[u8]) -> Vec<Recorded> {
    let mut events = Vec::new();
    let mut hash = Hash::ZERO;
    while let Ok((raw, rest)) = Raw::split(bytes) {
        hash = raw.hash(hash);
        let is_told = raw.told().is_ok();
        if let Ok(recorded) = raw.into_recorded(hash) {
            assert!(is_told, "an event that is read whole is read where it lies");
            events.push(recorded);
        }
        bytes = rest;
    }
    events
}

/// The events of a block, if all of it is as it must be.
#[must_use]
pub fn block(bytes: &[u8]) -> Option<Vec<Recorded>> {
    Block::decode(bytes).ok()?.events(|_| true).ok()
}

/// Writes events as blocks: those that are of one block before it is written again.
#[must_use]
pub fn blocks_of(events: &[Recorded]) -> Option<Vec<Vec<u8>>> {
    let first = events.first()?;
    let mut head = Head {
        position: Position(first.position.0.checked_sub(1)?),
        recorded: None,
        hash: Hash::ZERO,
    };
    let previous = head;
    let (mut bytes, mut ends) = (Vec::new(), Vec::new());
    for event in events {
        let given = Given {
            position: event.position,
            version: event.version,
            recorded: event.recorded,
            previous: head.hash,
        };
        let hash = record::encode(&mut bytes, given, &event.event, [7; 16])?;
        head.hash = hash;
        ends.push(RecordEnd {
            at: bytes.len(),
            recorded: event.recorded,
            hash,
        });
    }
    let records = Records {
        previous,
        bytes: &bytes,
        ends: &ends,
    };
    let mut blocks = Vec::new();
    Encoder::new().encode(records, &mut blocks).ok()?;
    Some(blocks.into_iter().map(|(_, block)| block).collect())
}

/// The events of a file of the journal, as a store reads them when it opens.
#[must_use]
pub fn journal(bytes: &[u8]) -> Option<Vec<Recorded>> {
    let base = journal::decode_header(STORE, bytes)?;
    let end = journal::whole_frames(STORE, base.position, bytes).ok()?;
    let mut rest = bytes.get(journal::HEADER_BYTES..end)?;
    let mut tail = Tail::after(base);
    while let Some(frame) = Frame::decode(STORE, rest) {
        tail.push(&frame).ok()?;
        rest = rest.get(frame.bytes()..)?;
    }
    let positions = base.position.0.checked_add(1)?..=tail.head().position.0;
    let events = positions.map(|position| tail.event(Position(position))?.ok());
    events.collect()
}

/// Reads a part of a backup to its end, and tells its head; `None` if it is not whole.
#[must_use]
pub fn part(bytes: &[u8]) -> Option<KeptHead> {
    let mut part = PartReader::open(bytes, Path::new("part")).ok()?;
    let mut before = part.after();
    while let Some((first, block)) = part.next().ok()? {
        assert_eq!(Some(first.0), before.position.0.checked_add(1));
        assert!(block.len() <= limits::BLOCK_BYTES_MAX);
        before = part.head();
    }
    Some(part.head())
}

/// Goes through the streams of a folder in every way that they are read, and tells
/// how many events could be. What is written there is mended before.
pub fn streams(dir: &Path) -> usize {
    let Ok(Some(streams)) = Streams::open(dir, STORE) else {
        return 0;
    };
    let Ok(companies) = streams.companies() else {
        return 0;
    };
    let mut ids = Vec::new();
    for stream in companies.take(LOOKED_AT_MAX).flatten() {
        let upto = streams.upto().position;
        let read = streams.read(&stream.company, Position(0), upto, &mut |entry| {
            let stored = Stored::of(&entry);
            let _ = (
                stored.published(),
                stored.kind(),
                stored.may_name_a_company(),
            );
            if let Ok(event) = stored.event() {
                assert_eq!(&event.company, entry.company);
            }
            ids.push(entry.id);
            match ids.len() < LOOKED_AT_MAX {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            }
        });
        let _ = (read, streams.stream_head(&stream.company));
        if ids.len() >= LOOKED_AT_MAX {
            break;
        }
    }
    search(&streams, &ids);
    ids.len()
}

/// Looks ids, positions and instants up.
fn search(streams: &Streams, ids: &[EventId]) {
    for id in ids.iter().take(8).chain([&EventId(STORE)]) {
        let _ = streams.find(*id);
    }
    let mut hashes = streams.hashes();
    for position in [1, 2, 101, 102, 103, streams.events()] {
        let _ = (
            hashes.hash(Position(position)),
            streams.head_at(Position(position)),
        );
    }
    for micros in [i64::MIN, 0, 1_795_645_805_000_000, i64::MAX] {
        if let Some(instant) = Instant::from_micros(micros) {
            let _ = streams.position_at(instant);
        }
    }
}

/// Opens the streams of a folder to go on writing there, as a store does.
pub fn go_on(dir: &Path) {
    if let Ok(Some(mut writer)) = StreamsWriter::open(dir, STORE, Tuning::default()) {
        let _ = (writer.head(), writer.runs(), writer.commit());
    }
}

/// Writes events as streams, to begin with.
pub fn write_streams(dir: &Path, events: &[Recorded]) -> Option<()> {
    let mut writer = StreamsWriter::create(dir, STORE, Tuning::default()).ok()?;
    for event in events {
        // As the log tells the streams that it is packed.
        let mut packed = vec![1];
        pack_canonical(event.event.schema, &event.event.payload, &mut packed)?;
        let arrival = Arrival {
            company: &event.event.company,
            position: event.position,
            recorded: event.recorded,
            id: event.event.id,
            hash: event.hash,
            packed: &packed,
        };
        writer.push(&arrival).ok()?;
    }
    writer.commit().ok()
}
