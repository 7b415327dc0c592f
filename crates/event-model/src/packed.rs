//! Events in few bytes that are quick to read: [`pack`] and [`unpack`].
//!
//! The form is for copies that can be made again from the log, never for the
//! log itself. It leaves out the id and the company, which whoever keeps it
//! knows, and it says what need not be worked out twice: the instant of the
//! publication and the days that a date leaves open. It does not protect
//! itself: other bytes are an error or another event, and never a panic.
//!
//! | bytes | what |
//! |---|---|
//! | 0 | [`FORMAT`] |
//! | 1 | kind: its place in [`KIND_NAMES`] from 1; 0: its name follows |
//! | 2 to 5 | certainty, confirmation, level (from 0), fault (from 1; 0: none) |
//! | 6, 7 | what is there: bits of `Flags` |
//! | 8 to 15 | the instant of publication, microseconds since 1970 |
//! | 16 to 19, 20 to 23 | the earliest and latest day of `occurred`, since 1970-01-01; the least number: none |
//! | 24 to 27 | the bytes of `data` |
//! | from 28 | one text: kind, thread, occurred, published, source in the order of its fields, data, reason; each but data after its `span` |
//! | at the end | the ids of `repeats` and `supersedes`, 16 bytes each |
//!
//! Numbers are little-endian.

mod header;
mod stored;

use uuid::Uuid;

use self::header::{Flags, Header};
pub use self::stored::{Names, pack_canonical, pack_stored};
use crate::data::Data;
use crate::edtf::Edtf;
use crate::event::{Event, Source};
use crate::id::{EventId, Slug};
use crate::span;
use crate::text::Text;
use crate::time::{Instant, Published};
use crate::vocabulary::Fault;

/// The version of the form: its first byte.
pub const FORMAT: u8 = 1;

/// The kinds that are told by a number: their places here, from 1. A place
/// never changes its name, and new names come last.
pub const KIND_NAMES: &[&str] = &[
    "chip_interest",
    "strategy_pivot",
    "earnings_date",
    "earnings_result",
    "regulatory_change",
    "guidance",
    "merger",
    "partnership",
    "capacity_project",
    "product",
    "executive_change",
    "filing",
    "restatement",
    "statement",
    "forecast",
    "price_observation",
    "company",
    "retraction",
    "thread_link",
    "kind_declaration",
    "redaction",
    "redacted",
];

/// The bytes are no packed event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PackedError {
    /// Of another version of the form, or of none.
    #[error("a packed event of another format")]
    Format,
    /// A part is cut short, or is not what it must be.
    #[error("a packed event is damaged at its {part}")]
    Damaged {
        /// The part.
        part: &'static str,
    },
}

/// The event in few bytes, without its id and its company.
#[must_use]
pub fn pack(event: &Event) -> Vec<u8> {
    let mut out = Vec::new();
    pack_into(event, &mut out);
    out
}

/// Puts what [`pack`] gives at the end of some bytes.
pub fn pack_into(event: &Event, out: &mut Vec<u8>) {
    let mut header = Header {
        published: event.published.instant(),
        certainty: event.certainty,
        confirmation: event.confirmation,
        level: event.level,
        fault: event.fault,
        ..Header::default()
    };
    header.flags.set(Flags::DAY, event.published.is_day());
    let start = header::reserve(out);
    write_kind(&event.kind, &mut header, out);
    write_text(&event.thread, out);
    if let Some(occurred) = &event.occurred {
        header.flags.set(Flags::OCCURRED, true);
        header.occurred = occurred.bounds();
        write_text(occurred.text(), out);
    }
    write_text(event.published.text(), out);
    let source = &event.source;
    write_text(&source.name, out);
    for (flag, part) in Flags::SOURCE.into_iter().zip(source.further()) {
        write_optional(part.as_deref(), flag, &mut header, out);
    }
    header.data_bytes = event.data.as_text().len();
    out.extend_from_slice(event.data.as_text().as_bytes());
    write_optional(event.reason.as_deref(), Flags::REASON, &mut header, out);
    let ids = [
        (Flags::REPEATS, event.repeats),
        (Flags::SUPERSEDES, event.supersedes),
    ];
    for (flag, id) in ids {
        if let Some(id) = id {
            header.flags.set(flag, true);
            out.extend_from_slice(id.0.as_bytes());
        }
    }
    header.write(start, out);
}

fn write_text(text: &str, out: &mut Vec<u8>) {
    span::push_bytes(text.len(), out);
    out.extend_from_slice(text.as_bytes());
}

fn write_optional(text: Option<&str>, flag: u16, header: &mut Header, out: &mut Vec<u8>) {
    if let Some(text) = text {
        header.flags.set(flag, true);
        write_text(text, out);
    }
}

fn write_kind(kind: &str, header: &mut Header, out: &mut Vec<u8>) {
    let place = KIND_NAMES.iter().position(|name| *name == kind);
    let number = place.and_then(|place| u8::try_from(place + 1).ok());
    header.kind = number.unwrap_or(0);
    if header.kind == 0 {
        write_text(kind, out);
    }
}

/// The name of a kind by its number.
fn kind_name(number: u8) -> Option<&'static str> {
    let place = usize::from(number).checked_sub(1)?;
    KIND_NAMES.get(place).copied()
}

