//! A table that gives no more bytes for a row than a row may have: [`Rationed`].
//!
//! A quote that is never closed makes one row of all that follows, which the parser
//! of CSV would gather in memory.

use std::cell::Cell;
use std::io::{self, BufRead, Read};

use event_model::limits::TABLE_ROW_BYTES_MAX;

/// An input that is read row by row.
pub(super) struct Rationed<'i> {
    input: Box<dyn BufRead + 'i>,
    left: Cell<usize>,
    /// How many quotes there were so far.
    quotes: usize,
    has_ended: bool,
}

/// What reading says when a row goes on and on.
#[derive(Debug, thiserror::Error)]
#[error("a row is too long")]
struct TooLong;

impl<'i> Rationed<'i> {
    pub(super) fn new(input: Box<dyn BufRead + 'i>) -> Self {
        Self {
            input,
            left: Cell::new(TABLE_ROW_BYTES_MAX),
            quotes: 0,
            has_ended: false,
        }
    }

    /// Whether the input has ended, and not all quotes in it have another that closes them.
    pub(super) fn ended_in_quotes(&self) -> bool {
        self.has_ended && self.quotes % 2 == 1
    }

    /// A row begins; what was read ahead of it is not counted.
    pub(super) fn begin_row(&self) {
        self.left.set(TABLE_ROW_BYTES_MAX);
    }
}

impl Read for Rationed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.left.get();
        if left == 0 && !self.input.fill_buf()?.is_empty() {
            return Err(io::Error::other(TooLong));
        }
        let room = left.min(buffer.len());
        let read = self
            .input
            .read(buffer.get_mut(..room).unwrap_or_default())?;
        self.left.set(left - read);
        let bytes = buffer.get(..read).unwrap_or_default();
        self.quotes += memchr::memchr_iter(b'"', bytes).count();
        self.has_ended |= read == 0 && room > 0;
        Ok(read)
    }
}

/// Whether an error says that a row is too long.
pub(super) fn is_too_long(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<TooLong>())
}
