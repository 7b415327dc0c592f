//! Making a store of a backup.

use std::path::Path;
use std::sync::Arc;

use event_model::id::Position;

use super::open;
use super::{Settings, SledLog};
use crate::backup::{BackupError, BackupFolder, PartReader};
use crate::block::Block;
use crate::clock::Clock;
use crate::error::{Damage, LogError, Wrong, damaged};
use crate::event_log::Head;
use crate::kept_head::KeptHead;
use crate::layout::format::BlocksIn;
use crate::layout::{Found, Layout};
use crate::limits;
use crate::sync;

impl SledLog {
    /// Makes a store of the parts of a backup, in a folder in which nothing is, or that
    /// holds one whose making was interrupted.
    ///
    /// The events have the positions, times and hashes that they had. As long as it is not
    /// done, the folder is no store for whoever looks.
    ///
    /// # Errors
    ///
    /// [`BackupError::NotEmpty`] if something is there; [`BackupError`] if the backup
    /// is damaged, or a file cannot be written. Then nothing is left of the store.
    pub fn restore(
        folder: &BackupFolder,
        dir: &Path,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, BackupError> {
        // Before anything is made.
        if folder.verify()? == KeptHead::ZERO {
            return Err(BackupError::NotABackup {
                path: folder.dir().to_owned(),
            });
        }
        restored(dir, clock, |take| folder.read(take))
    }

    /// The same of a single part, such as one that was written by
    /// [`SledLog::back_up_to`].
    ///
    /// # Errors
    ///
    /// As [`SledLog::restore`].
    pub fn restore_part(
        part: &mut PartReader<impl std::io::Read>,
        path: &Path,
        dir: &Path,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, BackupError> {
        if part.after() != KeptHead::ZERO {
            return Err(BackupError::Gap {
                path: path.to_owned(),
                found: part.after(),
                expected: KeptHead::ZERO,
            });
        }
        restored(dir, clock, |take| {
            while let Some((first, block)) = part.next()? {
                take(first, block)?;
            }
            Ok(part.head())
        })
    }

    /// Takes in blocks, and lets them count.
    fn take_blocks(
        &self,
        read: impl FnOnce(Take<'_>) -> Result<KeptHead, BackupError>,
    ) -> Result<(), BackupError> {
        let engine = self.engine()?;
        let mut group: Vec<(Position, Vec<u8>)> = Vec::new();
        let mut last = None;
        let write = |group: &mut Vec<_>| {
            let written = engine.write(group);
            group.clear();
            written.map_err(|error| LogError::engine(Position(0), error))
        };
        let head = read(&mut |first, block| {
            last = Some(block.clone());
            group.push((first, block));
            match group.len() >= limits::GROUP_BLOCKS_MAX {
                true => Ok(write(&mut group)?),
                false => Ok(()),
            }
        })?;
        write(&mut group)?;
        engine
            .sync()
            .map_err(|error| LogError::engine(head.position, error))?;
        let recorded = last.map(|block| last_recorded(&block)).transpose();
        let head = Head {
            position: head.position,
            recorded: recorded.map_err(damaged)?,
            hash: head.hash,
        };
        if head == Head::ZERO {
            return Ok(());
        }
        let mut journal = sync::lock(&self.journal);
        let mut streams = self.new_streams(head, None)?;
        match &mut *journal {
            Some(journal) => Ok(self.turn_over(journal, head, &mut streams)?),
            None => Ok(()),
        }
    }
}

/// What takes a block in.
type Take<'t> = &'t mut dyn FnMut(Position, Vec<u8>) -> Result<(), BackupError>;

fn restored(
    dir: &Path,
    clock: Arc<dyn Clock>,
    read: impl FnOnce(Take<'_>) -> Result<KeptHead, BackupError>,
) -> Result<SledLog, BackupError> {
    let layout = Layout::new(dir);
    let not_empty = || BackupError::NotEmpty {
        dir: dir.to_owned(),
    };
    match layout.look() {
        // What was interrupted is begun anew.
        Ok(Found::Nothing | Found::Empty | Found::Unfinished) => {}
        _ => return Err(not_empty()),
    }
    let making = open::begin(layout, clock, Settings::default(), BlocksIn::File)?;
    let making = making.map_err(|_| not_empty())?;
    match making.log.take_blocks(read) {
        Ok(()) => Ok(making.finish()?),
        Err(error) => {
            making.discard();
            Err(error)
        }
    }
}

/// When the last event of a block was recorded.
fn last_recorded(bytes: &[u8]) -> Result<event_model::time::Instant, Wrong> {
    let block = Block::decode(bytes).map_err(|what| (Position(0), what))?;
    let records = block.records().map_err(|what| (block.first, what))?;
    let ends = block.ends(&records)?;
    let last = ends.last().map(|end| end.recorded);
    last.ok_or((block.last, Damage::BlockLength))
}
