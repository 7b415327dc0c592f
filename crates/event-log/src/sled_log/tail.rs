//! The events of the journal, in memory: [`Tail`].

use std::collections::BTreeMap;
use std::ops::{Bound, Range};
use std::sync::Mutex;

use event_model::id::{EventId, Position, Slug};
use event_model::time::Instant;
use foldhash::{HashMap, HashMapExt};

use crate::block::{RecordEnd, Records};
use crate::error::{Damage, Wrong};
use crate::event_log::{Head, Recorded};
use crate::hash::Hash;
use crate::journal::Frame;
use crate::record::Raw;
use crate::sync;

/// The end of the log: what is not in blocks yet.
#[derive(Debug)]
pub(crate) struct Tail {
    base: Head,
    head: Head,
    bytes: Vec<u8>,
    /// Where each record ends in the bytes, and when it was recorded.
    ends: Vec<(usize, Instant)>,
    /// The last position of each frame, and the hash that it gives it.
    frames: Vec<(Position, Hash)>,
    streams: HashMap<Slug, Vec<Position>>,
    ids: BTreeMap<EventId, Position>,
    /// The hashes of the first events, as far as anybody asked.
    hashes: Mutex<Vec<Hash>>,
    /// The hashes of the last events, as whoever appended them here made them.
    made: Vec<Hash>,
}

impl Clone for Tail {
    fn clone(&self) -> Self {
        Self {
            base: self.base,
            head: self.head,
            bytes: self.bytes.clone(),
            ends: self.ends.clone(),
            frames: self.frames.clone(),
            streams: self.streams.clone(),
            ids: self.ids.clone(),
            hashes: Mutex::new(sync::lock(&self.hashes).clone()),
            made: self.made.clone(),
        }
    }
}

impl Tail {
    /// Nothing after this head.
    pub(crate) fn after(base: Head) -> Self {
        Self {
            base,
            head: base,
            bytes: Vec::new(),
            ends: Vec::new(),
            frames: Vec::new(),
            streams: HashMap::new(),
            ids: BTreeMap::new(),
            hashes: Mutex::default(),
            made: Vec::new(),
        }
    }

    /// Where the blocks end.
    pub(super) fn base(&self) -> Head {
        self.base
    }

    /// The end of the log.
    pub(crate) fn head(&self) -> Head {
        self.head
    }

    /// Adds what was just made and written to the journal, with its hashes.
    pub(super) fn push_made(
        &mut self,
        frame: &Frame<'_>,
        hashes: impl Iterator<Item = Hash>,
    ) -> Result<(), Wrong> {
        let made = std::mem::take(&mut self.made);
        self.push(frame)?;
        self.made = made;
        self.made.extend(hashes);
        Ok(())
    }

    /// Adds what was written to the journal.
    pub(crate) fn push(&mut self, frame: &Frame<'_>) -> Result<(), Wrong> {
        self.made.clear();
        let broken = |position| move |what| (position, what);
        let mut rest = frame.records;
        for position in (frame.first.0..).take(frame.count as usize).map(Position) {
            let (raw, after) = Raw::split(rest).map_err(broken(position))?;
            if raw.position() != position || position.0 != self.head.position.0 + 1 {
                let claimed = raw.position();
                return Err((position, Damage::Position { claimed }));
            }
            let company: Slug = raw
                .company()
                .parse()
                .map_err(|_| (position, Damage::Envelope))?;
            let recorded = raw.recorded().map_err(broken(position))?;
            self.ids.insert(raw.id(), position);
            self.streams.entry(company).or_default().push(position);
            let length = rest.len() - after.len();
            self.bytes
                .extend_from_slice(rest.get(..length).unwrap_or_default());
            self.ends.push((self.bytes.len(), recorded));
            self.head = Head {
                position,
                recorded: Some(recorded),
                hash: frame.hash,
            };
            rest = after;
        }
        self.frames.push((self.head.position, frame.hash));
        match rest {
            [] => Ok(()),
            _ => Err((self.head.position, Damage::RecordLength)),
        }
    }

    /// The place of a position among the records.
    fn number(&self, position: Position) -> Option<usize> {
        let number = position.0.checked_sub(self.base.position.0 + 1)?;
        usize::try_from(number)
            .ok()
            .filter(|number| *number < self.ends.len())
    }

    fn range(&self, number: usize) -> Option<Range<usize>> {
        let (end, _) = *self.ends.get(number)?;
        let before = number
            .checked_sub(1)
            .and_then(|before| self.ends.get(before));
        Some(before.map_or(0, |(at, _)| *at)..end)
    }

