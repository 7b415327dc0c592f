//! Encoded events that wait, one after the other: [`Waiting`].

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::encoded::{EncodedEvent, EventHead};

/// What waits in memory before there is a file.
pub(crate) const MEMORY_BYTES: usize = 8 << 20;
/// What is gathered before it goes into the file.
const GATHERED_BYTES: usize = 1 << 20;

/// Takes encoded events.
#[derive(Debug)]
pub struct WaitingWriter {
    dir: PathBuf,
    at_hand: Vec<u8>,
    /// What came before, if it is much.
    file: Option<File>,
}

/// Encoded events, one after the other, in memory or in a file without a name.
#[derive(Debug, Clone)]
pub struct Waiting {
    contents: Contents,
    bytes: u64,
}

#[derive(Debug, Clone)]
enum Contents {
    Memory(Arc<Vec<u8>>),
    File(Arc<File>),
}

impl WaitingWriter {
    /// The file, if there will be one, is made in this folder; it has no name, so
    /// it is gone with the process.
    #[must_use]
    pub fn new(dir: &Path) -> Self {
        Self {
            dir: dir.to_owned(),
            at_hand: Vec::new(),
            file: None,
        }
    }

    /// Adds the bytes of events.
    ///
    /// # Errors
    ///
    /// If they cannot be written.
    pub fn push(&mut self, events: &[u8]) -> io::Result<()> {
        self.at_hand.extend_from_slice(events);
        let most = match &self.file {
            None => MEMORY_BYTES,
            Some(_) => GATHERED_BYTES,
        };
        match self.at_hand.len() < most {
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
        self.at_hand.shrink_to(GATHERED_BYTES);
        self.file = Some(file);
        Ok(())
    }

    /// Ends it.
    ///
    /// # Errors
    ///
    /// If the rest cannot be written.
    pub fn finish(mut self) -> io::Result<Waiting> {
        if self.file.is_some() {
            self.put_away()?;
        }
        Ok(match self.file {
            Some(file) => Waiting {
                bytes: file.metadata()?.len(),
                contents: Contents::File(Arc::new(file)),
            },
            None => Waiting {
                bytes: self.at_hand.len() as u64,
                contents: Contents::Memory(Arc::new(self.at_hand)),
            },
        })
    }
}

impl Waiting {
    /// None.
    #[must_use]
    pub fn none() -> Self {
        Self {
            contents: Contents::Memory(Arc::default()),
            bytes: 0,
        }
    }

    /// How many bytes they have.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The event of this head, which begins at an offset.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    pub fn event_at(&self, offset: u64, head: &EventHead) -> io::Result<EncodedEvent> {
        let mut bytes = vec![0; head.bytes as usize];
        let mut input = self.from(offset);
        input.read_exact(&mut bytes)?;
        Ok(EncodedEvent::from_bytes(bytes))
    }

    /// All from an offset on.
    pub(super) fn from(&self, offset: u64) -> From {
        From {
            contents: self.contents.clone(),
            offset,
        }
    }
}

/// What waits from an offset on.
#[derive(Debug)]
pub(super) struct From {
    contents: Contents,
    offset: u64,
}

impl Read for From {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match &self.contents {
            Contents::Memory(bytes) => {
                let offset = usize::try_from(self.offset).unwrap_or(usize::MAX);
                let mut rest = bytes.get(offset..).unwrap_or_default();
                rest.read(buffer)?
            }
            Contents::File(file) => file.read_at(buffer, self.offset)?,
        };
        self.offset += read as u64;
        Ok(read)
    }
}
