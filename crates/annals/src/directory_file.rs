//! The cache of the [`Directory`]: the events it is made of, as lines of JSON
//! behind a line that says how far the log was read and its hash there.
//!
//! It is believed only where the log has that hash at that position. Missing,
//! older, damaged or of another log: it is made again.

use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use event_log::{EventLog, Hash};
use event_model::event::{Event, SCHEMA};
use event_model::id::Position;
use projection::basis::Placed;

use crate::directory::Directory;
use crate::error::{Error, io_at};

const MAGIC: &str = "annals-directory-1";
/// The file is written again once it is behind by so many events.
const LAG_EVENTS_MAX: u64 = 1_000;

/// Reads the file, or gives an empty directory if it cannot be believed.
pub(crate) fn load(path: &Path, log: &impl EventLog) -> Result<Directory, Error> {
    let Some((directory, hash)) = read(path) else {
        return Ok(Directory::default());
    };
    let head = log.head_at(directory.upto())?;
    let is_ours = head.is_some_and(|head| head.hash.to_string() == hash);
    Ok(if is_ours {
        directory
    } else {
        Directory::default()
    })
}

fn read(path: &Path) -> Option<(Directory, String)> {
    let mut lines = BufReader::new(std::fs::File::open(path).ok()?).lines();
    let first = lines.next()?.ok()?;
    let mut words = first.split(' ');
    if words.next() != Some(MAGIC) {
        return None;
    }
    let upto = words.next()?.parse().ok()?;
    let hash = words.next()?.to_owned();
    let count: usize = words.next()?.parse().ok()?;
    let mut directory = Directory::default();
    let mut read = 0;
    for line in lines {
        let line = line.ok()?;
        let (position, json) = line.split_once(' ')?;
        let position = Position(position.parse().ok()?);
        let event = Event::from_stored(SCHEMA, json.as_bytes()).ok()?;
        directory.add(Placed { position, event });
        read += 1;
    }
    directory.reach(Position(upto));
    (read == count).then_some((directory, hash))
}

/// Writes the file if it is missing much.
pub(crate) fn save_if_behind(
    path: &Path,
    directory: &Directory,
    log: &impl EventLog,
) -> Result<(), Error> {
    let first_line = std::fs::File::open(path)
        .ok()
        .and_then(|file| BufReader::new(file).lines().next()?.ok());
    let upto = first_line.and_then(|line| line.split(' ').nth(1)?.parse::<u64>().ok());
    if directory.upto().0.saturating_sub(upto.unwrap_or(0)) < LAG_EVENTS_MAX {
        return Ok(());
    }
    save(path, directory, log)
}

/// Writes the file, whole or not at all.
pub(crate) fn save(path: &Path, directory: &Directory, log: &impl EventLog) -> Result<(), Error> {
    let upto = directory.upto();
    let hash = log.head_at(upto)?.map_or(Hash::ZERO, |head| head.hash);
    let folder = path.parent().unwrap_or(path);
    let temporary = tempfile::NamedTempFile::new_in(folder).map_err(io_at(folder))?;
    let mut out = BufWriter::new(temporary);
    let mut write = || {
        writeln!(out, "{MAGIC} {upto} {hash} {}", directory.events().count())?;
        for Placed { position, event } in directory.events() {
            writeln!(out, "{position} {}", event.to_json())?;
        }
        out.flush()
    };
    write().map_err(io_at(path))?;
    let temporary = out
        .into_inner()
        .map_err(|error| io_at(path)(error.into_error()))?;
    temporary
        .persist(path)
        .map_err(|error| io_at(path)(error.error))?;
    Ok(())
}
