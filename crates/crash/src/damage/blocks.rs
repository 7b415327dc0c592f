//! Where the parts of a file are: frames of the journal, and blocks in sled's file.

use std::ops::Range;

/// The bytes before the records of a block, and before the frames of a journal.
const BLOCK_HEADER: usize = 92;
const JOURNAL_HEADER: usize = 128;
const FRAME_HEADER: usize = 56;
/// A block as stored is not longer.
const BLOCK_MAX: usize = 32 * 1024;

fn number<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at + N)?.try_into().ok()
}

/// Where the frames of a journal end.
pub(super) fn frames(bytes: &[u8]) -> Vec<usize> {
    let mut ends = vec![JOURNAL_HEADER];
    let mut at = JOURNAL_HEADER;
    while bytes.get(at..at + 4) == Some(b"frm1") {
        let length = number(bytes, at + 4).map_or(0, u32::from_le_bytes);
        at += FRAME_HEADER + usize::try_from(length).unwrap_or_default();
        ends.push(at);
    }
    ends
}

/// A block as it stands in sled's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) first: u64,
    pub(super) last: u64,
    pub(super) at: Range<usize>,
}

/// The blocks in sled's file, those that count and those that do not any more.
pub(super) fn blocks(bytes: &[u8]) -> Vec<Found> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        match block(bytes, at) {
            Some(block) => {
                at = block.at.end;
                found.push(block);
            }
            None => at += 1,
        }
    }
    found
}

fn block(bytes: &[u8], at: usize) -> Option<Found> {
    let header = bytes.get(at..at + BLOCK_HEADER)?;
    let ([format, codec], count) = (number(header, 0)?, number(header, 2)?);
    if format != 2 || codec > 1 {
        return None;
    }
    let count = u64::from(u16::from_le_bytes(count));
    let first = u64::from_le_bytes(number(header, 4)?);
    let sum = u32::from_le_bytes(number(header, BLOCK_HEADER - 4)?);
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(header.get(..BLOCK_HEADER - 4)?);
    // The length stands in sled's page alone: the sum tells where it ends.
    let end = (at + BLOCK_HEADER..bytes.len().min(at + BLOCK_MAX)).find(|end| {
        let next = bytes.get(*end..end + 1).unwrap_or_default();
        hasher.update(next);
        hasher.clone().finalize() == sum
    })?;
    Some(Found {
        first,
        last: first + count.saturating_sub(1),
        at: at..end + 1,
    })
}

/// Where the parts of a file begin and end.
pub(super) fn edges(path: &str, bytes: &[u8]) -> Vec<usize> {
    match path {
        "/log/db" => blocks(bytes)
            .into_iter()
            .flat_map(|block| [block.at.start, block.at.end])
            .collect(),
        _ if path.starts_with("/journal/") => frames(bytes),
        _ => Vec::new(),
    }
}
