//! Where the events of a company are in a run: [`Company`].
//!
//! ```text
//! u8       length of the slug
//!          slug
//! varint   number of the first event in the run, from 0
//! varint   number of events
//! varint   version of the first event
//! varint   position of the first event
//! varint   how much further the last event is
//! varint   chunk of the first event, from 0
//! varint   number of chunks that hold the events
//! ```
//!
//! No record goes over the end of a page; a zero where a length should be says
//! that the rest of the page is empty.

use std::sync::Arc;

use event_model::id::{EventId, Position, Slug, Version};
use event_model::time::Instant;
use uuid::Uuid;

use super::Entry;
use super::chunk::Stored;
use super::error::StreamsError;
use super::source::Source;
use super::table::{PAGE_BYTES, Table, Window};
use crate::bytes::{Fields, put_varint};

/// No record is shorter than so many bytes.
pub(super) const RECORD_BYTES_MIN: u32 = 8;
const PAGES_AHEAD: u64 = 8;

/// Where the events of a company are in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Company {
    /// Where this record stands in its table; by it, ids name the company.
    pub(super) offset: u32,
    /// The number of its first event in the run, from zero.
    pub(super) first_event: u64,
    pub(super) events: u64,
    pub(super) first_version: u64,
    pub(super) first: u64,
    pub(super) last: u64,
    pub(super) first_chunk: u64,
    pub(super) chunks: u64,
}

impl Company {
    /// The number of the event after its last.
    pub(super) fn end_event(&self) -> u64 {
        self.first_event + self.events
    }

    pub(super) fn last_version(&self) -> u64 {
        self.first_version + self.events - 1
    }

    /// An event of it by its number in the run, as a reader sees it; `None` if there is
    /// no such time as that of its recording.
    pub(super) fn entry<'a>(
        &self,
        slug: &'a Slug,
        number: u64,
        stored: &Stored<'a>,
    ) -> Option<Entry<'a>> {
        Some(Entry {
            company: slug,
            version: Version(self.first_version + (number - self.first_event)),
            position: Position(stored.position),
            recorded: Instant::from_micros(stored.recorded)?,
            id: EventId(Uuid::from_bytes(stored.id)),
            packed: stored.packed,
        })
    }

    pub(super) fn encode(&self, slug: &Slug) -> Vec<u8> {
        let slug = slug.as_str().as_bytes();
        let mut out = Vec::with_capacity(slug.len() + 32);
        // The longest slug has 64 bytes.
        out.push(u8::try_from(slug.len()).unwrap_or(u8::MAX));
        out.extend_from_slice(slug);
        for number in [
            self.first_event,
            self.events,
            self.first_version,
            self.first,
            self.last.wrapping_sub(self.first),
            self.first_chunk,
            self.chunks,
        ] {
            put_varint(&mut out, number);
        }
        out
    }

    /// Reads a record off the front of bytes, and tells how long it is.
    fn decode(offset: u64, bytes: &[u8]) -> Option<(Slug, Self, usize)> {
        let mut fields = Fields(bytes);
        let [length] = fields.take()?;
        let slug = std::str::from_utf8(fields.piece(usize::from(length))?).ok()?;
        let mut company = Self {
            offset: u32::try_from(offset).ok()?,
            first_event: fields.varint()?,
            events: fields.varint()?,
            first_version: fields.varint()?,
            first: fields.varint()?,
            last: fields.varint()?,
            first_chunk: fields.varint()?,
            chunks: fields.varint()?,
        };
        company.last = company.last.checked_add(company.first)?;
        company.first_event.checked_add(company.events)?;
        company.first_version.checked_add(company.events)?;
        company.first_chunk.checked_add(company.chunks)?;
        let whole = company.events > 0 && company.chunks > 0;
        whole.then_some(())?;
        Some((slug.parse().ok()?, company, bytes.len() - fields.0.len()))
    }
}

/// Reads the table of companies of a run.
#[derive(Debug)]
pub(super) struct Companies {
    source: Arc<Source>,
    window: Window,
    offset: u64,
}

impl Companies {
    /// Reads one record after the other.
    pub(super) fn forwards(source: &Arc<Source>, table: Table) -> Self {
        Self {
            source: Arc::clone(source),
            window: Window::new(source, table, PAGES_AHEAD),
            offset: 0,
        }
    }

    /// Reads single records.
    pub(super) fn single(source: &Arc<Source>, table: Table) -> Self {
        Self {
            window: Window::new(source, table, 1),
            ..Self::forwards(source, table)
        }
    }

    /// The record that stands at an offset.
    pub(super) fn at(&mut self, offset: u64) -> Result<(Slug, Company), StreamsError> {
        self.offset = offset;
        self.next()?
            .filter(|(_, company)| u64::from(company.offset) == offset)
            .ok_or_else(|| self.source.damaged("a company is not in its table"))
    }

    /// The next record.
    pub(super) fn next(&mut self) -> Result<Option<(Slug, Company)>, StreamsError> {
        while self.offset < self.window.table().records {
            let page = self.offset / PAGE_BYTES as u64;
            let start = usize::try_from(self.offset % PAGE_BYTES as u64).unwrap_or(0);
            let records = self.window.page(page)?.get(start..).unwrap_or_default();
            if records.first().is_some_and(|&length| length > 0) {
                let decoded = Company::decode(self.offset, records);
                let (slug, company, bytes) =
                    decoded.ok_or_else(|| self.source.damaged("a company cannot be understood"))?;
                self.offset += bytes as u64;
                return Ok(Some((slug, company)));
            }
            self.offset = (page + 1) * PAGE_BYTES as u64;
        }
        Ok(None)
    }

    /// Goes on with the next page, which begins with a record, past one that is damaged.
    pub(super) fn skip_page(&mut self) {
        self.offset = (self.offset / PAGE_BYTES as u64 + 1) * PAGE_BYTES as u64;
    }

    /// Goes to the first company that is not before a slug.
    pub(super) fn seek(&mut self, from: &Slug) -> Result<(), StreamsError> {
        // Each page begins with a record: find the last that begins before it.
        let (mut low, mut high) = (0, self.window.table().pages());
        while low + 1 < high {
            let middle = low + (high - low) / 2;
            self.offset = middle * PAGE_BYTES as u64;
            match self.next()? {
                Some((slug, _)) if slug <= *from => low = middle,
                _ => high = middle,
            }
        }
        self.offset = low * PAGE_BYTES as u64;
        loop {
            let before = self.offset;
            match self.next()? {
                Some((slug, _)) if slug < *from => {}
                _ => {
                    self.offset = before;
                    return Ok(());
                }
            }
        }
    }
}
