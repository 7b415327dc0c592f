//! A [`Store`]: the log, and what is derived from it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use event_log::{Clock, EventLog, Head, Recorded, SledLog, Stats, Verified};
use event_model::event::Event;
use event_model::id::{EventId, Position, Slug};
use event_model::time::Instant;
use projection::basis::Placed;

use crate::directory::Directory;
use crate::directory_file;
use crate::error::Error;

/// A store of timelines in a folder.
///
/// One process has a store open at a time. Closing it with [`Store::close`]
/// writes what spares the next opening some work; nothing is lost without.
pub struct Store {
    dir: PathBuf,
    log: SledLog,
    clock: Arc<dyn Clock>,
    directory: RwLock<Directory>,
}

/// How many of these digits of an id are enough to look for it.
const ID_PREFIX_DIGITS_MIN: usize = 4;

impl Store {
    /// Opens a store that is there.
    ///
    /// # Errors
    ///
    /// [`Error::Open`] says why it cannot be opened, and [`Error::Log`] that it
    /// cannot be read.
    pub fn open(dir: &Path, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        Self::over(dir, SledLog::open(dir, Arc::clone(&clock))?, clock)
    }

    /// Opens a store, and makes it first if there is none.
    ///
    /// # Errors
    ///
    /// As [`Store::open`].
    pub fn create_or_open(dir: &Path, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        Self::over(
            dir,
            SledLog::create_or_open(dir, Arc::clone(&clock))?,
            clock,
        )
    }

    fn over(dir: &Path, log: SledLog, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let mut directory = directory_file::load(&directory_path(dir), &log)?;
        directory.follow(&log)?;
        let dir = dir.to_owned();
        Ok(Self {
            dir,
            log,
            clock,
            directory: RwLock::new(directory),
        })
    }

    /// Writes the caches and lets go of the folder.
    ///
    /// # Errors
    ///
    /// [`Error::Log`] if what is buffered cannot be written.
    pub fn close(self) -> Result<(), Error> {
        let directory = self
            .directory
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        // A cache that cannot be written is made again at the next opening.
        directory_file::save_if_behind(&directory_path(&self.dir), &directory, &self.log).ok();
        Ok(self.log.close()?)
    }

    /// Lets go of a folder in which nothing was stored, and takes away what was
    /// made there; a store that holds something is only closed.
    ///
    /// # Errors
    ///
    /// [`Error::Open`] if a file cannot be removed.
    pub fn discard_if_empty(self) -> Result<(), Error> {
        Ok(self.log.discard_if_empty()?)
    }

    /// The folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The head of the log.
    #[must_use]
    pub fn head(&self) -> Head {
        self.log.head()
    }

    /// The clock.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// The events with `after < position <= upto`, in order.
    pub fn read(
        &self,
        after: Position,
        upto: Position,
    ) -> impl Iterator<Item = Result<Recorded, Error>> {
        self.log
            .read(after, upto)
            .map(|read| read.map_err(Error::from))
    }

    /// The events of a company with `position <= upto`, in order.
    pub fn read_stream(
        &self,
        company: &Slug,
        upto: Position,
    ) -> impl Iterator<Item = Result<Recorded, Error>> {
        self.log
            .read_stream(company, upto)
            .map(|read| read.map_err(Error::from))
    }

    /// The event of an id, or of the start of one.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownEvent`] and [`Error::AmbiguousEvent`], or [`Error::Log`].
    pub fn event(&self, id: &str) -> Result<Recorded, Error> {
        let unknown = || Error::UnknownEvent { id: id.to_owned() };
        let digits = id.bytes().filter(|byte| *byte != b'-').count();
        if digits < ID_PREFIX_DIGITS_MIN {
            return Err(unknown());
        }
        let found = self.log.find_prefix(id, 4);
        match found.as_slice() {
            [] => Err(unknown()),
            [(_, position)] => self.log.event_at(*position)?.ok_or_else(unknown),
            matches => Err(Error::AmbiguousEvent {
                prefix: id.to_owned(),
                matches: matches.iter().map(|(id, _)| *id).collect(),
            }),
        }
    }

    /// The event of an id, if it is known.
    ///
    /// # Errors
    ///
    /// [`Error::Log`] or [`Error::StoredEvent`] if it cannot be read.
    pub fn placed(&self, id: EventId) -> Result<Option<Placed>, Error> {
        let Some(position) = self.log.find(id) else {
            return Ok(None);
        };
        self.log.event_at(position)?.map(placed).transpose()
    }

    /// The version of a company's stream, zero if there is none.
    #[must_use]
    pub fn version(&self, company: &Slug) -> u64 {
        self.log
            .stream_head(company)
            .map_or(0, |(version, _)| version.0)
    }

    /// How much there is.
    ///
    /// # Errors
    ///
    /// [`Error::Log`] if it cannot be counted.
    pub fn stats(&self) -> Result<Stats, Error> {
        Ok(self.log.stats()?)
    }

    /// Makes every cache again from the log.
    ///
    /// # Errors
    ///
    /// [`Error::Log`] if the log cannot be read or a cache not be written.
    pub fn rebuild(&self) -> Result<(), Error> {
        self.log.rebuild()?;
        let mut directory = Directory::default();
        directory.follow(&self.log)?;
        directory_file::save(&directory_path(&self.dir), &directory, &self.log)?;
        let mut kept = self
            .directory
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        directory.follow(&self.log)?;
        *kept = directory;
        Ok(())
    }

    /// Walks the whole log: every checksum, and the chain of hashes.
    ///
    /// # Errors
    ///
    /// [`Error::Log`] tells the first position that does not hold.
    pub fn verify(&self, progress: &mut dyn FnMut(Position)) -> Result<Verified, Error> {
        Ok(self.log.verify(progress)?)
    }

    pub(crate) fn log(&self) -> &SledLog {
        &self.log
    }

    pub(crate) fn cache_dir(&self) -> PathBuf {
        self.dir.join("cache")
    }

    pub(crate) fn directory(&self) -> RwLockReadGuard<'_, Directory> {
        self.directory
            .read()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the directory catch up with the log.
    pub(crate) fn follow(&self) -> Result<(), Error> {
        let mut directory = self
            .directory
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        directory.follow(&self.log)
    }
}

fn directory_path(dir: &Path) -> PathBuf {
    dir.join("cache").join("directory")
}

/// Reads the event of a record.
pub(crate) fn placed(recorded: Recorded) -> Result<Placed, Error> {
    let position = recorded.position;
    let event = Event::from_stored(recorded.event.schema, &recorded.event.payload)
        .map_err(|source| Error::StoredEvent { position, source })?;
    Ok(Placed::new(position, event))
}
