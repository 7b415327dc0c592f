//! Giving events their places at the end of the chain: [`Chain`].

use std::io;

use event_model::id::{Position, Version};
use event_model::time::Instant;

use crate::block::{RecordEnd, Records};
use crate::error::AppendError;
use crate::event_log::{Head, NewEvent};
use crate::record::{self, Given, Salt};

/// The end of the log while events are put after it.
#[derive(Debug)]
pub(crate) struct Chain {
    base: Head,
    head: Head,
    now: Instant,
    bytes: Vec<u8>,
    ends: Vec<RecordEnd>,
    salts: Salts,
}

impl Chain {
    /// Goes on from this head, at this time.
    pub(crate) fn new(head: Head, now: Instant) -> Self {
        Self {
            base: head,
            head,
            now,
            bytes: Vec::new(),
            ends: Vec::new(),
            salts: Salts::default(),
        }
    }

    /// The last event that was put into its place.
    pub(crate) fn head(&self) -> Head {
        self.head
    }

    /// The records since the last [`Chain::take`].
    pub(crate) fn records(&self) -> Records<'_> {
        Records {
            previous: self.base,
            bytes: &self.bytes,
            ends: &self.ends,
        }
    }

    /// Takes the first so many records away, with the head before them; what comes next
    /// follows the others.
    pub(crate) fn take(&mut self, count: usize) -> (Head, Vec<u8>, Vec<RecordEnd>) {
        let (taken, rest) = self.records().split(count);
        let (base, begin) = (rest.previous, taken.bytes.len());
        let mut bytes = Vec::with_capacity(self.bytes.capacity());
        bytes.extend_from_slice(rest.bytes);
        let mut ends = Vec::with_capacity(self.ends.capacity());
        ends.extend(rest.ends.iter().map(|end| RecordEnd {
            at: end.at - begin,
            ..*end
        }));
        self.bytes.truncate(begin);
        self.ends.truncate(count);
        (
            std::mem::replace(&mut self.base, base),
            std::mem::replace(&mut self.bytes, bytes),
            std::mem::replace(&mut self.ends, ends),
        )
    }

    /// Puts an event after the head, with its version.
    ///
    /// A clock that stands still or goes back does not show: the time is then
    /// a microsecond after that of the predecessor.
    pub(crate) fn push(&mut self, event: &NewEvent, version: Version) -> Result<(), AppendError> {
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
        let salt = self.salts.next()?;
        let hash =
            record::encode(&mut self.bytes, given, event, salt).ok_or(AppendError::Encoding)?;
        self.head = Head {
            position: given.position,
            recorded: Some(recorded),
            hash,
        };
        self.ends.push(RecordEnd {
            at: self.bytes.len(),
            recorded,
            hash,
        });
        Ok(())
    }
}

/// Random salts; the system is asked for one at first, and then for many at once.
#[derive(Debug, Default)]
struct Salts {
    at_hand: Vec<Salt>,
    given: usize,
}

const SALTS_AT_ONCE_MAX: usize = 256;

impl Salts {
    fn next(&mut self) -> Result<Salt, AppendError> {
        if self.at_hand.is_empty() {
            let count = self.given.clamp(1, SALTS_AT_ONCE_MAX);
            self.at_hand.resize(count, Salt::default());
            getrandom::fill(self.at_hand.as_flattened_mut()).map_err(|source| AppendError::Io {
                source: io::Error::from(source),
            })?;
        }
        self.given += 1;
        self.at_hand.pop().ok_or(AppendError::Encoding)
    }
}
