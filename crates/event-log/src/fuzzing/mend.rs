//! Sets the checksums of bytes right, and the id of the store in them, so that bytes
//! that were changed reach what is behind the checksums.

use crate::fuzzing::STORE;
use crate::streams::page_bytes;

const WIDTHS: [usize; 4] = [24, 1, 12, 24];
const FOOTER_BYTES: usize = 152;

fn put(bytes: &mut [u8], at: usize, what: &[u8]) -> Option<()> {
    let place = bytes.get_mut(at..at.checked_add(what.len())?)?;
    place.copy_from_slice(what);
    Some(())
}

fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    usize::try_from(u64::from_le_bytes(*bytes)).ok()
}

/// Puts the CRC-32 of what stands from one place to another there.
fn seal(bytes: &mut [u8], (from, to): (usize, usize)) -> Option<()> {
    let sum = crc32fast::hash(bytes.get(from..to)?);
    put(bytes, to, &sum.to_le_bytes())
}

/// A block: its checksum is of its header and of what is stored after it.
pub fn block(bytes: &mut [u8]) -> Option<()> {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(bytes.get(..88)?);
    hasher.update(bytes.get(92..)?);
    put(bytes, 88, &hasher.finalize().to_le_bytes())
}

/// A file of the journal: its header, and each frame as long as one follows.
pub fn journal(bytes: &mut [u8]) -> Option<()> {
    put(bytes, 8, STORE.as_bytes())?;
    seal(bytes, (0, 72))?;
    let mut at = 128;
    while bytes.get(at..at + 4)? == b"frm1" {
        let length = u32::from_le_bytes(*bytes.get(at + 4..)?.first_chunk()?);
        let end = (at + 56).checked_add(usize::try_from(length).ok()?)?;
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(STORE.as_bytes());
        hasher.update(bytes.get(at + 12..end)?);
        put(bytes, at + 8, &hasher.finalize().to_le_bytes())?;
        at = end;
    }
    Some(())
}

/// A part of a backup: its header, its blocks, and the head at its end.
pub fn part(bytes: &mut [u8]) -> Option<()> {
    seal(bytes, (0, 48))?;
    let mut at = 52;
    loop {
        let length = u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?);
        let length = usize::try_from(length).ok()?;
        at += 4;
        if length == 0 {
            return seal(bytes, (at, at + 40));
        }
        block(bytes.get_mut(at..at.checked_add(length)?)?);
        at += length;
    }
}

/// A run: its chunks, the pages of its tables, and its footer.
pub fn run(bytes: &mut [u8]) -> Option<()> {
    let footer = bytes.len().checked_sub(FOOTER_BYTES)?;
    put(bytes, footer + 12, STORE.as_bytes())?;
    let table = |bytes: &[u8], at: usize| {
        let place = footer + 52 + 16 * at;
        Some((number(bytes, place)?, number(bytes, place + 8)?))
    };
    let (chunks, count) = table(bytes, 0)?;
    for chunk in 0..count.min(1_000) {
        let page_records = page_bytes(24) / 24;
        let record = |at: usize| chunks.checked_add(at * 24 + at / page_records * 4);
        let from = number(bytes, record(chunk)?)?;
        let to = match chunk + 1 < count {
            true => number(bytes, record(chunk + 1)?)?,
            false => chunks,
        };
        let sum = crc32fast::hash(bytes.get(from.checked_add(4)?..to)?);
        put(bytes, from, &sum.to_le_bytes())?;
    }
    for (at, width) in WIDTHS.into_iter().enumerate() {
        let (offset, records) = table(bytes, at)?;
        pages(
            bytes.get_mut(offset..footer)?,
            records.checked_mul(width)?,
            width,
        );
    }
    seal(bytes, (footer, bytes.len() - 4))
}

/// The pages of a table of so many bytes of records.
fn pages(bytes: &mut [u8], mut left: usize, width: usize) -> Option<()> {
    let mut at = 0;
    while left > 0 {
        let page = left.min(page_bytes(width));
        seal(bytes, (at, at.checked_add(page)?))?;
        at += page + 4;
        left -= page;
    }
    Some(())
}

/// The file of positions.
pub fn positions(bytes: &mut [u8]) {
    let count = bytes.len() / (page_bytes(40) + 4);
    pages(bytes, count * page_bytes(40), 40);
}

/// The manifest, which names one run.
pub fn manifest(bytes: &mut [u8], run: &[u8]) -> Option<()> {
    put(bytes, 12, STORE.as_bytes())?;
    put(bytes, 120, &1u64.to_le_bytes())?;
    put(bytes, 144, &(run.len() as u64).to_le_bytes())?;
    put(bytes, 152, run.last_chunk::<4>()?)?;
    seal(bytes, (0, bytes.len().checked_sub(4)?))
}
