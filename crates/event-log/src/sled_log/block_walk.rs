//! The blocks of a file, one after the other, as they lie there: [`BlockWalk`].
//!
//! Nothing that it finds is checked but that each block goes on where the one before it
//! ends; sled is not needed for it.

use event_model::id::Position;

use super::block_file::{BlockFile, Extent};
use crate::block::Block;
use crate::error::{Damage, EngineError, LogError};
use crate::limits;

/// A block, and where it is.
pub(super) struct Walked {
    /// Its first position, by its header.
    pub(super) first: Position,
    pub(super) extent: Extent,
    pub(super) bytes: Vec<u8>,
}

/// The blocks up to a position. It ends with the first error.
pub(super) struct BlockWalk<'f> {
    file: &'f BlockFile,
    next: Position,
    upto: Position,
    /// What was read of the file from an offset on, and how much of it was walked.
    read: Vec<u8>,
    offset: u64,
    walked: usize,
    /// There is no more after it.
    is_end: bool,
}

impl<'f> BlockWalk<'f> {
    pub(super) fn of(file: &'f BlockFile, upto: Position) -> Self {
        Self {
            file,
            next: Position(1),
            upto,
            read: Vec::new(),
            offset: 0,
            walked: 0,
            is_end: false,
        }
    }

    fn step(&mut self) -> Result<Walked, LogError> {
        let next = self.next;
        let missing = || LogError::Damaged {
            position: next,
            what: Damage::BlockMissing,
        };
        let rest = self.read.len() - self.walked;
        if rest < limits::BLOCK_BYTES_MAX && !self.is_end {
            self.offset += self.walked as u64;
            self.walked = 0;
            let read = self.file.read_from(self.offset, &mut self.read);
            read.map_err(|error| LogError::engine(next, EngineError::Io(error)))?;
            self.is_end = self.read.len() < limits::WALK_BYTES;
        }
        let rest = self.read.get(self.walked..).unwrap_or_default();
        let header = Block::peek(rest).filter(|header| header.first == next);
        let header = header.ok_or_else(missing)?;
        let bytes = rest.get(..header.length).ok_or_else(missing)?.to_vec();
        let extent = Extent {
            offset: self.offset + self.walked as u64,
            length: u32::try_from(header.length).map_err(|_| missing())?,
        };
        self.walked += header.length;
        self.next = Position(header.last.0 + 1);
        Ok(Walked {
            first: next,
            extent,
            bytes,
        })
    }
}

impl Iterator for BlockWalk<'_> {
    type Item = Result<Walked, LogError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next > self.upto {
            return None;
        }
        let walked = self.step();
        if walked.is_err() {
            self.upto = Position(0);
        }
        Some(walked)
    }
}
