//! Making a store, and opening one, to write or only to read.
//!
//! Neither opens the blocks: the journal says where they end, and the streams
//! hold what is in them.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;

use event_model::id::Position;

use super::engine::Engine;
use super::lent::is_of_machine;
use super::refresh::Watch;
use super::tail::Tail;
use super::{Settings, SledLog, State, guard, rewritten};
use crate::clock::Clock;
use crate::error::{Damage, OpenError};
use crate::event_log::Head;
use crate::hash::Hash;
use crate::head_mark;
use crate::journal::{Contents, Journal, Watched};
use crate::layout::format::{BlocksIn, Format};
use crate::layout::lock::Lock;
use crate::layout::{self, Found, Layout, MadeFolders, at};
use crate::limits;
use crate::progress::Progress;
use crate::queue::Queue;
use crate::stamps::Stamps;
use crate::streams::Streams;
use crate::throwaway;

/// How often a reader looks again while a writer puts the streams in place.
const LOOKS: u32 = 40;
const BETWEEN_LOOKS: Duration = Duration::from_millis(5);
/// The same where there are no streams at all: the first are put in place sooner.
const BARE_LOOKS: u32 = 10;

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
        Self::create_or_open_with(dir, clock, Settings::default())
    }

    /// The same with other settings.
    ///
    /// # Errors
    ///
    /// See [`OpenError`].
    pub fn create_or_open_with(
        dir: &Path,
        clock: Arc<dyn Clock>,
        settings: Settings,
    ) -> Result<Self, OpenError> {
        let layout = Layout::new(dir);
        match layout.look()? {
            Found::Store => open_to_write(layout, clock, settings),
            Found::Nothing | Found::Empty | Found::Unfinished => {
                create(layout, clock, settings, BlocksIn::File)
            }
        }
    }

    /// Opens the store in a folder.
    ///
    /// # Errors
    ///
    /// [`OpenError::NoStore`] if there is none; nothing is made then.
    pub fn open(dir: &Path, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        open_to_write(found(dir)?, clock, Settings::default())
    }

    /// Opens the store in a folder to read what it holds now. Others may read
    /// and write it meanwhile.
    ///
    /// Only where the streams are missing, or behind, and nobody writes is it opened as
    /// by [`SledLog::open`], and they are made again. While a writer is at that, the log
    /// is told as it was before.
    ///
    /// # Errors
    ///
    /// As [`SledLog::open`]; [`OpenError::Cache`] where they are to be made again and the
    /// system does not allow it: [`SledLog::open_with_caches_elsewhere`] does without.
    pub fn open_to_read(dir: &Path, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        let layout = found(dir)?;
        let format = Format::read(&layout)?;
        for again in 0..LOOKS {
            if again > 0 {
                std::thread::sleep(BETWEEN_LOOKS);
            }
            match look(&layout, &format) {
                Ok(Looked::Whole(seen)) => return Ok(seen.into_log(layout, format, clock)),
                Ok(Looked::Bare) if again >= BARE_LOOKS => break,
                // A writer may be at it.
                Ok(Looked::Unsettled | Looked::Bare) => {}
                // A log that was written anew may have come into its place meanwhile.
                Err(_) if again == 0 => {}
                Err(error) => return Err(error),
            }
        }
        match Self::open(dir, Arc::clone(&clock)) {
            Err(held @ OpenError::Held { .. }) => match look_before(&layout, &format)? {
                Some(seen) => Ok(seen.into_log(layout, format, clock)),
                None => Err(held),
            },
            Err(refused) if is_of_machine(&refused) && !is_rewritten(&layout)? => {
                Err(OpenError::Cache {
                    what: format!("the caches are missing or damaged, and {refused}"),
                })
            }
            opened => opened,
        }
    }
}

/// Whether a log that was written anew is not in its place yet.
pub(super) fn is_rewritten(layout: &Layout) -> Result<bool, OpenError> {
    layout::exists(layout.rewritten().dir())
}

/// What who only reads finds.
pub(super) enum Looked {
    /// All of the log.
    Whole(Box<Seen>),
    /// Streams that do not go as far as the journal begins, or go further.
    Unsettled,
    /// No streams, though there should be.
    Bare,
}

/// A log as it is found at once.
pub(super) struct Seen {
    pub(super) state: State,
    pub(super) watched: Watched,
    marked: Option<(Position, Hash)>,
}

/// Looks at a log without its lock.
///
/// A log that was written anew may be on its way into its place, now or a moment ago.
pub(super) fn look(layout: &Layout, format: &Format) -> Result<Looked, OpenError> {
    if is_rewritten(layout)? {
        return Ok(Looked::Unsettled);
    }
    match look_at(layout, format) {
        Err(_) if is_rewritten(layout)? => Ok(Looked::Unsettled),
        looked => looked,
    }
}

