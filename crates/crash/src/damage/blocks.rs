//! Where the parts of a file are: frames of the journal, and blocks.

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

/// Where the blocks end that stand one after the other.
fn blocks(bytes: &[u8]) -> Vec<usize> {
    let ends = std::iter::successors(Some(0), |at| end_of_block(bytes, *at));
    ends.collect()
}

fn end_of_block(bytes: &[u8], at: usize) -> Option<usize> {
    let header = bytes.get(at..at + BLOCK_HEADER)?;
    let [format, codec] = number(header, 0)?;
    if format != 2 || codec > 1 {
        return None;
    }
    let sum = u32::from_le_bytes(number(header, BLOCK_HEADER - 4)?);
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(header.get(..BLOCK_HEADER - 4)?);
    // Its length stands nowhere: the sum tells where it ends.
    (at + BLOCK_HEADER..bytes.len().min(at + BLOCK_MAX))
        .find(|end| {
            let next = bytes.get(*end..end + 1).unwrap_or_default();
            hasher.update(next);
            hasher.clone().finalize() == sum
        })
        .map(|last| last + 1)
}

/// Where the parts of a file begin and end.
pub(super) fn edges(path: &str, bytes: &[u8]) -> Vec<usize> {
    match path {
        "/log/blocks" => blocks(bytes),
        _ if path.starts_with("/journal/") => frames(bytes),
        _ => Vec::new(),
    }
}
