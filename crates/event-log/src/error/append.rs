//! Why events were not accepted: [`AppendError`], [`BatchError`].

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use event_model::id::{EventId, Position, Slug, Version};

use super::{EngineError, LogError};
use crate::event_log::Expected;

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
    #[error("event {id} is about {company}, and the append is for another company")]
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
    #[error("the kind or thread of event {id} has {bytes} bytes; {bytes_max} are allowed")]
    NameTooLong {
        /// The event.
        id: EventId,
        /// The length of the name.
        bytes: usize,
        /// The limit.
        bytes_max: usize,
    },
    /// The disk is nearly full; nothing was written.
    #[error("the disk has {} MiB left; {}", free >> 20, room(*to_write, *kept_free))]
    DiskFull {
        /// What is free, in bytes.
        free: u64,
        /// What may be written, in bytes.
        to_write: u64,
        /// What must stay free, in bytes.
        kept_free: u64,
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
    #[error("the log is closed")]
    Shut,
    /// The folder is not the store any more that was opened, or its file `LOCK` was removed
    /// or replaced, so that others may write there; nothing was written.
    #[error("{} was moved, replaced, or lost its file LOCK, while it was open", dir.display())]
    Displaced {
        /// The folder.
        dir: PathBuf,
    },
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
            Self::DiskFull {
                free,
                to_write,
                kept_free,
            } => Self::DiskFull {
                free: *free,
                to_write: *to_write,
                kept_free: *kept_free,
            },
            Self::OutcomeUnknown { source } => Self::OutcomeUnknown {
                source: Arc::clone(source),
            },
            Self::Io { source } => Self::Io {
                source: source.kind().into(),
            },
            Self::Encoding => Self::Encoding,
            Self::ReadOnly => Self::ReadOnly,
            Self::Shut => Self::Shut,
            Self::Displaced { dir } => Self::Displaced { dir: dir.clone() },
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

/// How much room an append needs, and what for.
fn room(to_write: u64, kept_free: u64) -> String {
    let [to_write, kept_free] = [to_write, kept_free].map(|bytes| bytes.div_ceil(1 << 20));
    match to_write {
        0 => format!("{kept_free} MiB must stay free"),
        _ => format!(
            "{} MiB are needed: up to {to_write} MiB to write, and {kept_free} MiB that stay free",
            to_write.saturating_add(kept_free)
        ),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_says_what_the_room_is_for() {
        let told = |to_write| {
            let error = AppendError::DiskFull {
                free: (12 << 20) + 1,
                to_write,
                kept_free: 64 << 20,
            };
            error.to_string()
        };
        assert_eq!(
            told(600),
            "the disk has 12 MiB left; 65 MiB are needed: \
             up to 1 MiB to write, and 64 MiB that stay free"
        );
        assert_eq!(told(0), "the disk has 12 MiB left; 64 MiB must stay free");
    }
}
