//! How the lines of a piece wait: [`Records`], of each its number, and the head of the
//! event or the line itself.

use std::io::{self, Read, Write};

use event_log::EventHead;
use event_model::draft::Draft;

use super::Line;

const DRAFT: u8 = 0;
const FINISHED: u8 = 1;

/// The lines of a piece as bytes.
#[derive(Default)]
pub(crate) struct Records(Vec<u8>);

impl Records {
    /// Adds a line as it came.
    pub(super) fn draft(&mut self, number: u64, text: &str) {
        let Self(out) = self;
        out.push(DRAFT);
        out.extend_from_slice(&number.to_le_bytes());
        // A line is never as long as this length can tell.
        let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(text.as_bytes());
    }

    /// Adds a line whose event is finished.
    pub(super) fn finished(&mut self, number: u64, head: &EventHead) {
        let Self(out) = self;
        out.push(FINISHED);
        out.extend_from_slice(&number.to_le_bytes());
        head.write(out);
    }

    /// Writes them where [`Records::read`] finds them.
    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(&(self.0.len() as u64).to_le_bytes())?;
        out.write_all(&self.0)
    }

    /// Reads those that were written next.
    pub(super) fn read(input: &mut impl Read) -> io::Result<Self> {
        let length = u64::from_le_bytes(array(input)?);
        let mut bytes = vec![0; usize::try_from(length).map_err(io::Error::other)?];
        input.read_exact(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// The lines, each with its number.
    pub(crate) fn lines(&self) -> io::Result<Vec<(u64, Line)>> {
        let mut rest = self.0.as_slice();
        let mut lines = Vec::new();
        while !rest.is_empty() {
            lines.push(line(&mut rest)?);
        }
        Ok(lines)
    }
}

fn line(input: &mut &[u8]) -> io::Result<(u64, Line)> {
    let [how] = array(input)?;
    let number = u64::from_le_bytes(array(input)?);
    if how == DRAFT {
        let draft = Draft::parse(text(input)?).map_err(io::Error::other)?;
        return Ok((number, Line::Draft(Box::new(draft))));
    }
    Ok((number, Line::Finished(EventHead::read(input)?)))
}

fn array<const N: usize>(input: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    input.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn text<'t>(input: &mut &'t [u8]) -> io::Result<&'t str> {
    let length = u32::from_le_bytes(array(input)?);
    let length = usize::try_from(length).map_err(io::Error::other)?;
    let (text, rest) = input
        .split_at_checked(length)
        .ok_or(io::ErrorKind::UnexpectedEof)?;
    *input = rest;
    std::str::from_utf8(text).map_err(io::Error::other)
}
