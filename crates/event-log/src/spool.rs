//! A batch on its way into the log: [`Spool`].
//!
//! A batch is read to its end before any of it is stored. It waits in a file
//! that may be thrown away, so that it need not fit into memory, and a slow
//! source holds nobody up.

use std::fs::File;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash};
use std::io::{self, BufReader, Read, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use event_model::id::{EventId, Slug};
use event_model::time::Instant;
use uuid::Uuid;

use crate::admission::check_limits;
use crate::bytes::Fields;
use crate::error::AppendError;
use crate::event_log::NewEvent;

/// What waits in memory before it goes into a file.
const MEMORY_BYTES: usize = 1 << 20;
const BUFFER_BYTES: usize = 1 << 18;

/// An event as it waits to be appended: its id, a hash of what makes two events
/// with one id the same, and the rest.
///
/// Making it is most of the work of adding an event to a batch, and can be done
/// on any thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodedEvent(Vec<u8>);

/// A hash that is the same in each process.
pub(crate) fn hash_of(what: &(impl Hash + ?Sized)) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(what)
}

/// Where the length of the company stands.
const COMPANY_AT: usize = 16 + 8 + 8 + 2;

impl EncodedEvent {
    /// Encodes an event.
    ///
    /// # Errors
    ///
    /// [`AppendError::TooLarge`] and [`AppendError::NameTooLong`].
    pub fn of(event: &NewEvent) -> Result<Self, AppendError> {
        check_limits(event)?;
        let content = hash_of(&(event.company.as_str(), &event.payload));
        let mut out = Vec::with_capacity(event.payload.len() + 128);
        out.extend_from_slice(event.id.0.as_bytes());
        out.extend_from_slice(&content.to_le_bytes());
        out.extend_from_slice(&event.published.micros().to_le_bytes());
        out.extend_from_slice(&event.schema.to_le_bytes());
        for piece in [
            event.company.as_str().as_bytes(),
            event.kind.as_bytes(),
            event.thread.as_bytes(),
            &event.payload,
        ] {
            // The limits keep them short.
            let length = u32::try_from(piece.len()).unwrap_or(u32::MAX);
            out.extend_from_slice(&length.to_le_bytes());
            out.extend_from_slice(piece);
        }
        Ok(Self(out))
    }

    /// What [`EncodedEvent::as_bytes`] gave.
    #[must_use]
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// Its bytes, to be kept elsewhere for a while.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> EventId {
        let id = self.0.first_chunk().copied().unwrap_or_default();
        EventId(Uuid::from_bytes(id))
    }

    /// The company that it is about; `None` if these are not the bytes of an
    /// event.
    #[must_use]
    pub fn company(&self) -> Option<Slug> {
        let mut fields = Fields(self.0.get(COMPANY_AT..)?);
        let length = fields.length()?;
        std::str::from_utf8(fields.piece(length)?)
            .ok()?
            .parse()
            .ok()
    }

    /// The event; `None` if these are not the bytes of one.
    #[must_use]
    pub fn decode(&self) -> Option<NewEvent> {
        read_event(&mut self.0.as_slice()).ok()
    }

    /// A hash of its company and payload.
    pub(crate) fn content(&self) -> u64 {
        let content = self.0.get(16..).and_then(<[u8]>::first_chunk);
        content.map_or(0, |content| u64::from_le_bytes(*content))
    }
}

/// Takes events, one after the other.
#[derive(Debug)]
pub(crate) struct SpoolWriter {
    dir: PathBuf,
    at_hand: Vec<u8>,
    /// What came before, if it is much.
    file: Option<File>,
}

/// Events that can be read again and again.
#[derive(Debug)]
pub(crate) struct Spool {
    contents: Contents,
    events: u64,
    bytes: u64,
}

#[derive(Debug, Clone)]
enum Contents {
    Memory(Arc<[u8]>),
    File(Arc<File>),
}

impl SpoolWriter {
    /// The file, if there will be one, is made in this folder; it has no name, so
    /// it is gone with the process.
    pub(crate) fn new(dir: &Path) -> Self {
        Self {
            dir: dir.to_owned(),
            at_hand: Vec::new(),
            file: None,
        }
    }

