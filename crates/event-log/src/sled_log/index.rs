//! Opening the index of the blocks, and making it again from them: [`open`].
//!
//! What sled says is only taken where it leads from block to block up to the end of the
//! log. Where it does not, the blocks themselves tell where they are.

use std::fs;

use event_model::id::Position;

use super::block_file::{BlockFile, Extent};
use super::block_walk::BlockWalk;
use super::careful::ends_at;
use super::engine::Engine;
use super::guard;
use crate::block::Block;
use crate::error::{Damage, EngineError, LogError, OpenError, damaged};
use crate::event_log::Head;
use crate::hash::Hash;
use crate::layout::format::BlocksIn;
use crate::layout::{self, Layout, SledFolder, at};
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
    let (mut last, mut hash) = (Position(0), Hash::ZERO);
    let mut extents = Vec::new();
    for walked in BlockWalk::of(blocks, base.position) {
        let walked = walked?;
        let block = Block::decode(&walked.bytes).map_err(|what| damaged((walked.first, what)))?;
        if block.previous != hash {
            return Err(damaged((block.first, Damage::Chain)));
        }
        extents.push((block.first, walked.extent));
        (last, hash) = (block.last, block.hash);
    }
    match (last, hash) == (base.position, base.hash) {
        true => Ok(extents),
        false if last == base.position => Err(damaged((last, Damage::Chain))),
        false => Err(damaged((Position(last.0 + 1), Damage::BlockMissing))),
    }
}
