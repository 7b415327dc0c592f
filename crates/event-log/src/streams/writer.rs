//! Adds events to the streams: [`StreamsWriter`].

mod runs;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use event_model::id::{EventId, Position, Slug, Version};
use event_model::time::Instant;
use foldhash::{HashMap, HashMapExt};
use uuid::Uuid;

use super::Streams;
use super::chunk::{EVENT_BYTES_MAX, Stored};
use super::error::StreamsError;
use super::manifest::{self, MANIFEST, Manifest, Named};
use super::memory::Memory;
use super::positions::{POSITIONS, PositionsWriter};
use super::run::Run;
use super::source::refused;
use super::spilling::Spilling;
use crate::event_log::Head;
use crate::hash::Hash;
use crate::throwaway;

/// When the writer does what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tuning {
    /// The bytes of events in memory that become a run.
    pub(crate) memory_bytes: usize,
    /// The packed bytes of a chunk.
    pub(crate) chunk_bytes: usize,
    /// How many runs of about the same size become one.
    pub(crate) fanout: u64,
    /// The most bytes of runs that a commit merges into one.
    pub(crate) merge_bytes_max: u64,
    /// How many companies the writer knows by heart.
    pub(crate) known_max: usize,
}

impl Default for Tuning {
    fn default() -> Self {
        Self {
            memory_bytes: 48 << 20,
            chunk_bytes: 32 << 10,
            fanout: 8,
            merge_bytes_max: 32 << 20,
            known_max: 1 << 17,
        }
    }
}

/// An event on its way into the streams.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arrival<'a> {
    /// Its company.
    pub(crate) company: &'a Slug,
    /// Its place in the whole log: the one after the last.
    pub(crate) position: Position,
    /// When the log accepted it.
    pub(crate) recorded: Instant,
    /// Its id.
    pub(crate) id: EventId,
    /// The hash of the chain up to and with it.
    pub(crate) hash: Hash,
    /// The event itself, opaque here.
    pub(crate) packed: &'a [u8],
}

/// A company that the writer knows.
#[derive(Debug)]
struct Known {
    /// The version of its last event.
    version: u64,
    /// The position of that.
    last: Position,
    /// Its number among the companies in memory, and which memory that was.
    number: u32,
    memory: u64,
}

/// Adds events to the streams. There is only ever one for a folder, which the
/// lock of the store sees to.
///
/// After an error it is of no more use; what was committed stands.
pub(crate) struct StreamsWriter {
    dir: PathBuf,
    store: Uuid,
    tuning: Tuning,
    streams: Streams,
    runs: Vec<Arc<Run>>,
    next_run: u64,
    positions: PositionsWriter,
    head: Head,
    memory: Memory,
    /// Which memory this is, by number.
    memory_number: u64,
    /// Whether runs are written beside what comes next.
    is_beside: bool,
    /// The memory before it, while that is written as a run.
    spilling: Option<Spilling>,
    /// The room of the memory before that, to be filled next; kept only while beside.
    spare: Memory,
    known: HashMap<Slug, Known>,
    /// All companies of events after this position are known.
    known_after: Position,
}

impl StreamsWriter {
    /// Goes on with what is there; `None` if that is not whole.
    pub(crate) fn open(
        dir: &Path,
        store: Uuid,
        tuning: Tuning,
    ) -> Result<Option<Self>, StreamsError> {
        let Some(streams) = Streams::open(dir, store)? else {
            return Ok(None);
        };
        let bytes = manifest::read(dir)?;
        bytes
            .and_then(|bytes| Manifest::decode(&bytes, store))
            .map(|manifest| Self::go_on(dir, tuning, streams, &manifest))
            .transpose()
    }

    /// Begins anew in a folder of which nothing is kept.
    #[cfg(any(test, feature = "fuzzing"))]
    pub(crate) fn create(dir: &Path, store: Uuid, tuning: Tuning) -> Result<Self, StreamsError> {
        Self::create_from(dir, 1, store, tuning)
    }

    /// Begins anew beside a folder, with none of the numbers of its runs, so that no file
    /// of one is ever taken for that of the other.
    pub(crate) fn create_beside(
        (dir, beside): (&Path, &Path),
        store: Uuid,
        tuning: Tuning,
    ) -> Result<Self, StreamsError> {
        Self::create_from(beside, next_number(dir), store, tuning)
    }

    fn create_from(
        dir: &Path,
        next_run: u64,
        store: Uuid,
        tuning: Tuning,
    ) -> Result<Self, StreamsError> {
        throwaway::remove(dir)
            .and_then(|()| fs::create_dir_all(dir))
            .map_err(refused(dir))?;
        let manifest = Manifest {
            store,
            head: Head::ZERO,
            next_run,
            runs: Vec::new(),
            paged_hash: Hash::ZERO,
            tail: Vec::new(),
        };
        let streams = Streams::of(dir, &manifest)?;
        Self::go_on(dir, tuning, streams, &manifest)
    }

    fn go_on(
        dir: &Path,
        tuning: Tuning,
        streams: Streams,
        manifest: &Manifest,
    ) -> Result<Self, StreamsError> {
        let named: Vec<String> = manifest.runs.iter().map(Named::file_name).collect();
        remove_others(dir, |name| {
            name == MANIFEST || name == POSITIONS || named.iter().any(|named| named == name)
        })?;
        let head = manifest.head;
        Ok(Self {
            dir: dir.to_owned(),
            store: manifest.store,
            tuning,
            runs: streams.runs.to_vec(),
            streams,
            next_run: manifest.next_run,
            positions: PositionsWriter::open(dir, &head, manifest.paged_hash, &manifest.tail)?,
            head,
            memory: Memory::default(),
            memory_number: 0,
            is_beside: false,
            spilling: None,
            spare: Memory::default(),
            known: HashMap::new(),
            known_after: head.position,
        })
    }

