//! Several neighbouring runs become one: [`due`], [`merge`].

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use super::chunk::read_stored;
use super::company::{Company, RECORD_BYTES_MIN};
use super::error::StreamsError;
use super::find::Ids;
use super::run::{Chunks, Run};
use super::run_writer::{Begun, IdRecord, RunPlan, RunWriter};
use super::scan::{Merged, Parts, SlugRange};

/// The most runs that are merged at once; each has its buffers.
pub(super) const RUNS_MAX: usize = 64;
/// Smaller runs are of one tier.
const TIER_BYTES_MIN: u64 = 4_096;

/// When runs are merged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Policy {
    /// How many runs of about the same size become one.
    pub(super) fanout: u64,
    /// The most bytes of runs that become one.
    pub(super) bytes_max: u64,
}

/// Which neighbouring runs are to be merged next, given the bytes of each.
///
/// A tier holds runs of about the same size. When the newest runs have as many
/// of a tier as the fanout says, these and the smaller ones between them become
/// one; smaller runs that are followed by a larger one do so at once, since no
/// more will join them.
pub(super) fn due(bytes: &[u64], policy: Policy) -> Option<Range<usize>> {
    let fanout = policy.fanout.max(2);
    let tier = |bytes: u64| (bytes / TIER_BYTES_MIN).max(1).ilog(fanout);
    let tiers: Vec<u32> = bytes.iter().map(|&bytes| tier(bytes)).collect();
    let mut levels = tiers.clone();
    levels.sort_unstable();
    levels.dedup();
    for level in levels {
        let mut start = 0;
        for stretch in tiers.split_inclusive(|&tier| tier > level) {
            let end = start + stretch.len();
            let larger_follows = stretch.last().is_some_and(|&tier| tier > level);
            let small = start..if larger_follows { end - 1 } else { end };
            let small = within(small, bytes, policy.bytes_max);
            let members = tiers.get(small.clone()).unwrap_or_default();
            let of_level = members.iter().filter(|&&tier| tier == level).count() as u64;
            if members.len() >= 2 && (larger_follows || of_level >= fanout) {
                return Some(small);
            }
            start = end;
        }
    }
    None
}

/// The newest runs of a range that are few and small enough to be merged.
fn within(range: Range<usize>, bytes: &[u64], bytes_max: u64) -> Range<usize> {
    let mut start = range.end;
    let mut sum = 0u64;
    for at in range.clone().rev().take(RUNS_MAX) {
        sum = sum.saturating_add(bytes.get(at).copied().unwrap_or(u64::MAX));
        if sum > bytes_max {
            break;
        }
        start = at;
    }
    start..range.end
}

/// Writes one run with the events of neighbouring runs.
pub(super) fn merge(runs: &[Arc<Run>], path: &Path, plan: RunPlan) -> Result<Run, StreamsError> {
    let mut out = RunWriter::create(path, plan)?;
    let mut chunks: Vec<_> = runs.iter().map(Chunks::new).collect();
    let mut moved: Vec<_> = runs.iter().map(Moved::new).collect();
    let mut companies = Merged::new(runs, &SlugRange::default())?;
    let mut parts = Parts::new();
    while let Some(slug) = companies.next(&mut parts)? {
        if let (Some((_, oldest)), Some((_, newest))) = (parts.first(), parts.last()) {
            out.begin(&Begun {
                first_version: oldest.first_version,
                first: oldest.first,
                last: newest.last,
            });
        }
        for (number, company) in &parts {
            if let Some(chunks) = chunks.get_mut(*number) {
                copy(chunks, company, &mut out)?;
            }
        }
        let offset = out.end(&slug)?;
        for (number, company) in &parts {
            if let Some(moved) = moved.get_mut(*number) {
                moved.set(company.offset, offset);
            }
        }
    }
    drop((chunks, companies));
    let mut ids = MergedIds::new(runs, moved)?;
    out.finish(&mut || ids.next())
}

/// Adds the events of a company out of one run: chunks that have no others as
/// they are, where that does not leave small ones behind.
fn copy(chunks: &mut Chunks, company: &Company, out: &mut RunWriter) -> Result<(), StreamsError> {
    let end = company.first_chunk + company.chunks;
    for number in company.first_chunk..end {
        let place = chunks.place(number)?;
        let alone =
            place.first_event >= company.first_event && place.end_event <= company.end_event();
        // All chunks between the first and the last have no other company.
        let more = (end - 1 - number).saturating_sub(1);
        if alone && out.prefers_whole(more) {
            let mut bytes = Vec::new();
            read_stored(&chunks.run().source, place.offset, place.bytes, &mut bytes)?;
            out.whole(&place, bytes)?;
            continue;
        }
        let first = company.first_event.max(place.first_event);
        let last = company.end_event().min(place.end_event);
        let (_, chunk) = chunks.load(number)?;
        for event in first..last {
            let index = usize::try_from(event - place.first_event).unwrap_or(usize::MAX);
            if let Some(event) = chunk.event(index) {
                out.event(&event)?;
            }
        }
    }
    Ok(())
}

/// Where the companies of a run are in the one that it becomes part of.
struct Moved {
    run: Arc<Run>,
    /// By offset in the old run, divided by the length of the shortest record.
    offsets: Vec<u32>,
}

impl Moved {
    fn new(run: &Arc<Run>) -> Self {
        let records = run.footer.companies.records / u64::from(RECORD_BYTES_MIN) + 1;
        Self {
            run: Arc::clone(run),
            offsets: vec![u32::MAX; usize::try_from(records).unwrap_or(0)],
        }
    }

    fn set(&mut self, old: u32, new: u32) {
        if let Some(offset) = self.offsets.get_mut((old / RECORD_BYTES_MIN) as usize) {
            *offset = new;
        }
    }

    fn get(&self, old: u32) -> Result<u32, StreamsError> {
        match self.offsets.get((old / RECORD_BYTES_MIN) as usize) {
            Some(&offset) if offset != u32::MAX => Ok(offset),
            _ => Err(self.run.source.damaged("an id names no company")),
        }
    }
}

/// The ids of several runs in their order.
struct MergedIds {
    runs: Vec<(Ids, Moved)>,
    /// The next id of each run, and which it is.
    next: BinaryHeap<Reverse<(IdRecord, usize)>>,
}

impl MergedIds {
    fn new(runs: &[Arc<Run>], moved: Vec<Moved>) -> Result<Self, StreamsError> {
        let mut merged = Self {
            runs: runs.iter().map(Ids::new).zip(moved).collect(),
            next: BinaryHeap::with_capacity(runs.len()),
        };
        for (number, (ids, _)) in merged.runs.iter_mut().enumerate() {
            let first = ids.next()?.map(|first| Reverse((first, number)));
            merged.next.extend(first);
        }
        Ok(merged)
    }

    fn next(&mut self) -> Result<Option<IdRecord>, StreamsError> {
        let Some(mut least) = self.next.peek_mut() else {
            return Ok(None);
        };
        let Reverse((mut record, number)) = *least;
        let Some((ids, moved)) = self.runs.get_mut(number) else {
            return Ok(None);
        };
        match ids.next()? {
            Some(next) => *least = Reverse((next, number)),
            None => drop(PeekMut::pop(least)),
        }
        record.company = moved.get(record.company)?;
        Ok(Some(record))
    }
}
