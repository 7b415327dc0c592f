//! Writing what is new of a batch.
//!
//! Of a large one, this thread chains the events, a second makes blocks of
//! them, and a third gives them to the streams, which write what they have gathered
//! on a fourth.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use event_model::id::Position;

use super::super::engine::Engine;
use super::super::stored::PackedEvent;
use super::super::witness::{Noted, Witness};
use super::super::{SledLog, commit};
use super::{Committed, Place, Places, refused};
use crate::block::{Encoder, RecordEnd, Records};
use crate::chain::Chain;
use crate::error::{AppendError, Damage, EngineError, LogError};
use crate::event_log::{EventLog, Head};
use crate::limits;
use crate::record::Raw;
use crate::streams::StreamsWriter;

/// How many pieces wait for the next thread.
const WAITING_MAX: usize = 8;

/// Records on their way from the chain to blocks and streams.
struct Piece {
    previous: Head,
    bytes: Vec<u8>,
    ends: Vec<RecordEnd>,
}

/// Stores what is new, and shows it to readers; tells whether the witness was told of
/// all that it cares for.
pub(super) fn write(
    log: &SledLog,
    batch: &Committed,
    witness: Option<Witness<'_>>,
) -> Result<bool, AppendError> {
    if batch.spool.bytes() < log.settings.direct_bytes_min {
        let events: Result<Vec<_>, AppendError> = new_events(batch)?.collect();
        log.store(&events?)?;
        return Ok(false);
    }
    let cares_for = witness.as_ref().map(|witness| witness.cares_for);
    let mut noted = Noted::new(cares_for, limits::NOTED_BYTES_MAX);
    log.with_journal(|journal| {
        log.seal(journal).map_err(commit::unsealed)?;
        let mut streams = log.streams_writer(log.head()).map_err(commit::unsealed)?;
        streams.write_beside(true);
        let stamp = log.stamps.begin(&*log.clock);
        let chain = Chain::new(log.head(), stamp.now());
        let head = write_blocks(log, (batch, chain), (&mut streams, &mut noted))?;
        streams.write_beside(false);
        let turned = log.turn_over(journal, head, &mut streams);
        turned.map_err(|error| {
            log.poison();
            AppendError::OutcomeUnknown {
                source: Arc::new(EngineError::TurnOver(Box::new(error))),
            }
        })?;
        log.progress.advance(head.position);
        Ok(())
    })?;
    // What cannot be told now is found in the streams.
    Ok(witness.is_some_and(|witness| noted.tell(witness.tell).unwrap_or(false)))
}

type NewEvents<'c> = Box<
    dyn Iterator<Item = Result<(crate::event_log::NewEvent, event_model::id::Version), AppendError>>
        + 'c,
>;

/// The events that are new, with their versions.
fn new_events(batch: &Committed) -> Result<NewEvents<'_>, AppendError> {
    let mut places = Places::new(batch).map_err(refused)?;
    let events = (0u64..).zip(batch.spool.events());
    Ok(Box::new(events.filter_map(move |(number, event)| {
        let event = match event {
            Ok(event) => event,
            Err(error) => return Some(Err(refused(error))),
        };
        match places.next(number, &event.company) {
            Ok(Place::New(_, version)) => Some(Ok((event, version))),
            Ok(Place::Known(_)) => None,
            Err(error) => Some(Err(refused(error))),
        }
    })))
}

/// Writes the blocks, none of which counts yet, and gathers the streams.
fn write_blocks(
    log: &SledLog,
    (batch, chain): (&Committed, Chain),
    gather: (&mut StreamsWriter, &mut Noted<'_>),
) -> Result<Head, AppendError> {
    let engine = log.engine().map_err(commit::unsealed)?;
    let failed = |error| commit::unsealed(LogError::engine(log.head().position, error));
    let head = thread::scope(|scope| {
        let (to_blocks, blocks) = sync_channel::<Arc<Piece>>(WAITING_MAX);
        let (to_streams, gathered) = sync_channel::<Arc<Piece>>(WAITING_MAX);
        let engine = &engine;
        let blocks = scope.spawn(move || take_blocks(engine, &blocks));
        let streams = scope.spawn(move || take_streams(gather, &gathered));
        let head = put_in_chain(batch, chain, &[to_blocks, to_streams]);
        // What the others have to say comes first: it is why they stopped.
        blocks.join().unwrap_or(Err(died()))?;
        streams.join().unwrap_or(Err(died()))?;
        head.and_then(|head| head.ok_or_else(died))
    })?;
    engine.sync().map_err(failed)?;
    Ok(head)
}

/// Chains the events, and hands them on; `None` if nobody takes them.
fn put_in_chain(
    batch: &Committed,
    mut chain: Chain,
    takers: &[SyncSender<Arc<Piece>>],
) -> Result<Option<Head>, AppendError> {
    let hand_on = |chain: &mut Chain, count: usize| {
        let (previous, bytes, ends) = chain.take(count);
        let piece = Arc::new(Piece {
            previous,
            bytes,
            ends,
        });
        takers
            .iter()
            .all(|taker| taker.send(Arc::clone(&piece)).is_ok())
    };
    for event in new_events(batch)? {
        let (event, version) = event?;
        chain.push(&event, version)?;
        let records = chain.records();
        if records.bytes.len() >= limits::CHUNK_BYTES {
            // What does not fill a block waits for what comes next.
            let full = records.full();
            if full > 0 && !hand_on(&mut chain, full) {
                return Ok(None);
            }
        }
    }
    let all = chain.records().ends.len();
    let all_taken = hand_on(&mut chain, all);
    Ok(all_taken.then(|| chain.head()))
}

fn take_blocks(engine: &Engine, pieces: &Receiver<Arc<Piece>>) -> Result<(), AppendError> {
    let mut encoder = Encoder::new();
    let mut blocks = Vec::new();
    let mut unflushed = 0;
    for piece in pieces {
        let records = Records {
            previous: piece.previous,
            bytes: &piece.bytes,
            ends: &piece.ends,
        };
        encoder
            .encode(records, &mut blocks)
            .map_err(|_| AppendError::Encoding)?;
        let failed = |error| commit::unsealed(LogError::engine(piece.previous.position, error));
        engine.write(&blocks).map_err(failed)?;
        unflushed += blocks.len();
        blocks.clear();
        if unflushed >= limits::GROUP_BLOCKS_MAX {
            engine.flush().map_err(failed)?;
            unflushed = 0;
        }
    }
    Ok(())
}

fn take_streams(
    (streams, noted): (&mut StreamsWriter, &mut Noted<'_>),
    pieces: &Receiver<Arc<Piece>>,
) -> Result<(), AppendError> {
    let mut packed = Vec::new();
    for piece in pieces {
        let mut rest = piece.bytes.as_slice();
        let first = piece.previous.position.0 + 1;
        for (position, end) in (first..).map(Position).zip(&piece.ends) {
            let damaged = |what: Damage| commit::unsealed(LogError::Damaged { position, what });
            let (raw, after) = Raw::split(rest).map_err(damaged)?;
            rest = after;
            packed.clear();
            let event = PackedEvent::of(&raw, end.hash, &mut packed).map_err(damaged)?;
            noted.note(event.stored(&packed));
            event.push(&packed, streams).map_err(commit::unsealed)?;
        }
    }
    Ok(())
}

/// A thread that writes panicked.
fn died() -> AppendError {
    AppendError::Poisoned
}
