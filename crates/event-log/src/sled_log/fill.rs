//! The streams, as far as the blocks go: added to, caught up, and made again.

use std::sync::Arc;

use event_model::event::Event;
use event_model::id::Position;
use event_model::kinds;

use super::SledLog;
use super::block_file::BlockFile;
use super::block_walk::{BlockWalk, Walked};
use super::engine::StoredBlock;
use super::seal::COMPACT_RUNS;
use super::stored::PackedEvent;
use super::witness::{CaresFor, Witness};
use crate::block::Block;
use crate::error::{Damage, LogError, Wrong, damaged};
use crate::event_log::Head;
use crate::hash::Hash;
use crate::layout::format::BlocksIn;
use crate::side_by_side::side_by_side;
use crate::streams::{StreamsWriter, Tuning};
use crate::sync;
use crate::throwaway;

/// How many blocks one thread reads in a row.
const FILL_BLOCKS: usize = 4;

impl SledLog {
    /// The streams, as far as the blocks go, to be added to.
    pub(super) fn streams_writer(&self, base: Head) -> Result<StreamsWriter, LogError> {
        let dir = self.layout.streams();
        let writer = StreamsWriter::open(&dir, self.format.store, self.tuning())?;
        match writer {
            Some(writer) if writer.head() == base => Ok(writer),
            Some(mut writer)
                if writer.head().position < base.position
                    && self.is_in_blocks(writer.head())? =>
            {
                match self.fill(&mut writer, base, None)? {
                    Filled::Plainly => Ok(writer),
                    // What was erased since then, they may still hold.
                    Filled::WithRedactions => self.new_streams(base, None),
                }
            }
            // None, or of another history, or of one that the log has lost.
            _ => self.new_streams(base, None),
        }
    }

    /// The streams made anew from the blocks, beside those that are there: where the
    /// log is damaged, they may be all that is left of it.
    pub(super) fn new_streams(
        &self,
        base: Head,
        witness: Option<Witness<'_>>,
    ) -> Result<StreamsWriter, LogError> {
        let (dir, beside) = (self.layout.streams(), self.layout.streams_new());
        let make = || {
            let place = (dir.as_path(), beside.as_path());
            let mut writer = StreamsWriter::create_beside(place, self.format.store, self.tuning())?;
            self.fill(&mut writer, base, witness)?;
            Ok(writer.take_place(&dir)?)
        };
        make().inspect_err(|_| {
            // The error that led here is the one to tell.
            let _ = throwaway::remove(&beside);
        })
    }

    fn tuning(&self) -> Tuning {
        Tuning {
            memory_bytes: self.settings.run_bytes_max,
            ..Tuning::default()
        }
    }

    /// Lets the streams catch up with the blocks.
    pub(super) fn catch_up(&self) -> Result<(), LogError> {
        let base = sync::read(&self.state).tail.base();
        let caught_up = self.streams_writer(base);
        match caught_up.and_then(|writer| self.install(writer)) {
            // One of their files is damaged, and the log is not.
            Err(LogError::Cache { .. }) => self.install(self.new_streams(base, None)?),
            caught_up => caught_up,
        }
    }

    /// Shows streams to readers that go as far as the blocks.
    pub(super) fn install(&self, mut writer: StreamsWriter) -> Result<(), LogError> {
        match writer.runs() < COMPACT_RUNS {
            true => writer.commit()?,
            // Otherwise the next append that seals would have to wait for it.
            false => writer.compact()?,
        }
        let streams = Some(Arc::new(writer.streams().clone()));
        sync::write(&self.state).streams = streams;
        Ok(())
    }

    /// Whether the blocks have this head at its position.
    fn is_in_blocks(&self, head: Head) -> Result<bool, LogError> {
        if head.position == Position(0) {
            return Ok(head == Head::ZERO);
        }
        let next = Position(head.position.0 + 1);
        match self.engine()?.scan(next, next).next() {
            Some(Ok((_, bytes))) => {
                Ok(Block::decode(&bytes).is_ok_and(|block| block.previous == head.hash))
            }
            _ => Ok(false),
        }
    }

    /// Adds the events of the blocks that the streams do not have yet.
    fn fill(
        &self,
        writer: &mut StreamsWriter,
        base: Head,
        witness: Option<Witness<'_>>,
    ) -> Result<Filled, LogError> {
        writer.write_beside(true);
        let filled = self.add_blocks(writer, base, witness);
        writer.write_beside(false);
        filled
    }

