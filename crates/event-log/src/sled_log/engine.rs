//! The blocks by their first positions: [`Engine`].
//!
//! The only place that calls sled. In a store of format 1 a block is a value of sled; in
//! one of format 2 the value says where it is in the [`BlockFile`]. Every call is kept
//! [`calm`]. What was written is on the disk once [`Engine::sync`] returns: sled's own
//! `flush` starts the write and tells no disk to keep it, so we sync its file once more.

use std::fs::File;
use std::io::ErrorKind;
use std::ops::Bound;

use event_model::id::Position;

use super::block_file::{BlockFile, Extent};
use super::guard::{self, calm};
use crate::error::{Damage, EngineError, OpenError};
use crate::layout::format::BlocksIn;
use crate::layout::{Layout, SledFolder, at};
use crate::limits;

const KEY_PREFIX: u8 = b'e';

/// The open log of sled.
pub(super) struct Engine {
    /// `None` only while it is closed.
    db: Option<sled::Db>,
    data: File,
    /// `None` where sled holds the blocks.
    blocks: Option<BlockFile>,
}

/// A block, and its first position.
pub(super) type StoredBlock = (Position, Vec<u8>);

fn key(first: Position) -> [u8; 9] {
    let mut key = [KEY_PREFIX; 9];
    for (byte, new) in key.iter_mut().skip(1).zip(first.0.to_be_bytes()) {
        *byte = new;
    }
    key
}

fn position_of(key: &[u8]) -> Result<Position, EngineError> {
    match key.split_first() {
        Some((&KEY_PREFIX, position)) => position
            .try_into()
            .map(|position| Position(u64::from_be_bytes(position)))
            .map_err(|_| EngineError::Damaged(Damage::ForeignKey)),
        _ => Err(EngineError::Damaged(Damage::ForeignKey)),
    }
}

impl Engine {
    /// Makes the log of a new store.
    pub(super) fn create(layout: &Layout, blocks: BlocksIn) -> Result<Self, OpenError> {
        let file = match blocks {
            BlocksIn::Sled => None,
            BlocksIn::File => Some(BlockFile::create(&layout.blocks())?),
        };
        Self::open_as_is(&layout.sled(blocks), file)
    }

    /// Opens a log that is there. What sled does not understand of it, it takes away;
    /// [`super::careful`] and [`super::index`] see to that.
    pub(super) fn open_as_is(
        folder: &SledFolder,
        blocks: Option<BlockFile>,
    ) -> Result<Self, OpenError> {
        let kept = match blocks {
            None => BlocksIn::Sled,
            Some(_) => BlocksIn::File,
        };
        let db = calm(|| {
            sled::Config::new()
                .path(folder.path())
                .segment_size(kept.segment_bytes())
                .cache_capacity(limits::CACHE_BYTES)
                .flush_every_ms(Some(limits::FLUSH_EVERY_MS))
                .open()
        })
        .map_err(|source| OpenError::Engine { source })?;
        let path = folder.data();
        let data = File::open(&path).map_err(at(&path))?;
        Ok(Self {
            db: Some(db),
            data,
            blocks,
        })
    }

    /// The file in which sled keeps its data.
    pub(super) fn data(&self) -> &File {
        &self.data
    }

    fn db(&self) -> Result<&sled::Db, sled::Error> {
        let closed = || sled::Error::Unsupported("closed".to_owned());
        self.db.as_ref().ok_or_else(closed)
    }

    /// Stores blocks, and starts to write them; [`Engine::sync`] waits for it.
    pub(super) fn write(&self, blocks: &[StoredBlock]) -> Result<(), EngineError> {
        let Some(file) = &self.blocks else {
            let values = blocks.iter();
            return self.insert(values.map(|(first, block)| (*first, block)));
        };
        let extents = file.append(blocks).map_err(EngineError::Io)?;
        let firsts = blocks.iter().map(|(first, _)| *first);
        self.index(firsts.zip(extents))
    }

    /// Says where blocks are.
    pub(super) fn index(
        &self,
        extents: impl Iterator<Item = (Position, Extent)>,
    ) -> Result<(), EngineError> {
        self.insert(extents.map(|(first, extent)| (first, extent.encode())))
    }

    fn insert(
        &self,
        values: impl Iterator<Item = (Position, impl AsRef<[u8]>)>,
    ) -> Result<(), EngineError> {
        // One value alone costs half the writes of a batch.
        calm(|| {
            let db = self.db()?;
            for (first, value) in values {
                db.insert(key(first), value.as_ref())?;
            }
            Ok(())
        })
    }

    /// Removes blocks, all or none, and returns once that survives a power cut.
    pub(super) fn remove(&self, firsts: &[Position]) -> Result<(), EngineError> {
        calm(|| {
            let mut batch = sled::Batch::default();
            for &first in firsts {
                batch.remove(&key(first));
            }
            self.db()?.apply_batch(batch)
        })?;
        self.sync()
    }

    /// Ends the file of the blocks after the last of them.
    pub(super) fn end_file(&self) -> Result<(), EngineError> {
        let Some(file) = &self.blocks else {
            return Ok(());
        };
        let last = calm(|| self.db()?.last())?;
        let end = last.map_or(Ok(0), |(_, value)| extent_of(&value).map(Extent::end))?;
        file.end_at(end).map_err(EngineError::Io)
    }

