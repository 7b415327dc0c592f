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
/// Looking for a frame, so many times the bytes that are looked through may be hashed: of
/// what happens to look like one, nothing near that comes together.
const HASHED_TIMES_MAX: usize = 64;

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

    /// Where the next whole frame begins in these bytes, if there is one; or what was made
    /// to look like frames over and over, so that it would take hours to tell.
    pub(crate) fn search(store: Uuid, bytes: &'b [u8]) -> Option<usize> {
        let mut hashed = 0;
        memchr::memmem::find_iter(bytes, &MAGIC).find(|at| {
            let rest = bytes.get(*at..).unwrap_or_default();
            let length = Self::claimed(rest).filter(|length| *length <= rest.len());
            hashed += length.unwrap_or_default();
            let is_over = hashed > bytes.len().saturating_mul(HASHED_TIMES_MAX);
            is_over || Self::decode(store, rest).is_some()
        })
    }

    /// How long the records are, by the header.
    fn claimed(bytes: &[u8]) -> Option<usize> {
        let mut fields = Fields(bytes);
        let _magic: [u8; 4] = fields.take()?;
        usize::try_from(u32::from_le_bytes(fields.take()?)).ok()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(store: Uuid, bytes: &mut Vec<u8>) {
        let frame = Frame {
            first: Position(1),
            count: 1,
            hash: Hash::ZERO,
            records: b"some records",
        };
        frame.encode(store, bytes).unwrap();
    }

    #[test]
    fn a_whole_frame_is_found_among_what_looks_like_one() {
        let store = Uuid::from_u128(7);
        let mut bytes = b"frm1 frm1 \x04\0\0\0 frm1".to_vec();
        let at = bytes.len();
        frame(store, &mut bytes);
        assert_eq!(Frame::search(store, &bytes), Some(at));
        assert_eq!(Frame::search(store, &bytes[at + 1..]), None);
        assert_eq!(Frame::search(Uuid::from_u128(8), &bytes), None);
    }

    #[test]
    fn what_would_take_hours_to_tell_is_taken_for_a_frame() {
        const HEADERS: u32 = 16_384;
        let store = Uuid::from_u128(7);
        // Each claims to go on up to the end.
        let forged = |left: u32| [*b"frm1", (left * 8 - 56).to_le_bytes()].concat();
        let many: Vec<u8> = (8..HEADERS).rev().flat_map(forged).collect();
        let found = Frame::search(store, &many).unwrap();
        assert!(found < many.len() / 8, "{found}");
        // Some of them are told apart.
        let few = many.get(many.len() - 400..).unwrap();
        assert_eq!(Frame::search(store, few), None);
    }
}
