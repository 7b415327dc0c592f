//! Giving events back, one block in memory at a time.
//!
//! - [`Reader`]: the log, or a part of it.
//! - [`StreamReader`]: one company.
//! - [`Tail`]: the log, and then what comes.

use std::vec;

use event_model::id::{Position, Slug};
use event_model::time::Instant;

use super::SledLog;
use crate::block::Block;
use crate::error::{Damage, LogError};
use crate::event_log::{Head, Recorded};
use crate::hash::Hash;
use crate::sync;

/// What was asked for of a block.
pub(super) struct Part {
    pub(super) last: Position,
    pub(super) previous: Hash,
    pub(super) hash: Hash,
    pub(super) events: Vec<Recorded>,
}

/// The block that a single event was last asked of. Its events are kept once
/// it is asked a second time in a row; a block is never changed.
#[derive(Default)]
pub(super) struct LookedAt {
    first: Position,
    events: Vec<Recorded>,
}

/// The head that the log had with this event.
pub(super) fn head_of(event: &Recorded) -> Head {
    Head {
        position: event.position,
        recorded: Some(event.recorded),
        hash: event.hash,
    }
}

impl SledLog {
    /// The first position of the block that holds a position.
    pub(super) fn block_of(&self, position: Position) -> Option<Position> {
        sync::read(&self.state).index.block_of(position)
    }

    /// Has a look at the block that begins here.
    fn with_block<T>(
        &self,
        first: Position,
        look: impl FnOnce(&Block<'_>) -> Result<T, (Position, Damage)>,
    ) -> Result<T, LogError> {
        let damaged = |(position, what)| LogError::Damaged { position, what };
        let bytes = self
            .engine
            .get(first)
            .map_err(|error| LogError::engine(first, error))?
            .ok_or(damaged((first, Damage::BlockMissing)))?;
        let block = Block::decode(&bytes).map_err(|what| damaged((first, what)))?;
        if block.first != first {
            return Err(damaged((first, Damage::BlockHeader)));
        }
        look(&block).map_err(damaged)
    }

    /// The events of the block that begins here that are wanted.
    pub(super) fn read_part(
        &self,
        first: Position,
        wanted: impl Fn(Position) -> bool,
    ) -> Result<Part, LogError> {
        self.with_block(first, |block| {
            Ok(Part {
                last: block.last,
                previous: block.previous,
                hash: block.hash,
                events: block.events(wanted)?,
            })
        })
    }

    pub(super) fn read_one(&self, position: Position) -> Result<Option<Recorded>, LogError> {
        let Some(first) = self.block_of(position) else {
            return Ok(None);
        };
        let mut looked_at = sync::lock(&self.looked_at);
        let again = looked_at.first == first;
        if !again {
            *looked_at = LookedAt {
                first,
                events: Vec::new(),
            };
        } else if looked_at.events.is_empty() {
            looked_at.events = self.read_part(first, |_| true)?.events;
        }
        let found = match again {
            true => looked_at
                .events
                .iter()
                .find(|event| event.position == position)
                .cloned(),
            false => self.read_part(first, |at| at == position)?.events.pop(),
        };
        found.map(Some).ok_or(LogError::Damaged {
            position,
            what: Damage::BlockMissing,
        })
    }

    /// The last position recorded at or before an instant.
    pub(super) fn search_recorded(&self, recorded: Instant) -> Result<Position, LogError> {
        let head = sync::read(&self.state).head;
        if head.recorded.is_none_or(|last| last <= recorded) {
            return Ok(head.position);
        }
        let first_of = |number: usize| {
            let state = sync::read(&self.state);
            state.index.blocks().get(number).copied().map(Position)
        };
        // The blocks before `low` begin in time, those from `high` on do not.
        let (mut low, mut high) = (0, sync::read(&self.state).index.blocks().len());
        while low < high {
            let middle = low + (high - low) / 2;
            let Some(first) = first_of(middle) else { break };
            let began = self.with_block(first, |block| Ok(block.recorded_first))?;
            if began <= recorded {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let Some(first) = low.checked_sub(1).and_then(first_of) else {
            return Ok(Position(0));
        };
        let part = self.read_part(first, |_| true)?;
        let in_time = part.events.iter().rfind(|event| event.recorded <= recorded);
        Ok(in_time.map_or(Position(0), |event| event.position))
    }
}

/// The events with `after < position <= upto`.
pub(super) struct Reader<'l> {
    log: &'l SledLog,
    after: Position,
    upto: Position,
    /// The hash at `after`, where it is known.
    hash: Option<Hash>,
    events: vec::IntoIter<Recorded>,
    failed: bool,
}

impl<'l> Reader<'l> {
    pub(super) fn new(log: &'l SledLog, after: Position, upto: Position) -> Self {
        let head = sync::read(&log.state).head;
        Self {
            log,
            after,
            upto: upto.min(head.position),
            hash: (after == Position(0)).then_some(Hash::ZERO),
            events: Vec::new().into_iter(),
            failed: false,
        }
    }

    /// Takes the next block.
    fn fetch(&mut self) -> Result<(), LogError> {
        let (after, upto) = (self.after, self.upto);
        let next = Position(after.0 + 1);
        let damaged = |what| LogError::Damaged {
            position: next,
            what,
        };
        let first = self
            .log
            .block_of(next)
            .ok_or_else(|| damaged(Damage::Index))?;
        let part = self.log.read_part(first, |at| at > after && at <= upto)?;
        if part.events.is_empty() {
            return Err(damaged(Damage::BlockMissing));
        }
        if self.hash.is_some_and(|hash| hash != part.previous) {
            return Err(damaged(Damage::Chain));
        }
        self.hash = Some(part.hash);
        self.after = part.last.min(upto);
        self.events = part.events.into_iter();
        Ok(())
    }
}

impl Iterator for Reader<'_> {
    type Item = Result<Recorded, LogError>;

    fn next(&mut self) -> Option<Self::Item> {
        let fetches = self.events.len() == 0 && !self.failed && self.after < self.upto;
        if fetches && let Err(error) = self.fetch() {
            self.failed = true;
            return Some(Err(error));
        }
        self.events.next().map(Ok)
    }
}

/// The events of one company.
pub(super) struct StreamReader<'l> {
    log: &'l SledLog,
    positions: Vec<u64>,
    /// How many of the positions were read.
    done: usize,
    events: vec::IntoIter<Recorded>,
}

