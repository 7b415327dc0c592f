//! From the stored JSON of an event to its packed bytes, without the event in
//! between: [`pack_stored`].

use std::borrow::Cow;

use uuid::Uuid;

use super::header::{self, Flags, Header};
use super::{pack_into, write_kind, write_text};
use crate::edtf::Edtf;
use crate::event::{Event, SCHEMA, Source, StoredEventError};
use crate::id::{EventId, Slug};
use crate::json::scan::Scanner;
use crate::span;
use crate::time::{Instant, Published, Zone};

/// Puts at the end of some bytes what [`pack_into`] makes of the event that
/// [`Event::to_json`] wrote.
///
/// # Errors
///
/// As [`Event::from_stored`]; the bytes are as they were then.
pub fn pack_stored(schema: u16, payload: &[u8], out: &mut Vec<u8>) -> Result<(), StoredEventError> {
    if pack_canonical(schema, payload, out).is_none() {
        pack_into(&Event::from_stored(schema, payload)?, out);
    }
    Ok(())
}

/// What is told of an event besides its JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names<'a> {
    /// Its id.
    pub id: EventId,
    /// The company it is about.
    pub company: Cow<'a, str>,
    /// The name of its kind.
    pub kind: Cow<'a, str>,
    /// The matter it belongs to.
    pub thread: Cow<'a, str>,
    /// When its source made it public.
    pub published: Instant,
}

/// Puts at the end of some bytes what [`pack_into`] makes of an event, if this is
/// the JSON that [`Event::to_json`] writes of it, to the byte; and gives what it
/// says of its names. Otherwise the bytes are as they were.
pub fn pack_canonical<'a>(schema: u16, payload: &'a [u8], out: &mut Vec<u8>) -> Option<Names<'a>> {
    let start = out.len();
    let text = std::str::from_utf8(payload).ok();
    let names = text
        .filter(|_| schema == SCHEMA)
        .and_then(|text| scan(text, out));
    if names.is_none() {
        out.truncate(start);
    }
    names
}

/// Goes through the JSON field by field, in the order in which they are
/// written. `None` for anything that [`Event::to_json`] would not have written.
pub(super) fn scan<'a>(text: &'a str, out: &mut Vec<u8>) -> Option<Names<'a>> {
    let mut header = Header::default();
    let start = header::reserve(out);
    let mut scanner = Scanner::new(text);
    scanner.eat("{\"id\":")?;
    let own_id = id(&mut scanner)?;
    scanner.eat(",\"company\":")?;
    let company = scanner.quoted()?.read()?;
    Slug::is_slug(&company).then_some(())?;
    scanner.eat(",\"kind\":")?;
    let kind = string(&mut scanner)?;
    write_kind(&kind, &mut header, out);
    scanner.eat(",\"thread\":")?;
    let thread = string(&mut scanner)?;
    write_text(&thread, out);
    if scanner.eats(",\"occurred\":") {
        let text = string(&mut scanner)?;
        header.occurred = Edtf::parse(&text).ok()?.bounds();
        header.flags.set(Flags::OCCURRED, true);
        write_text(&text, out);
    }
    scanner.eat(",\"published\":")?;
    let published = string(&mut scanner)?;
    write_text(&published, out);
    scanner.eat(",\"certainty\":")?;
    header.certainty = string(&mut scanner)?.parse().ok()?;
    scanner.eat(",\"confirmation\":")?;
    header.confirmation = string(&mut scanner)?.parse().ok()?;
    scanner.eat(",\"level\":")?;
    header.level = string(&mut scanner)?.parse().ok()?;
    scanner.eat(",\"source\":")?;
    let zone = source(&mut scanner, &mut header, out)?;
    let published = Published::parse(&published, zone).ok()?;
    header.published = published.instant();
    header.flags.set(Flags::DAY, published.is_day());
    scanner.eat(",\"data\":")?;
    let before = out.len();
    data(&mut scanner, out)?;
    header.data_bytes = out.len() - before;
    let mut ids = [None; 2];
    let names = [",\"repeats\":", ",\"supersedes\":"];
    for (place, name) in ids.iter_mut().zip(names) {
        if scanner.eats(name) {
            *place = Some(id(&mut scanner)?);
        }
    }
    if scanner.eats(",\"fault\":") {
        header.fault = Some(string(&mut scanner)?.parse().ok()?);
    }
    if scanner.eats(",\"reason\":") {
        header.flags.set(Flags::REASON, true);
        write_text(&string(&mut scanner)?, out);
    }
    scanner.eat("}")?;
    for (id, flag) in ids.into_iter().zip([Flags::REPEATS, Flags::SUPERSEDES]) {
        if let Some(id) = id {
            header.flags.set(flag, true);
            out.extend_from_slice(id.as_bytes());
        }
    }
    header.write(start, out);
    scanner.is_at_end().then_some(Names {
        id: EventId(own_id),
        company,
        kind,
        thread,
        published: published.instant(),
    })
}

fn string<'a>(scanner: &mut Scanner<'a>) -> Option<Cow<'a, str>> {
    scanner.quoted()?.read_canonical()
}

fn id(scanner: &mut Scanner<'_>) -> Option<Uuid> {
    let text = string(scanner)?;
    let is_as_written = text.len() == 36 && !text.bytes().any(|byte| byte.is_ascii_uppercase());
    Uuid::try_parse(&text).ok().filter(|_| is_as_written)
}

/// The source; tells the zone of its dates.
fn source(scanner: &mut Scanner<'_>, header: &mut Header, out: &mut Vec<u8>) -> Option<Zone> {
    let mut zone = Zone::UTC;
    scanner.eat("{\"name\":")?;
    write_text(&string(scanner)?, out);
    for (name, flag) in Source::FIELDS.iter().skip(1).zip(Flags::SOURCE) {
        if scanner.eats_field(name) {
            let text = string(scanner)?;
            if *name == "zone" {
                zone = text.parse().unwrap_or(Zone::UTC);
            }
            header.flags.set(flag, true);
            write_text(&text, out);
        }
    }
    scanner.eat("}")?;
    Some(zone)
}

/// The fields of `data`, as [`crate::data::Data`] keeps them.
fn data(scanner: &mut Scanner<'_>, out: &mut Vec<u8>) -> Option<()> {
    if scanner.peek()? != b'{' {
        return None;
    }
    let mut last: Option<Cow<'_, str>> = None;
    scanner.each_of(b'}', |scanner| {
        let name = string(scanner)?;
        if last.as_ref().is_some_and(|last| *last >= name) {
            return None;
        }
        scanner.eat(":")?;
        write_text(&name, out);
        last = Some(name);
        if scanner.peek()? == b'"' {
            let text = string(scanner)?;
            span::push_bytes(text.len() << 1, out);
            out.extend_from_slice(text.as_bytes());
        } else {
            let json = scanner.canonical()?;
            span::push_bytes(json.len() << 1 | 1, out);
            out.extend_from_slice(json.as_bytes());
        }
        Some(())
    })
}
