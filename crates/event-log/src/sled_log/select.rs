//! The events that are wanted, in the order of the log or against it:
//! [`SelectedEvents`].
//!
//! They come from the streams and the tail, so that neither sled nor its lock is
//! needed, and any number of processes can read while one writes. Streams go
//! company after company; so the log is gone through in windows of positions, and
//! what is wanted of each is put in order. The first windows are short, so that
//! the first events come soon. What is held at once is bounded by bytes: a window
//! that has more is cut, and what was cut off is looked at again.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::vec;

use event_model::id::{Position, Slug};

use super::SledLog;
use super::stored::{OwnStored, Stored};
use crate::error::LogError;
use crate::event_log::{EventLog, Recorded};
use crate::hash::Hash;
use crate::side_by_side::side_by_side;
use crate::streams::{Choice, PositionsWalk, SlugRange, Streams};
use crate::sync;

/// Which way events are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The oldest first.
    Forwards,
    /// The newest first.
    Backwards,
}

/// How many times as long as a window the next one is.
const WINDOW_GROWTH: u64 = 16;
/// In how many parts the companies are gone through side by side, where a window is
/// longer than the first.
const PARTS: usize = 64;

/// Tells of a stored event whether it is wanted.
type Wanted<'l> = Box<dyn Fn(&Stored<'_>) -> Result<bool, LogError> + Send + Sync + 'l>;

/// The events that are wanted, one after the other.
pub struct SelectedEvents<'l> {
    log: &'l SledLog,
    /// Only of this company.
    company: Option<Slug>,
    wanted: Wanted<'l>,
    direction: Direction,
    /// What was not looked at yet.
    rest: Span,
    /// How long the next window is.
    window: u64,
    /// Parts of the companies, once they were needed.
    ranges: Vec<SlugRange>,
    found: vec::IntoIter<OwnStored>,
    hashes: Option<PositionsWalk>,
}

/// The positions after one and up to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    after: Position,
    upto: Position,
}

impl Span {
    const NONE: Self = Self {
        after: Position(0),
        upto: Position(0),
    };

    fn bounds(self) -> (Position, Position) {
        (self.after, self.upto)
    }

    fn is_empty(self) -> bool {
        self.after >= self.upto
    }

    fn has(self, position: Position) -> bool {
        position > self.after && position <= self.upto
    }

    /// The first part of it, of at most so many positions.
    fn first(self, direction: Direction, most: u64) -> Self {
        let Self { after, upto } = self;
        match direction {
            Direction::Forwards => Self {
                upto: upto.min(Position(after.0.saturating_add(most))),
                after,
            },
            Direction::Backwards => Self {
                after: after.max(Position(upto.0.saturating_sub(most))),
                upto,
            },
        }
    }

    /// What comes after its first part.
    fn without(self, direction: Direction, first: Self) -> Self {
        match direction {
            Direction::Forwards => Self {
                after: first.upto,
                ..self
            },
            Direction::Backwards => Self {
                upto: first.after,
                ..self
            },
        }
    }
}

impl SledLog {
    /// The events after a position and up to another that are wanted, of all
    /// companies or of one.
    ///
    /// `wanted` is asked on several threads, and in no order.
    pub fn select<'l>(
        &'l self,
        company: Option<&Slug>,
        (after, upto): (Position, Position),
        direction: Direction,
        wanted: impl Fn(&Stored<'_>) -> Result<bool, LogError> + Send + Sync + 'l,
    ) -> SelectedEvents<'l> {
        let upto = upto.min(self.head().position);
        let streams = sync::read(&self.state).streams.clone();
        SelectedEvents {
            log: self,
            company: company.cloned(),
            wanted: Box::new(wanted),
            direction,
            rest: Span { after, upto },
            // Those of one company are in order, and not so many.
            window: company.map_or(self.settings.selection_first.max(1), |_| u64::MAX),
            ranges: Vec::new(),
            found: Vec::new().into_iter(),
            hashes: streams.map(|streams| streams.hashes()),
        }
    }
}

