//! How the streams hold an event: [`Stored`].
//!
//! An event in the packed form of the event model, if its payload is the JSON
//! of one; otherwise just as it came.

use std::ops::{ControlFlow, Range};

use event_model::event::Event;
use event_model::id::{EventId, Position, Slug, Version};
use event_model::kinds;
use event_model::packed::{self, Names};
use event_model::time::Instant;

use crate::bytes::Fields;
use crate::error::{Damage, LogError};
use crate::event_log::{NewEvent, Recorded};
use crate::hash::Hash;
use crate::record::{Raw, Told};
use crate::streams::{Arrival, Entry, SlugRange, StreamsWriter};

/// What comes first: how the rest is to be read.
const AS_IT_CAME: u8 = 0;
const PACKED: u8 = 1;

/// An event as it is read from the streams: cheap to get, and unpacked on
/// demand.
#[derive(Debug, Clone, Copy)]
pub struct Stored<'s> {
    /// Its place in the whole log.
    pub position: Position,
    /// Its place in the stream of its company.
    pub version: Version,
    /// When the log accepted it.
    pub recorded: Instant,
    /// Its id.
    pub id: EventId,
    /// The company whose stream it belongs to.
    pub company: &'s Slug,
    bytes: &'s [u8],
}

impl<'s> Stored<'s> {
    pub(crate) fn of(entry: &Entry<'s>) -> Self {
        Self {
            position: entry.position,
            version: entry.version,
            recorded: entry.recorded,
            id: entry.id,
            company: entry.company,
            bytes: entry.packed,
        }
    }

    pub(super) fn from_parts(
        (position, version, recorded): (Position, Version, Instant),
        (id, company): (EventId, &'s Slug),
        bytes: &'s [u8],
    ) -> Self {
        Self {
            position,
            version,
            recorded,
            id,
            company,
            bytes,
        }
    }

    pub(super) fn bytes(&self) -> &'s [u8] {
        self.bytes
    }

    /// When it was published, without unpacking the rest.
    #[must_use]
    pub fn published(&self) -> Option<Instant> {
        match self.bytes.split_first()? {
            (&PACKED, packed) => packed::peek_published(packed),
            _ => self.as_it_came().map(|event| event.published),
        }
    }

    /// The name of its kind, without unpacking the rest; `None` where that takes
    /// unpacking.
    #[must_use]
    pub fn kind(&self) -> Option<&'s str> {
        match self.bytes.split_first()? {
            (&PACKED, packed) => packed::peek_kind(packed),
            _ => None,
        }
    }

    /// The name of its kind and of its thread, without unpacking the rest; `None` where
    /// that takes unpacking.
    #[must_use]
    pub fn thread(&self) -> Option<(&'s str, &'s str)> {
        match self.bytes.split_first()? {
            (&PACKED, packed) => packed::peek_thread(packed),
            _ => None,
        }
    }

    /// Whether it can strike another event, without unpacking the rest.
    #[must_use]
    pub fn may_strike(&self) -> bool {
        match self.bytes.split_first() {
            Some((&PACKED, packed)) => packed::peek_fault(packed).is_some(),
            _ => true,
        }
    }

    /// Whether it can tell what a company is called, or strike an event that
    /// does. Most do neither, which is seen without unpacking them.
    #[must_use]
    pub fn may_name_a_company(&self) -> bool {
        let names = |kind| [kinds::COMPANY, kinds::REDACTED].contains(&kind);
        self.may_strike() || self.kind().is_none_or(names)
    }

    /// The event.
    ///
    /// # Errors
    ///
    /// [`LogError::Cache`] if it cannot be read.
    pub fn event(&self) -> Result<Event, LogError> {
        let event = match self.bytes.split_first() {
            Some((&PACKED, packed)) => packed::unpack(self.id, self.company, packed).ok(),
            _ => self
                .as_it_came()
                .and_then(|event| Event::from_stored(event.schema, &event.payload).ok()),
        };
        event.ok_or_else(|| self.damaged())
    }

    /// The event as it was appended.
    ///
    /// # Errors
    ///
    /// [`LogError::Cache`] if it cannot be read.
    pub fn new_event(&self) -> Result<NewEvent, LogError> {
        let event = match self.bytes.split_first() {
            Some((&PACKED, packed)) => packed::unpack(self.id, self.company, packed)
                .ok()
                .map(|event| NewEvent::of(&event)),
            _ => self.as_it_came(),
        };
        event.ok_or_else(|| self.damaged())
    }

    /// The event with what the log gave it, and its hash if that was found.
    pub(super) fn recorded(&self, hash: Option<Hash>) -> Result<Recorded, LogError> {
        let position = self.position;
        let missing = || LogError::Damaged {
            position,
            what: Damage::Index,
        };
        Ok(Recorded {
            position,
            version: self.version,
            recorded: self.recorded,
            hash: hash.ok_or_else(missing)?,
            event: self.new_event()?,
        })
    }

    fn damaged(&self) -> LogError {
        LogError::Cache {
            what: format!(
                "event {} of {} in cache/streams is damaged",
                self.position, self.company
            ),
        }
    }

    fn as_it_came(&self) -> Option<NewEvent> {
        let mut fields = Fields(self.bytes);
        (fields.take()? == [AS_IT_CAME]).then_some(())?;
        let published = Instant::from_micros(i64::from_le_bytes(fields.take()?))?;
        let schema = u16::from_le_bytes(fields.take()?);
        let kind = fields.length()?;
        let kind = std::str::from_utf8(fields.piece(kind)?).ok()?;
        let thread = fields.length()?;
        let thread = std::str::from_utf8(fields.piece(thread)?).ok()?;
        Some(NewEvent {
            id: self.id,
            company: self.company.clone(),
            kind: kind.into(),
            thread: thread.into(),
            published,
            schema,
            payload: fields.0.into(),
        })
    }
}

