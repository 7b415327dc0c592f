//! The file `FORMAT`: [`Format`].
//!
//! ```text
//! annals 1
//! sled 0.34.7
//! segment 4194304
//! store 0192d6a0-0000-4000-8000-000000000000
//! ```
//!
//! sled opens the folder of another version of itself as an empty store, and
//! forgets its settings when a power cut empties its own file of them. So what
//! they are is kept here, and compared before sled sees the folder.

use std::fs::{self, File};
use std::io::{self, Write};

use uuid::Uuid;

use super::{Layout, at, sync};
use crate::error::OpenError;
use crate::limits;
use crate::whole_file::read_at_most;

/// The newest format that this program knows, and the one it writes.
const KNOWN: u32 = 1;
const SLED: &str = "0.34.7";

/// What a folder says that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Format {
    /// The id of the store, which its caches name.
    pub(crate) store: Uuid,
}

impl Format {
    /// That of a new store.
    pub(crate) fn new() -> io::Result<Self> {
        let mut random = [0; 16];
        getrandom::fill(&mut random)?;
        Ok(Self {
            store: uuid::Builder::from_random_bytes(random).into_uuid(),
        })
    }

    fn text(self) -> String {
        format!(
            "annals {KNOWN}\nsled {SLED}\nsegment {}\nstore {}\n",
            limits::SEGMENT_BYTES,
            self.store,
        )
    }

    /// Says that a store is being made here, before anything else of it is there.
    pub(crate) fn begin(self, layout: &Layout) -> Result<(), OpenError> {
        let path = layout.format_new();
        let write = || {
            let mut file = File::create(&path)?;
            file.write_all(self.text().as_bytes())?;
            file.sync_all()
        };
        write().map_err(at(&path))?;
        sync(layout.dir())
    }

    /// Says that the store is made, once all else of it is there.
    pub(crate) fn finish(layout: &Layout) -> Result<(), OpenError> {
        sync(layout.dir())?;
        fs::rename(layout.format_new(), layout.format()).map_err(at(&layout.format()))?;
        sync(layout.dir())
    }

    pub(crate) fn read(layout: &Layout) -> Result<Self, OpenError> {
        let path = layout.format();
        let damaged = || OpenError::FormatDamaged { path: path.clone() };
        let bytes = read_at_most(&path, limits::WORDS_BYTES_MAX).map_err(at(&path))?;
        let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        let text = text.ok_or_else(damaged)?;
        let line = |name: &str| {
            text.lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))
                .ok_or_else(damaged)
        };
        // A newer format may have other lines, so this comes first.
        let found = line("annals")?.parse().map_err(|_| damaged())?;
        if found > KNOWN {
            return Err(OpenError::NewerFormat {
                found,
                known: KNOWN,
            });
        }
        let store = line("store")?.parse().map_err(|_| damaged())?;
        let segment_bytes: u64 = line("segment")?.parse().map_err(|_| damaged())?;
        if line("sled")? != SLED || segment_bytes != limits::SEGMENT_BYTES as u64 {
            return Err(OpenError::OtherEngine {
                sled: line("sled")?.into(),
                segment_bytes,
            });
        }
        let format = Self { store };
        if found == 0 || format.text() != text {
            return Err(damaged());
        }
        Ok(format)
    }
}
