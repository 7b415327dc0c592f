//! Batches over many companies, all or nothing: [`Batch`].
//!
//! A batch is spooled and its ids are sorted; then it is checked against the
//! log, and only then written. Neither step holds it in memory. A small one goes into the
//! journal as one frame. A large one is written as blocks, which count once the journal begins after them.

mod check;
mod conflicts;
mod rows;
mod sorter;
mod write;

use std::io;

use event_model::id::{Position, Slug, Version};
use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

use self::check::check;
pub use self::conflicts::{Conflicts, IdConflict, Other};
use self::rows::{IdOf, Known, Twin};
use self::sorter::{Iter, Sorted, Sorter};
use super::past::OnDisk;
use super::witness::Witness;
use super::{SledLog, guard};
use crate::admission::Past;
use crate::error::{AppendError, BatchError};
use crate::event_log::{BatchOutcome, EventLog, Expected, Head, NewEvent, Outcome};
use crate::limits;
use crate::spool::{self, EncodedEvent, EventHead, Spool, SpoolWriter, Waiting, hash_of};

/// After how many bytes of a batch the room on the disk is looked at again.
const ROOM_CHECK_BYTES: u64 = limits::FREE_BYTES_MIN / 4;

/// Events on their way into the log.
pub struct Batch<'l> {
    log: &'l SledLog,
    spool: SpoolWriter,
    ids: Sorter<IdOf>,
    companies: HashSet<Slug>,
    count: u64,
    bytes_unchecked: u64,
}

/// A batch whose ids were looked up.
pub struct CheckedBatch<'l> {
    log: &'l SledLog,
    spool: Spool,
    ids: Sorted<IdOf>,
    companies: HashSet<Slug>,
    count: u64,
    checked: Checked,
}

/// What a check found.
struct Checked {
    head: Head,
    /// The events that are there already, or stand earlier in the batch.
    known: Sorted<Known>,
    conflicts: Conflicts,
}

/// A batch that is on the disk.
pub struct Committed {
    spool: Spool,
    known: Sorted<Known>,
    /// The head before it.
    pub before: Head,
    /// The versions that its companies had before it.
    versions: HashMap<Slug, u64>,
    /// How many events were stored.
    pub stored: u64,
    /// The head after it.
    pub head: Head,
    /// Whether the witness was told of all that it cares for; what it heard is of no use
    /// otherwise.
    pub is_told: bool,
}

impl SledLog {
    /// Begins a batch, to which events that wait can be added in their order, beside
    /// others; nothing is written to the log before it is committed.
    #[must_use]
    pub fn batch(&self, waiting: Waiting) -> Batch<'_> {
        let dir = self.scratch();
        Batch {
            log: self,
            spool: SpoolWriter::new(&dir, waiting),
            ids: Sorter::new(&dir, self.settings.ids_at_once_max),
            companies: HashSet::new(),
            count: 0,
            // The first of it takes no room on the disk.
            bytes_unchecked: ROOM_CHECK_BYTES.saturating_sub(spool::MEMORY_BYTES as u64),
        }
    }

    /// Appends events of any companies, all or none.
    ///
    /// `expected` names the versions that streams must have if the batch has
    /// something new for them; streams it does not name may have any.
    ///
    /// # Errors
    ///
    /// [`BatchError::Source`] with the first error that `events` gives, and
    /// [`BatchError::Append`] if the log does not accept one; nothing is
    /// written to the log then.
    pub fn append_all<E>(
        &self,
        events: &mut dyn Iterator<Item = Result<NewEvent, E>>,
        expected: &[(Slug, Expected)],
    ) -> Result<BatchOutcome, BatchError<E>> {
        let mut batch = self.batch(Waiting::none());
        for event in events {
            let event = event.map_err(BatchError::Source)?;
            batch.push(&EncodedEvent::of(&event)?, 0)?;
        }
        let committed = batch.check()?.commit(expected, None)?;
        let outcomes: io::Result<Vec<Outcome>> = committed.outcomes().and_then(Iterator::collect);
        Ok(BatchOutcome {
            outcomes: outcomes.map_err(refused)?,
            stored: committed.stored,
            head: committed.head,
        })
    }
}

impl<'l> Batch<'l> {
    /// Adds an event; `tag` is what a conflict calls it.
    ///
    /// # Errors
    ///
    /// [`AppendError`] if it cannot be spooled.
    pub fn push(&mut self, event: &EncodedEvent, tag: u64) -> Result<(), AppendError> {
        let damaged = || refused(io::ErrorKind::InvalidData.into());
        let head = EventHead::of(event).ok_or_else(damaged)?;
        self.check_room(&head)?;
        self.spool.push(event).map_err(refused)?;
        self.note(&head, tag)
    }

