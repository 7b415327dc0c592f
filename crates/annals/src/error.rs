//! What can go wrong with a store: [`Error`].

mod lines;

use std::io;
use std::path::PathBuf;

use annals_proof::TreeHead;
use event_log::{AppendError, BackupError, LogError, OpenError};
use event_model::event::StoredEventError;
use event_model::id::{EventId, Position, Slug};
use event_model::time::{Instant, TimeError};

use crate::date_range::RangeError;
use crate::directory::Held;
use crate::moment::MomentError;
pub use lines::{IdReused, LineProblem, LineProblems, OtherEvent};

/// Why a store could not do what it was asked to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The store cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The log cannot be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// A backup cannot be made, or be restored.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// The log did not take the events.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// Lines of a batch are at fault; nothing was appended.
    #[error("lines at fault: {at_fault} of {read}; nothing was appended")]
    Lines {
        /// The first lines at fault and what is wrong with each.
        lines: Vec<LineProblems>,
        /// How many lines are at fault.
        at_fault: u64,
        /// How many lines were read.
        read: u64,
    },
    /// An input is longer than it may be; nothing was appended.
    #[error("{name} has more than {most} {unit}, the most of one input; nothing was appended")]
    InputTooLong {
        /// The name of the input.
        name: String,
        /// The limit.
        most: usize,
        /// What is counted.
        unit: &'static str,
    },
    /// Ids of a batch belong to other events; nothing was appended.
    #[error("ids that belong to other events: {count}; nothing was appended")]
    IdsReused {
        /// The lines, the ids, and where they stand already; of many, the first.
        conflicts: Vec<IdReused>,
        /// How many there are.
        count: u64,
    },
    /// There was nothing to append.
    #[error("{name} holds no events")]
    NoEvents {
        /// The name of the input.
        name: String,
    },
    /// An expected version for a batch of several companies.
    #[error(
        "an expected version needs a batch about one company, and this one is about {companies}"
    )]
    ExpectedOfMany {
        /// How many companies it is about.
        companies: usize,
    },
    /// No company of this name or identifier.
    #[error("no company {key:?}{}", on_that_day(held))]
    UnknownCompany {
        /// What was asked for.
        key: String,
        /// Names that look like it.
        near: Vec<String>,
        /// The companies that it means on other days.
        held: Vec<Held>,
    },
    /// More than one company of this name or identifier.
    #[error("{key:?} is more than one company")]
    AmbiguousCompany {
        /// What was asked for.
        key: String,
        /// Their slugs.
        matches: Vec<Slug>,
    },
    /// A key of a company that cannot be read.
    #[error("{key:?} cannot name a company")]
    CompanyKey {
        /// What was asked for.
        key: String,
        /// Why.
        #[source]
        source: Box<event_model::identifier::IdentifierError>,
    },
    /// No event of this id.
    #[error("no event {id}")]
    UnknownEvent {
        /// What was asked for.
        id: String,
    },
    /// More than one event whose id starts so.
    #[error("more than one id begins with {prefix}")]
    AmbiguousEvent {
        /// What was asked for.
        prefix: String,
        /// Some of them.
        matches: Vec<EventId>,
    },
    /// An event that the log did not have by the recorded cut.
    #[error("event {id} was recorded at position {position}, after the recorded cut {cut}")]
    RecordedLater {
        /// The event.
        id: EventId,
        /// Where it is.
        position: Position,
        /// The cut.
        cut: Position,
    },
    /// A range that cannot be read.
    #[error(transparent)]
    Range(#[from] RangeError),
    /// A date or instant that cannot be read.
    #[error(transparent)]
    Time(#[from] TimeError),
    /// A point in time that cannot be read.
    #[error(transparent)]
    Moment(#[from] MomentError),
    /// A recorded cut past the head of the log.
    #[error("the recorded cut {cut} is past the head of the log, {head}")]
    PastHead {
        /// The cut.
        cut: Position,
        /// The head.
        head: Position,
    },
    /// A tree of more events than there are.
    #[error("the log has {head} events, too few for a tree of {size}")]
    TreePastHead {
        /// How many it was to have.
        size: Position,
        /// The head.
        head: Position,
    },
    /// An event that came after those of a tree.
    #[error("event {id} was recorded at position {position}, after the tree of {size} events")]
    AfterTree {
        /// The event.
        id: EventId,
        /// Where it is.
        position: Position,
        /// How many events the tree has.
        size: Position,
    },
    /// A tree head that was kept elsewhere, and is not of this log.
    #[error("the tree {kept} is not of this log{}", made_of(found.as_ref()))]
    OtherTree {
        /// The head that was kept.
        kept: TreeHead,
        /// The head of as many events of this log; `None` if it has fewer.
        found: Option<TreeHead>,
    },
    /// An event whose payload is no text, of which no file can be made.
    #[error("the content of event {id} is not text, and cannot be put into a file")]
    NotText {
        /// The event.
        id: EventId,
    },
    /// A recorded cut in the future.
    #[error("the recorded cut {cut} is in the future: it is {now} now")]
    CutInFuture {
        /// The cut.
        cut: Instant,
        /// The clock.
        now: Instant,
    },
    /// A path of a field that cannot be set.
    #[error("cannot set {path:?}")]
    CannotSet {
        /// The path.
        path: String,
        /// What can be set there.
        settable: Vec<String>,
    },
    /// A correction of what was redacted.
    #[error("event {id} was redacted, and says nothing that could be corrected")]
    CorrectsRedacted {
        /// The event.
        id: EventId,
    },
    /// A correction of a retraction.
    #[error("event {id} is a retraction, which cannot be corrected")]
    CorrectsRetraction {
        /// The retraction.
        id: EventId,
    },
    /// A correction of what does not hold.
    #[error("event {id} was retracted as our own error, by {by}")]
    CorrectsRetracted {
        /// The event, or the last correction of it.
        id: EventId,
        /// The retraction.
        by: EventId,
    },
    /// A source's correction that was published before what is known of it already.
    #[error("{published} is before {since}, when the source said otherwise in {by}")]
    CorrectsOutOfOrder {
        /// When it was published.
        published: String,
        /// When the other was.
        since: String,
        /// The correction or retraction that stands.
        by: EventId,
    },
    /// A correction that sets the day on which it is published itself.
    #[error("`published` of a correction that has a day of its own cannot be set")]
    SetsOwnDay,
    /// A retraction of what was erased, or of the event that says so.
    #[error("event {id} tells of a redaction, which cannot be undone")]
    RetractsRedaction {
        /// The event.
        id: EventId,
    },
    /// An event that a file amends twice.
    #[error("event {id} is amended on line {line} already")]
    AmendedTwice {
        /// The event, as it is listed.
        id: String,
        /// The line that amends it first.
        line: u64,
    },
    /// A correction that changes nothing.
    #[error("the correction changes nothing")]
    NothingChanged,
    /// A path at which nothing stands.
    #[error("nothing is known at {path}")]
    NothingThere {
        /// The path.
        path: String,
        /// The threads that there are.
        threads: Vec<String>,
    },
    /// No kind of one's own of this name.
    #[error("no kind {name:?} was declared")]
    UnknownKind {
        /// What was asked for.
        name: String,
    },
    /// A file that cannot be imported; nothing was appended.
    #[error("files at fault: {}; nothing was imported", files.len())]
    Import {
        /// The files and why.
        files: Vec<(String, String)>,
    },
    /// A stored event that cannot be read.
    #[error("the event at position {position} cannot be read")]
    StoredEvent {
        /// Where it is.
        position: Position,
        /// Why.
        #[source]
        source: StoredEventError,
    },
    /// The file system refused.
    #[error("cannot read or write {}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The input of a batch cannot be read.
    #[error("cannot read {name}")]
    Input {
        /// The name of the input.
        name: String,
        /// Why.
        #[source]
        source: io::Error,
    },
}

fn on_that_day(held: &[Held]) -> &'static str {
    match held {
        [] => "",
        _ => " on that day",
    }
}

fn made_of(found: Option<&TreeHead>) -> String {
    match found {
        Some(found) => format!(": the first {} events of the log make {found}", found.size),
        None => ": the log has fewer events".to_owned(),
    }
}

/// An I/O error with its path.
pub(crate) fn io_at(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Error {
    let path = path.into();
    move |source| Error::Io { path, source }
}

/// An error with its causes, in one line.
pub(crate) fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
