//! Opening sled, where it holds the blocks, so that nothing is lost by it: [`open`].

use event_model::id::Position;

use super::engine::Engine;
use super::guard;
use super::seal::follow_all;
use super::undo::{Reach, Undo};
use crate::block::Block;
use crate::error::{Damage, EngineError, LogError, OpenError};
use crate::event_log::Head;
use crate::hash::Hash;
use crate::layout::format::BlocksIn;
use crate::layout::{Layout, at};

/// Opens the log of sled, which has to go as far as a head. If it does not, because sled
/// took something damaged for its end, its files are put back as they were.
pub(super) fn open(layout: &Layout, base: Head) -> Result<Engine, OpenError> {
    guard::before_open(layout, BlocksIn::Sled)?;
    guard::check_settings(&layout.sled(BlocksIn::Sled))?;
    let undo = Undo::keep(layout, Reach::SinceSnapshot)?;
    let opened = attempt(layout, &undo, base, open_as_is);
    match opened {
        Err(error) if may_be_beside(&error) => again(layout, base).unwrap_or(Err(error)),
        opened => opened,
    }
    .map_err(told)
}

/// Opens a copy, which may be torn.
pub(super) fn open_copy(copy: &Layout) -> Result<Engine, OpenError> {
    guard::before_open(copy, BlocksIn::Sled)?;
    open_as_is(copy).or_else(|_| {
        guard::move_aside(copy)?;
        open_as_is(copy)
    })
}

/// An empty snapshot looks like this, and settings that cannot be understood; the log
/// beneath them may be whole.
fn may_be_beside(error: &OpenError) -> bool {
    matches!(
        error,
        OpenError::Engine {
            source: EngineError::Damaged(Damage::Engine) | EngineError::Sled(_),
        }
    )
}

/// Opens it without its snapshots and settings; `None` where that cannot be tried.
fn again(layout: &Layout, base: Head) -> Option<Result<Engine, OpenError>> {
    let undo = Undo::keep(layout, Reach::All).ok()?;
    let opened = attempt(layout, &undo, base, |layout| {
        guard::move_aside(layout)?;
        let engine = open_as_is(layout)?;
        reaches(&engine, base)?;
        Ok(engine)
    });
    Some(opened)
}

fn open_as_is(layout: &Layout) -> Result<Engine, OpenError> {
    Engine::open_as_is(&layout.sled(BlocksIn::Sled), None)
}

fn attempt(
    layout: &Layout,
    undo: &Undo,
    base: Head,
    open: impl FnOnce(&Layout) -> Result<Engine, OpenError>,
) -> Result<Engine, OpenError> {
    let opened = open(layout).and_then(|engine| {
        let misses = undo.misses(engine.data());
        if misses.map_err(at(layout.sled(BlocksIn::Sled).path()))? || !ends_at(&engine, base)? {
            reaches(&engine, base)?;
        }
        Ok(engine)
    });
    if opened.is_err() {
        undo.put_back(layout)?;
    }
    opened
}

/// Whether there is a block that ends with a head. One of another store, or of an older
/// copy, does not.
pub(super) fn ends_at(engine: &Engine, base: Head) -> Result<bool, LogError> {
    if base.position == Position(0) {
        return Ok(true);
    }
    let found = engine.at_or_before(base.position);
    let found = found.map_err(|error| LogError::engine(base.position, error))?;
    let block = found.as_ref().map(|(_, bytes)| Block::decode(bytes));
    Ok(matches!(block, Some(Ok(block)) if (block.last, block.hash) == (base.position, base.hash)))
}

/// Walks the blocks, which must be whole up to a head.
fn reaches(engine: &Engine, base: Head) -> Result<(), LogError> {
    follow_all(engine, (Position(0), Hash::ZERO), base, |_| Ok(()))
}

/// What sled says of its file when it is opened is said of the whole log.
pub(super) fn told(error: OpenError) -> OpenError {
    match error {
        OpenError::Engine {
            source: EngineError::Damaged(what),
        } => OpenError::Damaged {
            position: Position(0),
            what,
        },
        error => error,
    }
}
