//! What is sorted of a batch: its ids, those that the log has, and what became of them.

use event_model::id::{Position, Version};

use super::sorter::Row;
use crate::bytes::Fields;

/// What is kept of an event of a batch until all are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct IdOf {
    /// The id.
    pub(super) id: [u8; 16],
    /// Which event of the batch, from 0.
    pub(super) number: u64,
    /// A hash of its company.
    pub(super) company: u64,
    /// A hash of its company and payload.
    pub(super) content: u64,
    /// What the caller calls it.
    pub(super) tag: u64,
}

/// Where the event of the log is that has an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct StoredAt {
    /// The number of its company among those that were found.
    pub(super) company: u32,
    pub(super) position: Position,
}

/// An id that the log has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FoundId {
    pub(super) id: [u8; 16],
    pub(super) place: StoredAt,
}

/// An event of the batch whose id the log has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Candidate {
    pub(super) place: StoredAt,
    pub(super) id: IdOf,
}

/// An event of the batch that is stored no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Known {
    pub(super) number: u64,
    pub(super) as_what: Twin,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Twin {
    /// The event of the batch with this number.
    Earlier(u64),
    /// This event of the log.
    Stored(Position, Version),
}

impl Row for IdOf {
    const BYTES: usize = 48;

    fn put(self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.id);
        for number in [self.number, self.company, self.content, self.tag] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
    }

    fn of(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields(bytes);
        Some(Self {
            id: fields.take()?,
            number: fields.u64()?,
            company: fields.u64()?,
            content: fields.u64()?,
            tag: fields.u64()?,
        })
    }
}

impl Row for StoredAt {
    const BYTES: usize = 12;

    fn put(self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.company.to_le_bytes());
        bytes.extend_from_slice(&self.position.0.to_le_bytes());
    }

    fn of(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields(bytes);
        Some(Self {
            company: fields.u32()?,
            position: Position(fields.u64()?),
        })
    }
}

impl Row for FoundId {
    const BYTES: usize = 16 + StoredAt::BYTES;

    fn put(self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.id);
        self.place.put(bytes);
    }

    fn of(bytes: &[u8]) -> Option<Self> {
        let (id, place) = bytes.split_first_chunk()?;
        let place = StoredAt::of(place)?;
        Some(Self { id: *id, place })
    }
}

impl Row for Candidate {
    const BYTES: usize = StoredAt::BYTES + IdOf::BYTES;

    fn put(self, bytes: &mut Vec<u8>) {
        self.place.put(bytes);
        self.id.put(bytes);
    }

    fn of(bytes: &[u8]) -> Option<Self> {
        let (place, id) = bytes.split_at_checked(StoredAt::BYTES)?;
        Some(Self {
            place: StoredAt::of(place)?,
            id: IdOf::of(id)?,
        })
    }
}

impl Row for Known {
    const BYTES: usize = 24;

    /// There is no position 0.
    fn put(self, bytes: &mut Vec<u8>) {
        let (position, other) = match self.as_what {
            Twin::Earlier(number) => (0, number),
            Twin::Stored(position, version) => (position.0, version.0),
        };
        for number in [self.number, position, other] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
    }

    fn of(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields(bytes);
        let (number, position, other) = (fields.u64()?, fields.u64()?, fields.u64()?);
        let as_what = match position {
            0 => Twin::Earlier(other),
            position => Twin::Stored(Position(position), Version(other)),
        };
        Some(Self { number, as_what })
    }
}
