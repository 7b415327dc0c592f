//! Iterators of what [`super::read`] gives: all events, those of one company, and
//! those that are yet to come.

use std::vec;

use event_model::id::{Position, Slug};

use super::SledLog;
use super::lent::is_refused;
use super::select::Direction;
use crate::error::{Damage, LogError, damaged};
use crate::event_log::{EventLog, Events, Recorded};
use crate::layout::format::BlocksIn;
use crate::sync;

impl SledLog {
    /// The events with `after < position <= upto`: from the blocks, or, where they are not
    /// to be had, from the streams, which takes longer. Where sled holds the blocks, it
    /// cannot be opened if another process has it or the disk takes no writes.
    pub(super) fn read_all(&self, after: Position, upto: Position) -> Events<'_> {
        let reads_blocks = after < self.sealed() && after < upto;
        let blocks = || match self.format.blocks {
            BlocksIn::Sled => self.engine(),
            BlocksIn::File => self.blocks(),
        };
        if reads_blocks && blocks().is_err_and(|error| is_refused(&error)) {
            return Box::new(self.select(None, (after, upto), Direction::Forwards, |_| Ok(true)));
        }
        Box::new(Reader::new(self, after, upto))
    }
}

/// The events with `after < position <= upto`.
pub(super) struct Reader<'l> {
    log: &'l SledLog,
    after: Position,
    upto: Position,
    events: vec::IntoIter<Recorded>,
    failed: bool,
}

impl<'l> Reader<'l> {
    pub(super) fn new(log: &'l SledLog, after: Position, upto: Position) -> Self {
        Self {
            log,
            after,
            upto: upto.min(log.head().position),
            events: Vec::new().into_iter(),
            failed: false,
        }
    }

    /// Takes the next block, or what is left of the tail.
    fn fetch(&mut self) -> Result<(), LogError> {
        let (after, upto) = (self.after, self.upto);
        let next = Position(after.0 + 1);
        let in_tail = sync::read(&self.log.state).tail.event(next);
        let (events, last) = match in_tail {
            Some(event) => (vec![event.map_err(damaged)?], next),
            None => {
                let wanted = |at: Position| at > after && at <= upto;
                self.log.read_block(next, wanted)?
            }
        };
        if events.is_empty() {
            return Err(damaged((next, Damage::BlockMissing)));
        }
        self.after = last.min(upto);
        self.events = events.into_iter();
        Ok(())
    }
}

impl Iterator for Reader<'_> {
    type Item = Result<Recorded, LogError>;

    fn next(&mut self) -> Option<Self::Item> {
        let fetches = self.events.len() == 0 && !self.failed && self.after < self.upto;
        if fetches && let Err(error) = self.fetch() {
            self.failed = true;
            return Some(Err(error));
        }
        self.events.next().map(Ok)
    }
}

/// How many events of a company are read at once.
const STREAM_EVENTS: usize = 256;

/// The events of one company.
pub(super) struct StreamReader<'l> {
    log: &'l SledLog,
    company: Slug,
    /// `None` once all were read, or one could not be.
    after: Option<Position>,
    upto: Position,
    events: vec::IntoIter<Recorded>,
}

impl<'l> StreamReader<'l> {
    pub(super) fn new(log: &'l SledLog, company: &Slug, upto: Position) -> Self {
        Self {
            log,
            company: company.clone(),
            after: Some(Position(0)),
            upto,
            events: Vec::new().into_iter(),
        }
    }
}

impl Iterator for StreamReader<'_> {
    type Item = Result<Recorded, LogError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.events.len() == 0 {
            let after = self.after.take()?;
            let part = self
                .log
                .read_part(&self.company, after, self.upto, STREAM_EVENTS);
            match part {
                Ok(events) => {
                    self.after = events.last().map(|last| last.position);
                    self.events = events.into_iter();
                }
                Err(error) => return Some(Err(error)),
            }
        }
        self.events.next().map(Ok)
    }
}

/// History, and then what is appended.
pub(super) struct Following<'l> {
    reader: Reader<'l>,
}

impl<'l> Following<'l> {
    pub(super) fn new(log: &'l SledLog, after: Position) -> Self {
        Self {
            reader: Reader::new(log, after, Position::LAST),
        }
    }
}

impl Iterator for Following<'_> {
    type Item = Result<Recorded, LogError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(item) = self.reader.next() {
                return Some(item);
            }
            if self.reader.failed {
                return None;
            }
            let progress = &self.reader.log.progress;
            self.reader.upto = progress.wait_past(self.reader.after)?;
        }
    }
}
