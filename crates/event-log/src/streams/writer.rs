//! Adds events to the streams: [`StreamsWriter`].

use std::collections::HashMap;
use std::fs;
use std::ops::Range;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use event_model::id::{EventId, Position, Slug, Version};
use event_model::time::Instant;
use uuid::Uuid;

use super::Streams;
use super::chunk::{EVENT_BYTES_MAX, Stored};
use super::error::StreamsError;
use super::manifest::{self, MANIFEST, Manifest, Named, run_file_name};
use super::memory::Memory;
use super::merge::{Policy, RUNS_MAX, due, merge};
use super::positions::{POSITIONS, Positions, PositionsWriter};
use super::run::Run;
use super::run_writer::RunPlan;
use super::source::refused;
use super::spilling::Spilling;
use crate::event_log::Head;
use crate::hash::Hash;
use crate::side_by_side::cores;
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

    /// Takes over what was looked for lately in these streams, if they go as far.
    pub(crate) fn recall(&mut self, streams: &Streams) {
        if streams.head == self.streams.head {
            self.streams.recent = Arc::clone(&streams.recent);
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
        let (version, number) = self.admit(event.company)?;
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
    fn admit(&mut self, company: &Slug) -> Result<(Version, u32), StreamsError> {
        if let Some(known) = self.known.get_mut(company) {
            known.version += 1;
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

    /// Makes what was pushed readable, and merges where little is to be done.
    pub(crate) fn commit(&mut self) -> Result<(), StreamsError> {
        self.commit_merging(self.tuning.merge_bytes_max)
    }

    /// Commits, and merges runs of any size. Worth its while after many events were
    /// added at once.
    pub(crate) fn compact(&mut self) -> Result<(), StreamsError> {
        self.compact_on(cores())
    }

    /// The same on so many cores.
    pub(super) fn compact_on(&mut self, cores: usize) -> Result<(), StreamsError> {
        self.spill()?;
        while let Some(range) = self.due(0, u64::MAX, self.tuning.fanout) {
            self.merge_on(cores, range)?;
        }
        self.install()
    }

    /// Merges neighbouring runs into as many as there are cores, side by side; at least
    /// two of them become one.
    fn merge_on(&mut self, cores: usize, range: Range<usize>) -> Result<(), StreamsError> {
        let runs = self.runs.get(range.clone()).unwrap_or_default();
        let bytes: Vec<u64> = runs.iter().map(|run| run.bytes).collect();
        let mut parts = parts_of(&bytes, cores);
        parts.retain(|part| part.len() > 1);
        if parts.is_empty() {
            return self.merge(range);
        }
        let parts = parts.into_iter();
        let parts = parts.map(|part| range.start + part.start..range.start + part.end);
        let parts: Vec<Range<usize>> = parts.collect();
        let plans: Vec<_> = parts.iter().map(|part| self.plan_merge(part)).collect();
        let merged: Vec<Result<Run, StreamsError>> = thread::scope(|scope| {
            let merge = |(runs, path, plan): (Vec<Arc<Run>>, PathBuf, RunPlan)| {
                scope.spawn(move || merge(&runs, &path, plan))
            };
            let threads: Vec<_> = plans.into_iter().map(merge).collect();
            let ends = threads.into_iter().map(thread::ScopedJoinHandle::join);
            ends.map(|end| end.unwrap_or_else(|panic| resume_unwind(panic)))
                .collect()
        });
        // From the end, so that the other parts stay where they are.
        for (part, merged) in parts.into_iter().zip(merged).rev() {
            self.replace(part, merged?)?;
        }
        Ok(())
    }

    /// Commits, and merges everything into one run.
    #[cfg(test)]
    pub(crate) fn merge_all(&mut self) -> Result<(), StreamsError> {
        self.spill()?;
        while self.runs.len() > 1 {
            let newest = self.runs.len().saturating_sub(RUNS_MAX);
            self.merge(newest..self.runs.len())?;
        }
        self.install()
    }

    fn commit_merging(&mut self, bytes_max: u64) -> Result<(), StreamsError> {
        self.spill()?;
        self.merge_due(0, bytes_max, self.tuning.fanout)?;
        self.install()
    }

    /// Writes what is in memory as a run, beside the one before if that is being written.
    fn spill(&mut self) -> Result<(), StreamsError> {
        let Some((first, last)) = self.memory.span() else {
            return self.end_spill();
        };
        let (path, plan) = self.plan_run(first, last);
        let run = self.memory.write(&path, plan);
        self.end_spill()?;
        self.memory.clear();
        self.memory_number += 1;
        self.add_run(run?)?;
        self.forget_companies(last);
        Ok(())
    }

    /// Begins to write what is in memory as a run, beside what comes next.
    fn begin_spill(&mut self) -> Result<(), StreamsError> {
        self.end_spill()?;
        let Some((first, last)) = self.memory.span() else {
            return Ok(());
        };
        let (path, plan) = self.plan_run(first, last);
        let memory = std::mem::replace(&mut self.memory, std::mem::take(&mut self.spare));
        self.memory_number += 1;
        self.spilling = Some(Spilling::begin(memory, path, plan));
        if self.known.len() > self.tuning.known_max {
            self.end_spill()?;
            self.forget_companies(last);
        }
        Ok(())
    }

    /// Waits for the run that is being written, if there is one.
    fn end_spill(&mut self) -> Result<(), StreamsError> {
        let Some((run, mut memory)) = self.spilling.take().and_then(Spilling::end) else {
            return Ok(());
        };
        if self.is_beside {
            memory.clear();
            self.spare = memory;
        }
        self.add_run(run?)
    }

    /// Forgets companies that are too many to be known by heart, once all up to a position
    /// are in runs, where they are looked for.
    fn forget_companies(&mut self, upto: u64) {
        if self.known.len() > self.tuning.known_max {
            self.known.clear();
            self.known_after = Position(upto);
        }
    }

    fn add_run(&mut self, run: Run) -> Result<(), StreamsError> {
        self.runs.push(Arc::new(run));
        let committed = self.streams.runs.len().min(self.runs.len());
        if self.runs.len() - committed > RUNS_MAX {
            // So many at once are written anyhow, so merging them is no surprise.
            self.merge_due(committed, u64::MAX, RUNS_MAX as u64)?;
        }
        Ok(())
    }

    fn merge_due(&mut self, from: usize, bytes_max: u64, fanout: u64) -> Result<(), StreamsError> {
        while let Some(range) = self.due(from, bytes_max, fanout) {
            self.merge(range)?;
        }
        Ok(())
    }

    /// Which runs are to be merged next.
    fn due(&self, from: usize, bytes_max: u64, fanout: u64) -> Option<Range<usize>> {
        let policy = Policy { fanout, bytes_max };
        let bytes: Vec<u64> = self.runs.iter().skip(from).map(|run| run.bytes).collect();
        let range = due(&bytes, policy)?;
        Some(from + range.start..from + range.end)
    }

    fn merge(&mut self, range: Range<usize>) -> Result<(), StreamsError> {
        let (runs, path, plan) = self.plan_merge(&range);
        let merged = merge(&runs, &path, plan)?;
        self.replace(range, merged)
    }

    /// What is to become one run, and how.
    fn plan_merge(&mut self, range: &Range<usize>) -> (Vec<Arc<Run>>, PathBuf, RunPlan) {
        let runs = self.runs.get(range.clone()).unwrap_or_default().to_vec();
        let first = runs.first().map_or(0, |oldest| oldest.footer.first);
        let last = runs.last().map_or(0, |newest| newest.footer.last);
        let (path, plan) = self.plan_run(first, last);
        (runs, path, plan)
    }

    /// Puts a run in the place of those that it was made of.
    fn replace(&mut self, range: Range<usize>, merged: Run) -> Result<(), StreamsError> {
        let runs: Vec<_> = self.runs.splice(range, [Arc::new(merged)]).collect();
        for run in runs.iter().filter(|run| !self.is_named(run)) {
            let path = &run.source.path;
            fs::remove_file(path).map_err(refused(path))?;
        }
        Ok(())
    }

    /// Whether the manifest names a run.
    fn is_named(&self, run: &Run) -> bool {
        let number = run.footer.number;
        let mut named = self.streams.runs.iter();
        named.any(|named| named.footer.number == number)
    }

    fn plan_run(&mut self, first: u64, last: u64) -> (PathBuf, RunPlan) {
        let number = self.next_run;
        self.next_run += 1;
        let plan = RunPlan {
            store: self.store,
            number,
            first,
            last,
            chunk_bytes: self.tuning.chunk_bytes,
        };
        (self.dir.join(run_file_name(number)), plan)
    }

    /// Makes the runs durable, names them, and removes those they replace.
    fn install(&mut self) -> Result<(), StreamsError> {
        for run in self.runs.iter().filter(|run| !self.is_named(run)) {
            let Run { source, .. } = run.as_ref();
            source.file.sync_data().map_err(refused(&source.path))?;
        }
        let (paged_hash, tail) = self.positions.sync()?;
        let manifest = Manifest {
            store: self.store,
            head: self.head,
            next_run: self.next_run,
            runs: self.runs.iter().map(|run| Named::of(run)).collect(),
            paged_hash,
            tail: tail.to_vec(),
        };
        manifest.install(&self.dir)?;
        let positions = Positions::open(&self.dir, self.head.position, paged_hash, &manifest.tail)?;
        self.streams = Streams {
            runs: self.runs.as_slice().into(),
            positions,
            head: self.head,
            recent: Arc::default(),
        };
        let named: Vec<String> = manifest.runs.iter().map(Named::file_name).collect();
        remove_others(&self.dir, |name| {
            name == MANIFEST || name == POSITIONS || named.iter().any(|named| named == name)
        })
    }
}

/// Neighbouring runs in so many parts of about the same bytes, given the bytes of each.
fn parts_of(bytes: &[u64], parts: usize) -> Vec<Range<usize>> {
    let sum: u64 = bytes.iter().sum();
    let part_bytes = sum.div_ceil(parts.max(1) as u64).max(1);
    let (mut begin, mut before) = (0, 0u64);
    let numbers = bytes.iter().map(|bytes| {
        // In whichever part its middle is.
        let number = (before + bytes / 2) / part_bytes;
        before += bytes;
        number
    });
    let numbers: Vec<u64> = numbers.collect();
    let parts = numbers.chunk_by(|one, next| one == next).map(|part| {
        let end = begin + part.len();
        std::mem::replace(&mut begin, end)..end
    });
    parts.collect()
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
