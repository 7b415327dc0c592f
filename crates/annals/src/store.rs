//! A [`Store`]: the log, and what is derived from it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use event_log::{Clock, EventLog, Head, KeptHead, Recorded, Settings, SledLog, Stats, Verified};
use event_model::event::Event;
use event_model::id::{EventId, Position, Slug};
use event_model::time::Instant;
use projection::basis::Placed;

use crate::directory::Directory;
use crate::directory_file;
use crate::error::Error;
use crate::kinds::Declarations;
use crate::replays::Replays;

/// A store of timelines in a folder.
///
/// One process at a time may append to a store; any number may read it meanwhile.
/// Closing it with [`Store::close`] writes what spares the next opening some
/// work; nothing is lost without.
///
/// A relative path is that of a folder for as long as the store is open: a process that
/// changes its current folder opens a store by an absolute one.
///
/// Caches that are damaged are not mended on the way: what needs them gives an error in
/// which a [`LogError::Cache`] is, and [`Store::rebuild`] makes them again.
///
/// [`LogError::Cache`]: crate::log_errors::LogError::Cache
pub struct Store {
    dir: PathBuf,
    log: SledLog,
    clock: Arc<dyn Clock>,
    /// What companies are called, once somebody asked.
    directory: Mutex<Option<Arc<Directory>>>,
    /// How far the file of it goes at least.
    filed: Mutex<Position>,
    declarations: Declarations,
    /// The companies that were asked about more than once.
    replays: Replays,
}

/// How many of these digits of an id are enough to look for it.
const ID_PREFIX_DIGITS_MIN: usize = 4;