    /// Adds the next of the events that wait.
    ///
    /// # Errors
    ///
    /// As [`Batch::push`].
    pub fn take(&mut self, head: &EventHead, tag: u64) -> Result<(), AppendError> {
        self.check_room(head)?;
        self.spool.take(head);
        self.note(head, tag)
    }

    /// Passes over the next of the events that wait.
    pub fn pass_over(&mut self) {
        self.spool.pass_over();
    }

    fn check_room(&mut self, head: &EventHead) -> Result<(), AppendError> {
        let bytes = u64::from(head.bytes) + super::commit::RECORD_BYTES;
        self.bytes_unchecked = self.bytes_unchecked.saturating_add(bytes);
        if self.bytes_unchecked > ROOM_CHECK_BYTES {
            guard::check_room(&self.log.scratch(), 0)?;
            self.bytes_unchecked = 0;
        }
        Ok(())
    }

    fn note(&mut self, head: &EventHead, tag: u64) -> Result<(), AppendError> {
        let id = IdOf {
            id: head.id.0.into_bytes(),
            number: self.count,
            company: hash_of(&head.company),
            content: head.content,
            tag,
        };
        self.ids.push(id).map_err(refused)?;
        self.count += 1;
        if !self.companies.contains(&head.company) {
            self.companies.insert(head.company.clone());
        }
        Ok(())
    }

    /// The companies of its events.
    #[must_use]
    pub fn companies(&self) -> &HashSet<Slug> {
        &self.companies
    }

    /// Looks the ids up, in the batch and in the log.
    ///
    /// # Errors
    ///
    /// [`AppendError`] if that cannot be read.
    pub fn check(self) -> Result<CheckedBatch<'l>, AppendError> {
        let spool = self.spool.finish().map_err(refused)?;
        let ids = self.ids.finish();
        let checked = check(self.log, &ids)?;
        Ok(CheckedBatch {
            log: self.log,
            spool,
            ids,
            companies: self.companies,
            count: self.count,
            checked,
        })
    }
}

impl CheckedBatch<'_> {
    /// The ids that were given to two events; such a batch is not committed.
    #[must_use]
    pub fn conflicts(&self) -> &Conflicts {
        &self.checked.conflicts
    }

    /// How many of its events are there already.
    #[must_use]
    pub fn known(&self) -> u64 {
        self.checked.known.len()
    }

    /// How many of its events are new.
    #[must_use]
    pub fn new_events(&self) -> u64 {
        self.count - self.known()
    }

    /// Stores what is new; when it returns, all of it survives a power cut. A witness is
    /// told then, unless the batch is small or that takes too much memory:
    /// [`Committed::is_told`] says so.
    ///
    /// # Errors
    ///
    /// [`AppendError`] if the log does not accept it; nothing was stored,
    /// except after [`AppendError::OutcomeUnknown`].
    pub fn commit(
        mut self,
        expected: &[(Slug, Expected)],
        witness: Option<Witness<'_>>,
    ) -> Result<Committed, AppendError> {
        let log = self.log;
        log.queue.alone(|| {
            log.check_writable()?;
            if self.checked.head != log.head() {
                self.checked = check(log, &self.ids)?;
            }
            // They take much memory, and are needed no more.
            drop(self.ids);
            let Checked {
                head: before,
                known,
                conflicts,
            } = self.checked;
            if let Some(conflict) = conflicts.first().first() {
                return Err(AppendError::IdReused {
                    id: conflict.id,
                    position: match conflict.other {
                        Other::Position(position) => position,
                        // It has none yet.
                        Other::Tag(_) => Position(0),
                    },
                });
            }
            let mut committed = Committed {
                stored: self.count - known.len(),
                spool: self.spool,
                known,
                before,
                versions: HashMap::new(),
                head: before,
                is_told: false,
            };
            if committed.stored > 0 {
                committed.versions = versions_of(log, self.companies)?;
                committed.check_expected(expected)?;
                guard::check_room(log.dir(), committed.spool.bytes())?;
                committed.is_told = write::write(log, &committed, witness)?;
                committed.head = log.head();
            }
            Ok(committed)
        })
    }
}

