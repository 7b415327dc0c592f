//! The mark of the head: one line beside the caches that says how far the log
//! went when it was last closed.
//!
//! A log that lost its end looks like one that never had more: that is how a power cut
//! leaves a journal. The mark tells the two apart. It is written after the log was
//! synced, so it is never ahead of a sound log, and where it is missing nothing is wrong.

use std::fs;
use std::io;
use std::path::Path;

use event_model::id::Position;
use uuid::Uuid;

use crate::event_log::Head;
use crate::hash::Hash;
use crate::limits;
use crate::throwaway;
use crate::whole_file::read_at_most;

const MAGIC: &str = "annals-head-1";

/// Writes the mark. It need not survive a power cut, and is not synced.
pub(crate) fn save(path: &Path, store: Uuid, head: Head) -> io::Result<()> {
    let body = format!("{MAGIC} {store} {} {}", head.position, head.hash);
    let sum = crc32fast::hash(body.as_bytes());
    let temporary = path.with_extension("tmp");
    fs::write(&temporary, format!("{body} {sum:08x}\n"))?;
    if path.is_dir() {
        throwaway::remove(path)?;
    }
    fs::rename(temporary, path)
}

/// The position and hash of the mark of a store, if there is a whole one.
pub(crate) fn load(path: &Path, store: Uuid) -> Option<(Position, Hash)> {
    let (marked, position, hash) = read(path)?;
    (marked == store).then_some((position, hash))
}

/// The store that a whole mark is of.
pub(crate) fn store_of(path: &Path) -> Option<Uuid> {
    read(path).map(|(store, ..)| store)
}

fn read(path: &Path) -> Option<(Uuid, Position, Hash)> {
    let bytes = read_at_most(path, limits::WORDS_BYTES_MAX).ok()??;
    let text = String::from_utf8(bytes).ok()?;
    let (body, sum) = text.trim_end().rsplit_once(' ')?;
    if format!("{:08x}", crc32fast::hash(body.as_bytes())) != sum {
        return None;
    }
    let mut words = body.split(' ');
    let is_mark = words.next() == Some(MAGIC);
    let store = words.next()?.parse().ok()?;
    let position = words.next()?.parse().ok()?;
    let hash = words.next()?.parse().ok()?;
    is_mark.then_some((store, Position(position), hash))
}
