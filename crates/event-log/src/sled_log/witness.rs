//! Who is told of some events while all of them pass by: [`Witness`].

use std::fmt;

use event_model::event::Event;
use event_model::id::Position;

use super::stored::{OwnStored, Stored};
use crate::error::LogError;

/// Who is told of some events while all are read or written.
pub struct Witness<'w> {
    /// Whether it is told of an event. It is asked on several threads.
    pub cares_for: CaresFor<'w>,
    /// Takes these events, in the order of their positions.
    pub tell: &'w mut dyn FnMut(Position, Event),
}

/// Whether a witness is told of an event.
pub(super) type CaresFor<'w> = &'w (dyn Fn(&Stored<'_>) -> bool + Sync);

impl fmt::Debug for Witness<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Witness").finish_non_exhaustive()
    }
}

/// What a witness will be told once it is stored, unless that is too much to be held.
pub(super) struct Noted<'w> {
    cares_for: Option<CaresFor<'w>>,
    events: Vec<OwnStored>,
    bytes: usize,
    bytes_max: usize,
}

impl<'w> Noted<'w> {
    /// Nothing yet, and never more than so many bytes.
    pub(super) fn new(cares_for: Option<CaresFor<'w>>, bytes_max: usize) -> Self {
        Self {
            cares_for,
            events: Vec::new(),
            bytes: 0,
            bytes_max,
        }
    }

    /// Notes an event, if somebody cares for it.
    pub(super) fn note(&mut self, stored: Stored<'_>) {
        if !self.cares_for.is_some_and(|cares_for| cares_for(&stored)) {
            return;
        }
        let event = OwnStored::of(stored);
        self.bytes += event.memory_bytes();
        self.events.push(event);
        if self.bytes > self.bytes_max {
            self.cares_for = None;
            self.events = Vec::new();
        }
    }

    /// Tells what was noted, and whether that is all there was to tell.
    pub(super) fn tell(self, tell: &mut dyn FnMut(Position, Event)) -> Result<bool, LogError> {
        for event in &self.events {
            tell(event.position, event.stored().event()?);
        }
        Ok(self.cares_for.is_some())
    }
}
