//! Moving the journal into blocks, and into the streams.
//!
//! First the blocks are synced; then a new file of the journal begins, whose
//! header says that they count; then the streams are put in place, and last the
//! old file goes. A crash in between leaves blocks that do not count, which are
//! removed before the next are written, or streams that are behind, which catch
//! up when the store is opened.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread::{self, ScopedJoinHandle};

use event_model::id::Position;

use super::engine::Engine;
use super::tail::Tail;
use super::{SledLog, State, careful, index, stored};
use crate::block::{Block, Encoder, RecordEnd};
use crate::error::{Damage, EngineError, LogError, OpenError, Wrong, damaged};
use crate::event_log::Head;
use crate::hash::Hash;
use crate::journal::{self, Contents, Journal};
use crate::layout::format::BlocksIn;
use crate::limits;
use crate::streams::{StreamsError, StreamsWriter};
use crate::sync;

/// From so many runs of the streams on they are merged, however large: each is
/// one more place to look into, for every answer and every id.
pub(super) const COMPACT_RUNS: usize = 8;

impl SledLog {
    /// The blocks, opened if they are not yet, with nothing after the end of the log.
    ///
    /// Who only reads takes the lock for it, and so does it only where sled holds the blocks.
    pub(super) fn engine(&self) -> Result<Arc<Engine>, LogError> {
        let mut slot = sync::lock(&self.engine);
        if let Some(engine) = &*slot {
            return Ok(Arc::clone(engine));
        }
        let failed = |error: OpenError| LogError::from(error);
        let mut lock = sync::lock(&self.lock);
        if lock.is_none() {
            let taken = crate::layout::lock::Lock::take(&self.layout.lock(), self.clock.now());
            *lock = Some(taken.map_err(failed)?);
        }
        // The newest file, since another may have written before we had the lock.
        let newest = Contents::read_newest(&self.layout.journal(), self.format.store);
        let base = newest.map_err(|error| failed(error.into()))?.base;
        let engine = match self.format.blocks {
            BlocksIn::Sled => careful::open(&self.layout, base),
            BlocksIn::File => index::open(&self.layout, base),
        };
        let engine = Arc::new(engine.map_err(failed)?);
        drop_after(&engine, base.position)?;
        *slot = Some(Arc::clone(&engine));
        Ok(engine)
    }

    /// Makes blocks of what the journal holds, and begins a new file.
    ///
    /// Who appends waits for it, so both cores are at it.
    pub(super) fn seal(&self, journal: &mut Journal) -> Result<(), LogError> {
        let (head, mut streams) = {
            let state = sync::read(&self.state);
            let tail = &state.tail;
            if tail.head() == tail.base() {
                return self.engine_after(tail.base()).map(drop);
            }
            let streams = thread::scope(|scope| {
                // The first time it takes a while.
                let engine = scope.spawn(|| self.engine_after(tail.base()));
                let ends = tail.record_ends().map_err(damaged)?;
                let (blocks, streams) = thread::scope(|scope| {
                    let blocks = scope.spawn(|| write_tail(&*joined(engine)?, tail, &ends));
                    let streams = self.streams_with(&state, &ends);
                    (joined(blocks), streams)
                });
                // What is wrong with the blocks comes first: it may be why the streams fail.
                blocks.and(streams)
            });
            (tail.head(), streams?)
        };
        self.turn_over(journal, head, &mut streams)
    }

    /// Removes the files of the journal that a crash left after their events were sealed.
    /// They go only if the blocks have them.
    pub(super) fn remove_sealed(&self) -> Result<(), LogError> {
        let dir = self.layout.journal();
        let base = sync::read(&self.state).tail.base();
        let oldest = journal::bases(&dir)?.first().copied();
        let Some(oldest) = oldest.filter(|oldest| *oldest < base.position) else {
            return Ok(());
        };
        let engine = self.engine()?;
        let next = Position(oldest.0 + 1);
        let failed = |error| LogError::engine(next, error);
        let found = engine.at_or_before(next).map_err(failed)?;
        let found = found.as_ref().map(|(_, bytes)| Block::decode(bytes));
        let after = match found.transpose() {
            Ok(Some(block)) => (Position(block.first.0.saturating_sub(1)), block.previous),
            Ok(None) => (Position(0), Hash::ZERO),
            Err(what) => return Err(damaged((next, what))),
        };
        follow_all(&engine, after, base, |_| Ok(()))?;
        Ok(journal::remove_older(&dir, base.position)?)
    }

    /// sled and the blocks, to be added to after a head.
    fn engine_after(&self, base: Head) -> Result<Arc<Engine>, LogError> {
        let engine = self.engine()?;
        drop_after(&engine, base.position)?;
        check_end(&engine, base)?;
        Ok(engine)
    }

    /// The streams with what the journal holds, which nobody sees yet.
    fn streams_with(&self, state: &State, ends: &[RecordEnd]) -> Result<StreamsWriter, LogError> {
        let tail = &state.tail;
        let streams = self.streams_writer(tail.base()).map(|mut streams| {
            // Who appended has looked for the same companies.
            if let Some(before) = &state.streams {
                streams.recall(before);
            }
            streams
        });
        match streams.and_then(|streams| add_tail(streams, tail, ends)) {
            // One of their files is damaged, and the log is not.
            Err(LogError::Cache { .. }) => {
                add_tail(self.new_streams(tail.base(), None)?, tail, ends)
            }
            streams => streams,
        }
    }