/// The event that was packed, given what the bytes leave out.
///
/// # Errors
///
/// [`PackedError`] if the bytes are not those of a packed event. Bytes that
/// were changed can be another event: who keeps them must tell.
pub fn unpack(id: EventId, company: &Slug, bytes: &[u8]) -> Result<Event, PackedError> {
    let (header, rest) = Header::read(bytes)?;
    let (rest, supersedes) = split_id(rest, header.flags.has(Flags::SUPERSEDES))?;
    let (rest, repeats) = split_id(rest, header.flags.has(Flags::REPEATS))?;
    let rest = std::str::from_utf8(rest).map_err(|_| PackedError::Damaged { part: "text" })?;
    let mut texts = Texts { rest, header };
    let kind = match header.kind {
        0 => texts.next("kind")?.into(),
        number => Text::new_static(kind_name(number).ok_or(PackedError::Damaged { part: "kind" })?),
    };
    let thread = texts.next("thread")?.into();
    let occurred = texts.optional(Flags::OCCURRED, "occurred")?;
    let published = texts.next("published")?;
    let is_day = header.flags.has(Flags::DAY);
    let published = Published::read_before(published, is_day, header.published);
    let source = texts.source()?;
    let data = texts.data()?;
    let reason = texts.optional(Flags::REASON, "reason")?;
    if !texts.rest.is_empty() {
        return Err(PackedError::Damaged { part: "end" });
    }
    Ok(Event {
        id,
        company: company.clone(),
        kind,
        thread,
        occurred: occurred.map(|text| Edtf::read_before(text, header.occurred)),
        published: published.ok_or(PackedError::Damaged { part: "published" })?,
        certainty: header.certainty,
        confirmation: header.confirmation,
        level: header.level,
        source,
        data,
        repeats,
        supersedes,
        fault: header.fault,
        reason: reason.map(Text::from),
    })
}

/// When a packed event was published, without reading the rest.
#[must_use]
pub fn peek_published(bytes: &[u8]) -> Option<Instant> {
    let (header, _) = Header::read(bytes).ok()?;
    Some(header.published)
}

/// The name of the kind of a packed event, without reading the rest.
#[must_use]
pub fn peek_kind(bytes: &[u8]) -> Option<&str> {
    let (kind, _) = split_kind(bytes)?;
    Some(kind)
}

/// The kind and the name of the thread of a packed event, without reading the rest.
#[must_use]
pub fn peek_thread(bytes: &[u8]) -> Option<(&str, &str)> {
    let (kind, rest) = split_kind(bytes)?;
    let (thread, _) = split_text(rest)?;
    Some((kind, thread))
}

fn split_kind(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let (header, rest) = Header::read(bytes).ok()?;
    match header.kind {
        0 => split_text(rest),
        number => Some((kind_name(number)?, rest)),
    }
}

fn split_text(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let (length, rest) = span::split_bytes(bytes)?;
    let (text, rest) = rest.split_at_checked(length)?;
    Some((std::str::from_utf8(text).ok()?, rest))
}

/// Whose error a packed event mends, without reading the rest: of a correction
/// or retraction; others have none.
#[must_use]
pub fn peek_fault(bytes: &[u8]) -> Option<Fault> {
    let (header, _) = Header::read(bytes).ok()?;
    header.fault
}

fn split_id(bytes: &[u8], is_there: bool) -> Result<(&[u8], Option<EventId>), PackedError> {
    if !is_there {
        return Ok((bytes, None));
    }
    let (rest, id) = bytes
        .split_last_chunk()
        .ok_or(PackedError::Damaged { part: "ids" })?;
    Ok((rest, Some(EventId(Uuid::from_bytes(*id)))))
}

/// The texts that are still to be read.
struct Texts<'a> {
    rest: &'a str,
    header: Header,
}

impl<'a> Texts<'a> {
    fn take(&mut self, bytes: usize, part: &'static str) -> Result<&'a str, PackedError> {
        let (text, rest) = self
            .rest
            .split_at_checked(bytes)
            .ok_or(PackedError::Damaged { part })?;
        self.rest = rest;
        Ok(text)
    }

    fn next(&mut self, part: &'static str) -> Result<&'a str, PackedError> {
        let (length, rest) = span::split(self.rest).ok_or(PackedError::Damaged { part })?;
        self.rest = rest;
        self.take(length, part)
    }

    fn optional(&mut self, flag: u16, part: &'static str) -> Result<Option<&'a str>, PackedError> {
        let is_there = self.header.flags.has(flag);
        is_there.then(|| self.next(part)).transpose()
    }

    fn source(&mut self) -> Result<Source, PackedError> {
        let name = self.next("source")?.into();
        let mut part = |flag| Ok(self.optional(flag, "source")?.map(Text::from));
        let [url, locator, zone, author, edition, covers] = Flags::SOURCE;
        Ok(Source {
            name,
            url: part(url)?,
            locator: part(locator)?,
            zone: part(zone)?,
            author: part(author)?,
            edition: part(edition)?,
            covers: part(covers)?,
        })
    }

    fn data(&mut self) -> Result<Data, PackedError> {
        let bytes = self.header.data_bytes;
        Data::from_text(self.take(bytes, "data")?).ok_or(PackedError::Damaged { part: "data" })
    }
}

#[cfg(test)]
mod tests;
