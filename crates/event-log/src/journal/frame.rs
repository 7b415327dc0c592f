//! One write of the journal: [`Frame`]s, each whole or not there.
//!
//! ```text
//! magic      4   "frm1"
//! length     4   of the records
//! checksum   4   CRC-32 of the store's id, the rest of the header, and the records
//! count      4   events
//! first      8   position of the first event
//! hash      32   of the last event
//! records        as in a block
//! ```

use event_model::id::Position;
use uuid::Uuid;

use crate::bytes::Fields;
use crate::hash::Hash;

const MAGIC: [u8; 4] = *b"frm1";
/// The bytes before the records.
pub(crate) const HEADER_BYTES: usize = 56;

/// The events of one write.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame<'b> {
    /// The position of its first event.
    pub(crate) first: Position,
    /// How many events it holds.
    pub(crate) count: u32,
    /// The hash of its last event.
    pub(crate) hash: Hash,
    /// The records, one after the other.
    pub(crate) records: &'b [u8],
}

impl<'b> Frame<'b> {
    /// How many bytes it takes.
    pub(crate) fn bytes(&self) -> usize {
        HEADER_BYTES + self.records.len()
    }

    /// Appends its bytes; `None` if the records are too long for one frame.
    pub(crate) fn encode(&self, store: Uuid, out: &mut Vec<u8>) -> Option<()> {
        let length = u32::try_from(self.records.len()).ok()?;
        out.extend_from_slice(&MAGIC);
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(&self.checksum(store).to_le_bytes());
        out.extend_from_slice(&self.count.to_le_bytes());
        out.extend_from_slice(&self.first.0.to_le_bytes());
        out.extend_from_slice(self.hash.as_bytes());
        out.extend_from_slice(self.records);
        Some(())
    }

    /// Reads the frame that these bytes begin with, if they begin with one that
    /// is whole.
    pub(crate) fn decode(store: Uuid, bytes: &'b [u8]) -> Option<Self> {
        let mut fields = Fields(bytes);
        if fields.take()? != MAGIC {
            return None;
        }
        let length = usize::try_from(u32::from_le_bytes(fields.take()?)).ok()?;
        let checksum = u32::from_le_bytes(fields.take()?);
        let frame = Self {
            count: u32::from_le_bytes(fields.take()?),
            first: Position(u64::from_le_bytes(fields.take()?)),
            hash: Hash::from_bytes(fields.take()?),
            records: fields.0.get(..length)?,
        };
        (frame.checksum(store) == checksum && frame.count > 0).then_some(frame)
    }

    /// Where the next whole frame begins in these bytes, if there is one.
    pub(crate) fn search(store: Uuid, bytes: &'b [u8]) -> Option<usize> {
        let starts = bytes.windows(MAGIC.len()).enumerate();
        starts
            .filter(|(_, window)| **window == MAGIC)
            .map(|(at, _)| at)
            .find(|at| {
                bytes
                    .get(*at..)
                    .is_some_and(|rest| Self::decode(store, rest).is_some())
            })
    }

    fn checksum(&self, store: Uuid) -> u32 {
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(store.as_bytes());
        hasher.update(&self.count.to_le_bytes());
        hasher.update(&self.first.0.to_le_bytes());
        hasher.update(self.hash.as_bytes());
        hasher.update(self.records);
        hasher.finalize()
    }
}
