//! Records in pages, each with its checksum: [`Table`].
//!
//! A page holds as many whole records as fit into [`PAGE_BYTES`], and the
//! CRC-32 of them. All pages but the last are full, so a page is found by its
//! number alone.

use std::io::{self, Write};
use std::sync::Arc;

use super::error::StreamsError;
use super::source::Source;

/// The most bytes of records in a page.
pub(super) const PAGE_BYTES: usize = 4_092;
const CHECKSUM_BYTES: usize = 4;

/// Where a table stands in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) offset: u64,
    pub(super) records: u64,
    /// The bytes of a record.
    pub(super) width: usize,
}

impl Table {
    /// How many records a full page has.
    pub(super) fn page_records(self) -> u64 {
        page_bytes(self.width) as u64 / self.width.max(1) as u64
    }

    pub(super) fn pages(self) -> u64 {
        self.records.div_ceil(self.page_records().max(1))
    }

    /// Where the table ends in its file; `None` where no file goes so far.
    pub(super) fn end(self) -> Option<u64> {
        let records = self.records.checked_mul(self.width as u64)?;
        let checksums = self.pages().checked_mul(CHECKSUM_BYTES as u64)?;
        self.offset.checked_add(records)?.checked_add(checksums)
    }

    /// Has the system fetch some pages; see [`Source::expect`].
    pub(super) fn expect(self, source: &Source, first: u64, pages: u64) {
        let stride = self.stride() as u64;
        let offset = self.offset.saturating_add(first.saturating_mul(stride));
        source.expect(offset, pages.saturating_mul(stride));
    }

    /// What a full page takes in the file.
    fn stride(self) -> usize {
        page_bytes(self.width) + CHECKSUM_BYTES
    }
}

/// The bytes of the records of a full page.
pub(crate) fn page_bytes(width: usize) -> usize {
    PAGE_BYTES / width.max(1) * width
}

/// Some neighbouring pages of a table, checked.
#[derive(Debug)]
pub(super) struct Window {
    source: Arc<Source>,
    table: Table,
    /// How many pages are read at once.
    ahead: u64,
    first: u64,
    pages: u64,
    bytes: Vec<u8>,
}

impl Window {
    pub(super) fn new(source: &Arc<Source>, table: Table, ahead: u64) -> Self {
        Self {
            source: Arc::clone(source),
            table,
            ahead,
            first: 0,
            pages: 0,
            bytes: Vec::new(),
        }
    }

    pub(super) fn table(&self) -> Table {
        self.table
    }

    /// Whether a page can be had without reading.
    pub(super) fn holds(&self, page: u64) -> bool {
        page >= self.first && page - self.first < self.pages
    }

    /// The records of a page.
    pub(super) fn page(&mut self, page: u64) -> Result<&[u8], StreamsError> {
        if !self.holds(page) {
            self.load(page)?;
        }
        let skipped = usize::try_from(page - self.first).unwrap_or(usize::MAX);
        self.bytes
            .chunks(self.table.stride())
            .nth(skipped)
            .and_then(<[u8]>::split_last_chunk::<CHECKSUM_BYTES>)
            .map(|(records, _)| records)
            .ok_or_else(|| self.source.damaged("a table ends too soon"))
    }

    /// One record.
    pub(super) fn record(&mut self, record: u64) -> Result<&[u8], StreamsError> {
        let width = self.table.width;
        let per_page = self.table.page_records().max(1);
        let start = usize::try_from(record % per_page).unwrap_or(usize::MAX) * width;
        // Borrowed for the error alone, while the page is borrowed too.
        let source = Arc::clone(&self.source);
        self.page(record / per_page)?
            .get(start..start + width)
            .ok_or_else(|| source.damaged("a table has too few records"))
    }

    fn load(&mut self, page: u64) -> Result<(), StreamsError> {
        self.pages = 0;
        let stride = self.table.stride() as u64;
        let end = self.table.pages().min(page.saturating_add(self.ahead));
        let (Some(file_end), true) = (self.table.end(), page < end) else {
            return Err(self.source.damaged("a table has too few pages"));
        };
        let start = self.table.offset + page * stride;
        let bytes = file_end.min(self.table.offset + end * stride) - start;
        self.bytes.resize(usize::try_from(bytes).unwrap_or(0), 0);
        self.source.read(start, &mut self.bytes)?;
        for stored in self.bytes.chunks(self.table.stride()) {
            let whole = stored
                .split_last_chunk()
                .is_some_and(|(page, sum)| crc32fast::hash(page) == u32::from_le_bytes(*sum));
            if !whole {
                return Err(self.source.damaged("the checksum of a page does not match"));
            }
        }
        self.first = page;
        self.pages = end - page;
        Ok(())
    }
}

/// Puts records into pages.
#[derive(Debug)]
pub(super) struct Pages {
    width: usize,
    page: Vec<u8>,
    records: u64,
}

impl Pages {
    pub(super) fn new(width: usize) -> Self {
        Self {
            width,
            page: Vec::with_capacity(PAGE_BYTES),
            records: 0,
        }
    }

    /// The records that do not fill a page yet.
    pub(super) fn rest(&self) -> &[u8] {
        &self.page
    }

    /// Adds whole records that fit into one page: one, or of width 1 several
    /// that stay together. Tells the number of the first.
    pub(super) fn put(&mut self, record: &[u8], out: &mut impl Write) -> io::Result<u64> {
        let full = page_bytes(self.width);
        if self.page.len() + record.len() > full {
            let missing = full - self.page.len();
            self.records += (missing / self.width) as u64;
            self.page.resize(full, 0);
            self.write(out)?;
        }
        let first = self.records;
        self.records += (record.len() / self.width) as u64;
        self.page.extend_from_slice(record);
        if self.page.len() == full {
            self.write(out)?;
        }
        Ok(first)
    }

    /// Writes the last page, and tells where the table stands.
    pub(super) fn finish(mut self, offset: u64, out: &mut impl Write) -> io::Result<Table> {
        if !self.page.is_empty() {
            self.write(out)?;
        }
        Ok(Table {
            offset,
            records: self.records,
            width: self.width,
        })
    }

    fn write(&mut self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(&self.page)?;
        out.write_all(&crc32fast::hash(&self.page).to_le_bytes())?;
        self.page.clear();
        Ok(())
    }
}
