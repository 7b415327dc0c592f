//! A part of the log that is whole by its own checksum: [`Piece`].

use std::fs::File;
use std::ops::RangeInclusive;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use event_model::id::Position;

use crate::block::Block;
use crate::error::LogError;
use crate::event_log::{Head, NewEvent};
use crate::hash::Hash;
use crate::record::Raw;

/// A block or a frame, and where it was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) first: u64,
    pub(super) last: u64,
    /// The hash before it; a frame does not say.
    pub(super) previous: Option<Hash>,
    /// The hash of its last event.
    pub(super) hash: Hash,
    /// When its first event was recorded, in microseconds.
    pub(super) recorded: i64,
    /// By number, the file that it is in.
    pub(super) file: usize,
    pub(super) offset: u64,
    pub(super) bytes: usize,
    pub(super) is_block: bool,
}

/// All pieces that were found.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    pub(super) files: Vec<PathBuf>,
    pub(super) found: Vec<Piece>,
    /// What the files of the journal say of where the blocks end, in order.
    pub(super) anchors: Vec<Head>,
}

impl Pieces {
    /// Counts a file, and tells its number.
    pub(super) fn file(&mut self, path: PathBuf) -> usize {
        self.files.push(path);
        self.files.len() - 1
    }

    /// The events of a piece at these positions.
    pub(super) fn read(
        &self,
        piece: &Piece,
        wanted: &RangeInclusive<u64>,
    ) -> Result<Vec<(Position, NewEvent)>, LogError> {
        let mut bytes = vec![0; piece.bytes];
        let Some(path) = self.files.get(piece.file) else {
            return Ok(Vec::new());
        };
        File::open(path)
            .and_then(|file| file.read_exact_at(&mut bytes, piece.offset))
            .map_err(|source| LogError::Io {
                path: path.clone(),
                source,
            })?;
        let mut events = Vec::new();
        // It was whole a moment ago.
        if piece.is_block {
            if let Ok(block) = Block::decode(&bytes)
                && let Ok(records) = block.records()
            {
                read_records(&records, wanted, &mut events);
            }
        } else {
            read_records(&bytes, wanted, &mut events);
        }
        Ok(events)
    }
}

fn read_records(
    mut rest: &[u8],
    wanted: &RangeInclusive<u64>,
    events: &mut Vec<(Position, NewEvent)>,
) {
    while let Ok((raw, after)) = Raw::split(rest) {
        rest = after;
        let position = raw.position();
        if !wanted.contains(&position.0) {
            continue;
        }
        if let Ok(event) = raw.event() {
            events.push((position, event));
        }
    }
}
