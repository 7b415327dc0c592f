//! Why the streams cannot be read or written: [`StreamsError`].

use std::io;
use std::path::PathBuf;

use event_model::id::Position;

use crate::throwaway;

/// Why the streams cannot be read or written.
///
/// They are a cache: whoever meets one of these goes to the log, and makes the
/// streams anew.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StreamsError {
    /// The file system refused.
    #[error("cannot read or write {}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file does not hold what was written.
    #[error("{} is damaged: {what}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: &'static str,
    },
    /// An event was pushed that does not follow the last.
    #[error("position {position} was pushed, and {next} is next")]
    NotNext {
        /// Its position.
        position: Position,
        /// The position that follows the last.
        next: Position,
    },
    /// An event is larger than a chunk may be.
    #[error("the event at position {position} has {bytes} bytes; {bytes_max} are allowed")]
    TooLarge {
        /// Its position.
        position: Position,
        /// Its packed bytes.
        bytes: usize,
        /// The limit.
        bytes_max: usize,
    },
}

impl StreamsError {
    /// Whether a file is missing or not what it should be.
    pub(super) fn says_not_whole(&self) -> bool {
        match self {
            Self::Io { source, .. } => throwaway::is_not_there(source),
            Self::Damaged { .. } => true,
            Self::NotNext { .. } | Self::TooLarge { .. } => false,
        }
    }
}