    /// Begins a new file of the journal, now that all is in blocks up to this
    /// head, and shows the streams to readers.
    pub(super) fn turn_over(
        &self,
        journal: &mut Journal,
        head: Head,
        streams: &mut StreamsWriter,
    ) -> Result<(), LogError> {
        let dir = self.layout.journal();
        let next = Journal::prepare(&dir, self.format.store, head)?;
        *journal = next.count().inspect_err(|_| self.poison())?;
        let installed = match streams.runs() < COMPACT_RUNS {
            true => streams.commit(),
            // After large batches; what is appended alone keeps them few.
            false => streams.compact(),
        };
        if let Err(error) = installed {
            // One of their files is damaged, or there is no room: the log holds,
            // and they are made again from it.
            if let StreamsError::Io { .. } = error {
                self.poison();
                return Err(error.into());
            }
            let made_again = self
                .new_streams(head, None)
                .inspect_err(|_| self.poison())?;
            *streams = made_again;
            streams.commit().inspect_err(|_| self.poison())?;
        }
        *sync::write(&self.state) = State {
            streams: Some(Arc::new(streams.streams().clone())),
            tail: Tail::after(head),
        };
        journal::remove_older(&dir, head.position)?;
        Ok(())
    }
}

/// What a thread gave; a panic goes on here.
pub(super) fn joined<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| resume_unwind(panic))
}

/// Makes blocks of what the journal holds, which do not count yet.
fn write_tail(engine: &Engine, tail: &Tail, ends: &[RecordEnd]) -> Result<(), LogError> {
    let mut blocks = Vec::new();
    Encoder::new()
        .encode(tail.records(ends), &mut blocks)
        .map_err(|what| damaged((tail.base().position, what)))?;
    let failed = |error| LogError::engine(tail.head().position, error);
    for group in blocks.chunks(limits::GROUP_BLOCKS_MAX) {
        engine.write(group).map_err(failed)?;
    }
    engine.sync().map_err(failed)
}

/// Adds what the journal holds.
fn add_tail(
    mut streams: StreamsWriter,
    tail: &Tail,
    ends: &[RecordEnd],
) -> Result<StreamsWriter, LogError> {
    let mut packed = Vec::new();
    for (position, end) in (tail.base().position.0 + 1..).map(Position).zip(ends) {
        let Some(raw) = tail.raw(position) else { break };
        stored::push(&mut streams, &raw.map_err(damaged)?, end.hash, &mut packed)?;
    }
    streams.write_ahead()?;
    Ok(streams)
}

/// The block that was found where the next one must be.
pub(super) fn follow(
    next: Position,
    first: Position,
    bytes: &[u8],
    previous: crate::hash::Hash,
) -> Result<Block<'_>, (Position, Damage)> {
    let wrong = |what| Err((next, what));
    if first != next {
        return wrong(Damage::BlockMissing);
    }
    let block = Block::decode(bytes).map_err(|what| (next, what))?;
    if block.first != first {
        return wrong(Damage::BlockHeader);
    }
    if block.previous != previous {
        return wrong(Damage::Chain);
    }
    Ok(block)
}

/// Holds that blocks follow each other after a position and up to a head.
pub(super) fn follow_all(
    engine: &Engine,
    after: (Position, Hash),
    base: Head,
    mut met: impl FnMut(&Block<'_>) -> Result<(), Wrong>,
) -> Result<(), LogError> {
    let mut last = after;
    for found in engine.scan(Position(after.0.0 + 1), base.position) {
        let next = Position(last.0.0 + 1);
        let (first, bytes) = found.map_err(|error| LogError::engine(next, error))?;
        let block = follow(next, first, &bytes, last.1).map_err(damaged)?;
        met(&block).map_err(damaged)?;
        last = (block.last, block.hash);
    }
    match last {
        (position, _) if position != base.position => {
            Err(damaged((Position(position.0 + 1), Damage::BlockMissing)))
        }
        (_, hash) if hash != base.hash => Err(damaged((base.position, Damage::Chain))),
        _ => Ok(()),
    }
}

/// Refuses to go on after a block that is not the one that must come before.
fn check_end(engine: &Engine, base: Head) -> Result<(), LogError> {
    let last = engine.last();
    let last = last.map_err(|error| LogError::engine(base.position, error))?;
    let last = last.as_ref().map(|(_, bytes)| Block::decode(bytes));
    let end = match last.transpose() {
        Err(what) => return Err(damaged((base.position, what))),
        Ok(end) => end.map_or((Position(0), Hash::ZERO), |block| (block.last, block.hash)),
    };
    match end {
        (position, _) if position != base.position => {
            Err(damaged((base.position, Damage::BlockMissing)))
        }
        (_, hash) if hash != base.hash => Err(damaged((base.position, Damage::Chain))),
        _ => Ok(()),
    }
}

/// Removes the blocks after the end of the log: nobody was told that they are
/// there.
fn drop_after(engine: &Engine, base: Position) -> Result<(), LogError> {
    let failed = |error: EngineError| LogError::engine(base, error);
    let firsts = engine.firsts_after(base).map_err(failed)?;
    // From the end, so that a crash in between leaves a shorter tail.
    for group in firsts.rchunks(limits::GROUP_BLOCKS_MAX) {
        engine.remove(group).map_err(failed)?;
    }
    engine.end_file().map_err(failed)
}