/// An event of the streams, as it was appended.
pub(crate) fn read_packed(entry: &Entry<'_>) -> Result<NewEvent, LogError> {
    Stored::of(entry).new_event()
}

/// A [`Stored`] event that is kept.
#[derive(Debug)]
pub(super) struct OwnStored {
    pub(super) company: Slug,
    pub(super) position: Position,
    version: Version,
    recorded: Instant,
    id: EventId,
    bytes: Box<[u8]>,
}

impl OwnStored {
    pub(super) fn of(stored: Stored<'_>) -> Self {
        Self {
            company: stored.company.clone(),
            position: stored.position,
            version: stored.version,
            recorded: stored.recorded,
            id: stored.id,
            bytes: stored.bytes.into(),
        }
    }

    /// What it takes in memory, about.
    pub(super) fn memory_bytes(&self) -> usize {
        size_of::<Self>() + self.bytes.len()
    }

    pub(super) fn stored(&self) -> Stored<'_> {
        Stored {
            position: self.position,
            version: self.version,
            recorded: self.recorded,
            id: self.id,
            company: &self.company,
            bytes: &self.bytes,
        }
    }
}

/// Appends the stored form of an event.
pub(super) fn pack(told: &Told<'_>, out: &mut Vec<u8>) {
    let start = out.len();
    out.push(PACKED);
    let names = packed::pack_canonical(told.schema, told.payload, out);
    if names.is_some_and(|names| tell_the_same(told, &names)) {
        return;
    }
    out.truncate(start);
    out.push(AS_IT_CAME);
    out.extend_from_slice(&told.published.micros().to_le_bytes());
    out.extend_from_slice(&told.schema.to_le_bytes());
    for text in [told.kind, told.thread] {
        // The limits of the log keep them short.
        let length = u32::try_from(text.len()).unwrap_or_default();
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(text.as_bytes());
    }
    out.extend_from_slice(told.payload);
}

/// Whether what the log was told besides the payload is what the payload says.
fn tell_the_same(told: &Told<'_>, names: &Names<'_>) -> bool {
    names.id == told.id
        && names.company == told.company
        && names.kind == told.kind
        && names.thread == told.thread
        && names.published == told.published
}

/// An event that was packed for the streams.
pub(super) struct PackedEvent {
    company: Slug,
    position: Position,
    version: Version,
    recorded: Instant,
    id: EventId,
    hash: Hash,
    /// Where it lies among the packed bytes.
    range: Range<usize>,
}

impl PackedEvent {
    /// Packs an event, at the end of these bytes.
    pub(super) fn of(raw: &Raw<'_>, hash: Hash, packed: &mut Vec<u8>) -> Result<Self, Damage> {
        let told = raw.told()?;
        let start = packed.len();
        pack(&told, packed);
        Ok(Self {
            company: told.company.parse().map_err(|_| Damage::Envelope)?,
            position: raw.position(),
            version: raw.version(),
            recorded: raw.recorded()?,
            id: told.id,
            hash,
            range: start..packed.len(),
        })
    }

    /// The event, as the streams will hold it.
    pub(super) fn stored<'s>(&'s self, packed: &'s [u8]) -> Stored<'s> {
        Stored {
            position: self.position,
            version: self.version,
            recorded: self.recorded,
            id: self.id,
            company: &self.company,
            bytes: packed.get(self.range.clone()).unwrap_or_default(),
        }
    }

    /// Adds it to the streams.
    pub(super) fn push(&self, packed: &[u8], streams: &mut StreamsWriter) -> Result<(), LogError> {
        let arrival = Arrival {
            company: &self.company,
            position: self.position,
            recorded: self.recorded,
            id: self.id,
            hash: self.hash,
            packed: packed.get(self.range.clone()).unwrap_or_default(),
        };
        match streams.push(&arrival)? == self.version {
            true => Ok(()),
            false => Err(LogError::Damaged {
                position: self.position,
                what: Damage::Version {
                    claimed: self.version,
                },
            }),
        }
    }
}

/// Packs an event, and adds it to the streams.
pub(super) fn push(
    streams: &mut StreamsWriter,
    raw: &Raw<'_>,
    hash: Hash,
    packed: &mut Vec<u8>,
) -> Result<(), LogError> {
    packed.clear();
    let position = raw.position();
    let event = PackedEvent::of(raw, hash, packed);
    let event = event.map_err(|what| LogError::Damaged { position, what })?;
    event.push(packed, streams)
}

/// Companies that follow each other in the order of their slugs; by default all.
#[derive(Debug, Clone, Default)]
pub struct StreamRange(pub(super) SlugRange);

impl StreamRange {
    /// Whether a company is among them.
    #[must_use]
    pub fn contains(&self, company: &Slug) -> bool {
        let SlugRange { from, to } = &self.0;
        from.as_ref().is_none_or(|from| from <= company)
            && to.as_ref().is_none_or(|to| company < to)
    }
}

/// What a visitor of events says: go on, or stop.
pub(super) type Visit<'v> = &'v mut dyn FnMut(Stored<'_>) -> ControlFlow<()>;