/// So many events are looked through for what they say that companies are called, without
/// what was known of it before.
pub(crate) const ADDED_EVENTS_MAX: u64 = 1 << 16;

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("log", &self.log)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Opens a store that is there.
    ///
    /// # Errors
    ///
    /// [`Error::Open`] says why it cannot be opened, and [`Error::Log`] that it
    /// cannot be read.
    pub fn open(dir: &Path, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let log = SledLog::open(dir, Arc::clone(&clock))?;
        Ok(Self::over(dir, log, clock))
    }

    /// Opens a store, and makes it first if there is none.
    ///
    /// # Errors
    ///
    /// As [`Store::open`].
    pub fn create_or_open(dir: &Path, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        Self::create_or_open_with(dir, clock, Settings::default())
    }

    /// Opens a store to read what it holds now, whoever else uses it.
    ///
    /// # Errors
    ///
    /// As [`Store::open`].
    pub fn open_to_read(dir: &Path, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let log = SledLog::open_to_read(dir, Arc::clone(&clock))?;
        Ok(Self::over(dir, log, clock))
    }

    /// The same by caches that are made of the log in a temporary folder, where those of
    /// the store are of no use and cannot be made again. It takes as long as that does;
    /// what is appended later is not seen.
    ///
    /// # Errors
    ///
    /// As [`Store::open`].
    pub fn open_with_caches_elsewhere(dir: &Path, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let log = SledLog::open_with_caches_elsewhere(dir, Arc::clone(&clock))?;
        Ok(Self::over(dir, log, clock))
    }

    /// Opens a store, and makes it first if there is none, with settings of
    /// one's own for its log.
    ///
    /// # Errors
    ///
    /// As [`Store::open`].
    pub fn create_or_open_with(
        dir: &Path,
        clock: Arc<dyn Clock>,
        settings: Settings,
    ) -> Result<Self, Error> {
        let log = SledLog::create_or_open_with(dir, Arc::clone(&clock), settings)?;
        Ok(Self::over(dir, log, clock))
    }

    pub(crate) fn over(dir: &Path, log: SledLog, clock: Arc<dyn Clock>) -> Self {
        Self {
            dir: dir.to_owned(),
            log,
            clock,
            directory: Mutex::new(None),
            filed: Mutex::new(Position(0)),
            declarations: Declarations::default(),
            replays: Replays::default(),
        }
    }

    /// Lets go of the folder.
    ///
    /// # Errors
    ///
    /// [`Error::Log`] if what is buffered cannot be written.
    pub fn close(self) -> Result<(), Error> {
        // Who only reads writes nothing: what it holds may have been redacted since.
        if let Some(directory) = &*self.kept_directory()
            && self.log.takes_appends()
        {
            // A cache that cannot be written is made again when it is needed.
            let path = directory_path(&self.dir);
            directory_file::save_if_behind(&path, directory, &self.log).ok();
        }
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
        let (_, company, position) = self.found(id)?;
        let event = self.log.event_of(&company, position)?;
        event.ok_or_else(|| Error::UnknownEvent { id: id.to_owned() })
    }

    /// The whole id and the position of an event, by its id or the start of it.
    pub(crate) fn position_of(&self, id: &str) -> Result<(EventId, Position), Error> {
        let (id, _, position) = self.found(id)?;
        Ok((id, position))
    }

    fn found(&self, id: &str) -> Result<(EventId, Slug, Position), Error> {
        let unknown = || Error::UnknownEvent { id: id.to_owned() };
        let digits = id.bytes().filter(|byte| *byte != b'-').count();
        if digits < ID_PREFIX_DIGITS_MIN {
            return Err(unknown());
        }
        let found = self.log.find_prefix(id, 4)?;
        match found.as_slice() {
            [] => Err(unknown()),
            [(id, company, position)] => Ok((*id, company.clone(), *position)),
            matches => Err(Error::AmbiguousEvent {
                prefix: id.to_owned(),
                matches: matches.iter().map(|(id, ..)| *id).collect(),
            }),
        }
    }

    /// The event of an id, if it is known.
    ///
    /// # Errors
    ///
    /// [`Error::Log`] or [`Error::StoredEvent`] if it cannot be read.
    pub fn placed(&self, id: EventId) -> Result<Option<Placed>, Error> {
        let Some((company, position)) = self.log.find(id)? else {
            return Ok(None);
        };
        let found = self.log.event_of(&company, position)?;
        found.map(placed).transpose()
    }

    /// The version of a company's stream, zero if there is none.
    ///
    /// # Errors
    ///
    /// [`Error::Log`] if it cannot be read.
    pub fn version(&self, company: &Slug) -> Result<u64, Error> {
        let head = self.log.stream_head(company)?;
        Ok(head.map_or(0, |(version, _)| version.0))
    }

    /// How much there is. The stream of declarations is no company.
    ///
    /// # Errors
    ///
    /// [`Error::Log`] if it cannot be counted.
    pub fn stats(&self) -> Result<Stats, Error> {
        let mut stats = self.log.stats()?;
        let apart = u64::from(!self.declarations()?.is_empty());
        stats.companies = stats.companies.saturating_sub(apart);
        Ok(stats)
    }

    /// Makes every cache again from the log.
    ///
    /// # Errors
    ///
    /// [`Error::Log`] if the log cannot be read or a cache not be written.
    pub fn rebuild(&self) -> Result<(), Error> {
        let mut directory = Directory::with_streams(&self.log)?;
        directory_file::save(&directory_path(&self.dir), &directory, &self.log)?;
        let upto = directory.upto();
        Arc::make_mut(&mut directory).is_filed(upto);
        *self.kept_directory() = Some(directory);
        Ok(())
    }

    /// Walks the whole log: every checksum, the chain of hashes, whether it comes
    /// by the heads that were `kept` elsewhere, and whether what was redacted is said to be.
    ///
    /// What is appended meanwhile is not walked, and does not wait.
    ///
    /// # Errors
    ///
    /// [`Error::Log`] tells the first position that does not hold.
    pub fn verify(
        &self,
        kept: &[KeptHead],
        progress: &mut dyn FnMut(Position),
    ) -> Result<Verified, Error> {
        let verified = self.log.verify(kept, progress)?;
        self.check_redactions(&verified.redactions)?;
        Ok(verified)
    }

    pub(crate) fn into_log(self) -> SledLog {
        self.log
    }

    pub(crate) fn log(&self) -> &SledLog {
        &self.log
    }

    pub(crate) fn replays(&self) -> &Replays {
        &self.replays
    }

    pub(crate) fn kept_declarations(&self) -> &Declarations {
        &self.declarations
    }

    /// What companies are called, as far as the log goes now.
    pub(crate) fn directory(&self) -> Result<Arc<Directory>, Error> {
        let mut kept = self.kept_directory();
        let path = directory_path(&self.dir);
        let directory = match kept.take() {
            Some(directory) => directory,
            None => Arc::new(directory_file::load(&path, &self.log)?),
        };
        let directory = Directory::followed(directory, &self.log)?;
        *kept = Some(Arc::clone(&directory));
        Ok(directory)
    }

    /// Adds what some events, of all between two positions, tell of what companies are
    /// called, if the rest is known up to them.
    pub(crate) fn hear_names(&self, (after, upto): (Position, Position), naming: Vec<Placed>) {
        if let Some(directory) = &mut *self.kept_directory()
            && directory.upto() == after
        {
            Arc::make_mut(directory).add_all(naming, upto);
        }
    }

    fn kept_directory(&self) -> MutexGuard<'_, Option<Arc<Directory>>> {
        self.directory
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes down what companies are called, if the file of it is so far behind
    /// that the journal does not tell the rest.
    pub(crate) fn keep_directory(&self) -> Result<(), Error> {
        let sealed = self.log.sealed();
        let mut filed = match self.filed.try_lock() {
            Ok(filed) => filed,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            // Somebody is at it, and who appends does not wait for a cache.
            Err(TryLockError::WouldBlock) => return Ok(()),
        };
        if *filed < sealed {
            self.file_directory(sealed)?;
            if let Some(directory) = self.kept_directory().as_mut().and_then(Arc::get_mut) {
                directory.is_filed(sealed);
            }
            *filed = sealed;
        }
        Ok(())
    }

    fn file_directory(&self, sealed: Position) -> Result<(), Error> {
        let path = directory_path(&self.dir);
        match directory_file::reaches(&path, &self.log)? {
            Some(upto) if upto >= sealed => Ok(()),
            // Without reading all of it, which takes as long as there are companies.
            Some(upto) if sealed.0 - upto.0 <= ADDED_EVENTS_MAX => {
                match Directory::naming(self, (upto, sealed))? {
                    Some(named) => {
                        directory_file::add(&path, (upto, sealed), named.iter(), &self.log)
                    }
                    None => directory_file::save(&path, &*self.directory()?, &self.log),
                }
            }
            Some(upto) => {
                let directory = self.directory()?;
                if directory.filed() < upto {
                    // It was not made of the file, or of what does not hold any more.
                    return directory_file::save(&path, &directory, &self.log);
                }
                let new = directory.events().filter(|placed| placed.position > upto);
                directory_file::add(&path, (upto, directory.upto()), new, &self.log)
            }
            None => directory_file::save(&path, &*self.directory()?, &self.log),
        }
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
