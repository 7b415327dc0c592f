//! The log as it is listed, and what is appended to it meanwhile: [`LogQuery`],
//! [`Following`].

use std::cell::Cell;
use std::fmt;

use event_log::{Direction, EventLog, Head, LogError, Recorded, SelectedEvents, Stored};
use event_model::id::{Position, Slug};
use event_model::time::Instant;
use projection::event_filter::EventFilter;

use crate::date_range::RecordedRange;
use crate::error::Error;
use crate::kinds::is_of_kinds;
use crate::question::RecordedCut;
use crate::store::Store;

/// What is to be listed of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogQuery {
    /// Only of this company.
    pub company: Option<Slug>,
    /// Only what it wants.
    pub filter: EventFilter,
    /// What was published after this is left out; `None` leaves nothing out.
    pub known: Option<Instant>,
    /// After this position.
    pub after: Position,
    /// Up to this position.
    pub upto: Position,
    /// How many of them.
    pub count: Count,
    /// In which order.
    pub order: Order,
}

/// How many events are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// All.
    All,
    /// So many, the oldest.
    First(u64),
    /// So many, the newest.
    Last(u64),
}

/// In which order events are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// As they were recorded.
    OldestFirst,
    /// The other way round.
    NewestFirst,
}

impl Store {
    /// The events of the log that a query asks for. What is held at once is
    /// bounded, and nobody who writes is held up.
    ///
    /// # Errors
    ///
    /// [`Error::Log`] if they cannot be read.
    pub fn listing<'s>(
        &'s self,
        query: &'s LogQuery,
    ) -> Result<impl Iterator<Item = Result<Recorded, Error>> + 's, Error> {
        let bounds = self.bounds(query)?;
        let direction = match query.order {
            Order::OldestFirst => Direction::Forwards,
            Order::NewestFirst => Direction::Backwards,
        };
        let events = self.selection(query, bounds, direction);
        Ok(events.map(|read| read.map_err(Error::from)))
    }

    /// The positions between which all is listed that is wanted.
    fn bounds(&self, query: &LogQuery) -> Result<(Position, Position), Error> {
        let (after, upto) = (query.after, query.upto);
        let (count, direction) = match query.count {
            Count::All => return Ok((after, upto)),
            Count::First(count) => (count, Direction::Forwards),
            Count::Last(count) => (count, Direction::Backwards),
        };
        let Some(skipped) = count.checked_sub(1) else {
            return Ok((upto, upto));
        };
        let mut events = self.selection(query, (after, upto), direction);
        let end = events.skip_to(skipped)?;
        Ok(match (end, direction) {
            (None, _) => (upto, upto),
            (Some(last), Direction::Forwards) => (after, last),
            (Some(first), Direction::Backwards) => (Position(first.0 - 1), upto),
        })
    }

    fn selection<'s>(
        &'s self,
        query: &'s LogQuery,
        bounds: (Position, Position),
        direction: Direction,
    ) -> SelectedEvents<'s> {
        let wanted = |stored: &Stored<'_>| query.wants(stored);
        self.log()
            .select(query.company.as_ref(), bounds, direction, wanted)
    }

    /// The positions of what was recorded within a range: those after the first
    /// that is told and up to the second.
    ///
    /// # Errors
    ///
    /// [`Error::Log`] if the log cannot be read.
    pub fn recorded_within(&self, range: &RecordedRange) -> Result<(Position, Position), Error> {
        let before = |instant: Instant| self.log().position_at(instant.plus_micros(-1));
        let after = match range.from {
            None => Position(0),
            Some(RecordedCut::Position(first)) => Position(first.0.saturating_sub(1)),
            Some(RecordedCut::Moment(moment)) => before(moment.begins(range.zone))?,
        };
        let upto = match range.to {
            None => Position::LAST,
            Some(RecordedCut::Position(last)) => last,
            Some(RecordedCut::Moment(moment)) => {
                self.log().position_at(moment.known(range.zone))?
            }
        };
        Ok((after, upto))
    }

    /// Looks what other processes appended, where this store was opened to read it,
    /// and tells the head of the log as it is now.
    ///
    /// # Errors
    ///
    /// [`Error::Log`] if it cannot be read.
    pub fn refresh(&self) -> Result<Head, Error> {
        Ok(self.log().refresh()?)
    }

    /// Follows the log after what a query lists: after the position up to which it does,
    /// or after the head where that is beyond it. Who lists first and then follows gives
    /// both the same end, which the log has.
    #[must_use]
    pub fn follow(&self, query: LogQuery) -> Following<'_> {
        let told = query.upto.min(self.head().position).max(query.after);
        Following {
            store: self,
            query,
            told: Cell::new(told),
        }
    }
}

/// What comes after a listing, as it is appended.
pub struct Following<'s> {
    store: &'s Store,
    query: LogQuery,
    /// All that is wanted up to here was told.
    told: Cell<Position>,
}

impl fmt::Debug for Following<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Following")
            .field("told", &self.told)
            .finish_non_exhaustive()
    }
}

impl Following<'_> {
    /// The events that were appended since the listing, or since this was asked
    /// last: each of them once, in the order of the log. What is not taken, or not read for
    /// an error, comes the next time.
    ///
    /// # Errors
    ///
    /// [`Error::Log`] if they cannot be read.
    pub fn more(&mut self) -> Result<impl Iterator<Item = Result<Recorded, Error>> + '_, Error> {
        let head = self.store.refresh()?;
        self.query = LogQuery {
            after: self.told.get(),
            upto: head.position,
            count: Count::All,
            order: Order::OldestFirst,
            ..self.query.clone()
        };
        let mut events = self.store.listing(&self.query)?;
        let told = &self.told;
        let mut is_whole = true;
        Ok(std::iter::from_fn(move || {
            let read = events.next().transpose();
            is_whole &= read.is_ok();
            if let (true, Ok(event)) = (is_whole, &read) {
                told.set(event.as_ref().map_or(head.position, |event| event.position));
            }
            read.transpose()
        }))
    }
}

impl LogQuery {
    fn wants(&self, stored: &Stored<'_>) -> Result<bool, LogError> {
        let published = stored.published();
        let is_known = |known| {
            published.is_none_or(|published| published <= known) || is_of_kinds(stored.company)
        };
        if !self.known.is_none_or(is_known) {
            return Ok(false);
        }
        // Most are told by what need not be unpacked.
        match (stored.kind(), published) {
            (Some(kind), Some(published)) if !self.filter.may_want(kind, published) => Ok(false),
            (Some(_), Some(_)) if self.filter.asks_no_more() => Ok(true),
            _ => Ok(self.filter.wants(&stored.event()?)),
        }
    }
}
