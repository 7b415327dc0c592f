//! What sled may take away when it opens its log, kept until it is known that nothing of
//! it counted: [`Undo`].
//!
//! A message that is not whole is the end of the log to sled, and it fills all that comes
//! after with zeros: the rest of the segment, and every later one. That is right after a
//! power cut. Where one byte of something that counts is damaged, it would be the loss of
//! all that was appended later.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use crate::error::OpenError;
use crate::layout::format::BlocksIn;
use crate::layout::{Layout, SledFolder, at};
use crate::limits;

/// How much is looked at, and kept, at once.
const CHUNK_BYTES: usize = 64 * 1024;
/// The bytes at the start of a segment that say which part of the log it is.
const SEGMENT_HEADER_BYTES: usize = 20;

/// How much of sled's file is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// The segments that sled reads again since its last snapshot.
    SinceSnapshot,
    /// All of it.
    All,
}

/// What was in sled's folder before it was opened.
pub(super) struct Undo {
    /// Snapshots and settings, which are small.
    files: Vec<(PathBuf, Vec<u8>)>,
    /// The chunks, one after the other, in a file without a name.
    saved: File,
    /// Where the chunks were that held something, in order.
    chunks: Vec<u64>,
    /// The segments that they are of.
    segments: Vec<u64>,
    length: u64,
}

impl Undo {
    /// Keeps what sled may take away.
    pub(super) fn keep(layout: &Layout, reach: Reach) -> Result<Self, OpenError> {
        let files = small_files(layout)?;
        let from = match reach {
            Reach::SinceSnapshot => snapshot_lsn(&files),
            Reach::All => 0,
        };
        let (cache, path) = (layout.cache(), folder(layout).data());
        let mut undo = Self {
            files,
            saved: tempfile::tempfile_in(&cache).map_err(at(&cache))?,
            chunks: Vec::new(),
            segments: Vec::new(),
            length: 0,
        };
        let data = File::open(&path).map_err(at(&path))?;
        undo.length = data.metadata().map_err(at(&path))?.len();
        let segments = (0..undo.length).step_by(limits::SEGMENT_BYTES);
        for segment in segments {
            if is_read_again(&data, segment, from).map_err(at(&path))? {
                undo.segments.push(segment);
                undo.keep_segment(&data, segment).map_err(at(&cache))?;
            }
        }
        Ok(undo)
    }

    fn keep_segment(&mut self, data: &File, segment: u64) -> io::Result<()> {
        let (mut chunk, blank) = (vec![0; CHUNK_BYTES], vec![0; CHUNK_BYTES]);
        for offset in chunks_of(segment) {
            read(data, offset, &mut chunk)?;
            if chunk != blank {
                self.saved.write_all(&chunk)?;
                self.chunks.push(offset);
            }
        }
        Ok(())
    }

    /// Whether something that was written is not there any more.
    pub(super) fn misses(&self, data: &File) -> io::Result<bool> {
        let (mut before, mut after) = (vec![0; CHUNK_BYTES], vec![0; CHUNK_BYTES]);
        for (place, offset) in self.chunks() {
            read(&self.saved, place, &mut before)?;
            read(data, offset, &mut after)?;
            let mut bytes = before.iter().zip(&after);
            // Nearly always they are the same, which is seen much sooner as a whole.
            if before != after && bytes.any(|(before, after)| *before != 0 && before != after) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The places of the chunks among what was saved, and their offsets.
    fn chunks(&self) -> impl Iterator<Item = (u64, u64)> {
        let places = (0u64..).step_by(CHUNK_BYTES);
        places.zip(self.chunks.iter().copied())
    }

    /// Puts everything back as it was.
    pub(super) fn put_back(&self, layout: &Layout) -> Result<(), OpenError> {
        let path = folder(layout).data();
        let put = || {
            let data = File::options().read(true).write(true).open(&path)?;
            self.put_chunks(&data)?;
            data.set_len(self.length)?;
            data.sync_all()
        };
        put().map_err(at(&path))?;
        for (path, _) in small_files(layout)? {
            if !self.files.iter().any(|(kept, _)| *kept == path) {
                fs::remove_file(&path).map_err(at(&path))?;
            }
        }
        for (path, bytes) in &self.files {
            fs::write(path, bytes).map_err(at(path))?;
        }
        Ok(())
    }

    fn put_chunks(&self, data: &File) -> io::Result<()> {
        let mut saved = self.chunks().peekable();
        let (mut before, mut now) = (vec![0; CHUNK_BYTES], vec![0; CHUNK_BYTES]);
        for offset in self.segments.iter().flat_map(|segment| chunks_of(*segment)) {
            match saved.next_if(|(_, at)| *at == offset) {
                Some((place, _)) => read(&self.saved, place, &mut before)?,
                None => before.fill(0),
            }
            read(data, offset, &mut now)?;
            if before != now {
                data.write_all_at(&before, offset)?;
            }
        }
        Ok(())
    }
}

/// The offsets of the chunks of a segment.
fn chunks_of(segment: u64) -> impl Iterator<Item = u64> {
    (segment..segment + limits::SEGMENT_BYTES as u64).step_by(CHUNK_BYTES)
}

/// Reads a chunk; what is after the end of the file is zeros.
fn read(file: &File, offset: u64, chunk: &mut [u8]) -> io::Result<()> {
    chunk.fill(0);
    let mut done = 0;
    while let Some(rest) = chunk.get_mut(done..).filter(|rest| !rest.is_empty()) {
        match file.read_at(rest, offset + done as u64)? {
            0 => break,
            more => done += more,
        }
    }
    Ok(())
}

/// sled's folder, where it holds the blocks.
fn folder(layout: &Layout) -> SledFolder {
    layout.sled(BlocksIn::Sled)
}

/// The files of sled's folder besides its data.
fn small_files(layout: &Layout) -> Result<Vec<(PathBuf, Vec<u8>)>, OpenError> {
    let folder = folder(layout);
    let mut files = Vec::new();
    for entry in fs::read_dir(folder.path()).map_err(at(folder.path()))? {
        let path = entry.map_err(at(folder.path()))?.path();
        if path != folder.data() && path.is_file() {
            let bytes = fs::read(&path).map_err(at(&path))?;
            files.push((path, bytes));
        }
    }
    Ok(files)
}

/// How far sled's newest snapshot goes, which is in its name.
fn snapshot_lsn(files: &[(PathBuf, Vec<u8>)]) -> u64 {
    let lsn = |(path, _): &(PathBuf, Vec<u8>)| {
        let name = path.file_name()?.to_str()?.strip_prefix("snap.")?;
        u64::from_str_radix(name, 16).ok()
    };
    files.iter().filter_map(lsn).max().unwrap_or(0)
}

/// Whether a segment is not for sure one that sled does not read again.
fn is_read_again(data: &File, segment: u64, from: u64) -> io::Result<bool> {
    let mut header = [0; SEGMENT_HEADER_BYTES];
    read(data, segment, &mut header)?;
    let (sum, rest) = header.split_at(4);
    let lsn = rest.first_chunk().map_or(0, |lsn| i64::from_le_bytes(*lsn)) ^ i64::MAX;
    let is_whole = sum == (crc32fast::hash(rest) ^ u32::MAX).to_le_bytes();
    let first = from - from % limits::SEGMENT_BYTES as u64;
    Ok(!is_whole || u64::try_from(lsn).is_ok_and(|lsn| lsn >= first))
}
