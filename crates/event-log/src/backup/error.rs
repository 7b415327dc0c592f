//! Why a backup cannot be made, or be restored.

use std::io;
use std::path::{Path, PathBuf};

use event_model::id::Position;

use crate::error::{Damage, LogError, OpenError};
use crate::kept_head::KeptHead;

/// Why a backup cannot be made, or be restored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// The log that is backed up cannot be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The store that it is restored into cannot be made.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A file cannot be read or written.
    #[error("cannot read or write {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// No backup at all.
    #[error("{} is not a backup", path.display())]
    NotABackup {
        /// The file or folder.
        path: PathBuf,
    },
    /// Among the parts of a backup is something else.
    #[error("{} is no part of the backup beside it", path.display())]
    Foreign {
        /// What.
        path: PathBuf,
    },
    /// A file is not as it was written.
    #[error("{} is damaged at position {position}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The first position that does not hold.
        position: Position,
        /// How.
        #[source]
        what: Damage,
    },
    /// A part that does not go on where the one before it ends.
    #[error("{} goes on after {found}, and the part before it ends with {expected}", path.display())]
    Gap {
        /// The file.
        path: PathBuf,
        /// The head that it goes on after.
        found: KeptHead,
        /// The head of the part before.
        expected: KeptHead,
    },
    /// The backup is of another log, or the log was changed since.
    #[error("{} is of another log: it ends with {kept}", path.display())]
    OtherLog {
        /// The folder.
        path: PathBuf,
        /// The head that it ends with.
        kept: KeptHead,
    },
    /// Another backup is added to it at this moment.
    #[error("another backup to {} is under way", dir.display())]
    Busy {
        /// The folder.
        dir: PathBuf,
    },
    /// There is something where the store is to be restored.
    #[error("{} is not empty", dir.display())]
    NotEmpty {
        /// The folder.
        dir: PathBuf,
    },
}

impl BackupError {
    /// Says at which file something went wrong.
    pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io {
            path: path.to_owned(),
            source,
        }
    }

    pub(super) fn damaged(path: &Path, (position, what): (Position, Damage)) -> Self {
        Self::Damaged {
            path: path.to_owned(),
            position,
            what,
        }
    }
}
