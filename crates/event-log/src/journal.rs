//! The end of the log, as it is appended: [`Journal`].
//!
//! What is appended is written to a file of our own first, in frames that are
//! whole or not there, with one sync each; the file is filled with zeros ahead,
//! so that a sync has nothing but data to write. When it has grown long, its
//! events are moved into blocks, and the next file begins.
//!
//! The header of the newest file says where the blocks end. Nothing after
//! that counts there, so beginning a new file is what makes a large batch part
//! of the log.
//!
//! ```text
//! journal/00000000000000000000   the file of the events after position 0
//! ```

mod frame;
mod watched;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use event_model::id::Position;
use event_model::time::Instant;
use uuid::Uuid;

pub(crate) use frame::Frame;
pub(crate) use watched::{Grown, Watched};

use crate::bytes::Fields;
use crate::event_log::Head;
use crate::hash::Hash;
use crate::limits;

const MAGIC: [u8; 8] = *b"annalsj1";
/// Where the frames begin.
pub(crate) const HEADER_BYTES: usize = 128;
/// How far ahead the file is filled with zeros.
const AHEAD_BYTES: u64 = 256 * 1024;
/// The first piece of a file is smaller, since most stores are.
const AHEAD_FIRST_BYTES: u64 = 16 * 1024;

/// A file of the journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JournalError {
    #[error("cannot use {}", path.display())]
    Io { path: PathBuf, source: io::Error },
    /// There is none.
    #[error("{} is missing", path.display())]
    Missing { path: PathBuf },
    /// Its header is not whole, or of another store.
    #[error("{} cannot be understood", path.display())]
    Foreign { path: PathBuf },
    /// Frames follow one that is not whole.
    #[error("the journal is damaged after position {}", position.0)]
    Damaged { position: Position },
    #[error("the journal after position {} is too long", base.0)]
    TooLong { base: Position },
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> JournalError {
    move |source| JournalError::Io {
        path: path.to_owned(),
        source,
    }
}

/// The file that is appended to.
#[derive(Debug)]
pub(crate) struct Journal {
    store: Uuid,
    file: File,
    /// Where the next frame goes.
    end: u64,
    /// How long the file is; zeros from `end` on.
    length: u64,
    buffer: Vec<u8>,
}

/// What a file of the journal holds.
#[derive(Debug)]
pub(crate) struct Contents {
    /// Where the blocks end.
    pub(crate) base: Head,
    path: PathBuf,
    file: File,
    bytes: Vec<u8>,
    store: Uuid,
    /// Where the last whole frame ends.
    end: usize,
}

impl Contents {
    /// Reads the newest file of a folder.
    ///
    /// It may be read while it is written to: then it ends with what was whole.
    pub(crate) fn read_newest(dir: &Path, store: Uuid) -> Result<Self, JournalError> {
        let mut suspect = None;
        // A writer may begin a new file, or write a frame, while we read.
        for _ in 0..READ_TRIES {
            let Some(base) = bases(dir)?.pop() else {
                return Err(JournalError::Missing {
                    path: dir.to_owned(),
                });
            };
            match Self::read(dir, store, base) {
                Ok(contents) => return Ok(contents),
                Err(error) => suspect = Some(error),
            }
        }
        Err(suspect.unwrap_or_else(|| JournalError::Missing {
            path: dir.to_owned(),
        }))
    }

    /// Reads the file that begins after this position.
    pub(crate) fn read(dir: &Path, store: Uuid, base: Position) -> Result<Self, JournalError> {
        let path = path_of(dir, base);
        let mut bytes = Vec::new();
        let mut file = File::open(&path).map_err(at(&path))?;
        Read::by_ref(&mut file)
            .take(limits::JOURNAL_FILE_BYTES_MAX + 1)
            .read_to_end(&mut bytes)
            .map_err(at(&path))?;
        let found = decode_header(store, &bytes).filter(|head| head.position == base);
        let Some(base) = found else {
            return Err(JournalError::Foreign { path });
        };
        check_length(bytes.len() as u64, base.position)?;
        let end = whole_frames(store, base.position, &bytes)?;
        Ok(Self {
            base,
            path,
            file,
            bytes,
            store,
            end,
        })
    }

    /// Makes the frames survive a power cut as they were read.
    ///
    /// They are written once more: what a sync failed to write, the system holds as if it
    /// were written, so that the next sync succeeds and leaves it out.
    pub(crate) fn write_again(&self) -> Result<(), JournalError> {
        let file = OpenOptions::new().write(true).open(&self.path);
        let file = file.map_err(at(&self.path))?;
        let frames = self.bytes.get(..self.end).unwrap_or_default();
        file.write_all_at(frames, 0)
            .and_then(|()| file.sync_all())
            .map_err(at(&self.path))
    }