impl SelectedEvents<'_> {
    /// The position of the next event but so many, or of the last if there are not
    /// as many; `None` if there is none. It goes past them.
    ///
    /// # Errors
    ///
    /// [`LogError`] if they cannot be read.
    pub fn skip_to(&mut self, skipped: u64) -> Result<Option<Position>, LogError> {
        let mut last = None;
        for _ in 0..=skipped {
            match self.next_stored()? {
                Some(stored) => last = Some(stored.position),
                None => break,
            }
        }
        Ok(last)
    }

    fn next_stored(&mut self) -> Result<Option<OwnStored>, LogError> {
        while self.found.len() == 0 && !self.rest.is_empty() {
            self.fetch()?;
        }
        Ok(self.found.next())
    }

    /// Looks through the next window.
    fn fetch(&mut self) -> Result<(), LogError> {
        let whole = self.rest;
        let window = whole.first(self.direction, self.window);
        // Nothing more is looked for if this fails.
        self.rest = Span::NONE;
        let bytes_max = self.log.settings.selection_bytes_max;
        let mut gathered = Gathered::new(window, self.direction, bytes_max);
        match &self.company {
            Some(company) => self.gather_company(company, &mut gathered)?,
            None => {
                let streams = self.gather_tail(&mut gathered)?;
                self.gather_streams(streams.as_deref(), &mut gathered)?;
            }
        }
        let (found, covered) = gathered.finish();
        self.found = found.into_iter();
        self.rest = whole.without(self.direction, covered);
        if covered == window {
            self.window = self.window.saturating_mul(WINDOW_GROWTH);
        }
        Ok(())
    }

    fn hash(&mut self, position: Position) -> Result<Option<Hash>, LogError> {
        if let Some(hashes) = &mut self.hashes
            && let Some(hash) = hashes.hash(position)?
        {
            return Ok(Some(hash));
        }
        sync::read(&self.log.state).hash_at(position)
    }

    fn gather_company(&self, company: &Slug, gathered: &mut Gathered) -> Result<(), LogError> {
        let span = gathered.span;
        let mut taking = Taking::into(gathered, &self.wanted);
        let state = sync::read(&self.log.state);
        let _ = state.visit(company, span.bounds(), &mut |stored| taking.take(stored))?;
        taking.failed
    }

    /// Goes through the tail, and gives the streams that it follows.
    fn gather_tail(&self, gathered: &mut Gathered) -> Result<Option<Arc<Streams>>, LogError> {
        let state = sync::read(&self.log.state);
        let (after, upto) = gathered.span.bounds();
        let after = after.max(state.tail.base().position);
        let mut positions = (after.0 + 1..=upto.0).map(Position);
        let mut taking = Taking::into(gathered, &self.wanted);
        let _ = state.visit_tail_at(&mut positions, &mut |stored| taking.take(stored))?;
        taking.failed?;
        Ok(state.streams.clone())
    }

    /// Goes through the streams, where the window is long in parts side by side.
    fn gather_streams(
        &mut self,
        streams: Option<&Streams>,
        gathered: &mut Gathered,
    ) -> Result<(), LogError> {
        let span = gathered.span;
        let Some(streams) = streams.filter(|streams| span.after < streams.upto().position) else {
            return Ok(());
        };
        let settings = &self.log.settings;
        let is_short = span.upto.0 - span.after.0 <= settings.selection_first;
        if self.ranges.is_empty() && !is_short {
            self.ranges = streams.split(PARTS)?;
        }
        let all = [SlugRange::default()];
        let ranges = if is_short { &all[..] } else { &self.ranges };
        let (direction, wanted) = (self.direction, &self.wanted);
        let bytes_max = settings.selection_bytes_max / 4;
        let gather = |range: &SlugRange| {
            let mut part = Gathered::new(span, direction, bytes_max);
            let mut taking = Taking::into(&mut part, wanted);
            streams.scan(range, span.bounds(), &mut |_| Choice::Read, &mut |entry| {
                taking.take(Stored::of(&entry))
            })?;
            taking.failed?;
            Ok(part)
        };
        side_by_side(
            ranges.iter().map(Ok),
            gather,
            |part: Result<Gathered, LogError>| {
                gathered.merge(part?);
                Ok(())
            },
        )
    }
}