impl Committed {
    /// Where each event stands, in the order of the batch.
    ///
    /// # Errors
    ///
    /// When the batch cannot be read again.
    pub fn outcomes(&self) -> io::Result<impl Iterator<Item = io::Result<Outcome>> + '_> {
        let mut places = Places::new(self)?;
        let events = self.spool.events();
        let mut new: HashMap<u64, (Position, Version)> = HashMap::new();
        let mut twins: HashSet<u64> = HashSet::new();
        for known in self.known.iter()? {
            if let Twin::Earlier(number) = known?.as_what {
                twins.insert(number);
            }
        }
        Ok((0u64..).zip(events).map(move |(number, event)| {
            let event = event?;
            let outcome = |(position, version), known| Outcome {
                id: event.id,
                position,
                version,
                known,
            };
            Ok(match places.next(number, &event.company)? {
                Place::New(position, version) => {
                    if twins.contains(&number) {
                        new.insert(number, (position, version));
                    }
                    outcome((position, version), false)
                }
                Place::Known(Twin::Stored(position, version)) => outcome((position, version), true),
                Place::Known(Twin::Earlier(number)) => {
                    let nowhere = (Position(0), Version(0));
                    outcome(new.get(&number).copied().unwrap_or(nowhere), true)
                }
            })
        }))
    }

    /// Checks the versions that streams had before, where something is new.
    fn check_expected(&self, expected: &[(Slug, Expected)]) -> Result<(), AppendError> {
        let wrong = |(company, expected): &&(Slug, Expected)| {
            let actual = self.versions.get(company);
            actual.is_some_and(|actual| !expected.holds(Version(*actual)))
        };
        for (company, expected) in expected.iter().filter(wrong) {
            if self.grows(company)? {
                return Err(AppendError::Conflict {
                    company: company.clone(),
                    expected: *expected,
                    actual: Version(self.versions.get(company).copied().unwrap_or_default()),
                });
            }
        }
        Ok(())
    }

    /// Whether there is something new for a company.
    fn grows(&self, company: &Slug) -> Result<bool, AppendError> {
        let mut known = KnownInOrder::new(&self.known).map_err(refused)?;
        for (number, event) in (0u64..).zip(self.spool.events()) {
            let is_known = known.take(number).map_err(refused)?.is_some();
            if event.map_err(refused)?.company == *company && !is_known {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// What became of the events of a batch that are known, in its order.
struct KnownInOrder<'c> {
    rows: Iter<'c, Known>,
    next: Option<Known>,
}

impl<'c> KnownInOrder<'c> {
    fn new(known: &'c Sorted<Known>) -> io::Result<Self> {
        let mut rows = known.iter()?;
        let next = rows.next().transpose()?;
        Ok(Self { rows, next })
    }

    /// What the next event is known as, if it is.
    fn take(&mut self, number: u64) -> io::Result<Option<Twin>> {
        let Some(known) = self.next.filter(|known| known.number == number) else {
            return Ok(None);
        };
        self.next = self.rows.next().transpose()?;
        Ok(Some(known.as_what))
    }
}

/// Gives the events of a batch their places, one after the other.
struct Places<'c> {
    known: KnownInOrder<'c>,
    position: u64,
    versions: HashMap<Slug, u64>,
}

enum Place {
    New(Position, Version),
    Known(Twin),
}

impl<'c> Places<'c> {
    fn new(committed: &'c Committed) -> io::Result<Self> {
        Ok(Self {
            known: KnownInOrder::new(&committed.known)?,
            position: committed.before.position.0,
            versions: committed.versions.clone(),
        })
    }

    fn next(&mut self, number: u64, company: &Slug) -> io::Result<Place> {
        if let Some(twin) = self.known.take(number)? {
            return Ok(Place::Known(twin));
        }
        self.position += 1;
        let version = match self.versions.get_mut(company) {
            Some(version) => {
                *version += 1;
                *version
            }
            None => {
                self.versions.insert(company.clone(), 1);
                1
            }
        };
        Ok(Place::New(Position(self.position), Version(version)))
    }
}

/// The versions of companies before a batch.
fn versions_of(log: &SledLog, companies: HashSet<Slug>) -> Result<HashMap<Slug, u64>, AppendError> {
    let past = OnDisk::new(log);
    let version = |company: Slug| {
        let version = past.version(&company);
        let version = version.map_err(|source| AppendError::Read { source })?;
        Ok((company, version.0))
    };
    companies.into_iter().map(version).collect()
}

fn refused(source: io::Error) -> AppendError {
    AppendError::Io { source }
}
