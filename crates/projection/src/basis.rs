//! The basis of an answer: three cuts, the hash of the log at the last, and the
//! [`Lens`] under which events are folded.

use std::sync::Arc;

use event_model::event::{Event, SCHEMA};
use event_model::id::Position;
use event_model::kinds;
use event_model::own_kinds::Kinds;
use event_model::time::{Day, Instant};
use event_model::vocabulary::Certainty;
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

/// Which claims are heard.
///
/// What strikes goes on striking, whoever said it. How a company is called, and
/// which of its threads are one, is heard from everybody.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Filter {
    /// Only those of sources of these names, whatever their case; of all if there
    /// are none.
    pub sources: Vec<String>,
    /// Only those that are so sure, or surer.
    pub min_certainty: Option<Certainty>,
}

impl Filter {
    /// The filter through which everything is heard.
    pub const NONE: &'static Self = &Self {
        sources: Vec::new(),
        min_certainty: None,
    };

    /// Whether everything is heard.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self == Self::NONE
    }

    /// Whether an event is heard.
    #[must_use]
    pub fn hears(&self, event: &Event) -> bool {
        let always = [
            kinds::COMPANY,
            kinds::RETRACTION,
            kinds::THREAD_LINK,
            kinds::REDACTION,
            kinds::REDACTED,
        ];
        let name = event.source.name.to_lowercase();
        let is_source = |source: &String| source.to_lowercase() == name;
        let is_sure = |least| event.certainty >= least;
        always.contains(&&*event.kind)
            || ((self.sources.is_empty() || self.sources.iter().any(is_source))
                && self.min_certainty.is_none_or(is_sure))
    }
}

/// Under what the events of a company are folded. The cuts alone mean the built-in
/// kinds, and every claim.
#[derive(Debug, Clone, Copy)]
pub struct Lens<'l> {
    /// The cuts.
    pub cuts: Cuts,
    /// The kinds that were known by the recorded cut.
    pub kinds: &'l Kinds,
    /// Which claims are heard.
    pub filter: &'l Filter,
}

impl From<&Cuts> for Lens<'static> {
    fn from(cuts: &Cuts) -> Self {
        static BUILT_IN: Kinds = Kinds::built_in();
        Self {
            cuts: *cuts,
            kinds: &BUILT_IN,
            filter: Filter::NONE,
        }
    }
}

impl<'l> From<&Lens<'l>> for Lens<'l> {
    fn from(lens: &Lens<'l>) -> Self {
        *lens
    }
}

impl<'l> From<&'l Basis> for Lens<'l> {
    fn from(basis: &'l Basis) -> Self {
        Self {
            cuts: basis.cuts,
            kinds: &basis.kinds,
            filter: &basis.filter,
        }
    }
}

/// The cuts, with what pins them: an answer with the same basis is the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Basis {
    /// The cuts.
    pub cuts: Cuts,
    /// The hash of the log at `cuts.recorded`: `sha256:…`.
    pub head: String,
    /// The kinds that were known by the recorded cut; it follows from that.
    pub kinds: Kinds,
    /// Which claims are heard.
    pub filter: Filter,
    /// Whether the log went no further when it was asked; it is not told, since it
    /// changes.
    pub is_head: bool,
}

impl Serialize for Basis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let is_filtered = !self.filter.is_none();
        let mut fields = serializer.serialize_struct("Basis", 5 + usize::from(is_filtered))?;
        fields.serialize_field("on", &self.cuts.on.to_string())?;
        fields.serialize_field("known", &self.cuts.known)?;
        fields.serialize_field("recorded", &self.cuts.recorded)?;
        fields.serialize_field("head", &self.head)?;
        fields.serialize_field("schema", &SCHEMA)?;
        if is_filtered {
            fields.serialize_field("filter", &self.filter)?;
        }
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
