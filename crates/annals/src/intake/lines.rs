//! An input in pieces, cut at the ends of lines: [`Pieces`].

use std::io::{self, BufRead};

use event_model::limits;

use crate::error::LineProblem;

/// A line that is so long is not read to its end, nor is anything after it: what it is
/// of need not have an end.
const LINE_BYTES_READ_MAX: usize = limits::LINE_BYTES_MAX * 256;
/// About how large a piece is, in bytes.
const PIECE_BYTES: usize = 256 * 1024;

/// Some lines of an input that follow each other.
#[derive(Debug, Default)]
pub(super) struct Piece {
    /// The number of the first line, from 1.
    first: u64,
    bytes: Vec<u8>,
    /// Where each line ends in the bytes, and whether it was cut off there.
    ends: Vec<(usize, bool)>,
}

/// The pieces of an input.
pub(super) struct Pieces<'i> {
    input: &'i mut dyn BufRead,
    next: u64,
    /// Whether nothing more is read.
    is_over: bool,
}

impl<'i> Pieces<'i> {
    pub(super) fn new(input: &'i mut dyn BufRead) -> Self {
        Self {
            input,
            next: 1,
            is_over: false,
        }
    }

    fn piece(&mut self) -> io::Result<Piece> {
        let mut piece = Piece {
            first: self.next,
            ..Piece::default()
        };
        while !self.is_over && piece.takes() < PIECE_BYTES && self.read_line(&mut piece)? {
            self.next += 1;
        }
        Ok(piece)
    }

    /// Adds a line to a piece, or as much of it as a line may have; tells
    /// whether there was one.
    fn read_line(&mut self, piece: &mut Piece) -> io::Result<bool> {
        let begin = piece.bytes.len();
        let mut length = 0;
        loop {
            let buffer = self.input.fill_buf()?;
            if buffer.is_empty() {
                if length > 0 {
                    piece.end(length);
                }
                return Ok(length > 0);
            }
            let end = memchr::memchr(b'\n', buffer);
            let part = buffer
                .get(..end.unwrap_or(buffer.len()))
                .unwrap_or_default();
            let room = (begin + limits::LINE_BYTES_MAX).saturating_sub(piece.bytes.len());
            let kept = part.get(..room.min(part.len())).unwrap_or_default();
            piece.bytes.extend_from_slice(kept);
            length += part.len();
            if length > LINE_BYTES_READ_MAX {
                self.is_over = true;
                piece.end(length);
                return Ok(true);
            }
            let used = part.len() + usize::from(end.is_some());
            self.input.consume(used);
            if end.is_some() {
                piece.end(length);
                return Ok(true);
            }
        }
    }
}

impl Iterator for Pieces<'_> {
    type Item = io::Result<Piece>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.piece() {
            Ok(piece) if piece.ends.is_empty() => None,
            Ok(piece) => Some(Ok(piece)),
            Err(error) => {
                self.is_over = true;
                Some(Err(error))
            }
        }
    }
}

impl Piece {
    /// What it takes: a blank line has no bytes, and an end like any other.
    pub(super) fn takes(&self) -> usize {
        self.bytes.len() + self.ends.len() * size_of::<(usize, bool)>()
    }

    fn end(&mut self, length: usize) {
        let is_cut = length > limits::LINE_BYTES_MAX;
        self.ends.push((self.bytes.len(), is_cut));
    }

    /// The lines with their numbers; a blank one is nothing.
    pub(super) fn lines(&self) -> impl Iterator<Item = (u64, Result<Option<&str>, LineProblem>)> {
        let mut begin = 0;
        (self.first..)
            .zip(&self.ends)
            .map(move |(number, (end, is_cut))| {
                let line = self.bytes.get(begin..*end).unwrap_or_default();
                begin = *end;
                (number, text_of(line, *is_cut, number))
            })
    }
}

/// The text of a line, or nothing if it is blank.
fn text_of(line: &[u8], is_cut: bool, number: u64) -> Result<Option<&str>, LineProblem> {
    if is_cut {
        return Err(LineProblem::TooLong {
            most: limits::LINE_BYTES_MAX,
        });
    }
    let text = std::str::from_utf8(line).map_err(|error| LineProblem::NotUtf8 {
        column: error.valid_up_to() + 1,
    })?;
    let text = if number == 1 {
        text.trim_start_matches('\u{feff}')
    } else {
        text
    };
    let text = text.trim();
    Ok((!text.is_empty()).then_some(text))
}
