//! How a line waits: its number, and the head of the event or the line itself.

use std::io::{self, Read};

use event_log::EventHead;
use event_model::draft::Draft;

use super::Line;

const DRAFT: u8 = 0;
const FINISHED: u8 = 1;

pub(super) fn write_draft(out: &mut Vec<u8>, number: u64, text: &str) {
    out.push(DRAFT);
    out.extend_from_slice(&number.to_le_bytes());
    // A line is never as long as this length can tell.
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(text.as_bytes());
}

pub(super) fn write_finished(out: &mut Vec<u8>, number: u64, head: &EventHead) {
    out.push(FINISHED);
    out.extend_from_slice(&number.to_le_bytes());
    head.write(out);
}

pub(super) fn read(input: &mut impl Read) -> io::Result<(u64, Line)> {
    let [how] = array(input)?;
    let number = u64::from_le_bytes(array(input)?);
    if how == DRAFT {
        let text = text(input)?;
        let draft = Draft::parse(&text).map_err(io::Error::other)?;
        return Ok((number, Line::Draft(Box::new(draft))));
    }
    Ok((number, Line::Finished(EventHead::read(input)?)))
}

fn array<const N: usize>(input: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    input.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn text(input: &mut impl Read) -> io::Result<String> {
    let length = u32::from_le_bytes(array(input)?);
    let mut bytes = vec![0; usize::try_from(length).map_err(io::Error::other)?];
    input.read_exact(&mut bytes)?;
    String::from_utf8(bytes).map_err(io::Error::other)
}