fn look_at(layout: &Layout, format: &Format) -> Result<Looked, OpenError> {
    // Before the journal: a writer may go on meanwhile.
    let marked = head_mark::load(&layout.head_mark(), format.store);
    let journal = Contents::read_newest(&layout.journal(), format.store)?;
    guard::check_log(layout, format.blocks)?;
    let streams = Streams::open(&layout.streams(), format.store)?.map(Arc::new);
    let upto = streams.as_ref().map(|streams| streams.upto());
    if upto.unwrap_or(Head::ZERO) != journal.base {
        return Ok(match upto {
            // A batch may be on its way into them, or was between our two looks.
            Some(upto) if upto.position != journal.base.position => Looked::Unsettled,
            _ => Looked::Bare,
        });
    }
    let tail = tail_of(&journal)?;
    check_mark(marked, tail.head())?;
    Ok(Looked::Whole(Box::new(Seen {
        state: State { streams, tail },
        watched: Watched::after(journal),
        marked,
    })))
}

/// Looks at the log as it was before what a writer is putting into the streams: the
/// file of the journal that goes on where they end is there until they go further.
fn look_before(layout: &Layout, format: &Format) -> Result<Option<Seen>, OpenError> {
    if is_rewritten(layout)? {
        return Ok(None);
    }
    let streams = Streams::open(&layout.streams(), format.store)?.map(Arc::new);
    let upto = streams
        .as_ref()
        .map_or(Head::ZERO, |streams| streams.upto());
    let journal = Contents::read(&layout.journal(), format.store, upto.position);
    let Some(journal) = journal.ok().filter(|journal| journal.base == upto) else {
        return Ok(None);
    };
    Ok(Some(Seen {
        state: State {
            streams,
            tail: tail_of(&journal)?,
        },
        watched: Watched::after(journal),
        marked: None,
    }))
}

impl Seen {
    fn into_log(self, layout: Layout, format: Format, clock: Arc<dyn Clock>) -> SledLog {
        let opened = Opened {
            layout,
            format,
            clock,
            settings: Settings::default(),
            marked: self.marked,
        };
        let mut log = opened.log(self.state, None, None);
        log.watch = Mutex::new(Some(Watch::of(self.watched)));
        log
    }
}

pub(super) fn found(dir: &Path) -> Result<Layout, OpenError> {
    let layout = Layout::new(dir);
    match layout.look()? {
        Found::Store => Ok(layout),
        Found::Nothing | Found::Empty | Found::Unfinished => Err(OpenError::NoStore {
            dir: dir.to_owned(),
        }),
    }
}

pub(super) fn create(
    layout: Layout,
    clock: Arc<dyn Clock>,
    settings: Settings,
    blocks: BlocksIn,
) -> Result<SledLog, OpenError> {
    match begin(layout, clock, settings, blocks)? {
        Ok(making) => making.finish(),
        Err(made_meanwhile) => Ok(made_meanwhile),
    }
}

/// A store that is none yet for whoever looks: its making is not finished.
pub(super) struct Making {
    pub(super) log: SledLog,
    made: MadeFolders,
}

impl Making {
    /// Makes it a store that survives a power cut. After an error nothing is left of it.
    pub(super) fn finish(self) -> Result<SledLog, OpenError> {
        match Format::finish(&self.log.layout) {
            Ok(()) => Ok(self.log),
            Err(error) => {
                self.discard();
                Err(error)
            }
        }
    }

    /// Takes away all of it.
    pub(super) fn discard(self) {
        // The error that led here is the one to tell.
        let _ = self.log.discard();
        self.made.remove();
    }
}

/// Begins to make a store; or opens the one that somebody else made meanwhile.
pub(super) fn begin(
    layout: Layout,
    clock: Arc<dyn Clock>,
    settings: Settings,
    blocks: BlocksIn,
) -> Result<Result<Making, SledLog>, OpenError> {
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
        return open_locked(layout, clock, settings, lock).map(Err);
    }
    match create_locked(&layout, &made, blocks) {
        Ok((format, journal)) => {
            let opened = Opened {
                layout,
                format,
                clock,
                settings,
                marked: None,
            };
            let state = State {
                streams: None,
                tail: Tail::after(Head::ZERO),
            };
            let log = opened.log(state, Some(journal), Some(lock));
            Ok(Ok(Making { log, made }))
        }
        Err(error) => {
            // The error that led here is the one to tell.
            let _ = layout.clear();
            let _ = layout.remove_lock();
            made.remove();
            drop(lock);
            Err(error)
        }
    }
}

