//! The log on disk: [`SledLog`].
//!
//! An event goes into the journal first, with one sync. When the journal is
//! long, its events are sealed into blocks, and into the streams, which
//! hold them once more by company. Who only reads needs the streams and the
//! journal, so that many processes read while one writes.
//!
//! - `open` makes a store, or opens one and mends what a crash left.
//! - `commit` stores appends, many with one sync; `batch` stores batches.
//! - `seal` moves the journal into blocks, and `fill` the blocks into the streams;
//!   `tail` is the journal in memory.
//! - `read` gives events back, `iterate` one after the other, and `select` those
//!   that are wanted, without sled; `stored` is how the streams hold them, and
//!   `aside` keeps some of them for a while.
//! - `backup` writes a backup, and `restore` makes a log of one.
//! - `redact` writes the log anew without what some events said, and `rewritten` tells
//!   whether that can take the place of the one before.
//! - `link` tells the hashes of the chain, and what they were made of.
//! - `lent` gives the blocks where another process has the store, or nobody may write,
//!   and `elsewhere` makes the caches in another folder then.
//! - `refresh` sees what another process appended.
//! - `check` walks all of it, and makes the streams again.
//! - `engine` gives the blocks, and is the only part that calls sled; `block_file` is
//!   where they are, `block_walk` reads all of them without sled, and `guard` keeps sled's
//!   habits away. `index` opens it; of a store of format 1 `careful`, with `undo` for what
//!   it takes away.

mod aside;
mod backup;
mod batch;
mod block_file;
mod block_walk;
mod careful;
mod check;
mod commit;
mod elsewhere;
mod engine;
mod fill;
mod guard;
mod index;
mod iterate;
mod lent;
mod link;
mod open;
mod past;
mod read;
mod redact;
mod refresh;
mod restore;
mod rewritten;
mod seal;
mod select;
mod settings;
mod stored;
mod tail;
mod undo;
mod witness;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, RwLock};

use event_model::id::{EventId, Position, Slug, Version};
use event_model::time::Instant;

pub use aside::SetAside;
pub use batch::{Batch, CheckedBatch, Committed, Conflicts, IdConflict, Other};
pub use check::{Redactions, Stats, Verified};
pub use redact::Left;
pub use select::{Direction, SelectedEvents};
pub use settings::Settings;
pub(crate) use stored::read_packed;
pub use stored::{Stored, StreamRange};
pub use witness::Witness;

use crate::admission::Request;
use crate::clock::Clock;
use crate::error::{AppendError, LogError, OpenError};
use crate::event_log::{Durability, EventLog, Events, Expected, Head, NewEvent, Outcome, Recorded};
use crate::head_mark;
use crate::journal::Journal;
use crate::layout::Layout;
use crate::layout::format::Format;
use crate::layout::lock::Lock;
use crate::limits::Limits;
use crate::progress::Progress;
use crate::queue::Queue;
use crate::stamps::Stamps;
use crate::streams::Streams;
use crate::sync;
use engine::Engine;
use lent::Lent;
use refresh::Watch;
pub(crate) use tail::Tail;

/// The log on disk. An append that returned survives a power cut.
pub struct SledLog {
    layout: Layout,
    format: Format,
    settings: Settings,
    state: RwLock<State>,
    /// What is appended to; `None` where the store is only read.
    journal: Mutex<Option<Journal>>,
    /// The blocks, once they were needed; dropped before the lock, so that nobody else
    /// opens it before.
    engine: Mutex<Option<Arc<Engine>>>,
    /// The same where they are not ours to open.
    lent: Mutex<Option<Lent>>,
    lock: Mutex<Option<Lock>>,
    queue: Queue<Request, Result<Vec<Outcome>, AppendError>>,
    poisoned: AtomicBool,
    progress: Progress,
    /// What the mark of the head says.
    marked: AtomicU64,
    clock: Arc<dyn Clock>,
    stamps: Stamps,
    /// Where the log is only read: how what another process appends is seen.
    watch: Mutex<Option<Watch>>,
}

/// What readers see; it changes once an append is on the disk.
#[derive(Debug, Clone)]
struct State {
    /// The events up to the end of the blocks, by company; `None` if there are
    /// none.
    streams: Option<Arc<Streams>>,
    /// The events after them.
    tail: Tail,
}

impl std::fmt::Debug for SledLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SledLog")
            .field("dir", &self.dir())
            .field("head", &self.head())
            .finish_non_exhaustive()
    }
}

impl SledLog {
    /// The folder for files that are of use for a while: that of the caches, or, where the
    /// store is only read, the system's for temporary files.
    #[must_use]
    pub fn scratch(&self) -> PathBuf {
        match sync::lock(&self.lock).is_some() {
            true => self.layout.cache(),
            false => std::env::temp_dir(),
        }
    }

    /// Whether it was opened to write, and no other process writes meanwhile.
    #[must_use]
    pub fn takes_appends(&self) -> bool {
        sync::lock(&self.journal).is_some()
    }

