//! Making a store, and opening one.
//!
//! Opening mends what a crash may leave, before anything else is done: it
//! drops the tail of a batch that was never finished. Then it reads the index,
//! or what of it is missing, from the log.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex, RwLock};

use event_model::id::Position;

use super::engine::Engine;
use super::{SledLog, State, read};
use crate::block::{Block, Encoder, Mark};
use crate::clock::Clock;
use crate::error::{Damage, EngineError, LogError, OpenError};
use crate::event_log::Head;
use crate::hash::Hash;
use crate::head_mark;
use crate::index::Index;
use crate::index_file;
use crate::layout::format::Format;
use crate::layout::lock::Lock;
use crate::layout::{self, Found, Layout, MadeFolders, at};
use crate::limits;
use crate::progress::Progress;
use crate::queue::Queue;

impl SledLog {
    /// Opens the store in a folder, and makes one if there is none.
    ///
    /// The folder may be missing or empty. If it cannot be made into a store,
    /// it is left as it was.
    ///
    /// # Errors
    ///
    /// See [`OpenError`].
    pub fn create_or_open(dir: &Path, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        let layout = Layout::new(dir);
        match layout.look()? {
            Found::Store => open_store(layout, clock),
            Found::Nothing | Found::Empty | Found::Unfinished => create(layout, clock),
        }
    }

    /// Opens the store in a folder.
    ///
    /// # Errors
    ///
    /// [`OpenError::NoStore`] if there is none; nothing is made then.
    pub fn open(dir: &Path, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        let layout = Layout::new(dir);
        match layout.look()? {
            Found::Store => open_store(layout, clock),
            Found::Nothing | Found::Empty | Found::Unfinished => Err(OpenError::NoStore {
                dir: dir.to_owned(),
            }),
        }
    }
}

fn create(layout: Layout, clock: Arc<dyn Clock>) -> Result<SledLog, OpenError> {
    let made = MadeFolders::make(layout.dir())?;
    let lock = match Lock::take(&layout.lock(), clock.now()) {
        Ok(lock) => lock,
        Err(error) => {
            made.remove();
            return Err(error);
        }
    };
    // Somebody else may have made it while we came to the lock.
    if layout.look()? == Found::Store {
        return open_locked(layout, clock, lock);
    }
    create_locked(&layout, &made)
        .and_then(|(format, engine)| assemble(layout.clone(), format, engine, clock, lock))
        .inspect_err(|_| {
            // The error that led here is the one to tell.
            let _ = layout.clear();
            let _ = fs::remove_file(layout.lock());
            made.remove();
        })
}

fn create_locked(layout: &Layout, made: &MadeFolders) -> Result<(Format, Engine), OpenError> {
    layout.clear()?;
    let format = Format::new().map_err(at(&layout.format()))?;
    format.begin(layout)?;
    for folder in [layout.log(), layout.cache()] {
        fs::create_dir(&folder).map_err(at(&folder))?;
    }
    let engine = Engine::create(layout)?;
    engine
        .sync()
        .map_err(|source| OpenError::Engine { source })?;
    for path in [layout.log_settings(), layout.log_data(), layout.log()] {
        layout::sync(&path)?;
    }
    Format::finish(layout)?;
    made.sync()?;
    Ok((format, engine))
}

fn open_store(layout: Layout, clock: Arc<dyn Clock>) -> Result<SledLog, OpenError> {
    // A store that we may not open stays as it is, its lock file too.
    Format::read(&layout)?;
    let lock = Lock::take(&layout.lock(), clock.now())?;
    open_locked(layout, clock, lock)
}

fn open_locked(layout: Layout, clock: Arc<dyn Clock>, lock: Lock) -> Result<SledLog, OpenError> {
    let format = Format::read(&layout)?;
    fs::create_dir_all(layout.cache()).map_err(at(&layout.cache()))?;
    let engine = Engine::open(&layout)?;
    assemble(layout, format, engine, clock, lock)
}

