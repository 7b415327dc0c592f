//! A batch on its way into the log: [`Spool`].
//!
//! A batch is read to its end before any of it is stored. It waits in a file
//! that may be thrown away, so that it need not fit into memory, and a slow
//! source holds nobody up.

use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use event_model::id::EventId;
use event_model::time::Instant;
use tempfile::NamedTempFile;
use uuid::Uuid;

use crate::event_log::NewEvent;

/// How the names of spool files start.
pub(crate) const PREFIX: &str = "spool-";
const BUFFER_BYTES: usize = 1 << 18;

/// Takes events, one after the other.
#[derive(Debug)]
pub(crate) struct SpoolWriter {
    file: BufWriter<NamedTempFile>,
}

/// Events that can be read again, from the start or one of them.
#[derive(Debug)]
pub(crate) struct Spool {
    file: NamedTempFile,
    events: u64,
    bytes: u64,
}

impl SpoolWriter {
    pub(crate) fn new(dir: &Path) -> io::Result<Self> {
        let file = tempfile::Builder::new().prefix(PREFIX).tempfile_in(dir)?;
        Ok(Self {
            file: BufWriter::with_capacity(BUFFER_BYTES, file),
        })
    }

    pub(crate) fn push(&mut self, event: &NewEvent) -> io::Result<()> {
        self.file.write_all(event.id.0.as_bytes())?;
        self.file
            .write_all(&event.published.micros().to_le_bytes())?;
        self.file.write_all(&event.schema.to_le_bytes())?;
        for piece in [
            event.company.as_str().as_bytes(),
            event.kind.as_bytes(),
            event.thread.as_bytes(),
            &event.payload,
        ] {
            let length = u32::try_from(piece.len()).map_err(io::Error::other)?;
            self.file.write_all(&length.to_le_bytes())?;
            self.file.write_all(piece)?;
        }
        Ok(())
    }

    pub(crate) fn finish(self, events: u64) -> io::Result<Spool> {
        let file = self
            .file
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?;
        let bytes = file.as_file().metadata()?.len();
        Ok(Spool {
            file,
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

    /// All events and where each begins, in order.
    pub(crate) fn events(&self) -> io::Result<SpoolEvents> {
        Ok(SpoolEvents {
            file: BufReader::with_capacity(BUFFER_BYTES, self.file.reopen()?),
            left: self.events,
            at: 0,
        })
    }

    /// The event that begins here.
    pub(crate) fn event_at(&self, at: u64) -> io::Result<NewEvent> {
        let mut file = BufReader::new(self.file.reopen()?);
        file.seek(SeekFrom::Start(at))?;
        read_event(&mut file).map(|(event, _)| event)
    }
}

/// The events of a [`Spool`].
#[derive(Debug)]
pub(crate) struct SpoolEvents {
    file: BufReader<std::fs::File>,
    left: u64,
    at: u64,
}

impl Iterator for SpoolEvents {
    type Item = io::Result<(u64, NewEvent)>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let at = self.at;
        Some(read_event(&mut self.file).map(|(event, bytes)| {
            self.at += bytes;
            (at, event)
        }))
    }
}

fn read_event(file: &mut impl Read) -> io::Result<(NewEvent, u64)> {
    let damaged = || io::Error::from(io::ErrorKind::InvalidData);
    let id = EventId(Uuid::from_bytes(read_array(file)?));
    let published = Instant::from_micros(i64::from_le_bytes(read_array(file)?));
    let schema = u16::from_le_bytes(read_array(file)?);
    let [company, kind, thread, payload] = [
        read_piece(file)?,
        read_piece(file)?,
        read_piece(file)?,
        read_piece(file)?,
    ];
    let bytes = 16 + 8 + 2 + 4 * 4 + company.len() + kind.len() + thread.len() + payload.len();
    let text = |piece| String::from_utf8(piece).map_err(|_| damaged());
    let event = NewEvent {
        id,
        company: text(company)?.parse().map_err(|_| damaged())?,
        kind: text(kind)?.into(),
        thread: text(thread)?.into(),
        published: published.ok_or_else(damaged)?,
        schema,
        payload: payload.into(),
    };
    Ok((event, bytes as u64))
}

fn read_array<const N: usize>(file: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn read_piece(file: &mut impl Read) -> io::Result<Vec<u8>> {
    let length = u32::from_le_bytes(read_array(file)?);
    let mut piece = Vec::new();
    file.take(u64::from(length)).read_to_end(&mut piece)?;
    if piece.len() as u64 == u64::from(length) {
        Ok(piece)
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
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
            let mut writer = SpoolWriter::new(dir.path()).unwrap();
            for event in &events {
                writer.push(event).unwrap();
            }
            let spool = writer.finish(events.len() as u64).unwrap();
            let read: Vec<_> = spool.events().unwrap().map(Result::unwrap).collect();
            for (at, event) in &read {
                prop_assert_eq!(&spool.event_at(*at).unwrap(), event);
            }
            let read: Vec<_> = read.into_iter().map(|(_, event)| event).collect();
            prop_assert_eq!(read, events);
            drop(spool);
            prop_assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
        }
    }
}
