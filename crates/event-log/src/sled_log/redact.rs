//! Erasing what events said: [`SledLog::redact`].
//!
//! Where something was replaced, what was there before can be read until the room is used
//! again, so the whole log is written anew. What is left of an event holds the hash of its payload, and the chain stays.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use event_model::id::{Position, Slug, Version};

use super::commit::unsealed;
use super::engine::Engine;
use super::open::open_locked;
use super::seal::follow;
use super::{SledLog, guard};
use crate::admission;
use crate::block::{Block, Encoder};
use crate::chain::Chain;
use crate::error::{AppendError, Damage, EngineError, LogError, OpenError, Wrong};
use crate::event_log::{EventLog, Head, NewEvent};
use crate::journal::Journal;
use crate::layout::{self, Layout};
use crate::limits;
use crate::record::Raw;
use crate::sync;

/// What is left of events, by their positions: each an event of the kind `redacted`.
pub type Left = BTreeMap<Position, Box<[u8]>>;

type Blocks = Vec<(Position, Vec<u8>)>;

impl SledLog {
    /// Erases what events said from all files of the store, and appends the events that
    /// tell of it: all of it or nothing, whatever comes in between. Envelopes and hashes
    /// stay, so that the chain holds. It takes as much room and time as to write the whole
    /// log. The log that is given back is the new one.
    ///
    /// `telling` are events with ids that the log does not have.
    ///
    /// # Errors
    ///
    /// [`AppendError::DiskFull`] where there is not the room for a second log,
    /// [`AppendError::ReadOnly`] where the store is only read, [`AppendError::Read`] if
    /// the log is damaged or a file cannot be written, [`AppendError::OutcomeUnknown`] if
    /// the new log may count all the same.
    pub fn redact(self, left: &Left, telling: &[NewEvent]) -> Result<Self, AppendError> {
        self.check_writable()?;
        for event in telling {
            admission::check_limits(event)?;
        }
        self.with_journal(|journal| self.seal(journal).map_err(unsealed))?;
        guard::check_room(self.dir(), self.stats().map_err(unsealed)?.log_bytes)?;
        let new = self.layout.begin_rewrite().map_err(unopened)?;
        if let Err(error) = self.write_anew(&new, left, telling) {
            // The error that led here is the one to tell.
            self.layout.discard_rewrite().ok();
            return Err(error);
        }
        if let Err(error) = self.layout.count_rewrite() {
            let counts = layout::exists(self.layout.rewritten().dir());
            return Err(match counts {
                Ok(false) => unopened(error),
                _ => unknown(error),
            });
        }
        self.reopened()
    }

    /// Opens the log that counts now, under the lock that was held all along.
    fn reopened(mut self) -> Result<Self, AppendError> {
        let lock = sync::lock(&self.lock).take();
        let lock = lock.ok_or(AppendError::ReadOnly)?;
        let (layout, settings) = (self.layout.clone(), self.settings);
        let clock = Arc::clone(&self.clock);
        // What it says of the old log is of no interest any more.
        self.close_now().ok();
        open_locked(layout, clock, settings, lock).map_err(unknown)
    }

    /// Writes the log with what is left of some events, and more events after it.
    fn write_anew(
        &self,
        new: &Layout,
        left: &Left,
        telling: &[NewEvent],
    ) -> Result<(), AppendError> {
        let end = sync::read(&self.state).tail.base();
        let failed = |error| unsealed(LogError::engine(end.position, error));
        let sled = new.sled(self.format.blocks);
        let mut engine = Engine::create(new, self.format.blocks).map_err(unopened)?;
        let mut writer = Writer::to(&engine);
        self.write_redacted(end, left, &mut writer)?;
        let mut chain = Chain::new(end, self.clock.now());
        for (event, version) in telling.iter().zip(self.versions_after(telling)?) {
            chain.push(event, version)?;
        }
        let mut blocks = Vec::new();
        let encoded = Encoder::new().encode(chain.records(), &mut blocks);
        encoded.map_err(|_| AppendError::Encoding)?;
        writer.take(blocks).map_err(failed)?;
        writer.end().map_err(failed)?;
        engine.close().map_err(failed)?;
        drop(engine);
        sled.sync().map_err(unopened)?;
        layout::sync(&new.log()).map_err(unopened)?;
        let begun = Journal::begin(&new.journal(), self.format.store, chain.head());
        begun.map_err(|error| unopened(error.into()))?;
        Ok(())
    }