    /// The folder of the store.
    #[must_use]
    pub fn dir(&self) -> &Path {
        self.layout.dir()
    }

    /// The last position that is in blocks, and so in the streams; what comes
    /// after it is in the journal.
    #[must_use]
    pub fn sealed(&self) -> Position {
        sync::read(&self.state).tail.base().position
    }

    /// Ends all tails, and gives the store back.
    ///
    /// Nothing that was acknowledged depends on it; dropping does the same,
    /// but tells no error.
    ///
    /// # Errors
    ///
    /// [`LogError`] if sled cannot be closed in order.
    pub fn close(mut self) -> Result<(), LogError> {
        self.close_now()
    }

    /// Closes a store that holds nothing, and takes away what was made of it;
    /// the folder itself stays. One that holds something is only closed.
    ///
    /// # Errors
    ///
    /// [`OpenError`] if a file cannot be removed.
    pub fn discard_if_empty(self) -> Result<(), OpenError> {
        match self.head().position == Position(0) {
            true => self.discard(),
            false => Ok(self.close()?),
        }
    }

    /// Closes a store, and takes away all of it; the folder itself stays. One that was
    /// opened only to read it is only closed.
    ///
    /// # Errors
    ///
    /// [`OpenError`] if a file cannot be removed.
    pub fn discard(mut self) -> Result<(), OpenError> {
        // Others must not come in before it is gone.
        let lock = sync::lock(&self.lock).take();
        let layout = self.layout.clone();
        let closed = self.close_now();
        if lock.is_some() {
            layout.clear()?;
            layout.remove_lock()?;
        }
        Ok(closed?)
    }

    fn close_now(&mut self) -> Result<(), LogError> {
        self.progress.shut();
        let head = self.head();
        // Taken out, so that the mark is not written once more after the lock is gone.
        let writes = sync::lock(&self.journal).take().is_some();
        let is_sound = !self.poisoned.load(Ordering::Acquire);
        let is_marked = self.marked.load(Ordering::Acquire) == head.position.0;
        if writes && is_sound && !is_marked && self.is_in_place().unwrap_or(false) {
            // Without a new mark, a loss after the old one is not seen.
            let _ = head_mark::save(&self.layout.head_mark(), self.format.store, head);
        }
        let engine = sync::lock(&self.engine).take().and_then(Arc::into_inner);
        let closed = engine.map_or(Ok(()), |mut engine| engine.close());
        drop(sync::lock(&self.lock).take());
        match closed {
            Err(error) if is_sound => Err(LogError::engine(head.position, error)),
            _ => Ok(()),
        }
    }
}

impl Drop for SledLog {
    fn drop(&mut self) {
        let _ = self.close_now();
    }
}

impl EventLog for SledLog {
    fn append(
        &self,
        company: &Slug,
        expected: Expected,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Outcome>, AppendError> {
        let request = Request::new(company, expected, events)?;
        let weight = request.weight();
        self.queue
            .submit(request, weight, |requests| self.commit(requests))
            // Who was at work panicked: what it wrote is not known.
            .unwrap_or_else(|| {
                self.poison();
                Err(AppendError::Poisoned)
            })
    }

    fn head(&self) -> Head {
        sync::read(&self.state).tail.head()
    }

    fn stream_head(&self, company: &Slug) -> Result<Option<(Version, Position)>, LogError> {
        self.stream_end(company)
    }

    fn companies(&self) -> Result<Vec<Slug>, LogError> {
        self.companies_by_first()
    }

    fn read(&self, after: Position, upto: Position) -> Events<'_> {
        self.read_all(after, upto)
    }

    fn read_stream(&self, company: &Slug, upto: Position) -> Events<'_> {
        Box::new(iterate::StreamReader::new(self, company, upto))
    }

    fn event_at(&self, position: Position) -> Result<Option<Recorded>, LogError> {
        self.read_one(position)
    }

    fn find(&self, id: EventId) -> Result<Option<(Slug, Position)>, LogError> {
        self.find_id(id)
    }

    fn find_prefix(
        &self,
        prefix: &str,
        limit: usize,
    ) -> Result<Vec<(EventId, Slug, Position)>, LogError> {
        self.find_ids(prefix, limit)
    }

    fn head_at(&self, position: Position) -> Result<Option<Head>, LogError> {
        self.head_then(position)
    }

    fn position_at(&self, recorded: Instant) -> Result<Position, LogError> {
        self.search_recorded(recorded)
    }

    fn tail(&self, after: Position) -> Events<'_> {
        Box::new(iterate::Following::new(self, after))
    }

    fn shut(&self) {
        // An append that is under way ends first, so that tails see it.
        self.queue.alone(|| self.progress.shut());
    }

    fn limits(&self) -> Limits {
        Limits::OURS
    }

    fn durability(&self) -> Durability {
        Durability::Disk
    }
}
