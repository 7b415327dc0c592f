//! The file `FORMAT`: [`Format`].
//!
//! ```text
//! annals 2
//! sled 0.34.7
//! segment 16384
//! store 0192d6a0-0000-4000-8000-000000000000
//! ```
//!
//! A store keeps the format that it was made in. In format 1 sled holds the blocks; in
//! format 2 they are in a file of their own, and sled tells where each of them is.
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

/// The newest format that this program knows, and the one of new stores.
const KNOWN: u32 = 2;
const SLED: &str = "0.34.7";

/// Where a store keeps the blocks of its log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BlocksIn {
    /// In sled: format 1.
    Sled,
    /// In a file of their own, with sled as its index: format 2.
    File,
}

impl BlocksIn {
    fn of(format: u32) -> Option<Self> {
        match format {
            1 => Some(Self::Sled),
            2 => Some(Self::File),
            _ => None,
        }
    }

    fn format(self) -> u32 {
        match self {
            Self::Sled => 1,
            Self::File => 2,
        }
    }

    /// The size of a segment of sled's file, in bytes.
    pub(crate) fn segment_bytes(self) -> usize {
        match self {
            Self::Sled => limits::SEGMENT_BYTES,
            Self::File => limits::INDEX_SEGMENT_BYTES,
        }
    }
}

/// What a folder says that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Format {
    pub(crate) blocks: BlocksIn,
    /// The id of the store, which its caches name.
    pub(crate) store: Uuid,
}

impl Format {
    /// That of a new store.
    pub(crate) fn new(blocks: BlocksIn) -> io::Result<Self> {
        let mut random = [0; 16];
        getrandom::fill(&mut random)?;
        Ok(Self {
            blocks,
            store: uuid::Builder::from_random_bytes(random).into_uuid(),
        })
    }

    fn text(self) -> String {
        format!(
            "annals {}\nsled {SLED}\nsegment {}\nstore {}\n",
            self.blocks.format(),
            self.blocks.segment_bytes(),
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
        let blocks = BlocksIn::of(found).ok_or_else(damaged)?;
        let store = line("store")?.parse().map_err(|_| damaged())?;
        let segment_bytes: u64 = line("segment")?.parse().map_err(|_| damaged())?;
        if line("sled")? != SLED || segment_bytes != blocks.segment_bytes() as u64 {
            return Err(OpenError::OtherEngine {
                sled: line("sled")?.into(),
                segment_bytes,
            });
        }
        let format = Self { blocks, store };
        if format.text() != text {
            return Err(damaged());
        }
        Ok(format)
    }
}
