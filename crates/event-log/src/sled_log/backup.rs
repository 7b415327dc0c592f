//! Backing a log up.
//!
//! The salts of the chain are in the blocks and in the journal alone. Who has the store
//! open to write reads them where they are. Another may write meanwhile, and sled's files
//! are then copied first (`lent`).

use std::fs;
use std::io::Write;
use std::path::Path;

use event_model::id::Position;

use super::SledLog;
use super::engine::Engine;
use crate::backup::{BackedUp, BackupError, BackupFolder, PartWriter};
use crate::block::{Block, Encoder, Records};
use crate::error::{Damage, LogError, Wrong, damaged};
use crate::event_log::EventLog;
use crate::kept_head::KeptHead;
use crate::sync;

/// A place that is only needed for a while.
struct Scratch<'p>(&'p Path);

impl<'p> Scratch<'p> {
    fn make(path: &'p Path) -> Result<Self, BackupError> {
        // One that was left by a crash holds nothing that counts.
        remove(path).map_err(BackupError::at(path))?;
        fs::create_dir_all(path).map_err(BackupError::at(path))?;
        Ok(Self(path))
    }
}

impl Drop for Scratch<'_> {
    fn drop(&mut self) {
        remove(self.0).ok();
    }
}

fn remove(path: &Path) -> std::io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

impl SledLog {
    /// Adds what the log holds beyond a backup to it; makes the folder if it is missing.
    ///
    /// # Errors
    ///
    /// [`BackupError::OtherLog`] if the backup is not of this log, [`BackupError::Busy`]
    /// if another is adding to it; [`BackupError`] if
    /// it is damaged, or if a file cannot be read or written. The backup is then as it
    /// was.
    pub fn back_up(&self, dir: &Path) -> Result<BackedUp, BackupError> {
        let mut folder = BackupFolder::make(dir)?;
        let _held = folder.hold()?;
        // What another added before we held it counts.
        folder = BackupFolder::open(dir)?;
        let kept = folder.verify()?;
        let head = self.head();
        let then = match kept.position <= head.position {
            true => self.head_at(kept.position)?,
            false => None,
        };
        if then.map(KeptHead::from) != Some(kept) {
            return Err(BackupError::OtherLog {
                path: folder.dir().to_owned(),
                kept,
            });
        }
        let mut backed_up = BackedUp {
            after: kept,
            head: kept,
            file: None,
        };
        if kept.position < head.position {
            let unfinished = folder.unfinished();
            let scratch = Scratch::make(&unfinished)?;
            let copy = scratch.0.join("copy");
            let (head, file) = folder.add(kept, |part| self.write_blocks(kept, part, &copy))?;
            backed_up.head = head;
            backed_up.file = Some(file);
        }
        Ok(backed_up)
    }

    /// Writes all that the log holds as one part. `scratch` is a folder that is made,
    /// used and removed again if it is needed.
    ///
    /// # Errors
    ///
    /// [`BackupError`] if a file cannot be read or written.
    pub fn back_up_to<W: Write>(
        &self,
        out: W,
        path: &Path,
        scratch: &Path,
    ) -> Result<KeptHead, BackupError> {
        let place = Scratch::make(scratch)?;
        let mut part = PartWriter::begin(out, path, KeptHead::ZERO)?;
        self.write_blocks(KeptHead::ZERO, &mut part, &place.0.join("copy"))?;
        let head = part.head();
        part.end()?;
        Ok(head)
    }

    /// Writes the blocks after a head; up to the head of the log as it is now.
    fn write_blocks<W: Write>(
        &self,
        after: KeptHead,
        part: &mut PartWriter<W>,
        copy: &Path,
    ) -> Result<(), BackupError> {
        let (base, tail) = {
            let state = sync::read(&self.state);
            let ends = state.tail.record_ends().map_err(damaged)?;
            let after = after.position.max(state.tail.base().position);
            let mut blocks = Vec::new();
            encode_after(state.tail.records(&ends), after, &mut blocks).map_err(damaged)?;
            (state.tail.base(), blocks)
        };
        if after.position < base.position {
            let engine = self.engine_or_copy(after, base, copy)?;
            write_sealed(&engine, (after.position, base.position), part)?;
        }
        tail.iter().try_for_each(|(_, block)| part.block(block))
    }
}

/// Writes blocks after a position and up to another.
pub(super) fn write_sealed<W: Write>(
    engine: &Engine,
    (after, upto): (Position, Position),
    part: &mut PartWriter<W>,
) -> Result<(), BackupError> {
    let next = Position(after.0 + 1);
    let failed = |error| LogError::engine(next, error);
    let found = engine.at_or_before(next).map_err(failed)?;
    let first = found.map_or(next, |(first, _)| first);
    for found in engine.scan(first, upto) {
        let (first, bytes) = found.map_err(failed)?;
        if first > after {
            part.block(&bytes)?;
            continue;
        }
        // A backup ended within this block, when it was no block yet.
        for (_, block) in rest_of(&bytes, after).map_err(damaged)? {
            part.block(&block)?;
        }
    }
    match part.head().position == upto {
        true => Ok(()),
        false => {
            let next = Position(part.head().position.0 + 1);
            Err(damaged((next, Damage::BlockMissing)).into())
        }
    }
}

/// A block and its bytes, or what is wrong at a position.
type Blocks = Vec<(Position, Vec<u8>)>;

/// The records of a block after a position, as blocks.
fn rest_of(bytes: &[u8], after: Position) -> Result<Blocks, Wrong> {
    let block = Block::decode(bytes).map_err(|what| (after, what))?;
    let records = block.records().map_err(|what| (block.first, what))?;
    let ends = block.ends(&records)?;
    let mut blocks = Vec::new();
    encode_after(block.chained(&records, &ends), after, &mut blocks)?;
    Ok(blocks)
}

fn encode_after(records: Records<'_>, after: Position, blocks: &mut Blocks) -> Result<(), Wrong> {
    let before = after.0.saturating_sub(records.previous.position.0);
    let before = usize::try_from(before).unwrap_or(usize::MAX);
    let (_, rest) = records.split(before);
    let encoded = Encoder::new().encode(rest, blocks);
    encoded.map_err(|what| (after, what))
}