fn create_locked(
    layout: &Layout,
    made: &MadeFolders,
    blocks: BlocksIn,
) -> Result<(Format, Journal), OpenError> {
    let format = Format::new(blocks).map_err(at(&layout.format()))?;
    format.begin(layout)?;
    layout.clear_folders()?;
    for folder in [layout.log(), layout.journal(), layout.cache()] {
        fs::create_dir(&folder).map_err(at(&folder))?;
    }
    let mut engine = Engine::create(layout, blocks)?;
    engine
        .close()
        .map_err(|source| OpenError::Engine { source })?;
    drop(engine);
    layout.sled(blocks).sync()?;
    layout::sync(&layout.log())?;
    let journal = Journal::begin(&layout.journal(), format.store, Head::ZERO)?;
    made.sync()?;
    Ok((format, journal))
}

fn open_to_write(
    layout: Layout,
    clock: Arc<dyn Clock>,
    settings: Settings,
) -> Result<SledLog, OpenError> {
    // A store that we may not open stays as it is, its lock file too.
    Format::read(&layout)?;
    let lock = Lock::take(&layout.lock(), clock.now())?;
    open_locked(layout, clock, settings, lock)
}

pub(super) fn open_locked(
    layout: Layout,
    clock: Arc<dyn Clock>,
    settings: Settings,
    lock: Lock,
) -> Result<SledLog, OpenError> {
    let format = Format::read(&layout)?;
    rewritten::check(&layout, &format)?;
    layout.settle_rewrite()?;
    throwaway::make_folder(&layout.cache()).map_err(at(&layout.cache()))?;
    guard::before_open(&layout, format.blocks)?;
    let marked = head_mark::load(&layout.head_mark(), format.store);
    let contents = Contents::read_newest(&layout.journal(), format.store)?;
    let tail = tail_of(&contents)?;
    let head = tail.head();
    check_mark(marked, head)?;
    if marked != Some((head.position, head.hash)) {
        settle(&layout, &contents)?;
    }
    // From here on what a crash left is mended.
    let journal = Journal::resume(&contents)?;
    let streams = Streams::open(&layout.streams(), format.store)?
        .filter(|streams| streams.upto().position <= contents.base.position)
        .map(Arc::new);
    let is_behind = contents.base != streams.as_ref().map_or(Head::ZERO, |s| s.upto());
    let opened = Opened {
        layout,
        format,
        clock,
        settings,
        marked,
    };
    let log = opened.log(State { streams, tail }, Some(journal), Some(lock));
    log.remove_sealed()?;
    if is_behind {
        log.catch_up()?;
    }
    Ok(log)
}

/// Makes survive a power cut what the log is found to hold.
///
/// Who wrote it may have been killed before it was synced, or the sync failed. It can be
/// read all the same, and who tries again is answered that it is known, so it must stay.
/// Where the mark names the head, it was synced before the mark was written.
fn settle(layout: &Layout, contents: &Contents) -> Result<(), OpenError> {
    contents.write_again()?;
    layout::sync(&layout.journal())?;
    layout::sync(layout.dir())
}

pub(super) fn tail_of(contents: &Contents) -> Result<Tail, OpenError> {
    let mut tail = Tail::after(contents.base);
    for frame in contents.frames() {
        tail.push(&frame)
            .map_err(|(position, what)| OpenError::Damaged { position, what })?;
    }
    Ok(tail)
}

/// What a log is opened with.
pub(super) struct Opened {
    pub(super) layout: Layout,
    pub(super) format: Format,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) settings: Settings,
    pub(super) marked: Option<(Position, Hash)>,
}

impl Opened {
    pub(super) fn log(self, state: State, journal: Option<Journal>, lock: Option<Lock>) -> SledLog {
        let head = state.tail.head();
        let marked = self.marked.map_or(Position(0), |(position, _)| position);
        SledLog {
            layout: self.layout,
            format: self.format,
            settings: self.settings,
            state: RwLock::new(state),
            journal: Mutex::new(journal),
            engine: Mutex::new(None),
            lent: Mutex::new(None),
            lock: Mutex::new(lock),
            queue: Queue::new(limits::COMMIT_BYTES_MAX),
            poisoned: AtomicBool::new(false),
            progress: Progress::new(head.position),
            marked: AtomicU64::new(marked.0),
            clock: self.clock,
            stamps: Stamps::default(),
            watch: Mutex::new(None),
        }
    }
}

/// Refuses a log that ends before it did when it was last closed.
pub(super) fn check_mark(marked: Option<(Position, Hash)>, head: Head) -> Result<(), OpenError> {
    let Some((position, hash)) = marked else {
        return Ok(());
    };
    let damaged = |position, what| Err(OpenError::Damaged { position, what });
    if position > head.position {
        return damaged(Position(head.position.0 + 1), Damage::TailLost);
    }
    if position == head.position && hash != head.hash {
        return damaged(position, Damage::Chain);
    }
    Ok(())
}
