//! The hashes of the chain, and what they were made of.

use event_model::id::Position;

use super::SledLog;
use super::read::block_with;
use crate::error::{Damage, LogError, damaged};
use crate::event_log::EventLog;
use crate::hash::Hash;
use crate::link::Link;
use crate::sync;

impl SledLog {
    /// Gives the hash of the chain at each position up to one, in order; quicker than
    /// to ask for one after the other.
    ///
    /// # Errors
    ///
    /// [`LogError`] if they cannot be read.
    pub fn visit_hashes(
        &self,
        upto: Position,
        visit: &mut dyn FnMut(Hash),
    ) -> Result<(), LogError> {
        let state = sync::read(&self.state);
        let base = state.tail.base().position;
        let missing = |position| damaged((position, Damage::Index));
        if let Some(streams) = &state.streams {
            let mut hashes = streams.hashes();
            for position in (1..=base.min(upto).0).map(Position) {
                visit(hashes.hash(position)?.ok_or_else(|| missing(position))?);
            }
        }
        for position in (base.0 + 1..=upto.0).map(Position) {
            let head = state.tail.head_at(position);
            visit(
                head.ok_or_else(|| missing(position))?
                    .map_err(damaged)?
                    .hash,
            );
        }
        Ok(())
    }

    /// What the hash of the chain at a position was made of, from the log itself;
    /// `None` if there is nothing.
    ///
    /// # Errors
    ///
    /// [`LogError`] if it cannot be read.
    pub fn link(&self, position: Position) -> Result<Option<Link>, LogError> {
        if position == Position(0) || position > self.head().position {
            return Ok(None);
        }
        {
            let state = sync::read(&self.state);
            if let Some(raw) = state.tail.raw(position) {
                let before = state.hash_at(Position(position.0 - 1))?;
                let before = before.ok_or_else(|| damaged((position, Damage::Index)))?;
                return Ok(Some(raw.map_err(damaged)?.link(before)));
            }
        }
        let found = self.stored_block(position)?;
        let block = block_with(position, &found)?;
        let records = block.records();
        let records = records.map_err(|what| damaged((block.first, what)))?;
        let (mut before, mut link) = (block.previous, None);
        let walked = block.walk(&records, |raw, hash| {
            if raw.position() == position {
                link = Some(raw.link(before));
            }
            before = hash;
            Ok(())
        });
        walked.map_err(damaged)?;
        Ok(link)
    }
}
