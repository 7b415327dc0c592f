//! A part of a log in a file of its own: what a backup consists of.
//!
//! - [`PartWriter`]: writes the blocks after one head up to another
//! - [`PartReader`]: reads them, and holds every one against the chain
//! - [`BackupFolder`]: the parts of a log, each going on where the one before ends
//!
//! ```text
//! 0    8    annalsb1
//! 8    u64  position before the first event; 32 bytes the hash there
//! 48   u32  CRC-32 of the bytes before
//! 52        for each block: u32 its length, its bytes as in docs/format.md
//!      u32  zero
//!      u64  position of the last event; 32 bytes the hash there
//!      u32  CRC-32 of these 40 bytes
//! ```

mod error;
mod folder;
mod part;

pub use error::BackupError;
pub use folder::{BackedUp, BackupFolder};
pub use part::{PartReader, PartWriter};
