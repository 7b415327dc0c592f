//! The log on disk: [`SledLog`].
//!
//! - `open` makes a store, or opens one and mends what a crash left.
//! - `commit` stores appends, many with one sync, and batches.
//! - `read` gives events back, one block in memory at a time.
//! - `check` walks all of it, and makes the index again.
//! - `engine` is sled, and the only part that calls it; `guard` keeps its
//!   habits away.

mod check;
mod commit;
mod engine;
mod guard;
mod open;
mod read;
mod writer;

#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, RwLock};

use event_model::id::{EventId, Position, Slug, Version};
use event_model::time::Instant;

pub use check::{Stats, Verified};

use crate::admission::Request;
use crate::block::Encoder;
use crate::clock::Clock;
use crate::error::{AppendError, LogError, OpenError};
use crate::event_log::{
    Durability, EventLog, Events, Expected, Head, NewEvent, Outcome, Recorded, TailEvents,
};
use crate::head_mark;
use crate::index::Index;
use crate::layout::Layout;
use crate::layout::format::Format;
use crate::layout::lock::Lock;
use crate::limits::{self, Limits};
use crate::progress::Progress;
use crate::queue::Queue;
use crate::sync;
use engine::Engine;
use read::LookedAt;

/// The log on disk. An append that returned survives a power cut.
pub struct SledLog {
    engine: Engine,
    layout: Layout,
    format: Format,
    state: RwLock<State>,
    encoder: Mutex<Encoder>,
    looked_at: Mutex<LookedAt>,
    queue: Queue<Request, Result<Vec<Outcome>, AppendError>>,
    poisoned: AtomicBool,
    progress: Progress,
    /// What the mark of the head says.
    marked: AtomicU64,
    /// Up to where the index file goes.
    saved: AtomicU64,
    clock: Arc<dyn Clock>,
    /// Dropped after the engine, so that nobody else opens sled before.
    _lock: Lock,
}

/// What readers see; it changes once an append is on the disk.
#[derive(Debug)]
struct State {
    index: Index,
    head: Head,
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
    /// The folder of the store.
    #[must_use]
    pub fn dir(&self) -> &Path {
        self.layout.dir()
    }

    /// Ends all tails, writes the index if it has grown, and gives the store
    /// back.
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
        let is_empty = self.head().position == Position(0);
        let layout = self.layout.clone();
        self.close()?;
        if is_empty {
            layout.clear()?;
            layout.remove_lock()?;
        }
        Ok(())
    }

    fn close_now(&mut self) -> Result<(), LogError> {
        self.progress.shut();
        if self.poisoned.load(Ordering::Acquire) {
            return Ok(());
        }
        let (head, saved) = (self.head().position.0, self.saved.load(Ordering::Acquire));
        if head - saved.min(head) > limits::INDEX_LAG_EVENTS_MAX.max(head / 100) {
            // A cache that cannot be written is made again at the next open.
            let _ = self.save_index();
        }
        if self.marked.load(Ordering::Acquire) != head {
            // Without a new mark, a loss after the old one is not seen.
            let _ = head_mark::save(&self.layout.head_mark(), self.format.store, self.head());
        }
        self.engine
            .close()
            .map_err(|error| LogError::engine(Position(head), error))
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
            .unwrap_or(Err(AppendError::Poisoned))
    }

    fn head(&self) -> Head {
        sync::read(&self.state).head
    }

    fn stream_head(&self, company: &Slug) -> Option<(Version, Position)> {
        let state = sync::read(&self.state);
        let last = state.index.positions(company).last()?;
        Some((state.index.version(company), Position(*last)))
    }

    fn companies(&self) -> Vec<Slug> {
        let state = sync::read(&self.state);
        let streams = state.index.streams().iter();
        streams.map(|stream| stream.company.clone()).collect()
    }

    fn read(&self, after: Position, upto: Position) -> Events<'_> {
        Box::new(read::Reader::new(self, after, upto))
    }

    fn read_stream(&self, company: &Slug, upto: Position) -> Events<'_> {
        Box::new(read::StreamReader::new(self, company, upto))
    }

    fn event_at(&self, position: Position) -> Result<Option<Recorded>, LogError> {
        self.read_one(position)
    }

    fn find(&self, id: EventId) -> Option<Position> {
        sync::read(&self.state).index.ids().find(id)
    }

    fn find_prefix(&self, prefix: &str, limit: usize) -> Vec<(EventId, Position)> {
        let state = sync::read(&self.state);
        state.index.ids().find_prefix(prefix, limit)
    }

    fn head_at(&self, position: Position) -> Result<Option<Head>, LogError> {
        let head = self.head();
        if position == head.position {
            return Ok(Some(head));
        }
        if position == Position(0) {
            return Ok(Some(Head::ZERO));
        }
        Ok(self.read_one(position)?.map(|event| read::head_of(&event)))
    }

    fn position_at(&self, recorded: Instant) -> Result<Position, LogError> {
        self.search_recorded(recorded)
    }

    fn tail(&self, after: Position) -> TailEvents<'_> {
        Box::new(read::Tail::new(self, after))
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
