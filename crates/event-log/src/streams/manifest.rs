//! What the streams consist of: [`Manifest`].
//!
//! ```text
//! 8        "annalsst"
//! u32 LE   format
//! 16       id of the store
//! u64 LE   position that they hold up to
//! i64 LE   when it was recorded, in microseconds; zero if the position is
//! 32       hash at that position
//! u64 LE   number of the next run; none is given twice
//! 32       hash at the last position in the file `positions`
//! u32 LE   number of runs
//! each:    u64 LE number, first position, last position, length of the file;
//!          u32 LE CRC-32 of its footer
//! u32 LE   number of positions that do not fill a page, then 40 bytes each
//! u32 LE   CRC-32 of everything before it
//! ```
//!
//! It alone says which files count. Whatever is wrong with it, the streams are
//! as if they were not there.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use event_model::id::Position;
use event_model::time::Instant;
use uuid::Uuid;

use super::error::StreamsError;
use super::positions::POSITION_BYTES;
use super::run::Run;
use super::source::refused;
use crate::bytes::Fields;
use crate::event_log::Head;
use crate::hash::Hash;
use crate::limits;
use crate::throwaway;
use crate::whole_file::read_at_most;

/// The name of the file.
pub(super) const MANIFEST: &str = "MANIFEST";
/// What it is called while it is written.
const MANIFEST_NEW: &str = "MANIFEST.new";
const MAGIC: &[u8; 8] = b"annalsst";
const FORMAT: u32 = 1;

/// The bytes of the manifest in a folder; `None` if there is none, or if it is longer
/// than one is made.
pub(super) fn read(dir: &Path) -> Result<Option<Vec<u8>>, StreamsError> {
    let path = dir.join(MANIFEST);
    match read_at_most(&path, limits::MANIFEST_BYTES_MAX) {
        Err(error) if throwaway::is_not_there(&error) => Ok(None),
        read => read.map_err(refused(&path)),
    }
}

/// A run that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) number: u64,
    pub(super) first: u64,
    pub(super) last: u64,
    pub(super) bytes: u64,
    pub(super) footer_sum: u32,
}

impl Named {
    /// How the manifest names this run.
    pub(super) fn of(run: &Run) -> Self {
        Self {
            number: run.footer.number,
            first: run.footer.first,
            last: run.footer.last,
            bytes: run.bytes,
            footer_sum: run.footer.sum(),
        }
    }

    /// The name of its file.
    pub(super) fn file_name(&self) -> String {
        run_file_name(self.number)
    }
}

/// The name of the file of a run.
pub(super) fn run_file_name(number: u64) -> String {
    format!("{number:08}.run")
}

/// What the streams consist of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Manifest {
    pub(super) store: Uuid,
    pub(super) head: Head,
    pub(super) next_run: u64,
    pub(super) runs: Vec<Named>,
    /// The hash at the last position in the file of positions.
    pub(super) paged_hash: Hash,
    /// The positions that do not fill a page.
    pub(super) tail: Vec<u8>,
}

impl Manifest {
    /// Reads a manifest; `None` if it is not whole, or of another store.
    pub(super) fn decode(bytes: &[u8], store: Uuid) -> Option<Self> {
        let (body, sum) = bytes.split_last_chunk()?;
        let mut fields = Fields(body);
        let known = crc32fast::hash(body) == u32::from_le_bytes(*sum)
            && &fields.take::<8>()? == MAGIC
            && fields.u32()? == FORMAT
            && fields.take()? == store.into_bytes();
        known.then_some(())?;
        let position = Position(fields.u64()?);
        let recorded = Instant::from_micros(i64::from_le_bytes(fields.take()?))?;
        let head = Head {
            position,
            recorded: (position.0 > 0).then_some(recorded),
            hash: Hash::from_bytes(fields.take()?),
        };
        let next_run = fields.u64()?;
        let paged_hash = Hash::from_bytes(fields.take()?);
        let mut runs = Vec::new();
        for _ in 0..fields.u32()? {
            runs.push(Named {
                number: fields.u64()?,
                first: fields.u64()?,
                last: fields.u64()?,
                bytes: fields.u64()?,
                footer_sum: fields.u32()?,
            });
        }
        let tail_bytes = fields.length()?.checked_mul(POSITION_BYTES)?;
        let tail = fields.piece(tail_bytes)?.to_vec();
        let mut last = 0u64;
        for run in &runs {
            (run.first == last.checked_add(1)? && run.last >= run.first).then_some(())?;
            last = run.last;
        }
        let can_go_on = last < u64::MAX;
        (fields.0.is_empty() && last == position.0 && can_go_on).then_some(Self {
            store,
            head,
            next_run,
            runs,
            paged_hash,
            tail,
        })
    }

    fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let recorded = self.head.recorded.unwrap_or(Instant::UNIX_EPOCH);
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&FORMAT.to_le_bytes());
        out.extend_from_slice(self.store.as_bytes());
        out.extend_from_slice(&self.head.position.0.to_le_bytes());
        out.extend_from_slice(&recorded.micros().to_le_bytes());
        out.extend_from_slice(self.head.hash.as_bytes());
        out.extend_from_slice(&self.next_run.to_le_bytes());
        out.extend_from_slice(self.paged_hash.as_bytes());
        // Neither the runs nor the positions of a page are ever so many.
        let count = |items: usize| u32::try_from(items).unwrap_or(u32::MAX).to_le_bytes();
        out.extend_from_slice(&count(self.runs.len()));
        for run in &self.runs {
            for number in [run.number, run.first, run.last, run.bytes] {
                out.extend_from_slice(&number.to_le_bytes());
            }
            out.extend_from_slice(&run.footer_sum.to_le_bytes());
        }
        out.extend_from_slice(&count(self.tail.len() / POSITION_BYTES));
        out.extend_from_slice(&self.tail);
        let sum = crc32fast::hash(&out);
        out.extend_from_slice(&sum.to_le_bytes());
        out
    }

    /// Puts this manifest in place of the one that is there.
    ///
    /// The folder is not synced: after a power cut the old manifest may be
    /// there, or one that names a file which is not; then the streams are made
    /// anew.
    pub(super) fn install(&self, dir: &Path) -> Result<(), StreamsError> {
        let path = dir.join(MANIFEST_NEW);
        let write = || {
            let mut file = File::create(&path)?;
            file.write_all(&self.encode())?;
            file.sync_data()?;
            fs::rename(&path, dir.join(MANIFEST))
        };
        write().map_err(refused(&path))
    }
}
