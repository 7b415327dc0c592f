//! Giving an event its place at the end of the chain: [`Chain`].

use std::io;

use event_model::id::{EventId, Position, Slug, Version};
use event_model::time::Instant;

use crate::error::AppendError;
use crate::event_log::{Head, NewEvent};
use crate::hash::Hash;
use crate::record::{self, Given, Salt};

/// The end of the log while events are put after it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chain {
    head: Head,
    now: Instant,
}

/// An event in its place, as the bytes of its record.
#[derive(Debug)]
pub(crate) struct Sealed {
    pub(crate) position: Position,
    pub(crate) recorded: Instant,
    pub(crate) previous: Hash,
    pub(crate) hash: Hash,
    pub(crate) id: EventId,
    pub(crate) company: Slug,
    pub(crate) bytes: Vec<u8>,
}

impl Chain {
    /// Goes on from this head, at this time.
    pub(crate) fn new(head: Head, now: Instant) -> Self {
        Self { head, now }
    }

    pub(crate) fn head(&self) -> Head {
        self.head
    }

    /// Puts an event after the head, with its version.
    ///
    /// A clock that stands still or goes back does not show: the time is then
    /// a microsecond after that of the predecessor.
    pub(crate) fn seal(
        &mut self,
        event: &NewEvent,
        version: Version,
    ) -> Result<Sealed, AppendError> {
        let recorded = match self.head.recorded {
            Some(last) => self.now.max(last.plus_micros(1)),
            None => self.now,
        };
        let given = Given {
            position: Position(self.head.position.0 + 1),
            version,
            recorded,
            previous: self.head.hash,
        };
        let mut bytes = Vec::new();
        let hash =
            record::encode(&mut bytes, given, event, salt()?).ok_or(AppendError::Encoding)?;
        self.head = Head {
            position: given.position,
            recorded: Some(recorded),
            hash,
        };
        Ok(Sealed {
            position: given.position,
            recorded,
            previous: given.previous,
            hash,
            id: event.id,
            company: event.company.clone(),
            bytes,
        })
    }
}

fn salt() -> Result<Salt, AppendError> {
    let mut salt = Salt::default();
    getrandom::fill(&mut salt).map_err(|error| AppendError::Io {
        source: io::Error::from(error),
    })?;
    Ok(salt)
}