    /// Adds blocks up to a head. They are read side by side, and added in their order.
    fn add_blocks(
        &self,
        writer: &mut StreamsWriter,
        base: Head,
        witness: Option<Witness<'_>>,
    ) -> Result<Filled, LogError> {
        let (cares_for, mut tell) = match witness {
            Some(Witness { cares_for, tell }) => (Some(cares_for), Some(tell)),
            None => (None, None),
        };
        let mut filled = Filled::Plainly;
        let after = writer.head().position;
        let (file, engine);
        let mut pieces: Pieces<'_> = match self.format.blocks {
            // sled takes its time to open, and need not tell where the first block is.
            BlocksIn::File if after == Position(0) => {
                file = BlockFile::open_to_read(&self.layout.blocks())?;
                let walk = BlockWalk::of(&file, base.position);
                Box::new(walk.map(|found| found.map(|Walked { first, bytes, .. }| (first, bytes))))
            }
            BlocksIn::File | BlocksIn::Sled => {
                engine = self.blocks()?;
                let blocks = engine.scan(Position(after.0 + 1), base.position);
                let failed = move |error| LogError::engine(after, error);
                Box::new(blocks.map(move |found| found.map_err(failed)))
            }
        };
        // A few at a time, so that the threads have something to do.
        let groups = std::iter::from_fn(|| {
            let group: Result<Vec<_>, LogError> = pieces.by_ref().take(FILL_BLOCKS).collect();
            match group {
                Ok(group) if group.is_empty() => None,
                group => Some(group),
            }
        });
        side_by_side(
            groups,
            |group| {
                group
                    .iter()
                    .map(|(first, bytes)| Filling::of(*first, bytes, cares_for))
                    .collect()
            },
            |fillings: Vec<Result<Filling, LogError>>| {
                for filling in fillings {
                    let filling = filling?;
                    if filling.redacts {
                        filled = Filled::WithRedactions;
                    }
                    filling.add_to(writer)?;
                    if let Some(tell) = &mut tell {
                        let noted = filling.noted.into_iter();
                        noted.for_each(|(position, event)| tell(position, event));
                    }
                }
                Ok(())
            },
        )?;
        match writer.head() == base {
            true => Ok(filled),
            false => {
                let next = Position(writer.head().position.0 + 1);
                Err(damaged((next, Damage::BlockMissing)))
            }
        }
    }
}

/// Blocks in their order.
type Pieces<'p> = Box<dyn Iterator<Item = Result<StoredBlock, LogError>> + 'p>;

/// What was added to the streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Filled {
    /// Nothing that tells of what came before.
    Plainly,
    /// Among others, what tells that something was redacted.
    WithRedactions,
}

/// A block on its way into the streams.
struct Filling {
    first: Position,
    previous: Hash,
    packed: Vec<u8>,
    events: Vec<PackedEvent>,
    /// Some of them tell that something was redacted.
    redacts: bool,
    /// What a witness is told.
    noted: Vec<(Position, Event)>,
}

impl Filling {
    /// Reads a block, and checks all that can be told of it alone.
    fn of(
        first: Position,
        bytes: &[u8],
        cares_for: Option<CaresFor<'_>>,
    ) -> Result<Self, LogError> {
        let mut filling = Self::read(first, bytes).map_err(damaged)?;
        if let Some(cares_for) = cares_for {
            filling.note(cares_for)?;
        }
        Ok(filling)
    }

    fn read(first: Position, bytes: &[u8]) -> Result<Self, Wrong> {
        let block = Block::decode(bytes).map_err(|what| (first, what))?;
        if block.first != first {
            return Err((first, Damage::BlockHeader));
        }
        let records = block.records().map_err(|what| (first, what))?;
        let mut filling = Self {
            first,
            previous: block.previous,
            packed: Vec::new(),
            events: Vec::new(),
            redacts: false,
            noted: Vec::new(),
        };
        block.walk(&records, |raw, hash| {
            filling.redacts |= raw.kind_then() == kinds::REDACTION;
            let event = PackedEvent::of(&raw, hash, &mut filling.packed)?;
            filling.events.push(event);
            Ok(())
        })?;
        Ok(filling)
    }

    fn note(&mut self, cares_for: CaresFor<'_>) -> Result<(), LogError> {
        let stored = self.events.iter().map(|event| event.stored(&self.packed));
        for stored in stored.filter(|stored| cares_for(stored)) {
            self.noted.push((stored.position, stored.event()?));
        }
        Ok(())
    }

    /// Adds its events, if they follow the last.
    fn add_to(&self, writer: &mut StreamsWriter) -> Result<(), LogError> {
        let head = writer.head();
        let next = Position(head.position.0 + 1);
        if self.first != next {
            return Err(damaged((next, Damage::BlockMissing)));
        }
        if self.previous != head.hash {
            return Err(damaged((next, Damage::Chain)));
        }
        let mut events = self.events.iter();
        events.try_for_each(|event| event.push(&self.packed, writer))
    }
}
