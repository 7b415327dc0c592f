//! The basis of an answer: three cuts, and the hash of the log at the last.

use std::sync::Arc;

use event_model::event::{Event, SCHEMA};
use event_model::id::Position;
use event_model::time::{Day, Instant};
use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

/// The three cuts of a question. They never mix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cuts {
    /// What was published after this instant is not known.
    pub known: Instant,
    /// The day in the world that is asked about.
    pub on: Day,
    /// What the log took in after this position is not read.
    pub recorded: Position,
}

/// The cuts, with what pins them: an answer with the same basis is the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basis {
    /// The cuts.
    pub cuts: Cuts,
    /// The hash of the log at `cuts.recorded`: `sha256:…`.
    pub head: String,
}

impl Serialize for Basis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Basis", 5)?;
        fields.serialize_field("on", &self.cuts.on.to_string())?;
        fields.serialize_field("known", &self.cuts.known)?;
        fields.serialize_field("recorded", &self.cuts.recorded)?;
        fields.serialize_field("head", &self.head)?;
        fields.serialize_field("schema", &SCHEMA)?;
        fields.end()
    }
}

/// An event and its place in the log. Answers share the event.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    /// Its place in the whole log.
    pub position: Position,
    /// The event.
    pub event: Arc<Event>,
}

impl Placed {
    /// An event at its place.
    #[must_use]
    pub fn new(position: Position, event: Event) -> Self {
        let event = Arc::new(event);
        Self { position, event }
    }
}
