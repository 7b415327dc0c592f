//! Company after company: [`Merged`], and what is made with it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::ControlFlow;
use std::sync::Arc;

use event_model::id::{Position, Slug};

use super::company::{Companies, Company};
use super::error::StreamsError;
use super::read::{Visitor, visit};
use super::run::{Chunks, Run};
use super::{Stream, Streams};

/// Slugs from one on, up to another and without it; `None` is no bound.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SlugRange {
    /// The first slug.
    pub(crate) from: Option<Slug>,
    /// The slug after the last.
    pub(crate) to: Option<Slug>,
}

/// What a scan does about a company.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice {
    /// It reads its events.
    Read,
    /// It goes on to the next.
    Skip,
    /// It ends here.
    Stop,
}

/// The companies of several runs in order of their slugs.
pub(super) struct Merged {
    cursors: Vec<Companies>,
    /// For each run, the company that it has next.
    next: Vec<Option<Company>>,
    slugs: BinaryHeap<Reverse<(Slug, usize)>>,
    to: Option<Slug>,
}

/// A company, and where it is in each run that has it, by number of the run.
pub(super) type Parts = Vec<(usize, Company)>;

impl Merged {
    pub(super) fn new(runs: &[Arc<Run>], range: &SlugRange) -> Result<Self, StreamsError> {
        let mut merged = Self {
            cursors: Vec::with_capacity(runs.len()),
            next: vec![None; runs.len()],
            slugs: BinaryHeap::with_capacity(runs.len()),
            to: range.to.clone(),
        };
        for (number, run) in runs.iter().enumerate() {
            let mut companies = run.companies();
            if let Some(from) = &range.from {
                companies.seek(from)?;
            }
            merged.cursors.push(companies);
            merged.advance(number)?;
        }
        Ok(merged)
    }

    /// The next company, and its parts in the order of the runs.
    pub(super) fn next(&mut self, parts: &mut Parts) -> Result<Option<Slug>, StreamsError> {
        parts.clear();
        let Some(Reverse((slug, number))) = self.slugs.pop() else {
            return Ok(None);
        };
        if self.to.as_ref().is_some_and(|to| slug >= *to) {
            return Ok(None);
        }
        self.take(number, parts)?;
        while let Some(Reverse((next, number))) = self.slugs.peek() {
            if *next != slug {
                break;
            }
            let number = *number;
            self.slugs.pop();
            self.take(number, parts)?;
        }
        Ok(Some(slug))
    }

    fn take(&mut self, number: usize, parts: &mut Parts) -> Result<(), StreamsError> {
        if let Some(company) = self.next.get_mut(number).and_then(Option::take) {
            parts.push((number, company));
        }
        self.advance(number)
    }

    fn advance(&mut self, number: usize) -> Result<(), StreamsError> {
        if let Some(cursor) = self.cursors.get_mut(number)
            && let Some((slug, company)) = cursor.next()?
            && let Some(next) = self.next.get_mut(number)
        {
            *next = Some(company);
            self.slugs.push(Reverse((slug, number)));
        }
        Ok(())
    }
}

/// The companies in order of their slugs.
pub(crate) struct StreamsIter {
    merged: Option<Merged>,
    parts: Parts,
}

impl Iterator for StreamsIter {
    type Item = Result<Stream, StreamsError>;

    fn next(&mut self) -> Option<Self::Item> {
        let slug = match self.merged.as_mut()?.next(&mut self.parts) {
            Ok(slug) => slug?,
            Err(error) => {
                self.merged = None;
                return Some(Err(error));
            }
        };
        let (first, last) = (self.parts.first()?.1, self.parts.last()?.1);
        Some(Ok(Stream {
            company: slug,
            events: last.last_version(),
            first: Position(first.first),
            last: Position(last.last),
        }))
    }
}

impl Streams {
    /// The companies in order of their slugs.
    pub(crate) fn companies(&self) -> Result<StreamsIter, StreamsError> {
        Ok(StreamsIter {
            merged: Some(Merged::new(&self.runs, &SlugRange::default())?),
            parts: Parts::new(),
        })
    }

    /// Ranges that have all companies between them, and about as many events
    /// each: so many ranges, or fewer where the companies are few or large.
    pub(crate) fn split(&self, ranges: usize) -> Result<Vec<SlugRange>, StreamsError> {
        let share = self.events().div_ceil(ranges.max(1) as u64).max(1);
        let mut split = Vec::new();
        let mut range = SlugRange::default();
        let mut events = 0;
        for stream in self.companies()? {
            let stream = stream?;
            if events >= share && split.len() + 1 < ranges {
                range.to = Some(stream.company.clone());
                split.push(std::mem::take(&mut range));
                range.from = Some(stream.company);
                events = 0;
            }
            events = stream.events.saturating_add(events);
        }
        split.push(range);
        Ok(split)
    }

    /// Gives the events of company after company, after a position and up to
    /// another, those of each in order of position.
    ///
    /// All events of a company follow each other. Nothing is read of those that
    /// are not chosen.
    pub(crate) fn scan(
        &self,
        range: &SlugRange,
        (after, upto): (Position, Position),
        choose: &mut dyn FnMut(&Slug) -> Choice,
        visitor: Visitor<'_>,
    ) -> Result<(), StreamsError> {
        let has_some = |run: &&Arc<Run>| run.footer.last > after.0 && run.footer.first <= upto.0;
        let runs: Vec<_> = self.runs.iter().filter(has_some).cloned().collect();
        let mut chunks: Vec<_> = runs.iter().map(Chunks::new).collect();
        let mut companies = Merged::new(&runs, range)?;
        let mut parts = Parts::new();
        while let Some(slug) = companies.next(&mut parts)? {
            match choose(&slug) {
                Choice::Read => {}
                Choice::Skip => continue,
                Choice::Stop => return Ok(()),
            }
            for (number, company) in &parts {
                let Some(chunks) = chunks.get_mut(*number) else {
                    continue;
                };
                let bounds = (after, upto);
                if visit(chunks, (&slug, company), bounds, visitor)? == ControlFlow::Break(()) {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}