    pub(crate) fn push(&mut self, event: &EncodedEvent) -> io::Result<()> {
        self.at_hand.extend_from_slice(&event.0);
        match self.at_hand.len() < MEMORY_BYTES {
            true => Ok(()),
            false => self.put_away(),
        }
    }

    fn put_away(&mut self) -> io::Result<()> {
        let file = match self.file.take() {
            Some(file) => file,
            None => tempfile::tempfile_in(&self.dir)?,
        };
        (&file).write_all(&self.at_hand)?;
        self.at_hand.clear();
        self.file = Some(file);
        Ok(())
    }

    pub(crate) fn finish(mut self, events: u64) -> io::Result<Spool> {
        if self.file.is_some() {
            self.put_away()?;
        }
        let (contents, bytes) = match self.file {
            Some(file) => {
                let bytes = file.metadata()?.len();
                (Contents::File(Arc::new(file)), bytes)
            }
            None => {
                let bytes = self.at_hand.len() as u64;
                (Contents::Memory(self.at_hand.into()), bytes)
            }
        };
        Ok(Spool {
            contents,
            events,
            bytes,
        })
    }
}

impl Spool {
    /// How large it is, in bytes.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// All events, in order.
    pub(crate) fn events(&self) -> SpoolEvents {
        let contents = From {
            contents: self.contents.clone(),
            offset: 0,
        };
        let buffer = usize::try_from(self.bytes).map_or(BUFFER_BYTES, |all| all.min(BUFFER_BYTES));
        SpoolEvents {
            input: BufReader::with_capacity(buffer, contents),
            left: self.events,
        }
    }
}

/// The contents of a spool from an offset on.
#[derive(Debug)]
struct From {
    contents: Contents,
    offset: usize,
}

impl Read for From {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match &self.contents {
            Contents::Memory(bytes) => {
                let mut rest = bytes.get(self.offset..).unwrap_or_default();
                rest.read(buffer)?
            }
            Contents::File(file) => file.read_at(buffer, self.offset as u64)?,
        };
        self.offset += read;
        Ok(read)
    }
}

/// The events of a [`Spool`].
#[derive(Debug)]
pub(crate) struct SpoolEvents {
    input: BufReader<From>,
    left: u64,
}

impl Iterator for SpoolEvents {
    type Item = io::Result<NewEvent>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        Some(read_event(&mut self.input))
    }
}

fn read_event(file: &mut impl Read) -> io::Result<NewEvent> {
    let damaged = || io::Error::from(io::ErrorKind::InvalidData);
    let id = EventId(Uuid::from_bytes(read_array(file)?));
    let _content: [u8; 8] = read_array(file)?;
    let published = Instant::from_micros(i64::from_le_bytes(read_array(file)?));
    let schema = u16::from_le_bytes(read_array(file)?);
    let [company, kind, thread, payload] = [
        read_piece(file)?,
        read_piece(file)?,
        read_piece(file)?,
        read_piece(file)?,
    ];
    let text = |piece| String::from_utf8(piece).map_err(|_| damaged());
    Ok(NewEvent {
        id,
        company: text(company)?.parse().map_err(|_| damaged())?,
        kind: text(kind)?.into(),
        thread: text(thread)?.into(),
        published: published.ok_or_else(damaged)?,
        schema,
        payload: payload.into(),
    })
}

fn read_array<const N: usize>(file: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn read_piece(file: &mut impl Read) -> io::Result<Vec<u8>> {
    let length = u32::from_le_bytes(read_array(file)?);
    let mut piece = vec![0; usize::try_from(length).map_err(io::Error::other)?];
    file.read_exact(&mut piece)?;
    Ok(piece)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::tests::any_event;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn a_spool_gives_what_it_took(events in prop::collection::vec(any_event(), 0..8)) {
            let dir = tempfile::tempdir().unwrap();
            let mut writer = SpoolWriter::new(dir.path());
            for event in &events {
                writer.push(&EncodedEvent::of(event).unwrap()).unwrap();
            }
            let spool = writer.finish(events.len() as u64).unwrap();
            let read: Vec<_> = spool.events().map(Result::unwrap).collect();
            prop_assert_eq!(read, events);
            drop(spool);
            prop_assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
        }
    }
}