impl<'l> StreamReader<'l> {
    pub(super) fn new(log: &'l SledLog, company: &Slug, upto: Position) -> Self {
        let state = sync::read(&log.state);
        let positions = state.index.positions(company);
        let count = positions.partition_point(|&position| position <= upto.0);
        Self {
            log,
            positions: positions.get(..count).unwrap_or_default().to_vec(),
            done: 0,
            events: Vec::new().into_iter(),
        }
    }

    /// Takes the next block that has events of the company.
    fn fetch(&mut self, next: Position) -> Result<(), LogError> {
        let damaged = |what| LogError::Damaged {
            position: next,
            what,
        };
        let first = self
            .log
            .block_of(next)
            .ok_or_else(|| damaged(Damage::Index))?;
        let left = self.positions.get(self.done..).unwrap_or_default();
        let part = self
            .log
            .read_part(first, |at| left.binary_search(&at.0).is_ok())?;
        if part.events.is_empty() {
            return Err(damaged(Damage::BlockMissing));
        }
        self.done += part.events.len();
        self.events = part.events.into_iter();
        Ok(())
    }
}

impl Iterator for StreamReader<'_> {
    type Item = Result<Recorded, LogError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.events.len() == 0 {
            let next = Position(*self.positions.get(self.done)?);
            if let Err(error) = self.fetch(next) {
                self.done = self.positions.len();
                return Some(Err(error));
            }
        }
        self.events.next().map(Ok)
    }
}

/// History, and then what is appended.
pub(super) struct Tail<'l> {
    reader: Reader<'l>,
}

impl<'l> Tail<'l> {
    pub(super) fn new(log: &'l SledLog, after: Position) -> Self {
        Self {
            reader: Reader::new(log, after, Position(u64::MAX)),
        }
    }
}

impl Iterator for Tail<'_> {
    type Item = Result<Recorded, LogError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(item) = self.reader.next() {
                return Some(item);
            }
            if self.reader.failed {
                return None;
            }
            let progress = &self.reader.log.progress;
            self.reader.upto = progress.wait_past(self.reader.after)?;
        }
    }
}