    /// Has what was given written, a part at a time. So the disk has something to do
    /// meanwhile, and sled, where it holds the blocks, can use again what that makes
    /// free: its file grows less than if it were done once at the end.
    pub(super) fn flush(&self) -> Result<(), EngineError> {
        match &self.blocks {
            Some(file) => file.flush().map_err(EngineError::Io),
            None => calm(|| self.db()?.flush()).map(drop),
        }
    }

    /// Makes all that was written survive a power cut.
    pub(super) fn sync(&self) -> Result<(), EngineError> {
        if let Some(file) = &self.blocks {
            file.sync().map_err(EngineError::Io)?;
        }
        calm(|| self.db()?.flush())?;
        self.data.sync_data().map_err(EngineError::Io)
    }

    /// The block that begins at a position, or the last before it.
    pub(super) fn at_or_before(
        &self,
        position: Position,
    ) -> Result<Option<StoredBlock>, EngineError> {
        let found = calm(|| {
            let mut range = self.db()?.range(..=key(position).as_slice());
            range.next_back().transpose()
        })?;
        found.map(|found| self.block(found)).transpose()
    }

    /// The last block.
    pub(super) fn last(&self) -> Result<Option<StoredBlock>, EngineError> {
        let last = calm(|| self.db()?.last())?;
        last.map(|found| self.block(found)).transpose()
    }

    /// The first positions of the blocks after a position, in order.
    pub(super) fn firsts_after(&self, position: Position) -> Result<Vec<Position>, EngineError> {
        let keys = calm(|| {
            let after = key(position);
            let after = (Bound::Excluded(after.as_slice()), Bound::Unbounded);
            self.db()?
                .range::<&[u8], _>(after)
                .keys()
                .collect::<Result<Vec<_>, _>>()
        })?;
        keys.iter().map(|key| position_of(key)).collect()
    }

    /// The blocks that begin between two positions, these too, in order.
    ///
    /// It ends with the first error.
    pub(super) fn scan(&self, from: Position, upto: Position) -> Scan<'_> {
        Scan {
            engine: self,
            entries: self.entries(from, upto),
        }
    }

    /// Where the blocks are that begin up to a position, as the index has it.
    pub(super) fn extents(
        &self,
        upto: Position,
    ) -> impl Iterator<Item = Result<(Position, Extent), EngineError>> {
        self.entries(Position(0), upto).map(|entry| {
            entry.and_then(|(key, value)| Ok((position_of(&key)?, extent_of(&value)?)))
        })
    }

    fn entries(&self, from: Position, upto: Position) -> Entries {
        let (from, upto) = (key(from), key(upto));
        let range = calm(|| Ok(self.db()?.range(from.as_slice()..=upto.as_slice())));
        match range {
            Ok(range) => Entries::Going(Box::new(range)),
            Err(error) => Entries::Failed(error),
        }
    }

    /// The block of an entry of sled.
    fn block(&self, (key, value): (sled::IVec, sled::IVec)) -> Result<StoredBlock, EngineError> {
        let first = position_of(&key)?;
        let Some(file) = &self.blocks else {
            return Ok((first, value.to_vec()));
        };
        match file.read(extent_of(&value)?) {
            Ok(block) => Ok((first, block)),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
                Err(EngineError::Damaged(Damage::BlockMissing))
            }
            Err(error) => Err(EngineError::Io(error)),
        }
    }

    /// Whether the first key is that of a block, or there is none.
    ///
    /// Together with a scan from the start this makes sure that no key is
    /// not ours.
    pub(super) fn check_first_key(&self) -> Result<(), EngineError> {
        match calm(|| self.db()?.first())? {
            Some((key, _)) => position_of(&key).map(|_| ()),
            None => Ok(()),
        }
    }

    /// Gives the file back.
    pub(super) fn close(&mut self) -> Result<(), EngineError> {
        if self.db.is_some() {
            self.sync()?;
        }
        self.drop_db()
    }

    fn drop_db(&mut self) -> Result<(), EngineError> {
        let Some(db) = self.db.take() else {
            return Ok(());
        };
        calm(|| {
            drop(db);
            Ok(())
        })?;
        guard::wait_until_free(&self.data);
        Ok(())
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // All that was acknowledged is on the disk already.
        let _ = self.drop_db();
    }
}

fn extent_of(value: &[u8]) -> Result<Extent, EngineError> {
    Extent::decode(value).ok_or(EngineError::Damaged(Damage::BlockIndex))
}

/// The blocks of an [`Engine`], in order.
pub(super) struct Scan<'e> {
    engine: &'e Engine,
    entries: Entries,
}

impl Iterator for Scan<'_> {
    type Item = Result<StoredBlock, EngineError>;

    fn next(&mut self) -> Option<Self::Item> {
        let block = self.entries.next()?;
        let block = block.and_then(|entry| self.engine.block(entry));
        if block.is_err() {
            self.entries = Entries::Ended;
        }
        Some(block)
    }
}

/// What sled holds, in order; it ends with the first error.
enum Entries {
    Going(Box<sled::Iter>),
    Failed(EngineError),
    Ended,
}

impl Iterator for Entries {
    type Item = Result<(sled::IVec, sled::IVec), EngineError>;

    fn next(&mut self) -> Option<Self::Item> {
        match std::mem::replace(self, Self::Ended) {
            Self::Ended => None,
            Self::Failed(error) => Some(Err(error)),
            Self::Going(mut range) => {
                let entry = calm(|| range.next().transpose()).transpose();
                if matches!(entry, Some(Ok(_))) {
                    *self = Self::Going(range);
                }
                entry
            }
        }
    }
}
