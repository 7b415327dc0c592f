//! What sled, or the disk under it, said: [`EngineError`].

use std::io;

use super::{Damage, LogError, OpenError};

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
    #[error("the journal that would make them count could not be begun")]
    TurnOver(#[source] Box<LogError>),
    /// What was written anew may count.
    #[error("the log was written anew, and may count already")]
    Rewritten(#[source] Box<OpenError>),
    /// sled reports a fault of its own.
    #[error("sled failed")]
    Sled(#[source] sled::Error),
}
