//! Finding blocks and frames among bytes, whatever is around them.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use uuid::Uuid;

use super::journal_or_empty;
use super::piece::{Piece, Pieces};
use crate::block::Block;
use crate::error::OpenError;
use crate::journal::{self, Frame};
use crate::layout::at;
use crate::limits;
use crate::record::Raw;

/// How much of a file is looked through at once.
const WINDOW_BYTES: usize = 4 * 1024 * 1024;
/// A block that begins in one window may end in the next.
const OVERLAP_BYTES: usize = 2 * limits::BLOCK_BYTES_MAX;

/// Finds the blocks in a file of their own, or in sled's. It keeps each value in one
/// piece, so that they can be found without its own pages being whole.
pub(super) fn blocks(path: &Path, pieces: &mut Pieces) -> Result<(), OpenError> {
    let mut file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        opened => opened.map_err(at(path))?,
    };
    let number = pieces.file(path.to_owned());
    let (mut window, mut offset) = (Vec::new(), 0u64);
    loop {
        let more = WINDOW_BYTES.saturating_sub(window.len()) as u64;
        let read = Read::by_ref(&mut file)
            .take(more)
            .read_to_end(&mut window)
            .map_err(at(path))?;
        let is_last = (read as u64) < more;
        let end = match is_last {
            true => window.len(),
            false => window.len().saturating_sub(OVERLAP_BYTES),
        };
        let found = blocks_in(&window, end);
        let pieces_found = found.map(|(at, block, bytes)| Piece {
            first: block.first.0,
            last: block.last.0,
            previous: Some(block.previous),
            hash: block.hash,
            recorded: block.recorded_first.micros(),
            file: number,
            offset: offset + at as u64,
            bytes,
            is_block: true,
        });
        pieces.found.extend(pieces_found);
        if is_last {
            return Ok(());
        }
        window.drain(..end);
        offset += end as u64;
    }
}

/// The whole blocks that begin before `end`, where each begins, and its length.
fn blocks_in(bytes: &[u8], end: usize) -> impl Iterator<Item = (usize, Block<'_>, usize)> {
    let bytes_to_begin = bytes.get(..end).unwrap_or_default();
    memchr::memchr_iter(Block::FORMAT, bytes_to_begin).filter_map(|at| {
        let rest = bytes.get(at..)?;
        let length = Block::peek(rest)?.length;
        let block = Block::decode(rest.get(..length)?).ok()?;
        // Its own checksum holds; so must its chain.
        let records = block.records().ok()?;
        block.walk(&records, |_, _| Ok(())).ok()?;
        Some((at, block, length))
    })
}

/// Finds the frames in all files of the journal.
pub(super) fn journals(
    dir: &Path,
    store: Option<Uuid>,
    pieces: &mut Pieces,
) -> Result<(), OpenError> {
    let entries = match fs::read_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(at(dir))?,
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(at(dir))?.path();
        if path.is_file() {
            paths.push(path);
        }
    }
    paths.sort();
    let Some(store) = store else { return Ok(()) };
    for path in paths {
        let bytes = journal_or_empty(&path)?;
        pieces.anchors.extend(journal::decode_header(store, &bytes));
        let number = pieces.file(path);
        let mut at = 0;
        while let Some((found, frame)) = next_frame(store, &bytes, at) {
            let offset = found + frame.bytes() - frame.records.len();
            at = found + frame.bytes();
            pieces.found.extend(piece_of(&frame, number, offset as u64));
        }
    }
    pieces.anchors.sort_by_key(|head| head.position);
    Ok(())
}

fn next_frame(store: Uuid, bytes: &[u8], from: usize) -> Option<(usize, Frame<'_>)> {
    let rest = bytes.get(from..)?;
    let at = from + Frame::search(store, rest)?;
    Some((at, Frame::decode(store, bytes.get(at..)?)?))
}

fn piece_of(frame: &Frame<'_>, file: usize, offset: u64) -> Option<Piece> {
    // Positions count from 1, and after the last that there can be nothing follows.
    let before = frame.first.0.checked_sub(1)?;
    let last = before.checked_add(frame.count.into());
    let last = last.filter(|last| *last < u64::MAX)?;
    let (raw, _) = Raw::split(frame.records).ok()?;
    Some(Piece {
        first: frame.first.0,
        last,
        previous: None,
        hash: frame.hash,
        recorded: raw.recorded().ok()?.micros(),
        file,
        offset,
        bytes: frame.records.len(),
        is_block: false,
    })
}