impl Iterator for SelectedEvents<'_> {
    type Item = Result<Recorded, LogError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.next_stored() {
            Ok(stored) => {
                let stored = stored?;
                let hash = self.hash(stored.position);
                Some(hash.and_then(|hash| stored.stored().recorded(hash)))
            }
            Err(error) => Some(Err(error)),
        }
    }
}

/// What is wanted of a window, as much of it as may be held at once.
struct Gathered {
    direction: Direction,
    bytes_max: usize,
    /// What is still gathered: less than the window, once that had too much.
    span: Span,
    events: Vec<OwnStored>,
    bytes: usize,
}

impl Gathered {
    fn new(span: Span, direction: Direction, bytes_max: usize) -> Self {
        Self {
            direction,
            bytes_max,
            span,
            events: Vec::new(),
            bytes: 0,
        }
    }

    fn push(&mut self, event: OwnStored) {
        self.bytes += event.memory_bytes();
        self.events.push(event);
        if self.bytes > 2 * self.bytes_max {
            self.trim();
        }
    }

    fn merge(&mut self, other: Self) {
        self.span = Span {
            after: self.span.after.max(other.span.after),
            upto: self.span.upto.min(other.span.upto),
        };
        let other = other.events.into_iter();
        for event in other {
            if self.span.has(event.position) {
                self.push(event);
            }
        }
    }

    /// Keeps the first of them, as many as may be, and cuts the window behind them.
    fn trim(&mut self) {
        let direction = self.direction;
        let span = self.span;
        self.events.retain(|event| span.has(event.position));
        self.events.sort_unstable_by_key(|event| match direction {
            Direction::Forwards => event.position.0,
            Direction::Backwards => u64::MAX - event.position.0,
        });
        self.bytes = 0;
        let fits = |event: &&OwnStored| {
            self.bytes += event.memory_bytes();
            self.bytes <= self.bytes_max
        };
        // The first is kept however large it is.
        let kept = self.events.iter().take_while(fits).count().max(1);
        if kept < self.events.len() {
            self.events.truncate(kept);
            self.bytes = self.events.iter().map(OwnStored::memory_bytes).sum();
            match (self.events.last(), direction) {
                (Some(last), Direction::Forwards) => self.span.upto = last.position,
                (Some(last), Direction::Backwards) => {
                    self.span.after = Position(last.position.0 - 1);
                }
                (None, _) => {}
            }
        }
    }

    /// The events in order, and the window that has no others.
    fn finish(mut self) -> (Vec<OwnStored>, Span) {
        self.trim();
        (self.events, self.span)
    }
}

/// Takes in what is wanted, until something cannot be read.
struct Taking<'g, 'l> {
    gathered: &'g mut Gathered,
    wanted: &'g Wanted<'l>,
    failed: Result<(), LogError>,
}

impl<'g, 'l> Taking<'g, 'l> {
    fn into(gathered: &'g mut Gathered, wanted: &'g Wanted<'l>) -> Self {
        Self {
            gathered,
            wanted,
            failed: Ok(()),
        }
    }

    fn take(&mut self, stored: Stored<'_>) -> ControlFlow<()> {
        let span = self.gathered.span;
        if !span.has(stored.position) {
            return ControlFlow::Continue(());
        }
        match (self.wanted)(&stored) {
            Ok(true) => self.gathered.push(OwnStored::of(stored)),
            Ok(false) => {}
            Err(error) => {
                self.failed = Err(error);
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    }
}
