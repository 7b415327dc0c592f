//! From memory into runs, of many runs few, and which of them count.

use std::fs;
use std::ops::Range;
use std::panic::resume_unwind;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use event_model::id::{Position, Version};

use super::super::Streams;
use super::super::error::StreamsError;
use super::super::heads::Heads;
use super::super::manifest::{MANIFEST, Manifest, Named, run_file_name};
use super::super::memory::Memory;
use super::super::merge::{Policy, RUNS_MAX, due, merge};
use super::super::positions::{POSITIONS, Positions};
use super::super::run::Run;
use super::super::run_writer::RunPlan;
use super::super::source::refused;
use super::super::spilling::Spilling;
use super::{StreamsWriter, remove_others};
use crate::side_by_side::cores;

/// How many runs there are, besides those that count, before some of them are merged.
const UNCOMMITTED_RUNS_MAX: usize = 2 * RUNS_MAX;

impl StreamsWriter {
    /// Makes what was pushed readable, and merges where little is to be done.
    pub(crate) fn commit(&mut self) -> Result<(), StreamsError> {
        self.commit_merging(self.tuning.merge_bytes_max)
    }

    /// Writes what was pushed, so that a commit has little left to do; nobody sees it before.
    pub(crate) fn write_ahead(&mut self) -> Result<(), StreamsError> {
        self.spill()?;
        self.runs.last().map_or(Ok(()), |run| run.sync())
    }

    /// Commits, and merges runs of any size. Worth its while after many events were
    /// added at once.
    pub(crate) fn compact(&mut self) -> Result<(), StreamsError> {
        self.compact_on(cores())
    }

    /// The same on so many cores.
    pub(in crate::streams) fn compact_on(&mut self, cores: usize) -> Result<(), StreamsError> {
        self.spill()?;
        // Merging takes memory of its own.
        self.memory = Memory::default();
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
        while let Some(range) = self.due(0, bytes_max, self.tuning.fanout) {
            self.merge(range)?;
        }
        self.install()
    }

    /// Writes what is in memory as a run, beside the one before if that is being written.
    pub(super) fn spill(&mut self) -> Result<(), StreamsError> {
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
    pub(super) fn begin_spill(&mut self) -> Result<(), StreamsError> {
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
    pub(super) fn end_spill(&mut self) -> Result<(), StreamsError> {
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
    pub(super) fn forget_companies(&mut self, upto: u64) {
        if self.known.len() > self.tuning.known_max {
            self.known.clear();
            self.known_after = Position(upto);
        }
    }

    fn add_run(&mut self, run: Run) -> Result<(), StreamsError> {
        self.runs.push(Arc::new(run));
        let committed = self.streams.runs.len().min(self.runs.len());
        if self.runs.len() - committed > UNCOMMITTED_RUNS_MAX {
            // So many at once are written anyhow, so merging them is no surprise. It takes
            // memory of its own.
            self.spare = Memory::default();
            while let Some(range) = self.due(committed, u64::MAX, RUNS_MAX as u64) {
                self.merge_on(cores(), range)?;
            }
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

    /// The heads of the companies, as far as they are known.
    fn heads(&self) -> Heads {
        if self.known_after > self.streams.head.position {
            // Some that were added since were forgotten.
            return Heads::default();
        }
        let known = self.known.iter();
        let heads = known.map(|(company, known)| {
            let head = (Version(known.version), known.last);
            (company.clone(), Some(head))
        });
        self.streams.heads.grown(heads)
    }

    /// Makes the runs durable, names them, and removes those they replace.
    fn install(&mut self) -> Result<(), StreamsError> {
        for run in self.runs.iter().filter(|run| !self.is_named(run)) {
            run.sync()?;
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
            heads: Arc::new(self.heads()),
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
