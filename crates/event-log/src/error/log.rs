//! Why the log cannot be read: [`LogError`].

use std::io;
use std::path::PathBuf;

use event_model::id::Position;

use super::{Damage, EngineError, OpenError, place};
use crate::journal::JournalError;
use crate::streams::StreamsError;

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
    #[error("cannot read or write {}", path.display())]
    Io {
        /// The file.
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