fn assemble(
    layout: Layout,
    format: Format,
    engine: Engine,
    clock: Arc<dyn Clock>,
    lock: Lock,
) -> Result<SledLog, OpenError> {
    drop_unfinished(&engine)?;
    let (saved, mut index, hash) = load_index(&layout, format, &engine);
    let hash = read_blocks(&engine, &mut index, hash, Position(u64::MAX))?;
    let head = head_of(&engine, &index, hash)?;
    let marked = head_mark::load(&layout.head_mark(), format.store);
    let marked = marked.unwrap_or((Position(0), Hash::ZERO));
    check_mark(marked, head)?;
    Ok(SledLog {
        engine,
        layout,
        format,
        state: RwLock::new(State { index, head }),
        encoder: Mutex::new(Encoder::new()),
        looked_at: Mutex::default(),
        queue: Queue::new(limits::COMMIT_BYTES_MAX),
        poisoned: AtomicBool::new(false),
        progress: Progress::new(head.position),
        marked: AtomicU64::new(marked.0.0),
        saved: AtomicU64::new(saved.0),
        clock,
        _lock: lock,
    })
}

/// Refuses a log that ends before it did when it was last closed.
fn check_mark((position, hash): (Position, Hash), head: Head) -> Result<(), OpenError> {
    let damaged = |position, what| Err(OpenError::Damaged { position, what });
    if position > head.position {
        return damaged(Position(head.position.0 + 1), Damage::TailLost);
    }
    if position == head.position && hash != head.hash {
        return damaged(position, Damage::Chain);
    }
    Ok(())
}

/// Removes the blocks of a batch that was never finished: nobody was told that
/// they are there.
fn drop_unfinished(engine: &Engine) -> Result<(), LogError> {
    let failed = |position| move |error| LogError::engine(position, error);
    loop {
        let Some((position, block)) = engine.last().map_err(failed(Position(0)))? else {
            return Ok(());
        };
        let block = Block::decode(&block).map_err(|what| LogError::Damaged { position, what })?;
        let Mark::Part(first) = block.mark else {
            return Ok(());
        };
        let mut firsts = Vec::new();
        for found in engine.scan(first.min(position)) {
            firsts.push(found.map_err(failed(position))?.0);
        }
        // From the end, so that a crash in between leaves a shorter tail.
        for group in firsts.rchunks(limits::GROUP_BLOCKS_MAX) {
            engine.remove(group).map_err(failed(position))?;
        }
    }
}

/// The index of the file if it agrees with the log, or an empty one; the
/// position it was saved at, and the hash there.
fn load_index(layout: &Layout, format: Format, engine: &Engine) -> (Position, Index, Hash) {
    index_file::load(&layout.index(), format.store)
        .filter(|saved| {
            let first = saved.index.block_of(saved.position);
            let block = first.and_then(|first| engine.get(first).ok()?);
            block.is_some_and(|block| {
                Block::decode(&block)
                    .is_ok_and(|block| (block.last, block.hash) == (saved.position, saved.hash))
            })
        })
        .map_or_else(
            || (Position(0), Index::default(), Hash::ZERO),
            |saved| (saved.position, saved.index, saved.hash),
        )
}

/// Adds the blocks after an index to it, up to a position, and tells the hash
/// at its end.
pub(super) fn read_blocks(
    engine: &Engine,
    index: &mut Index,
    mut hash: Hash,
    upto: Position,
) -> Result<Hash, LogError> {
    for found in engine.scan(Position(index.events().0 + 1)) {
        let position = Position(index.events().0 + 1);
        let damaged = |what| LogError::Damaged { position, what };
        let (first, block) = found.map_err(|error| LogError::engine(position, error))?;
        if first > upto {
            break;
        }
        if first != position {
            return Err(damaged(Damage::BlockMissing));
        }
        let block = Block::decode(&block).map_err(damaged)?;
        if block.first != first {
            return Err(damaged(Damage::BlockHeader));
        }
        if block.previous != hash {
            return Err(damaged(Damage::Chain));
        }
        index.push_block(first, block.directory.entries());
        hash = block.hash;
    }
    Ok(hash)
}

fn head_of(engine: &Engine, index: &Index, hash: Hash) -> Result<Head, LogError> {
    let position = index.events();
    let damaged = |what| LogError::Damaged { position, what };
    let Some(first) = index.block_of(position) else {
        return Ok(Head::ZERO);
    };
    let block = engine
        .get(first)
        .and_then(|block| block.ok_or(EngineError::Damaged(Damage::BlockMissing)))
        .map_err(|error| LogError::engine(position, error))?;
    let last = Block::decode(&block)
        .map_err(damaged)?
        .events(|at| at == position)
        .map_err(|(position, what)| LogError::Damaged { position, what })?
        .pop();
    match last {
        Some(last) if last.hash == hash => Ok(read::head_of(&last)),
        _ => Err(damaged(Damage::Chain)),
    }
}
