//! The append-only log of events.
//!
//! What is appended is never changed, gets a [position](event_model::id::Position)
//! in the whole log and a [version](event_model::id::Version) in the stream of
//! its company, and is chained to what came before it by a [`struct@Hash`]. The
//! payload is kept as it came, and read only to compare it and to pack it for the streams.
//!
//! - [`EventLog`]: what every log does.
//! - [`SledLog`]: the log on disk. An append that returned survives a power cut.
//! - [`MemoryLog`]: the same in memory, for tests.
//! - [`Clock`]: where the time of recording comes from.
//!
//! The bytes on disk are described in `docs/format.md`.

mod admission;
mod backup;
mod block;
mod bytes;
mod chain;
mod clock;
mod error;
mod event_log;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod hash;
mod head_mark;
mod journal;
mod kept_head;
mod layout;
pub mod limits;
mod link;
mod memory;
mod prefix;
mod progress;
mod queue;
mod record;
mod salvage;
mod side_by_side;
mod sled_log;
mod spool;
mod stamps;
mod streams;
mod sync;
mod throwaway;
mod whole_file;

pub use crate::backup::{BackedUp, BackupError, BackupFolder, PartReader, PartWriter};
pub use crate::clock::Clock;
pub use crate::error::{AppendError, BatchError, Damage, EngineError, LogError, OpenError};
pub use crate::event_log::{
    BatchOutcome, Durability, EventLog, Events, Expected, Head, NewEvent, Outcome, Recorded,
};
pub use crate::hash::{Hash, HashError};
pub use crate::kept_head::{KeptHead, KeptHeadError};
pub use crate::limits::Limits;
pub use crate::link::{Link, LinkContent};
pub use crate::memory::MemoryLog;
pub use crate::salvage::{Missing, Salvage, Salvaged, SalvagedFrom};
pub use crate::side_by_side::side_by_side;
pub use crate::sled_log::{
    Batch, CheckedBatch, Committed, Conflicts, Direction, IdConflict, Left, Other, Redactions,
    SelectedEvents, SetAside, Settings, SledLog, Stats, Stored, StreamRange, Verified, Witness,
};
pub use crate::spool::{EncodedEvent, EventHead, Waiting, WaitingWriter};