    fn frame_at(&self, at: usize) -> Option<Frame<'_>> {
        Frame::decode(self.store, self.bytes.get(at..)?)
    }

    /// The frames, in order.
    pub(crate) fn frames(&self) -> impl Iterator<Item = Frame<'_>> {
        let mut at = HEADER_BYTES;
        std::iter::from_fn(move || {
            let frame = (at < self.end).then(|| self.frame_at(at)).flatten()?;
            at += frame.bytes();
            Some(frame)
        })
    }
}

/// Holds that a file is no longer than one is made.
fn check_length(bytes: u64, base: Position) -> Result<(), JournalError> {
    match bytes > limits::JOURNAL_FILE_BYTES_MAX {
        true => Err(JournalError::TooLong { base }),
        false => Ok(()),
    }
}

/// Where the frames end that follow each other from a position on, in the bytes of a
/// file. What is not whole there was never acknowledged, unless a frame comes after it.
pub(crate) fn whole_frames(
    store: Uuid,
    base: Position,
    bytes: &[u8],
) -> Result<usize, JournalError> {
    let (mut last, mut end) = (base, HEADER_BYTES);
    loop {
        let rest = bytes.get(end..).unwrap_or_default();
        let follows = |frame: &Frame<'_>| Some(frame.first.0) == last.0.checked_add(1);
        let Some(frame) = Frame::decode(store, rest).filter(follows) else {
            break;
        };
        // After the last position that there can be nothing follows.
        let reached = last.0.checked_add(u64::from(frame.count));
        let Some(reached) = reached.filter(|reached| *reached < u64::MAX) else {
            break;
        };
        last = Position(reached);
        end += frame.bytes();
    }
    // Nearly always zeros.
    let rest = bytes.get(end..).unwrap_or_default();
    let is_blank = rest.iter().all(|byte| *byte == 0);
    match !is_blank && Frame::search(store, rest).is_some() {
        true => Err(JournalError::Damaged { position: last }),
        false => Ok(end),
    }
}

/// How often a file is read again that cannot be understood.
const READ_TRIES: usize = 5;

/// A file of the journal that does not count yet.
pub(crate) struct Prepared {
    journal: Journal,
    temporary: PathBuf,
    path: PathBuf,
    folder: File,
}

impl Prepared {
    /// Puts it in place. After an error it is not known whether it counts: nothing may
    /// be added to the one before.
    pub(crate) fn count(self) -> Result<Journal, JournalError> {
        fs::rename(&self.temporary, &self.path)
            .and_then(|()| self.folder.sync_all())
            .map_err(at(&self.path))?;
        Ok(self.journal)
    }
}

impl Journal {
    /// Begins a file after this head. When it returns, the log is there as far
    /// as the head, and survives a power cut.
    pub(crate) fn begin(dir: &Path, store: Uuid, base: Head) -> Result<Self, JournalError> {
        Self::prepare(dir, store, base)?.count()
    }

    /// Writes and syncs such a file, which counts only when [`Prepared::count`] says so.
    pub(crate) fn prepare(dir: &Path, store: Uuid, base: Head) -> Result<Prepared, JournalError> {
        let path = path_of(dir, base.position);
        let temporary = dir.join(TEMPORARY);
        let mut bytes = encode_header(store, base);
        bytes.resize(
            usize::try_from(AHEAD_FIRST_BYTES).unwrap_or(HEADER_BYTES),
            0,
        );
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(&temporary)
            .map_err(at(&temporary))?;
        file.write_all_at(&bytes, 0)
            .and_then(|()| file.sync_all())
            .map_err(at(&temporary))?;
        let folder = File::open(dir).map_err(at(dir))?;
        Ok(Prepared {
            journal: Self {
                store,
                file,
                end: HEADER_BYTES as u64,
                length: bytes.len() as u64,
                buffer: Vec::new(),
            },
            temporary,
            path,
            folder,
        })
    }

    /// Goes on after what was read, and removes what a crash left of a frame that is not
    /// whole. Older files may be there still.
    pub(crate) fn resume(contents: &Contents) -> Result<Self, JournalError> {
        let path = contents.path.clone();
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(&path)
            .map_err(at(&path))?;
        let rest = contents.bytes.get(contents.end..).unwrap_or_default();
        if rest.iter().any(|byte| *byte != 0) {
            file.write_all_at(&vec![0; rest.len()], contents.end as u64)
                .and_then(|()| file.sync_data())
                .map_err(at(&path))?;
        }
        Ok(Self {
            store: contents.store,
            file,
            end: contents.end as u64,
            length: contents.bytes.len() as u64,
            buffer: Vec::new(),
        })
    }

