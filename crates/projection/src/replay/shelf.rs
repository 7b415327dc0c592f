//! What the threads of a section say: [`Known`] threads on a [`Shelf`].

use std::sync::Arc;

use event_model::edtf::Bounds;
use event_model::kind::Section;
use event_model::time::{Day, Instant};

use super::Limits;
use super::spans::Spans;
use super::stretch::Region;
use crate::basis::Cuts;
use crate::listing::{Listed, Listing};
use crate::regulation::effects;
use crate::thread::Thread;

/// What was told under some cuts. The oldest is forgotten first.
#[derive(Debug)]
struct Memory<T> {
    told: Vec<(Region, T)>,
    most: usize,
    oldest: usize,
}

impl<T: Clone> Memory<T> {
    fn of(limits: Limits) -> Self {
        Self {
            told: Vec::new(),
            most: limits.regions.max(1),
            oldest: 0,
        }
    }

    fn recall(&self, cuts: &Cuts) -> Option<&(Region, T)> {
        self.told.iter().find(|(region, _)| region.contains(cuts))
    }

    fn keep(&mut self, region: Region, told: T) {
        if self.told.len() < self.most {
            self.told.push((region, told));
        } else if let Some(oldest) = self.told.get_mut(self.oldest) {
            *oldest = (region, told);
            self.oldest = (self.oldest + 1) % self.most;
        }
    }
}

/// A thread with all claims that count under some known cut, and when each does.
#[derive(Debug)]
pub(super) struct Spanned {
    pub(super) thread: Thread,
    pub(super) spans: Vec<Spans>,
}

/// A thread that can be heard under any known cut.
#[derive(Debug)]
pub(super) struct Known<T> {
    thread: Thread,
    /// When a claim begins or ceases to count, and which, by its index.
    changes: Vec<(Instant, usize)>,
    /// The days that may divide what it says.
    days: Box<[Day]>,
    /// How many of the changes it has heard of.
    heard: usize,
    memory: Memory<Option<T>>,
}

impl<T: Clone> Known<T> {
    fn of(spanned: Spanned, limits: Limits) -> Self {
        let Spanned { mut thread, spans } = spanned;
        let days = days(&thread);
        thread.silence(limits.block);
        let changes = spans.iter().enumerate().flat_map(|(at, spans)| {
            let changes = spans.changes().iter();
            changes.map(move |change| (*change, at))
        });
        let mut changes: Vec<(Instant, usize)> = changes.collect();
        changes.sort_unstable();
        Self {
            thread,
            changes,
            days,
            heard: 0,
            memory: Memory::of(limits),
        }
    }

    pub(super) fn all(threads: Vec<Spanned>, limits: Limits) -> Vec<Self> {
        let known = threads.into_iter().map(|thread| Self::of(thread, limits));
        known.collect()
    }

    /// The thread, with the claims that count where it was last heard.
    pub(super) fn thread(&self) -> &Thread {
        &self.thread
    }

    /// Hears which of its claims count under a known cut.
    pub(super) fn hear(&mut self, known: Instant) {
        let heard = self.changes.partition_point(|(change, _)| *change <= known);
        let (from, to) = (heard.min(self.heard), heard.max(self.heard));
        if from < to {
            let between = self.changes.get(from..to).unwrap_or_default();
            self.thread.turn(between.iter().map(|(_, claim)| *claim));
            self.heard = heard;
        }
    }

    /// What it says under these cuts, if it says anything. The region ends where it
    /// would say something else.
    pub(super) fn at(
        &mut self,
        cuts: &Cuts,
        region: &mut Region,
        tell: impl Fn(&Thread) -> Option<T>,
    ) -> Option<T> {
        if let Some((held, told)) = self.memory.recall(cuts) {
            region.within(held, cuts);
            return told.clone();
        }
        self.hear(cuts.known);
        let here = self.region(cuts);
        let told = tell(&self.thread);
        self.memory.keep(here, told.clone());
        region.within(&here, cuts);
        told
    }

