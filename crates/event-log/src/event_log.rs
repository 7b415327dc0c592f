//! What every log does: [`EventLog`], and the types it speaks.
//!
//! - [`NewEvent`] goes in, [`Recorded`] comes out.
//! - [`Expected`] says which version a stream must have for an append.
//! - [`Outcome`] says where an event stands after it.
//! - [`Head`] is the end of the log: its position, time and hash.

use std::fmt;

use event_model::event::{Event, SCHEMA};
use event_model::id::{EventId, Position, Slug, Version};
use event_model::text::Text;
use event_model::time::Instant;

use crate::error::{AppendError, LogError};
use crate::hash::Hash;
use crate::limits::Limits;

/// An event that the log does not have yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// Its id; the same id with other content is refused for ever.
    pub id: EventId,
    /// The company whose stream it belongs to.
    pub company: Slug,
    /// The name of its kind.
    pub kind: Text,
    /// The thread that it belongs to.
    pub thread: Text,
    /// When it was made public.
    pub published: Instant,
    /// The version of the event model in which the payload is written.
    pub schema: u16,
    /// Its content, which is kept as it came.
    pub payload: Box<[u8]>,
}

impl NewEvent {
    /// What the log is told of an event.
    #[must_use]
    pub fn of(event: &Event) -> Self {
        Self::with_json(event, event.to_json())
    }

    /// The same, with the JSON that [`Event::to_json`] makes of it.
    #[must_use]
    pub fn with_json(event: &Event, json: String) -> Self {
        Self {
            id: event.id,
            company: event.company.clone(),
            kind: (*event.kind).into(),
            thread: (*event.thread).into(),
            published: event.published.instant(),
            schema: SCHEMA,
            payload: json.into_bytes().into(),
        }
    }
}

/// An event of the log, and what the log gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Its place in the whole log.
    pub position: Position,
    /// Its place in the stream of its company.
    pub version: Version,
    /// When the log accepted it; strictly increasing with the position.
    pub recorded: Instant,
    /// The hash of the chain up to and with it.
    pub hash: Hash,
    /// The event itself.
    pub event: NewEvent,
}

/// The end of a log, or of a part of it from the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The last position; zero if there is none.
    pub position: Position,
    /// When the last event was recorded.
    pub recorded: Option<Instant>,
    /// The hash of the chain up to and with it.
    pub hash: Hash,
}

impl Head {
    /// The head of an empty log.
    pub const ZERO: Self = Self {
        position: Position(0),
        recorded: None,
        hash: Hash::ZERO,
    };
}

/// The version that a stream must have for an append to be accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// Whichever it has.
    Any,
    /// There is no such stream yet.
    None,
    /// This version, zero meaning none.
    Exactly(Version),
}

impl Expected {
    /// Whether a stream of this version is as expected.
    #[must_use]
    pub fn holds(self, actual: Version) -> bool {
        match self {
            Self::Any => true,
            Self::None => actual == Version(0),
            Self::Exactly(version) => actual == version,
        }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("any version"),
            Self::None | Self::Exactly(Version(0)) => f.write_str("no event"),
            Self::Exactly(version) => write!(f, "version {version}"),
        }
    }
}

/// Where an event stands after an append.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// Its id.
    pub id: EventId,
    /// Its place in the whole log.
    pub position: Position,
    /// Its place in the stream of its company.
    pub version: Version,
    /// It was there already, and nothing was stored.
    pub known: bool,
}

/// What became of a batch over many companies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchOutcome {
    /// One outcome for each event, in the order of the batch.
    pub outcomes: Vec<Outcome>,
    /// How many events were stored.
    pub stored: u64,
    /// The head after the batch.
    pub head: Head,
}

/// What an append survives once it returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Durability {
    /// It is gone with the process.
    Memory,
    /// It is on the disk of this machine, and survives a power cut.
    Disk,
}

/// Events in order of position, which may be read in another thread.
pub type Events<'a> = Box<dyn Iterator<Item = Result<Recorded, LogError>> + Send + 'a>;

/// An append-only log of events.
///
/// Positions strictly increase; a log may have gaps in them (those of this
/// crate have none). One company's append is atomic.
pub trait EventLog: Send + Sync {
    /// Appends events of one company, all or none.
    ///
    /// An event whose id is known with the same company and payload is
    /// reported as known and stores nothing; if all are, `expected` is not
    /// looked at.
    ///
    /// # Errors
    ///
    /// See [`AppendError`]. Nothing was stored, except after
    /// [`AppendError::OutcomeUnknown`].
    fn append(
        &self,
        company: &Slug,
        expected: Expected,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Outcome>, AppendError>;

    /// The end of the log.
    fn head(&self) -> Head;

    /// The version of a company's stream, and the position of its last event.
    ///
    /// # Errors
    ///
    /// [`LogError`] if it cannot be read.
    fn stream_head(&self, company: &Slug) -> Result<Option<(Version, Position)>, LogError>;

    /// All companies, in the order of their first event.
    ///
    /// # Errors
    ///
    /// [`LogError`] if they cannot be read.
    fn companies(&self) -> Result<Vec<Slug>, LogError>;

    /// The events with `after < position <= upto`.
    fn read(&self, after: Position, upto: Position) -> Events<'_>;

    /// The events of a company with `position <= upto`.
    fn read_stream(&self, company: &Slug, upto: Position) -> Events<'_>;

    /// The event at a position, if there is one.
    ///
    /// # Errors
    ///
    /// [`LogError`] if it cannot be read.
    fn event_at(&self, position: Position) -> Result<Option<Recorded>, LogError>;

    /// The company and the position of an event.
    ///
    /// # Errors
    ///
    /// [`LogError`] if it cannot be read.
    fn find(&self, id: EventId) -> Result<Option<(Slug, Position)>, LogError>;

    /// The events whose ids start with these hex digits, hyphens ignored, in
    /// the order of their ids and at most `limit`.
    ///
    /// None if there is anything but hex digits and hyphens in the prefix.
    ///
    /// # Errors
    ///
    /// [`LogError`] if they cannot be read.
    fn find_prefix(
        &self,
        prefix: &str,
        limit: usize,
    ) -> Result<Vec<(EventId, Slug, Position)>, LogError>;

    /// The head that the log had when this position was its last; `None` past
    /// the head.
    ///
    /// # Errors
    ///
    /// [`LogError`] if it cannot be read.
    fn head_at(&self, position: Position) -> Result<Option<Head>, LogError>;

    /// The last position recorded at or before an instant; zero if none was. It stays so
    /// for an instant that is not ahead of the clock, as long as the log is open: what it
    /// appends later is recorded later, and what it is recording up to that instant is
    /// waited for, a large batch too. What another process appends meanwhile can still come
    /// before it.
    ///
    /// # Errors
    ///
    /// [`LogError`] if it cannot be read.
    fn position_at(&self, recorded: Instant) -> Result<Position, LogError>;

    /// History after a position and then what is appended, without a seam.
    ///
    /// The iterator blocks for the next event, and ends once the log is shut
    /// and its last event was given.
    fn tail(&self, after: Position) -> Events<'_>;

    /// Ends all tails and refuses further appends; reading goes on.
    fn shut(&self);

    /// What the log accepts.
    fn limits(&self) -> Limits;

    /// What an append survives once it returned.
    fn durability(&self) -> Durability;
}
