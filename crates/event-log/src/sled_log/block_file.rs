//! The blocks, one after the other in a file of their own: [`BlockFile`].
//!
//! There is nothing between them, and each tells its own length and has its own checksum:
//! so where they are can be found out from the file alone. What is behind the last block
//! that counts is left of a batch that was given up.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Mutex;

use event_model::id::Position;

use crate::bytes::Fields;
use crate::error::OpenError;
use crate::layout::at;
use crate::limits;
use crate::sync;

/// Where a block is in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Extent {
    pub(super) offset: u64,
    pub(super) length: u32,
}

/// How many bytes an extent has as a value of sled.
const EXTENT_BYTES: usize = 12;

impl Extent {
    pub(super) fn encode(self) -> [u8; EXTENT_BYTES] {
        let mut bytes = [0; EXTENT_BYTES];
        let (offset, length) = bytes.split_at_mut(size_of::<u64>());
        offset.copy_from_slice(&self.offset.to_le_bytes());
        length.copy_from_slice(&self.length.to_le_bytes());
        bytes
    }

    /// `None` where these bytes are not those of an extent.
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields(bytes);
        let offset = u64::from_le_bytes(fields.take()?);
        let length = u32::from_le_bytes(fields.take()?);
        let is_possible = fields.0.is_empty() && length as usize <= limits::BLOCK_BYTES_MAX;
        is_possible.then_some(Self { offset, length })
    }

    /// Where the next block begins.
    pub(super) fn end(self) -> u64 {
        self.offset.saturating_add(self.length.into())
    }
}

/// The open file of the blocks.
#[derive(Debug)]
pub(super) struct BlockFile {
    file: File,
    written: Mutex<Written>,
}

/// How far it was written.
#[derive(Debug, Clone, Copy)]
struct Written {
    /// Where the next block goes.
    end: u64,
    /// What may not be on the disk yet.
    unsynced: u64,
}

impl BlockFile {
    /// Makes the file of a new store.
    pub(super) fn create(path: &Path) -> Result<Self, OpenError> {
        let mut options = File::options();
        let options = options.read(true).write(true).create(true).truncate(true);
        Ok(Self::of(options.open(path).map_err(at(path))?))
    }

    /// Opens the file of a store to write.
    pub(super) fn open(path: &Path) -> Result<Self, OpenError> {
        let file = File::options().read(true).write(true).open(path);
        Ok(Self::of(file.map_err(at(path))?))
    }

    /// Opens a file that another may write.
    pub(super) fn open_to_read(path: &Path) -> Result<Self, OpenError> {
        Ok(Self::of(File::open(path).map_err(at(path))?))
    }

    fn of(file: File) -> Self {
        let written = Mutex::new(Written {
            end: 0,
            unsynced: 0,
        });
        Self { file, written }
    }

    /// Writes blocks after those that are there, and tells where they are.
    pub(super) fn append(&self, blocks: &[(Position, Vec<u8>)]) -> io::Result<Vec<Extent>> {
        let mut written = sync::lock(&self.written);
        let mut extents = Vec::with_capacity(blocks.len());
        for (_, block) in blocks {
            let length = u32::try_from(block.len()).map_err(io::Error::other)?;
            let offset = written.end;
            self.file.write_all_at(block, offset)?;
            written.end += u64::from(length);
            written.unsynced += u64::from(length);
            extents.push(Extent { offset, length });
        }
        Ok(extents)
    }

    /// Has the disk write what there is, if it is much.
    pub(super) fn flush(&self) -> io::Result<()> {
        let unsynced = sync::lock(&self.written).unsynced;
        match unsynced >= limits::BLOCKS_UNSYNCED_MAX {
            true => self.sync(),
            false => Ok(()),
        }
    }

    /// Makes all that was written survive a power cut.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.file.sync_data()?;
        sync::lock(&self.written).unsynced = 0;
        Ok(())
    }

    /// Ends the file after a block: the next one goes there.
    pub(super) fn end_at(&self, end: u64) -> io::Result<()> {
        if self.file.metadata()?.len() > end {
            self.file.set_len(end)?;
        }
        sync::lock(&self.written).end = end;
        Ok(())
    }

    /// The bytes of a block, which the file must have.
    pub(super) fn read(&self, extent: Extent) -> io::Result<Vec<u8>> {
        let mut block = vec![0; extent.length as usize];
        self.file.read_exact_at(&mut block, extent.offset)?;
        Ok(block)
    }

    /// The bytes after an offset, as many as fit, or as there are.
    pub(super) fn read_from(&self, offset: u64, bytes: &mut Vec<u8>) -> io::Result<()> {
        bytes.resize(limits::WALK_BYTES, 0);
        let mut done = 0;
        while let Some(rest) = bytes.get_mut(done..).filter(|rest| !rest.is_empty()) {
            match self.file.read_at(rest, offset + done as u64)? {
                0 => break,
                more => done += more,
            }
        }
        bytes.truncate(done);
        Ok(())
    }
}
