//! What can go wrong: [`OpenError`], [`AppendError`], [`BatchError`],
//! [`LogError`], and beneath them [`Damage`] and [`EngineError`].

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crate::hash::Hash;
use event_model::id::{EventId, Position, Slug, Version};
use event_model::time::Instant;

use crate::event_log::Expected;
use crate::journal::JournalError;
use crate::limits;
use crate::streams::StreamsError;

/// What is wrong with stored bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Damage {
    /// A frame of the journal is not whole, and others follow it.
    #[error("the journal is damaged")]
    Journal,
    /// A file of the journal is longer than one is made.
    #[error("the journal has more than {} bytes", limits::JOURNAL_FILE_BYTES_MAX)]
    JournalLength,
    /// No block holds a position that must be there.
    #[error("the block is missing")]
    BlockMissing,
    /// The log ends here, and went further when it was last closed.
    #[error("the log ends before it, and went further when it was last closed")]
    TailLost,
    /// A block is shorter or longer than its header says.
    #[error("the block has the wrong length")]
    BlockLength,
    /// A block whose format this program does not know.
    #[error("the block has format {found}, which this program does not know")]
    BlockFormat {
        /// The format it claims.
        found: u8,
    },
    /// The checksum of a block does not match.
    #[error("the checksum of the block does not match")]
    BlockChecksum,
    /// The header of a block contradicts itself or its key.
    #[error("the header of the block is inconsistent")]
    BlockHeader,
    /// The records of a block do not decompress.
    #[error("the records of the block do not decompress")]
    Compression,
    /// A record is shorter or longer than it says.
    #[error("the record has the wrong length")]
    RecordLength,
    /// A record whose format this program does not know.
    #[error("the record has format {found}, which this program does not know")]
    RecordFormat {
        /// The format it claims.
        found: u8,
    },
    /// The envelope of a record cannot be read.
    #[error("the envelope of the record cannot be read")]
    Envelope,
    /// The hash of the predecessor is not the one that was chained to.
    #[error("the chain of hashes is broken")]
    Chain,
    /// The hash is another than that of a head that was kept elsewhere.
    #[error("something up to it was changed: its hash is {found}, and was {kept}")]
    Changed {
        /// The hash of the head that was kept.
        kept: Hash,
        /// The hash that it has now.
        found: Hash,
    },
    /// The log ends before a head that was kept elsewhere.
    #[error("the log ends at position {end}, and went as far as {kept} once")]
    CutOff {
        /// Where it ends.
        end: Position,
        /// The position of the head that was kept.
        kept: Position,
    },
    /// What is left of an event is not what a redaction says.
    #[error("it was redacted, and no event says that this is left of it")]
    RedactedUnsaid,
    /// An event is said to be redacted, and is not.
    #[error("it is to be redacted, as event {by} says, and is not")]
    NotRedacted {
        /// The event that says so.
        by: EventId,
    },
    /// A record does not stand at its position.
    #[error("the record claims to be at position {claimed}")]
    Position {
        /// The position in its envelope.
        claimed: Position,
    },
    /// A record does not have the next version of its company.
    #[error("the record claims version {claimed} of its company")]
    Version {
        /// The version in its envelope.
        claimed: Version,
    },
    /// A record claims to have been recorded before its predecessor.
    #[error("the record is not later than the one before it")]
    Recorded,
    /// A key in the store is not the key of a block.
    #[error("the store holds a key that is not ours")]
    ForeignKey,
    /// The index does not say what the log says.
    #[error("the index disagrees with the log; rebuild it")]
    Index,
    /// sled keeps values in files that nobody syncs.
    #[error("sled has put values into files of their own")]
    BlobFile,
    /// sled found its file damaged.
    #[error("sled finds its file damaged")]
    Engine,
    /// sled panicked on its file.
    #[error("sled panicked on its file")]
    EnginePanic,
}