    /// The record at a position.
    pub(super) fn raw(&self, position: Position) -> Option<Result<Raw<'_>, Wrong>> {
        let range = self.range(self.number(position)?)?;
        let bytes = self.bytes.get(range)?;
        Some(
            Raw::split(bytes)
                .map(|(raw, _)| raw)
                .map_err(|what| (position, what)),
        )
    }

    /// The event at a position.
    pub(crate) fn event(&self, position: Position) -> Option<Result<Recorded, Wrong>> {
        let raw = match self.raw(position)? {
            Ok(raw) => raw,
            Err(wrong) => return Some(Err(wrong)),
        };
        let hash = self.hash(position)?;
        Some(hash.and_then(|hash| raw.into_recorded(hash).map_err(|what| (position, what))))
    }

    /// The head that the log had at a position.
    pub(super) fn head_at(&self, position: Position) -> Option<Result<Head, Wrong>> {
        if position == self.base.position {
            return Some(Ok(self.base));
        }
        let (_, recorded) = *self.ends.get(self.number(position)?)?;
        Some(self.hash(position)?.map(|hash| Head {
            position,
            recorded: Some(recorded),
            hash,
        }))
    }

    /// The hash of the event at a position; they are made as far as asked for.
    fn hash(&self, position: Position) -> Option<Result<Hash, Wrong>> {
        let number = self.number(position)?;
        if position == self.head.position {
            return Some(Ok(self.head.hash));
        }
        let made = number.checked_sub(self.ends.len().saturating_sub(self.made.len()));
        if let Some(hash) = made.and_then(|number| self.made.get(number)) {
            return Some(Ok(*hash));
        }
        let mut hashes = sync::lock(&self.hashes);
        while hashes.len() <= number {
            let next = Position(self.base.position.0 + 1 + hashes.len() as u64);
            let previous = hashes.last().copied().unwrap_or(self.base.hash);
            match self.raw(next)? {
                Ok(raw) => hashes.push(raw.hash(previous)),
                Err(wrong) => return Some(Err(wrong)),
            }
        }
        hashes.get(number).copied().map(Ok)
    }

    /// The last position recorded at or before an instant; that of the base if
    /// none was.
    pub(super) fn position_at(&self, instant: Instant) -> Position {
        let count = self
            .ends
            .partition_point(|(_, recorded)| *recorded <= instant);
        Position(self.base.position.0 + count as u64)
    }

    /// The positions of a company's events.
    pub(super) fn positions(&self, company: &Slug) -> &[Position] {
        self.streams.get(company).map_or(&[], Vec::as_slice)
    }

    /// The companies, each with the position of its first event here.
    pub(super) fn companies(&self) -> impl Iterator<Item = (&Slug, Position)> {
        let streams = self.streams.iter();
        streams.filter_map(|(company, positions)| Some((company, *positions.first()?)))
    }

    /// The position of an id.
    pub(super) fn find(&self, id: EventId) -> Option<Position> {
        self.ids.get(&id).copied()
    }

    /// The ids from this one on, in order.
    pub(super) fn ids_from(&self, id: EventId) -> impl Iterator<Item = (EventId, Position)> {
        self.ids.range(id..).map(|(id, position)| (*id, *position))
    }

    /// The ids on either side of this one.
    pub(super) fn ids_beside(&self, id: EventId) -> impl Iterator<Item = EventId> {
        let before = self.ids.range(..id).next_back();
        let after = (Bound::Excluded(id), Bound::Unbounded);
        let after = self.ids.range(after).next();
        before.into_iter().chain(after).map(|(id, _)| *id)
    }

    /// The company of the event at a position.
    pub(super) fn company(&self, position: Position) -> Option<Slug> {
        self.raw(position)?.ok()?.company().parse().ok()
    }

    /// The records with their hashes, to make blocks of; they are what the frames say.
    pub(super) fn record_ends(&self) -> Result<Vec<RecordEnd>, Wrong> {
        let first = self.base.position.0 + 1;
        let numbered = (first..).map(Position).zip(&self.ends);
        let ends: Result<Vec<RecordEnd>, Wrong> = numbered
            .map(|(position, (at, recorded))| {
                let hash = self.hash(position).unwrap_or(Ok(self.head.hash))?;
                Ok(RecordEnd {
                    at: *at,
                    recorded: *recorded,
                    hash,
                })
            })
            .collect();
        let ends = ends?;
        self.check_frames(&ends)?;
        Ok(ends)
    }

    fn check_frames(&self, ends: &[RecordEnd]) -> Result<(), Wrong> {
        for (position, said) in &self.frames {
            let number = self.number(*position).unwrap_or_default();
            let mut hash = ends.get(number).map(|end| end.hash);
            if *position == self.head.position {
                // Until now this was taken from the frame.
                let before = number.checked_sub(1).and_then(|before| ends.get(before));
                let previous = before.map_or(self.base.hash, |before| before.hash);
                let raw = self.raw(*position).transpose()?;
                hash = raw.map(|raw| raw.hash(previous));
            }
            if hash != Some(*said) {
                return Err((*position, Damage::Chain));
            }
        }
        Ok(())
    }

    /// All records, whose ends are these.
    pub(super) fn records<'t>(&'t self, ends: &'t [RecordEnd]) -> Records<'t> {
        Records {
            previous: self.base,
            bytes: &self.bytes,
            ends,
        }
    }
}
