//! From the stored JSON of an event to its packed bytes, without the event in
//! between: [`pack_stored`].

use std::borrow::Cow;

use uuid::Uuid;

use super::header::{self, Flags, Header};
use super::{pack_into, write_kind, write_text};
use crate::edtf::Edtf;
use crate::event::{Event, SCHEMA, Source, StoredEventError};
use crate::id::Slug;
use crate::json::scan::Scanner;
use crate::span;
use crate::time::{Published, Zone};

/// Puts at the end of some bytes what [`pack_into`] makes of the event that
/// [`Event::to_json`] wrote.
///
/// # Errors
///
/// As [`Event::from_stored`]; the bytes are as they were then.
pub fn pack_stored(schema: u16, payload: &[u8], out: &mut Vec<u8>) -> Result<(), StoredEventError> {
    let start = out.len();
    let text = std::str::from_utf8(payload).ok();
    let canonical = text.filter(|_| schema == SCHEMA);
    if canonical.and_then(|text| scan(text, out)).is_none() {
        out.truncate(start);
        pack_into(&Event::from_stored(schema, payload)?, out);
    }
    Ok(())
}

/// Goes through the JSON field by field, in the order in which they are
/// written. `None` for anything that [`Event::to_json`] would not have written.
pub(super) fn scan(text: &str, out: &mut Vec<u8>) -> Option<()> {
    let mut header = Header::default();
    let start = header::reserve(out);
    let mut scanner = Scanner::new(text);
    scanner.eat("{\"id\":")?;
    id(&mut scanner)?;
    scanner.eat(",\"company\":")?;
    Slug::is_slug(&scanner.quoted()?.read()?).then_some(())?;
    scanner.eat(",\"kind\":")?;
    write_kind(&string(&mut scanner)?, &mut header, out);
    scanner.eat(",\"thread\":")?;
    write_text(&string(&mut scanner)?, out);
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
    scanner.is_at_end().then_some(())
}

fn string<'a>(scanner: &mut Scanner<'a>) -> Option<Cow<'a, str>> {
    scanner.quoted()?.read_canonical()
}

fn id(scanner: &mut Scanner<'_>) -> Option<Uuid> {
    Uuid::try_parse(&string(scanner)?).ok()
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
