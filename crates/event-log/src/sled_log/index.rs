//! Opening the index of the blocks, and making it again from them: [`open`].
//!
//! What sled says is only taken where it leads from block to block up to the end of the
//! log. Where it does not, the blocks themselves tell where they are.

use std::fs;

use event_model::id::Position;

use super::block_file::{BlockFile, Extent};
use super::careful::ends_at;
use super::engine::Engine;
use super::guard;
use crate::block::Block;
use crate::error::{Damage, EngineError, LogError, OpenError};
use crate::event_log::Head;
use crate::hash::Hash;
use crate::layout::format::BlocksIn;
use crate::layout::{self, Layout, SledFolder, at};
use crate::limits;
use crate::throwaway;

/// Opens the log, whose blocks have to go as far as a head.
pub(super) fn open(layout: &Layout, base: Head) -> Result<Engine, OpenError> {
    guard::check_log(layout, BlocksIn::File)?;
    let blocks = || BlockFile::open(&layout.blocks());
    open_with(&layout.sled(BlocksIn::File), base, blocks)
}

/// Opens a copy of the index, which may be torn, of blocks that another may write.
pub(super) fn open_copy(
    copy: &SledFolder,
    layout: &Layout,
    base: Head,
) -> Result<Engine, OpenError> {
    open_with(copy, base, || BlockFile::open_to_read(&layout.blocks()))
}

fn open_with(
    folder: &SledFolder,
    base: Head,
    blocks: impl Fn() -> Result<BlockFile, OpenError>,
) -> Result<Engine, OpenError> {
    match open_as_is(folder, base, blocks()?)? {
        Some(engine) => Ok(engine),
        None => make_again(folder, base, blocks()?),
    }
}

/// Opens it as it is; `None` where it is not an index of the blocks.
fn open_as_is(
    folder: &SledFolder,
    base: Head,
    blocks: BlockFile,
) -> Result<Option<Engine>, OpenError> {
    let is_possible = folder.data().is_file()
        && guard::check_settings(folder).is_ok()
        && guard::refuse_blobs(folder).is_ok();
    if !is_possible {
        return Ok(None);
    }
    guard::remove_generating(folder)?;
    match Engine::open_as_is(folder, Some(blocks)) {
        Ok(engine) if leads_to(&engine, base) => Ok(Some(engine)),
        Err(error @ OpenError::Io { .. }) => Err(error),
        Ok(_) | Err(_) => Ok(None),
    }
}

/// Whether the index leads from one block to the next, up to one that ends with a head.
fn leads_to(engine: &Engine, base: Head) -> bool {
    let end = engine.extents(base.position).try_fold(0, |end, found| {
        let (_, extent) = found.ok()?;
        (extent.offset == end).then(|| extent.end())
    });
    end.is_some() && ends_at(engine, base).unwrap_or(false)
}

/// Makes the index again from the blocks.
fn make_again(folder: &SledFolder, base: Head, blocks: BlockFile) -> Result<Engine, OpenError> {
    let extents = walk(&blocks, base)?;
    let path = folder.path();
    throwaway::remove(path).map_err(at(path))?;
    fs::create_dir(path).map_err(at(path))?;
    let engine = Engine::open_as_is(folder, Some(blocks))?;
    let failed = |source: EngineError| OpenError::Engine { source };
    engine.index(extents.into_iter()).map_err(failed)?;
    engine.sync().map_err(failed)?;
    folder.sync()?;
    if let Some(above) = path.parent() {
        layout::sync(above)?;
    }
    Ok(engine)
}

/// Goes from block to block, which must be whole up to a head, and tells where they are.
fn walk(blocks: &BlockFile, base: Head) -> Result<Vec<(Position, Extent)>, LogError> {
    let mut walk = Walk::default();
    let mut bytes = Vec::new();
    while walk.last < base.position {
        let read = blocks.read_from(walk.offset, &mut bytes);
        read.map_err(|error| LogError::engine(walk.last, EngineError::Io(error)))?;
        walk.take(&bytes, base.position)
            .map_err(|what| damaged(Position(walk.last.0 + 1), what))?;
    }
    match (walk.last, walk.hash) == (base.position, base.hash) {
        true => Ok(walk.extents),
        false if walk.last == base.position => Err(damaged(walk.last, Damage::Chain)),
        false => Err(damaged(Position(walk.last.0 + 1), Damage::BlockMissing)),
    }
}

fn damaged(position: Position, what: Damage) -> LogError {
    LogError::Damaged { position, what }
}

/// How far the blocks were gone through.
struct Walk {
    last: Position,
    hash: Hash,
    offset: u64,
    extents: Vec<(Position, Extent)>,
}

impl Default for Walk {
    fn default() -> Self {
        Self {
            last: Position(0),
            hash: Hash::ZERO,
            offset: 0,
            extents: Vec::new(),
        }
    }
}

impl Walk {
    /// Takes the blocks that bytes hold whole, at least one; the bytes are as many as
    /// are read at once, or go to the end of the file.
    fn take(&mut self, bytes: &[u8], upto: Position) -> Result<(), Damage> {
        let is_end = bytes.len() < limits::WALK_BYTES;
        let mut rest = bytes;
        while self.last < upto && (is_end || rest.len() >= limits::BLOCK_BYTES_MAX) {
            let length = Block::length_of(rest).ok_or(Damage::BlockMissing)?;
            let block = rest.get(..length).ok_or(Damage::BlockMissing)?;
            let extent = Extent {
                offset: self.offset,
                length: u32::try_from(length).map_err(|_| Damage::BlockLength)?,
            };
            let block = Block::decode(block)?;
            if block.first.0 != self.last.0 + 1 {
                return Err(Damage::BlockMissing);
            }
            if block.previous != self.hash {
                return Err(Damage::Chain);
            }
            self.extents.push((block.first, extent));
            (self.last, self.hash, self.offset) = (block.last, block.hash, extent.end());
            rest = rest.get(length..).unwrap_or_default();
        }
        Ok(())
    }
}