    /// Where it says what it says under these cuts, under which it was heard.
    pub(super) fn region(&self, cuts: &Cuts) -> Region {
        let mut region = Region::ALL;
        let (before, after) = self.changes.split_at(self.heard.min(self.changes.len()));
        for (change, _) in before.last().into_iter().chain(after.first()) {
            region.end_at(*change, cuts);
        }
        let begun = self.days.partition_point(|day| *day <= cuts.on);
        let (before, after) = self.days.split_at(begun);
        for day in before.last().into_iter().chain(after.first()) {
            region.end_at_day(*day, cuts);
        }
        region
    }
}

/// The days on which claims that all count, or what they bring about, begin or end to
/// be possible, in order. Where only some count, there are no others: a claim whose date
/// gave way takes the days of others.
fn days(thread: &Thread) -> Box<[Day]> {
    let mut days: Vec<Day> = Vec::new();
    let mut add =
        |bounds: Bounds| days.extend([bounds.earliest, bounds.latest].into_iter().flatten());
    thread.claims().iter().for_each(|claim| add(claim.stated));
    if thread.section() == Section::Regulation {
        effects(thread).for_each(|(_, effective)| add(effective));
    }
    days.sort_unstable();
    days.dedup();
    days.into()
}

/// The threads of a section.
///
/// A thread of a single claim always stands in the same place of the list.
/// Those are put together in runs, so that what an answer has in common with
/// the one before is not put together again.
#[derive(Debug)]
pub(super) struct Shelf<T> {
    runs: Vec<Run<T>>,
    moving: Vec<Known<T>>,
}

/// Threads of a single claim each, in the order of lists.
#[derive(Debug)]
struct Run<T> {
    threads: Vec<Known<T>>,
    memory: Memory<Arc<[T]>>,
}

impl<T: Clone + Listed> Shelf<T> {
    pub(super) fn of(threads: Vec<Spanned>, limits: Limits) -> Self {
        let is_single = |spanned: &Spanned| spanned.thread.claims().len() == 1;
        let (mut single, moving): (Vec<_>, Vec<_>) = threads.into_iter().partition(is_single);
        single.sort_by_cached_key(|spanned| {
            let claim = spanned.thread.claims().first();
            claim.map(|claim| claim.list_order())
        });
        let mut single = single.into_iter();
        let run = || {
            let threads = single.by_ref().take(limits.run.max(1)).collect();
            let threads = Known::all(threads, limits);
            let memory = Memory::of(limits);
            (!threads.is_empty()).then_some(Run { threads, memory })
        };
        Self {
            runs: std::iter::from_fn(run).collect(),
            moving: Known::all(moving, limits),
        }
    }

    /// What the threads say under these cuts. The region ends where they would say
    /// something else.
    pub(super) fn at(
        &mut self,
        cuts: &Cuts,
        region: &mut Region,
        tell: impl Fn(&Thread) -> Option<T>,
    ) -> Listing<T> {
        let moving = self.moving.iter_mut();
        let moving = moving.filter_map(|known| known.at(cuts, region, &tell));
        let moving = moving.collect();
        let runs = self.runs.iter_mut().map(|run| run.at(cuts, region, &tell));
        let runs = runs.filter(|run| !run.is_empty()).collect();
        Listing::of(moving, runs)
    }
}

impl<T: Clone> Run<T> {
    fn at(
        &mut self,
        cuts: &Cuts,
        region: &mut Region,
        tell: impl Fn(&Thread) -> Option<T>,
    ) -> Arc<[T]> {
        if let Some((held, told)) = self.memory.recall(cuts) {
            region.within(held, cuts);
            return Arc::clone(told);
        }
        let mut here = Region::ALL;
        let threads = self.threads.iter_mut();
        let mut told = Vec::with_capacity(threads.len());
        told.extend(threads.filter_map(|known| known.at(cuts, &mut here, &tell)));
        let told: Arc<[T]> = told.into();
        self.memory.keep(here, Arc::clone(&told));
        region.within(&here, cuts);
        told
    }
}
