//! Walking all of the log: `verify`, `rebuild`, and the sizes of it.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::atomic::Ordering;

use event_model::id::{Position, Slug, Version};
use event_model::time::Instant;

use super::open::read_blocks;
use super::{SledLog, State};
use crate::block::Block;
use crate::error::{Damage, LogError};
use crate::event_log::{Head, Recorded};
use crate::hash::Hash;
use crate::index::Index;
use crate::index_file;
use crate::limits;
use crate::sync;

/// What was found to be whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// How many events.
    pub events: u64,
    /// How many blocks they are in.
    pub blocks: u64,
    /// The head that they lead to.
    pub head: Head,
}

/// How much there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// How many events.
    pub events: u64,
    /// How many companies.
    pub companies: u64,
    /// How many blocks the events are in.
    pub blocks: u64,
    /// What the log takes on the disk, in bytes.
    pub log_bytes: u64,
    /// What the caches take on the disk, in bytes.
    pub cache_bytes: u64,
}

impl SledLog {
    /// Walks the whole log: every checksum, every payload, the chain, and what
    /// the index says of it.
    ///
    /// `progress` is called now and then with the position reached. What is
    /// appended meanwhile is not looked at.
    ///
    /// # Errors
    ///
    /// [`LogError::Damaged`] with the first position that is not right.
    pub fn verify(&self, progress: &mut dyn FnMut(Position)) -> Result<Verified, LogError> {
        let head = sync::read(&self.state).head;
        self.engine
            .check_first_key()
            .map_err(|error| LogError::engine(Position(0), error))?;
        let mut walk = Walk::new(self);
        for found in self.engine.scan(Position(0)) {
            let next = Position(walk.head.position.0 + 1);
            let (first, bytes) = found.map_err(|error| LogError::engine(next, error))?;
            if first > head.position {
                break;
            }
            let before = walk.head.position.0 / limits::PROGRESS_EVENTS;
            walk.block(first, &bytes)
                .map_err(|(position, what)| LogError::Damaged { position, what })?;
            if walk.head.position.0 / limits::PROGRESS_EVENTS > before {
                progress(walk.head.position);
            }
        }
        if walk.head != head {
            return Err(LogError::Damaged {
                position: Position(walk.head.position.0 + 1),
                what: Damage::BlockMissing,
            });
        }
        progress(head.position);
        Ok(Verified {
            events: head.position.0,
            blocks: walk.blocks,
            head,
        })
    }

    /// Makes the index again from the log, and writes it.
    ///
    /// # Errors
    ///
    /// [`LogError`] if the log cannot be read, or the file not be written; the
    /// index is then as it was.
    pub fn rebuild(&self) -> Result<Stats, LogError> {
        self.queue.alone(|| {
            let head = sync::read(&self.state).head;
            let mut index = Index::default();
            let hash = read_blocks(&self.engine, &mut index, Hash::ZERO, head.position)?;
            if (index.events(), hash) != (head.position, head.hash) {
                return Err(LogError::Damaged {
                    position: head.position,
                    what: Damage::Chain,
                });
            }
            *sync::write(&self.state) = State { index, head };
            self.save_index()
        })?;
        self.stats()
    }

    pub(super) fn save_index(&self) -> Result<(), LogError> {
        let path = self.layout.index();
        let state = sync::read(&self.state);
        fs::create_dir_all(self.layout.cache())
            .and_then(|()| index_file::save(&path, self.format.store, state.head, &state.index))
            .map_err(|source| LogError::Io { path, source })?;
        self.saved.store(state.head.position.0, Ordering::Release);
        Ok(())
    }

    /// Counts events and bytes.
    ///
    /// # Errors
    ///
    /// [`LogError::Io`] if a folder cannot be listed.
    pub fn stats(&self) -> Result<Stats, LogError> {
        let bytes = |path: &Path| {
            folder_bytes(path).map_err(|source| LogError::Io {
                path: path.to_owned(),
                source,
            })
        };
        let (log_bytes, cache_bytes) = (bytes(&self.layout.log())?, bytes(&self.layout.cache())?);
        let state = sync::read(&self.state);
        Ok(Stats {
            events: state.head.position.0,
            companies: state.index.streams().len() as u64,
            blocks: state.index.blocks().len() as u64,
            log_bytes,
            cache_bytes,
        })
    }
}

/// What the files of a folder take; files that go meanwhile take nothing.
fn folder_bytes(folder: &Path) -> io::Result<u64> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        Err(error) => return Err(error),
    };
    let mut bytes = 0;
    for entry in entries {
        let entry = entry?;
        bytes += match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => folder_bytes(&entry.path())?,
            Ok(metadata) => metadata.len(),
            Err(_) => 0,
        };
    }
    Ok(bytes)
}

/// How far a walk has come, and what must come next.
struct Walk<'l> {
    log: &'l SledLog,
    head: Head,
    versions: HashMap<Slug, u64>,
    blocks: u64,
}

type Wrong = (Position, Damage);

impl<'l> Walk<'l> {
    fn new(log: &'l SledLog) -> Self {
        Self {
            log,
            head: Head::ZERO,
            versions: HashMap::new(),
            blocks: 0,
        }
    }

    fn block(&mut self, first: Position, bytes: &[u8]) -> Result<(), Wrong> {
        let next = Position(self.head.position.0 + 1);
        let wrong = |what| Err((next, what));
        if first != next {
            return wrong(Damage::BlockMissing);
        }
        let block = Block::decode(bytes).map_err(|what| (next, what))?;
        if block.first != first {
            return wrong(Damage::BlockHeader);
        }
        if block.previous != self.head.hash {
            return wrong(Damage::Chain);
        }
        if self.log.block_of(first) != Some(first) {
            return wrong(Damage::Index);
        }
        let events = block.events(|_| true)?;
        let began = |recorded: Instant| recorded == block.recorded_first;
        if !events.first().is_some_and(|event| began(event.recorded)) {
            return wrong(Damage::BlockHeader);
        }
        for (event, entry) in events.iter().zip(block.directory.entries()) {
            let position = event.position;
            if entry != (&event.event.company, event.event.id) {
                return Err((position, Damage::BlockDirectory));
            }
            self.event(event).map_err(|what| (position, what))?;
        }
        self.blocks += 1;
        Ok(())
    }

    fn event(&mut self, event: &Recorded) -> Result<(), Damage> {
        let company = &event.event.company;
        if self
            .head
            .recorded
            .is_some_and(|last| last >= event.recorded)
        {
            return Err(Damage::Recorded);
        }
        if !self.versions.contains_key(company) {
            self.versions.insert(company.clone(), 0);
        }
        let version = self.versions.get_mut(company).map_or(0, |version| {
            *version += 1;
            *version
        });
        if event.version != Version(version) {
            return Err(Damage::Version {
                claimed: event.version,
            });
        }
        let state = sync::read(&self.log.state);
        let index = &state.index;
        if index.ids().find(event.event.id) != Some(event.position)
            || index.version_at(company, event.position) != Some(event.version)
        {
            return Err(Damage::Index);
        }
        self.head = super::read::head_of(event);
        Ok(())
    }
}