    /// Makes what was pushed readable in another folder, instead of what is there:
    /// that stays as long as this is not whole.
    pub(crate) fn take_place(mut self, dir: &Path) -> Result<Self, StreamsError> {
        self.commit()?;
        let Self {
            dir: made,
            store,
            tuning,
            ..
        } = self;
        throwaway::remove(&dir.join(MANIFEST))
            .and_then(|()| throwaway::remove(dir))
            .and_then(|()| fs::rename(&made, dir))
            .map_err(refused(dir))?;
        Self::open(dir, store, tuning)?.ok_or_else(|| StreamsError::Damaged {
            path: dir.to_owned(),
            what: "it is not what was just written",
        })
    }

    /// The streams as of the last commit.
    pub(crate) fn streams(&self) -> &Streams {
        &self.streams
    }

    /// How many runs there are, and will be with the next commit.
    pub(crate) fn runs(&self) -> usize {
        self.runs.len() + usize::from(self.spilling.is_some())
    }

    /// Whether runs are to be written beside what comes next, which takes the memory of
    /// twice as many events. It is for who has a core left for it.
    pub(crate) fn write_beside(&mut self, is_beside: bool) {
        self.is_beside = is_beside;
        self.spare = Memory::default();
    }

    /// Goes on with streams that were opened before, if they are the same: what was
    /// looked for in them is remembered.
    pub(crate) fn recall(&mut self, streams: &Streams) {
        let footers = |runs: &[Arc<Run>]| runs.iter().map(|run| run.footer).collect::<Vec<_>>();
        if streams.head == self.streams.head && footers(&streams.runs) == footers(&self.runs) {
            self.streams = streams.clone();
            self.runs = streams.runs.to_vec();
        }
    }

    /// The last event that was pushed.
    pub(crate) fn head(&self) -> Head {
        self.head
    }

    /// Adds the event after the last, and tells its version.
    pub(crate) fn push(&mut self, event: &Arrival<'_>) -> Result<Version, StreamsError> {
        let next = Position(self.head.position.0 + 1);
        if event.position != next {
            return Err(StreamsError::NotNext {
                position: event.position,
                next,
            });
        }
        if event.packed.len() > EVENT_BYTES_MAX {
            return Err(StreamsError::TooLarge {
                position: event.position,
                bytes: event.packed.len(),
                bytes_max: EVENT_BYTES_MAX,
            });
        }
        let (version, number) = self.admit(event.company, event.position)?;
        self.memory.push(
            number,
            &Stored {
                position: event.position.0,
                recorded: event.recorded.micros(),
                id: event.id.0.into_bytes(),
                packed: event.packed,
            },
        );
        self.positions.push(event.recorded, &event.hash)?;
        self.head = Head {
            position: event.position,
            recorded: Some(event.recorded),
            hash: event.hash,
        };
        if self.memory.bytes() >= self.tuning.memory_bytes {
            match self.is_beside {
                true => self.begin_spill()?,
                false => self.spill()?,
            }
        }
        Ok(version)
    }

    /// The version of a company's next event, and its number in memory.
    fn admit(
        &mut self,
        company: &Slug,
        position: Position,
    ) -> Result<(Version, u32), StreamsError> {
        if let Some(known) = self.known.get_mut(company) {
            known.version += 1;
            known.last = position;
            if known.memory != self.memory_number {
                known.number = self.memory.begin(company, known.version);
                known.memory = self.memory_number;
            }
            return Ok((Version(known.version), known.number));
        }
        let version = self.version_before(company)? + 1;
        let number = self.memory.begin(company, version);
        self.known.insert(
            company.clone(),
            Known {
                version,
                last: position,
                number,
                memory: self.memory_number,
            },
        );
        Ok((Version(version), number))
    }

    /// The version of a company that is not known.
    fn version_before(&self, company: &Slug) -> Result<u64, StreamsError> {
        if self.known_after == self.streams.head.position {
            let head = self.streams.stream_head(company)?;
            return Ok(head.map_or(0, |(version, _)| version.0));
        }
        for run in self.runs.iter().rev() {
            // A merged run may have known companies too; asking it does no harm.
            if run.footer.first <= self.known_after.0
                && let Some(found) = run.company(company)?
            {
                return Ok(found.last_version());
            }
        }
        Ok(0)
    }
}

/// The number after those of the runs in a folder.
fn next_number(dir: &Path) -> u64 {
    let names = fs::read_dir(dir).into_iter().flatten().flatten();
    let number = |name: &str| name.strip_suffix(".run")?.parse::<u64>().ok();
    let numbers = names.filter_map(|entry| number(entry.file_name().to_str()?));
    numbers.max().unwrap_or(0).saturating_add(1)
}

/// Removes what is in a folder but the files that are to be kept.
fn remove_others(dir: &Path, keep: impl Fn(&str) -> bool) -> Result<(), StreamsError> {
    for entry in fs::read_dir(dir).map_err(refused(dir))? {
        let entry = entry.map_err(refused(dir))?;
        let is_file = entry.file_type().map_err(refused(dir))?.is_file();
        if !is_file || !entry.file_name().to_str().is_some_and(&keep) {
            throwaway::remove(&entry.path()).map_err(refused(&entry.path()))?;
        }
    }
    Ok(())
}