/// What sled, or the disk under it, said.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The file system refused.
    #[error("the file system refused")]
    Io(#[source] io::Error),
    /// The stored bytes are damaged.
    #[error(transparent)]
    Damaged(Damage),
    /// What was written may not count.
    #[error("the log could not be turned over")]
    TurnOver(#[source] Box<LogError>),
    /// sled reports a fault of its own.
    #[error("sled failed")]
    Sled(#[source] sled::Error),
}

/// Why a store cannot be opened or created.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// There is no store.
    #[error("there is no store in {}", dir.display())]
    NoStore {
        /// Where it was looked for.
        dir: PathBuf,
    },
    /// There is a file where the folder should be.
    #[error("{} is not a folder", path.display())]
    NotAFolder {
        /// Where the folder should be.
        path: PathBuf,
    },
    /// The folder holds something else.
    #[error("{} holds something else than a store", dir.display())]
    NotAStore {
        /// The folder, which was left as it is.
        dir: PathBuf,
    },
    /// Another process has the store open.
    #[error("the store is in use{}", held_by(*pid, *since))]
    Held {
        /// The process.
        pid: Option<u32>,
        /// Since when.
        since: Option<Instant>,
    },
    /// The store was written by a newer version of this program.
    #[error("the store has format {found}; this program knows up to {known}")]
    NewerFormat {
        /// The format of the store.
        found: u32,
        /// The newest format that is known.
        known: u32,
    },
    /// The store was written with another version of sled, or other settings.
    #[error("the store was written by another engine")]
    OtherEngine {
        /// The version of sled.
        sled: Box<str>,
        /// The size of a segment, in bytes.
        segment_bytes: u64,
    },
    /// The file that says what the folder is has gone, and the log is there.
    #[error("{} is missing", path.display())]
    FormatMissing {
        /// Where it should be.
        path: PathBuf,
    },
    /// The file that says what the folder is cannot be understood.
    #[error("{} cannot be understood", path.display())]
    FormatDamaged {
        /// The file.
        path: PathBuf,
    },
    /// The folder says that it is a store, and the log is not there.
    #[error("{} is missing", path.display())]
    LogMissing {
        /// Where it should be.
        path: PathBuf,
    },
    /// The log is damaged.
    #[error("the log is damaged {}", place(*position))]
    Damaged {
        /// Where.
        position: Position,
        /// How.
        #[source]
        what: Damage,
    },
    /// The engine cannot open the log, or not read it.
    #[error("the log cannot be opened")]
    Engine {
        /// Why.
        #[source]
        source: EngineError,
    },
    /// The file system refused.
    #[error("cannot open {}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// What is kept to read faster is damaged; the log itself is not.
    #[error("{what} is damaged")]
    Cache {
        /// What, and where.
        what: String,
    },
}

/// Where the log is damaged; zero stands for sled's file as a whole.
fn place(position: Position) -> String {
    match position {
        Position(0) => "in log/db".to_owned(),
        position => format!("at position {position}"),
    }
}

fn held_by(pid: Option<u32>, since: Option<Instant>) -> String {
    match (pid, since) {
        (Some(pid), Some(since)) => format!(" by process {pid} since {since}"),
        (Some(pid), None) => format!(" by process {pid}"),
        _ => " by another process".to_owned(),
    }
}

/// Why an append was not accepted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppendError {
    /// The stream does not have the expected version.
    #[error("{company} is at version {actual}, and {expected} was expected")]
    Conflict {
        /// The company.
        company: Slug,
        /// The version that was expected.
        expected: Expected,
        /// The version that it has.
        actual: Version,
    },
    /// The id belongs to another event.
    #[error("id {id} was given to another event, at position {position}")]
    IdReused {
        /// The id.
        id: EventId,
        /// The event that has it, or would have it in the same batch.
        position: Position,
    },
    /// An event is not of the company that the append is for.
    #[error("event {id} is of {company}, not of the company of the append")]
    OtherCompany {
        /// The event.
        id: EventId,
        /// Its company.
        company: Slug,
    },
    /// The payload is too large.
    #[error("event {id} has {bytes} bytes; {bytes_max} are allowed")]
    TooLarge {
        /// The event.
        id: EventId,
        /// The size of its payload.
        bytes: usize,
        /// The limit.
        bytes_max: usize,
    },
    /// The events of one append are too large together.
    #[error("an append has {bytes} bytes of events; {bytes_max} are allowed: make it a batch")]
    TooMuch {
        /// Their size.
        bytes: usize,
        /// The limit.
        bytes_max: usize,
    },
    /// The name of the kind or thread is too long.
    #[error("event {id} has a name of {bytes} bytes; {bytes_max} are allowed")]
    NameTooLong {
        /// The event.
        id: EventId,
        /// The length of the name.
        bytes: usize,
        /// The limit.
        bytes_max: usize,
    },
    /// The disk is nearly full; nothing was written.
    #[error("the disk has {} MiB left; {} are needed", free >> 20, needed.div_ceil(1 << 20))]
    DiskFull {
        /// What is free, in bytes.
        free: u64,
        /// What must be free, in bytes.
        needed: u64,
    },
    /// The append may have been stored or not: open the log again, and ask.
    #[error("whether the events were stored is unknown")]
    OutcomeUnknown {
        /// What went wrong; appends that shared the commit share it.
        #[source]
        source: Arc<EngineError>,
    },
    /// An earlier append failed half-way; the log must be opened again.
    #[error("an earlier append failed; open the log again")]
    Poisoned,
    /// The log was opened only to be read.
    #[error("the log was opened only to be read")]
    ReadOnly,
    /// The log was shut.
    #[error("the log is shut")]
    Shut,
    /// The log could not be read to compare with it; nothing was written.
    #[error("the log cannot be read")]
    Read {
        /// Why.
        #[source]
        source: LogError,
    },
    /// The operating system refused; nothing was written.
    #[error("the operating system refused")]
    Io {
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The envelope could not be encoded; nothing was written.
    #[error("the envelope cannot be encoded")]
    Encoding,
}

impl AppendError {
    /// The same, for another append that shared the commit.
    pub(crate) fn shared(&self) -> Self {
        match self {
            Self::DiskFull { free, needed } => Self::DiskFull {
                free: *free,
                needed: *needed,
            },
            Self::OutcomeUnknown { source } => Self::OutcomeUnknown {
                source: Arc::clone(source),
            },
            Self::Io { source } => Self::Io {
                source: source.kind().into(),
            },
            Self::Encoding => Self::Encoding,
            Self::Read {
                source: LogError::Damaged { position, what },
            } => Self::Read {
                source: LogError::Damaged {
                    position: *position,
                    what: *what,
                },
            },
            _ => Self::Poisoned,
        }
    }
}

/// Why a batch was not accepted; nothing of it was stored, except after
/// [`AppendError::OutcomeUnknown`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BatchError<E> {
    /// What gives the events failed.
    #[error("the batch ended early")]
    Source(E),
    /// The log did not accept it.
    #[error(transparent)]
    Append(#[from] AppendError),
}

/// Why the log cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// The log is damaged.
    #[error("the log is damaged {}", place(*position))]
    Damaged {
        /// The position, or the first of the block.
        position: Position,
        /// How.
        #[source]
        what: Damage,
    },
    /// The engine cannot read or write.
    #[error("the log cannot be read")]
    Engine {
        /// Why.
        #[source]
        source: EngineError,
    },
    /// A file beside the log cannot be read or written.
    #[error("cannot use {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// What is kept to read faster is damaged; the log itself is not.
    #[error("{what} is damaged")]
    Cache {
        /// What, and where.
        what: String,
    },
    /// The log had to be opened to read this, and could not be.
    #[error("the log itself is needed for this")]
    Open {
        /// Why not.
        #[source]
        source: Box<OpenError>,
    },
}

