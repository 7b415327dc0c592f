//! sled as a map from first positions to blocks: [`Engine`].
//!
//! The only place that calls sled. Every call is kept [`calm`], and every
//! write is on the disk when it returns: sled's own `flush` starts the write
//! and tells no disk to keep it, so the file is synced once more by us.

use std::fs::File;

use event_model::id::Position;

use super::guard::{self, calm};
use crate::error::{Damage, EngineError, OpenError};
use crate::layout::{Layout, at};
use crate::limits;

const KEY_PREFIX: u8 = b'e';

/// The open log of sled.
pub(super) struct Engine {
    /// `None` only while it is closed.
    db: Option<sled::Db>,
    data: File,
}

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
    pub(super) fn create(layout: &Layout) -> Result<Self, OpenError> {
        Self::open_as_is(layout)
    }

    /// Opens a log that is there, past what is known to be in the way.
    pub(super) fn open(layout: &Layout) -> Result<Self, OpenError> {
        guard::before_open(layout)?;
        match Self::open_as_is(layout) {
            // An empty snapshot looks like this; the log beneath it is whole.
            Err(OpenError::Engine {
                source: EngineError::Damaged(Damage::Engine),
            }) if guard::move_snapshots_aside(layout)? => Self::open_as_is(layout),
            result => result,
        }
        .map_err(|error| match error {
            OpenError::Engine {
                source: EngineError::Damaged(what),
            } => OpenError::Damaged {
                position: Position(0),
                what,
            },
            error => error,
        })
    }

    fn open_as_is(layout: &Layout) -> Result<Self, OpenError> {
        guard::check_settings(layout)?;
        let db = calm(|| {
            sled::Config::new()
                .path(layout.log())
                .segment_size(limits::SEGMENT_BYTES)
                .cache_capacity(limits::CACHE_BYTES)
                .flush_every_ms(Some(limits::FLUSH_EVERY_MS))
                .open()
        })
        .map_err(|source| OpenError::Engine { source })?;
        let path = layout.log_data();
        let data = File::open(&path).map_err(at(&path))?;
        Ok(Self { db: Some(db), data })
    }

    fn db(&self) -> Result<&sled::Db, sled::Error> {
        let closed = || sled::Error::Unsupported("closed".to_owned());
        self.db.as_ref().ok_or_else(closed)
    }

    /// Stores blocks, and starts to write them; [`Engine::sync`] waits for it.
    pub(super) fn write(&self, blocks: &[(Position, Vec<u8>)]) -> Result<(), EngineError> {
        // One value alone costs half the writes of a batch.
        calm(|| {
            let db = self.db()?;
            for (first, block) in blocks {
                db.insert(key(*first), block.as_slice())?;
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

    /// Has sled write what it was given, so that it can use again what that makes
    /// free: its file grows less than if it were done once at the end.
    pub(super) fn flush(&self) -> Result<(), EngineError> {
        calm(|| self.db()?.flush())?;
        Ok(())
    }

    /// Makes all that was written survive a power cut.
    pub(super) fn sync(&self) -> Result<(), EngineError> {
        calm(|| self.db()?.flush())?;
        self.data.sync_data().map_err(EngineError::Io)
    }

    /// The block that begins at a position, or the last before it.
    pub(super) fn at_or_before(
        &self,
        position: Position,
    ) -> Result<Option<(Position, sled::IVec)>, EngineError> {
        let found = calm(|| {
            let mut range = self.db()?.range(..=key(position).as_slice());
            range.next_back().transpose()
        })?;
        found
            .map(|(key, block)| Ok((position_of(&key)?, block)))
            .transpose()
    }

    /// The last block.
    pub(super) fn last(&self) -> Result<Option<(Position, sled::IVec)>, EngineError> {
        let last = calm(|| self.db()?.last())?;
        last.map(|(key, block)| Ok((position_of(&key)?, block)))
            .transpose()
    }

    /// The blocks that begin at or after a position, in order.
    ///
    /// It ends with the first error.
    pub(super) fn scan(&self, from: Position) -> Scan {
        let range = calm(|| Ok(self.db()?.range(key(from).as_slice()..)));
        match range {
            Ok(range) => Scan::Going(Box::new(range)),
            Err(error) => Scan::Failed(error),
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

/// The blocks of an [`Engine`], in order.
pub(super) enum Scan {
    Going(Box<sled::Iter>),
    Failed(EngineError),
    Ended,
}

impl Iterator for Scan {
    type Item = Result<(Position, sled::IVec), EngineError>;

    fn next(&mut self) -> Option<Self::Item> {
        let item = match std::mem::replace(self, Self::Ended) {
            Self::Ended => return None,
            Self::Failed(error) => return Some(Err(error)),
            Self::Going(mut range) => {
                let item = calm(|| range.next().transpose());
                *self = Self::Going(range);
                item
            }
        };
        let item = item
            .and_then(|item| {
                item.map(|(key, block)| Ok((position_of(&key)?, block)))
                    .transpose()
            })
            .transpose();
        if !matches!(item, Some(Ok(_))) {
            *self = Self::Ended;
        }
        item
    }
}
