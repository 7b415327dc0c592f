//! Why a store cannot be opened or created: [`OpenError`].

use std::io;
use std::path::PathBuf;

use event_model::id::Position;
use event_model::time::Instant;

use super::{Damage, EngineError, LogError, place};
use crate::journal::JournalError;
use crate::streams::StreamsError;

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
    #[error("{} holds something other than a store", dir.display())]
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
    /// The store was opened only to read it.
    #[error("the store was opened only to read it")]
    ReadOnly,
    /// The store was written by a newer version of this program.
    #[error("the store has format {found}; this program knows up to {known}")]
    NewerFormat {
        /// The format of the store.
        found: u32,
        /// The newest format that is known.
        known: u32,
    },
    /// The store was written with another version of sled, or other settings.
    #[error("the store was written with another version of sled, or other settings")]
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
    /// The newest file of the journal does not begin like one of this store.
    #[error("{} is damaged, or of another store", path.display())]
    JournalForeign {
        /// The file.
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
    /// A log that was written anew cannot take the place of the one before.
    #[error("{} cannot take the place of the log", path.display())]
    Rewritten {
        /// Its folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: Box<OpenError>,
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
    #[error("{what}")]
    Cache {
        /// What is damaged, where and how.
        what: String,
    },
}

fn held_by(pid: Option<u32>, since: Option<Instant>) -> String {
    match (pid, since) {
        (Some(pid), Some(since)) => format!(" by process {pid} since {since}"),
        (Some(pid), None) => format!(" by process {pid}"),
        _ => " by another process".to_owned(),
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
            JournalError::Foreign { path } => Self::JournalForeign { path },
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

impl From<StreamsError> for OpenError {
    fn from(error: StreamsError) -> Self {
        LogError::from(error).into()
    }
}