    /// How many bytes of frames there are.
    pub(crate) fn bytes(&self) -> u64 {
        self.end - HEADER_BYTES as u64
    }

    /// Writes a frame, and returns once it survives a power cut.
    pub(crate) fn append(&mut self, frame: Frame<'_>) -> io::Result<()> {
        self.buffer.clear();
        frame
            .encode(self.store, &mut self.buffer)
            .ok_or(io::ErrorKind::InvalidInput)?;
        let after = self.end + self.buffer.len() as u64;
        if after > self.length {
            let length = after + AHEAD_BYTES;
            let zeros = usize::try_from(AHEAD_BYTES).unwrap_or_default();
            self.buffer.resize(self.buffer.len() + zeros, 0);
            self.file.write_all_at(&self.buffer, self.end)?;
            self.file.sync_all()?;
            self.length = length;
        } else {
            self.file.write_all_at(&self.buffer, self.end)?;
            self.file.sync_data()?;
        }
        self.end = after;
        Ok(())
    }
}

const TEMPORARY: &str = "new";

pub(crate) fn path_of(dir: &Path, base: Position) -> PathBuf {
    dir.join(format!("{:020}", base.0))
}

/// Where the files of a folder begin, in order.
pub(crate) fn bases(dir: &Path) -> Result<Vec<Position>, JournalError> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(at(dir)(error)),
    };
    let mut bases = Vec::new();
    for entry in entries {
        let name = entry.map_err(at(dir))?.file_name();
        let name = name.to_string_lossy();
        if name.len() == 20 && name.bytes().all(|byte| byte.is_ascii_digit()) {
            bases.extend(name.parse().ok().map(Position));
        }
    }
    bases.sort_unstable();
    Ok(bases)
}

/// Removes the files that begin before a position.
pub(crate) fn remove_older(dir: &Path, base: Position) -> Result<(), JournalError> {
    for older in bases(dir)?.into_iter().filter(|older| *older < base) {
        let path = path_of(dir, older);
        fs::remove_file(&path).map_err(at(&path))?;
    }
    Ok(())
}

/// What stands for no time of recording: of an empty log.
const NEVER: i64 = i64::MIN;

fn encode_header(store: Uuid, base: Head) -> Vec<u8> {
    let recorded = base.recorded.map_or(NEVER, Instant::micros);
    let mut bytes = Vec::with_capacity(HEADER_BYTES);
    bytes.extend_from_slice(&MAGIC);
    bytes.extend_from_slice(store.as_bytes());
    bytes.extend_from_slice(&base.position.0.to_le_bytes());
    bytes.extend_from_slice(&recorded.to_le_bytes());
    bytes.extend_from_slice(base.hash.as_bytes());
    let checksum = crc32fast::hash(&bytes);
    bytes.extend_from_slice(&checksum.to_le_bytes());
    bytes.resize(HEADER_BYTES, 0);
    bytes
}

/// The store that the bytes of a file say that they are of.
pub(crate) fn store_of(bytes: &[u8]) -> Option<Uuid> {
    let mut fields = Fields(bytes);
    (fields.take()? == MAGIC).then_some(())?;
    let store = Uuid::from_bytes(fields.take()?);
    decode_header(store, bytes).map(|_| store)
}

/// The head that the bytes of a file of this store begin after.
pub(crate) fn decode_header(store: Uuid, bytes: &[u8]) -> Option<Head> {
    let mut fields = Fields(bytes.get(..HEADER_BYTES)?);
    let is_ours = fields.take()? == MAGIC && fields.take()? == *store.as_bytes();
    let position = Position(u64::from_le_bytes(fields.take()?));
    let recorded = i64::from_le_bytes(fields.take()?);
    let hash = Hash::from_bytes(fields.take()?);
    let checked = HEADER_BYTES - fields.0.len();
    let checksum = u32::from_le_bytes(fields.take()?);
    let is_whole = crc32fast::hash(bytes.get(..checked)?) == checksum
        && fields.0.iter().all(|byte| *byte == 0);
    let recorded = match recorded {
        NEVER => None,
        micros => Some(Instant::from_micros(micros)?),
    };
    let can_go_on = position.0 < u64::MAX;
    (is_ours && is_whole && can_go_on).then_some(Head {
        position,
        recorded,
        hash,
    })
}
