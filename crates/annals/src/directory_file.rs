//! The cache of the [`Directory`]: a line with a checksum of the rest, one that
//! says how far the log was read and its hash there, and the events that it is
//! made of, a line each: the position and the JSON.
//!
//! It is believed only where the checksum holds and the log has that hash at
//! that position. Missing, older, damaged or of another log: it is made again.

use std::io::{BufRead, Write};
use std::path::Path;

use event_log::{EventLog, Hash};
use event_model::event::{Event, SCHEMA};
use event_model::id::Position;
use projection::basis::Placed;

use crate::directory::Directory;
use crate::error::{Error, io_at};

const MAGIC: &str = "annals-directory-2";
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
    let text = std::fs::read_to_string(path).ok()?;
    let (first, body) = text.split_once('\n')?;
    let (magic, sum) = first.split_once(' ')?;
    if magic != MAGIC || sum != checksum(body) {
        return None;
    }
    let mut lines = body.lines();
    let (upto, hash) = lines.next()?.split_once(' ')?;
    let mut directory = Directory::default();
    for line in lines {
        let (position, json) = line.split_once(' ')?;
        let position = Position(position.parse().ok()?);
        let event = Event::from_stored(SCHEMA, json.as_bytes()).ok()?;
        directory.add(Placed::new(position, event));
    }
    directory.is_filed(Position(upto.parse().ok()?));
    Some((directory, hash.to_owned()))
}

/// How far the log was read for the file, as it says; zero if there is none.
/// Whether it can be believed is seen when it is read whole.
pub(crate) fn reaches(path: &Path) -> Position {
    let second_line = || {
        let file = std::fs::File::open(path).ok()?;
        let line = std::io::BufReader::new(file).lines().nth(1)?.ok()?;
        line.split_once(' ')?.0.parse().ok()
    };
    Position(second_line().unwrap_or(0))
}

fn checksum(body: &str) -> String {
    format!("{:08x}", crc32fast::hash(body.as_bytes()))
}

/// Writes the file if it is missing much.
pub(crate) fn save_if_behind(
    path: &Path,
    directory: &Directory,
    log: &impl EventLog,
) -> Result<(), Error> {
    if directory.upto().0.saturating_sub(directory.filed().0) < LAG_EVENTS_MAX {
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
    let mut body = format!("{upto} {hash}\n");
    for Placed { position, event } in directory.events() {
        body.push_str(&format!("{position} {}\n", event.to_json()));
    }
    let text = format!("{MAGIC} {}\n{body}", checksum(&body));
    let refused = |error| io_at(path)(error);
    let mut file = temporary;
    file.write_all(text.as_bytes()).map_err(refused)?;
    if path.is_dir() {
        std::fs::remove_dir_all(path).map_err(refused)?;
    }
    file.persist(path).map_err(|error| refused(error.error))?;
    Ok(())
}