    /// Writes the blocks of the log, each held against the chain.
    fn write_redacted(
        &self,
        end: Head,
        left: &Left,
        writer: &mut Writer<'_>,
    ) -> Result<(), AppendError> {
        let wrong = |(position, what)| unsealed(LogError::Damaged { position, what });
        let mut last = (Position(0), Head::ZERO.hash);
        let engine = self.engine().map_err(unsealed)?;
        for found in engine.scan(Position(0), end.position) {
            let next = Position(last.0.0 + 1);
            let failed = |error| unsealed(LogError::engine(next, error));
            let (first, bytes) = found.map_err(failed)?;
            let block = follow(next, first, &bytes, last.1).map_err(wrong)?;
            last = (block.last, block.hash);
            let has_any = left.range(block.first..=block.last).next().is_some();
            let blocks = match has_any {
                true => redacted(&block, left).map_err(wrong)?,
                false => vec![(first, bytes)],
            };
            writer.take(blocks).map_err(failed)?;
        }
        match last == (end.position, end.hash) {
            true => Ok(()),
            false => Err(wrong((Position(last.0.0 + 1), Damage::BlockMissing))),
        }
    }

    /// The versions of events that come after all others.
    fn versions_after(&self, events: &[NewEvent]) -> Result<Vec<Version>, AppendError> {
        let mut last: HashMap<&Slug, u64> = HashMap::new();
        let mut versions = Vec::with_capacity(events.len());
        for event in events {
            if !last.contains_key(&event.company) {
                let head = self.stream_head(&event.company).map_err(unsealed)?;
                last.insert(&event.company, head.map_or(0, |(version, _)| version.0));
            }
            let version = last.entry(&event.company).or_default();
            *version += 1;
            versions.push(Version(*version));
        }
        Ok(versions)
    }
}

/// Blocks on their way into a new log, a few at a time.
struct Writer<'e> {
    engine: &'e Engine,
    waiting: Blocks,
}

impl<'e> Writer<'e> {
    fn to(engine: &'e Engine) -> Self {
        Self {
            engine,
            waiting: Vec::new(),
        }
    }

    fn take(&mut self, blocks: Blocks) -> Result<(), EngineError> {
        self.waiting.extend(blocks);
        match self.waiting.len() < limits::GROUP_BLOCKS_MAX {
            true => Ok(()),
            false => {
                self.hand_over()?;
                self.engine.flush()
            }
        }
    }

    fn hand_over(&mut self) -> Result<(), EngineError> {
        self.engine.write(&self.waiting)?;
        self.waiting.clear();
        Ok(())
    }

    fn end(&mut self) -> Result<(), EngineError> {
        self.hand_over()?;
        self.engine.sync()
    }
}

/// The events of a block with what is left of some. It may need more blocks than before.
fn redacted(block: &Block<'_>, left: &Left) -> Result<Blocks, Wrong> {
    let records = block.records().map_err(|what| (block.first, what))?;
    let (mut rest, mut bytes) = (&*records, Vec::new());
    for position in (block.first.0..=block.last.0).map(Position) {
        let (raw, after) = Raw::split(rest).map_err(|what| (position, what))?;
        let (whole, _) = rest.split_at(rest.len() - after.len());
        match left.get(&position) {
            None => bytes.extend_from_slice(whole),
            Some(left) => {
                let written = raw.redact(left, &mut bytes);
                written.ok_or((position, Damage::RecordLength))?;
            }
        }
        rest = after;
    }
    let ends = block.ends(&bytes)?;
    let mut blocks = Vec::new();
    let encoded = Encoder::new().encode(block.chained(&bytes, &ends), &mut blocks);
    encoded.map_err(|what| (block.first, what))?;
    Ok(blocks)
}

/// The log was written anew, and may count.
fn unknown(source: OpenError) -> AppendError {
    AppendError::OutcomeUnknown {
        source: Arc::new(EngineError::Rewritten(Box::new(source))),
    }
}

fn unopened(source: OpenError) -> AppendError {
    unsealed(LogError::Open {
        source: Box::new(source),
    })
}
