//! What is wrong with stored bytes: [`Damage`].

use event_model::id::{EventId, Position, Version};

use super::LogError;
use crate::hash::Hash;
use crate::limits;

/// What is wrong, and at which position.
pub(crate) type Wrong = (Position, Damage);

/// The log is damaged there.
pub(crate) fn damaged((position, what): Wrong) -> LogError {
    LogError::Damaged { position, what }
}

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
    /// A part of a backup does not begin like one.
    #[error("it does not begin like a part of a backup")]
    PartBegin,
    /// A part of a backup was cut off, or goes on after its end.
    #[error("it does not end as it was written")]
    PartEnd,
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
    #[error("it was redacted, and no event vouches for what is left of it")]
    RedactedUnsaid,
    /// An event is said to be redacted, and is not.
    #[error("event {by} says that it was redacted, and it was not")]
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
    #[error("the store holds a key that annals does not write")]
    ForeignKey,
    /// The index of the blocks says of a place what cannot be.
    #[error("the index of the blocks is damaged")]
    BlockIndex,
    /// The streams do not say what the log says.
    #[error("the streams disagree with the log: `annals rebuild` makes them again")]
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
