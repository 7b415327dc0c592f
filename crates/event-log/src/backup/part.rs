//! One file of a backup: [`PartWriter`], [`PartReader`].

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use event_model::id::Position;

use super::BackupError;
use crate::block::Block;
use crate::bytes::Fields;
use crate::error::{Damage, LogError};
use crate::hash::Hash;
use crate::kept_head::KeptHead;
use crate::limits;

const MAGIC: [u8; 8] = *b"annalsb1";
const HEADER_BYTES: usize = 52;
const HEAD_BYTES: usize = 40;

fn put_head(out: &mut Vec<u8>, head: KeptHead) {
    out.extend_from_slice(&head.position.0.to_le_bytes());
    out.extend_from_slice(head.hash.as_bytes());
}

fn take_head(fields: &mut Fields<'_>) -> Option<KeptHead> {
    Some(KeptHead {
        position: Position(fields.u64()?),
        hash: Hash::from_bytes(fields.take()?),
    })
}

/// Follows the chain through blocks.
#[derive(Debug)]
struct Walk {
    head: KeptHead,
}

impl Walk {
    /// Holds that a block goes on where the last ended, and that every record of it is
    /// whole and chained.
    fn follow(&mut self, bytes: &[u8]) -> Result<(), (Position, Damage)> {
        let next = Position(self.head.position.0 + 1);
        let block = Block::decode(bytes).map_err(|what| (next, what))?;
        if block.first != next {
            return Err((next, Damage::BlockMissing));
        }
        if block.previous != self.head.hash {
            return Err((next, Damage::Chain));
        }
        let records = block.records().map_err(|what| (next, what))?;
        block.walk(&records, |_, _| Ok(()))?;
        self.head = KeptHead {
            position: block.last,
            hash: block.hash,
        };
        Ok(())
    }
}

/// Writes a part. Each block is held against the chain before it is written.
pub struct PartWriter<W> {
    out: W,
    path: PathBuf,
    walk: Walk,
}

impl<W: Write> PartWriter<W> {
    /// Begins a part after a head. `path` is what errors call it.
    ///
    /// # Errors
    ///
    /// [`BackupError::Io`] if it cannot be written.
    pub fn begin(mut out: W, path: &Path, after: KeptHead) -> Result<Self, BackupError> {
        let mut header = MAGIC.to_vec();
        put_head(&mut header, after);
        header.extend_from_slice(&crc32fast::hash(&header).to_le_bytes());
        out.write_all(&header).map_err(BackupError::at(path))?;
        Ok(Self {
            out,
            path: path.to_owned(),
            walk: Walk { head: after },
        })
    }

    /// The head that it has come to.
    pub(crate) fn head(&self) -> KeptHead {
        self.walk.head
    }

    /// Adds the next block.
    pub(crate) fn block(&mut self, bytes: &[u8]) -> Result<(), BackupError> {
        // It was read from the log just now.
        let broken = |(position, what)| LogError::Damaged { position, what };
        self.walk.follow(bytes).map_err(broken)?;
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let written = self.out.write_all(&length.to_le_bytes());
        let written = written.and_then(|()| self.out.write_all(bytes));
        written.map_err(BackupError::at(&self.path))
    }

    /// Ends it, and gives back what it was written to.
    ///
    /// # Errors
    ///
    /// [`BackupError::Io`] if it cannot be written.
    pub fn end(mut self) -> Result<W, BackupError> {
        let mut end = 0_u32.to_le_bytes().to_vec();
        let mut head = Vec::with_capacity(HEAD_BYTES);
        put_head(&mut head, self.walk.head);
        end.extend_from_slice(&head);
        end.extend_from_slice(&crc32fast::hash(&head).to_le_bytes());
        let written = self.out.write_all(&end);
        let written = written.and_then(|()| self.out.flush());
        written.map_err(BackupError::at(&self.path))?;
        Ok(self.out)
    }
}

/// Reads a part. Each block is held against the chain before it is given.
pub struct PartReader<R> {
    input: R,
    path: PathBuf,
    after: KeptHead,
    walk: Walk,
}

impl<R: Read> PartReader<R> {
    /// Begins to read a part. `path` is what errors call it.
    ///
    /// # Errors
    ///
    /// [`BackupError::NotABackup`] if it does not begin like one.
    pub fn open(mut input: R, path: &Path) -> Result<Self, BackupError> {
        let mut header = [0; HEADER_BYTES];
        let read = input.read_exact(&mut header);
        let after = read.ok().and_then(|()| decode_header(&header));
        let Some(after) = after else {
            return Err(BackupError::NotABackup {
                path: path.to_owned(),
            });
        };
        Ok(Self {
            input,
            path: path.to_owned(),
            after,
            walk: Walk { head: after },
        })
    }

    /// The head that it goes on after.
    #[must_use]
    pub fn after(&self) -> KeptHead {
        self.after
    }

    /// The head that it has come to.
    #[must_use]
    pub fn head(&self) -> KeptHead {
        self.walk.head
    }

    /// The next block; `None` at the end, which is the head that was written.
    pub(crate) fn next(&mut self) -> Result<Option<(Position, Vec<u8>)>, BackupError> {
        let first = Position(self.walk.head.position.0 + 1);
        let mut length = [0; 4];
        self.fill(&mut length)?;
        let length = usize::try_from(u32::from_le_bytes(length)).unwrap_or(usize::MAX);
        if length == 0 {
            self.check_end()?;
            return Ok(None);
        }
        if length > limits::BLOCK_BYTES_MAX {
            return Err(BackupError::damaged(
                &self.path,
                (first, Damage::BlockLength),
            ));
        }
        let mut bytes = vec![0; length];
        self.fill(&mut bytes)?;
        let followed = self.walk.follow(&bytes);
        followed.map_err(|wrong| BackupError::damaged(&self.path, wrong))?;
        Ok(Some((first, bytes)))
    }

    fn check_end(&mut self) -> Result<(), BackupError> {
        let mut end = [0; HEAD_BYTES + 4];
        self.fill(&mut end)?;
        let (head, sum) = end.split_at(HEAD_BYTES);
        let is_whole = crc32fast::hash(head).to_le_bytes() == *sum;
        let head = take_head(&mut Fields(head)).filter(|_| is_whole);
        let mut more = [0; 1];
        let is_all = self
            .input
            .read(&mut more)
            .map_err(BackupError::at(&self.path))?
            == 0;
        let found = self.walk.head;
        match head == Some(found) && is_all {
            true => Ok(()),
            false => {
                let next = Position(found.position.0 + 1);
                Err(BackupError::damaged(&self.path, (next, Damage::PartEnd)))
            }
        }
    }

    /// What ends too soon was cut off.
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), BackupError> {
        let next = Position(self.walk.head.position.0 + 1);
        self.input
            .read_exact(bytes)
            .map_err(|error| match error.kind() {
                io::ErrorKind::UnexpectedEof => {
                    BackupError::damaged(&self.path, (next, Damage::PartEnd))
                }
                _ => BackupError::at(&self.path)(error),
            })
    }
}

fn decode_header(header: &[u8; HEADER_BYTES]) -> Option<KeptHead> {
    let (told, sum) = header.split_at(HEADER_BYTES - 4);
    let mut fields = Fields(told);
    let is_ours = fields.take() == Some(MAGIC);
    let is_whole = crc32fast::hash(told).to_le_bytes() == *sum;
    let head = take_head(&mut fields).filter(|_| is_ours && is_whole)?;
    // Something must be able to follow.
    (head.position.0 < u64::MAX).then_some(head)
}