impl LogError {
    /// What the engine said, about a position.
    pub(crate) fn engine(position: Position, source: EngineError) -> Self {
        match source {
            EngineError::Damaged(what) => Self::Damaged { position, what },
            source => Self::Engine { source },
        }
    }
}

impl From<OpenError> for LogError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Damaged { position, what } => Self::Damaged { position, what },
            OpenError::Cache { what } => Self::Cache { what },
            error => Self::Open {
                source: Box::new(error),
            },
        }
    }
}

impl From<LogError> for OpenError {
    fn from(error: LogError) -> Self {
        match error {
            LogError::Damaged { position, what } => Self::Damaged { position, what },
            LogError::Engine { source } => Self::Engine { source },
            LogError::Io { path, source } => Self::Io { path, source },
            LogError::Open { source } => *source,
            LogError::Cache { what } => Self::Cache { what },
        }
    }
}

impl From<JournalError> for OpenError {
    fn from(error: JournalError) -> Self {
        match error {
            JournalError::Io { path, source } => Self::Io { path, source },
            JournalError::Missing { path } => Self::LogMissing { path },
            JournalError::Damaged { position } => Self::Damaged {
                position: Position(position.0 + 1),
                what: Damage::Journal,
            },
            JournalError::TooLong { base } => Self::Damaged {
                position: Position(base.0 + 1),
                what: Damage::JournalLength,
            },
        }
    }
}

impl From<JournalError> for LogError {
    fn from(error: JournalError) -> Self {
        Self::Open {
            source: Box::new(error.into()),
        }
    }
}

impl From<StreamsError> for LogError {
    fn from(error: StreamsError) -> Self {
        match error {
            StreamsError::Io { path, source } => Self::Io { path, source },
            damaged => Self::Cache {
                what: damaged.to_string(),
            },
        }
    }
}

impl From<StreamsError> for OpenError {
    fn from(error: StreamsError) -> Self {
        LogError::from(error).into()
    }
}
