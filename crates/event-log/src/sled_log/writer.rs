//! Turning events into blocks on the disk: [`Writer`].

use std::sync::{Arc, MutexGuard};

use event_model::id::{Position, Version};

use super::SledLog;
use crate::block::{Draft, Encoder, Mark};
use crate::chain::{Chain, Sealed};
use crate::error::AppendError;
use crate::event_log::{Head, NewEvent};
use crate::index::Pending;
use crate::limits;
use crate::sync;

/// Takes the events of one commit, and writes them block by block.
///
/// What fits into one atomic write of sled goes there whole. What does not is
/// written in groups, each synced before the next, and marked as parts of a
/// batch; until the part that ends it is on the disk, nothing of it counts.
pub(super) struct Writer<'l> {
    log: &'l SledLog,
    encoder: MutexGuard<'l, Encoder>,
    chain: Chain,
    first: Position,
    sealed: Vec<Sealed>,
    sealed_bytes: usize,
    drafts: Vec<Draft>,
    /// Parts of the batch are on the disk.
    parted: bool,
    pending: Pending,
}

/// What was written, and where that leaves the log.
pub(super) struct Written {
    pub(super) head: Head,
    pub(super) pending: Pending,
}

impl<'l> Writer<'l> {
    pub(super) fn new(log: &'l SledLog) -> Self {
        let head = sync::read(&log.state).head;
        Self {
            log,
            encoder: sync::lock(&log.encoder),
            chain: Chain::new(head, log.clock.now()),
            first: Position(head.position.0 + 1),
            sealed: Vec::new(),
            sealed_bytes: 0,
            drafts: Vec::new(),
            parted: false,
            pending: Pending::default(),
        }
    }

    /// Adds an event.
    pub(super) fn push(&mut self, event: &NewEvent, version: Version) -> Result<(), AppendError> {
        let sealed = self.chain.seal(event, version)?;
        if self.sealed.len() == limits::BLOCK_EVENTS_MAX
            || self.sealed_bytes + sealed.bytes.len() > limits::BLOCK_RAW_BYTES_MAX
        {
            self.cut()?;
        }
        self.sealed_bytes += sealed.bytes.len();
        self.sealed.push(sealed);
        // One draft stays back, so that there is one to end the batch with.
        while self.drafts.len() > limits::GROUP_BLOCKS_MAX {
            self.write_part()?;
        }
        Ok(())
    }

    /// Makes blocks of the events at hand.
    fn cut(&mut self) -> Result<(), AppendError> {
        let before = self.drafts.len();
        self.encoder
            .encode(&self.sealed, &mut self.drafts)
            .map_err(|_| AppendError::Encoding)?;
        for draft in self.drafts.iter().skip(before) {
            self.pending.push_block(draft.first());
        }
        for sealed in self.sealed.drain(..) {
            self.pending.push(&sealed.company, sealed.id);
        }
        self.sealed_bytes = 0;
        Ok(())
    }

    fn write_part(&mut self) -> Result<(), AppendError> {
        self.parted = true;
        let part = Mark::Part(self.first);
        let count = limits::GROUP_BLOCKS_MAX.min(self.drafts.len());
        let blocks = self
            .drafts
            .drain(..count)
            .map(|draft| (draft.first(), draft.finish(part)))
            .collect();
        self.write(blocks)
    }

    /// Writes what is left; all of it is on the disk then.
    pub(super) fn finish(mut self) -> Result<Written, AppendError> {
        self.cut()?;
        while self.drafts.len() > limits::GROUP_BLOCKS_MAX {
            self.write_part()?;
        }
        let mut drafts = std::mem::take(&mut self.drafts);
        let last = drafts.pop();
        let (part, end) = if self.parted {
            (Mark::Part(self.first), Mark::End(self.first))
        } else {
            (Mark::Alone, Mark::Alone)
        };
        let blocks: Vec<_> = drafts
            .into_iter()
            .map(|draft| (draft, part))
            .chain(last.map(|draft| (draft, end)))
            .map(|(draft, mark)| (draft.first(), draft.finish(mark)))
            .collect();
        self.write(blocks)?;
        self.parted = false;
        Ok(Written {
            head: self.chain.head(),
            pending: std::mem::take(&mut self.pending),
        })
    }

    fn write(&self, blocks: Vec<(Position, Vec<u8>)>) -> Result<(), AppendError> {
        self.log.engine.write(blocks).map_err(|error| {
            self.log.poison();
            AppendError::OutcomeUnknown {
                source: Arc::new(error),
            }
        })
    }

    /// Writes parts only, and stops: what a crash in a batch leaves.
    #[cfg(test)]
    pub(super) fn abandon(mut self) -> Result<(), AppendError> {
        self.cut()?;
        while !self.drafts.is_empty() {
            self.write_part()?;
        }
        Ok(())
    }
}

impl Drop for Writer<'_> {
    fn drop(&mut self) {
        // Parts without an end may not be followed by anything; they are
        // dropped when the log is opened again.
        if self.parted {
            self.log.poison();
        }
    }
}
