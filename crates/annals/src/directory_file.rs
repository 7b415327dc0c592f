//! The cache of the [`Directory`]: after a line that says what it is, one section after
//! the other. A section is the events between two positions that tell what companies are
//! called, a line each: the position and the JSON. It ends with a line that says after
//! which position it begins, up to which the log was read for it, the hash there, and a
//! checksum of its lines and of these three.
//!
//! So what was appended to the log is appended here. The file is believed only where it
//! is whole, each section goes on where those before it end or earlier, and the log has
//! the last hash at the last position. Missing, older, damaged or of another log: it is
//! made again.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use event_log::{EventLog, Hash, side_by_side};
use event_model::event::{Event, SCHEMA};
use event_model::id::Position;
use projection::basis::Placed;

use crate::directory::Directory;
use crate::error::{Error, io_at};
use crate::new_file::new_file;

const MAGIC: &str = "annals-directory-3";
/// What a line begins with that ends a section; others begin with a position.
const END: &str = "end ";
/// The longest such line, in bytes.
const END_BYTES_MAX: usize = 160;
/// Of how many events one thread makes the lines.
const PIECE_EVENTS: usize = 1_024;
/// The file is written to once it is behind by so many events.
const LAG_EVENTS_MAX: u64 = 1_000;

/// The end of a section.
struct End<'t> {
    after: Position,
    upto: Position,
    hash: &'t str,
    sum: &'t str,
}

impl<'t> End<'t> {
    fn parse(line: &'t str) -> Option<Self> {
        let mut words = line.strip_prefix(END)?.split(' ');
        let mut position = || words.next()?.parse().ok().map(Position);
        let (after, upto) = (position()?, position()?);
        let end = Self {
            after,
            upto,
            hash: words.next()?,
            sum: words.next()?,
        };
        words.next().is_none().then_some(end)
    }

    fn is_of(&self, log: &impl EventLog) -> Result<bool, Error> {
        let head = log.head_at(self.upto)?;
        Ok(head.is_some_and(|head| head.hash.to_string() == self.hash))
    }
}

fn checksum(lines: &str, (after, upto): (Position, Position), hash: &str) -> String {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(lines.as_bytes());
    hasher.update(format!("{after} {upto} {hash}").as_bytes());
    format!("{:08x}", hasher.finalize())
}

/// Reads the file, or gives an empty directory if it cannot be believed.
pub(crate) fn load(path: &Path, log: &impl EventLog) -> Result<Directory, Error> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let Some((directory, end)) = read(&text) else {
        return Ok(Directory::default());
    };
    Ok(match end.is_of(log)? {
        true => directory,
        false => Directory::default(),
    })
}

fn read(text: &str) -> Option<(Directory, End<'_>)> {
    let (first, mut rest) = text.split_once('\n')?;
    if first != MAGIC {
        return None;
    }
    let mut directory = Directory::default();
    let mut last = None;
    while !rest.is_empty() {
        let (lines, end, after) = section(rest)?;
        if end.after > directory.upto() {
            return None;
        }
        for line in lines.lines() {
            let (position, json) = line.split_once(' ')?;
            let position = Position(position.parse().ok()?);
            let event = Event::from_stored(SCHEMA, json.as_bytes()).ok()?;
            directory.add(Placed::new(position, event));
        }
        directory.reach(end.upto.max(directory.upto()));
        directory.is_filed(directory.upto());
        last = Some(end);
        rest = after;
    }
    Some((directory, last?))
}

/// The lines of the first section, its end, and what comes after it.
fn section(text: &str) -> Option<(&str, End<'_>, &str)> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.starts_with(END) {
            let (lines, rest) = text.split_at_checked(at)?;
            let (_, rest) = rest.split_at_checked(line.len())?;
            let end = End::parse(line.strip_suffix('\n')?)?;
            let is_whole = end.sum == checksum(lines, (end.after, end.upto), end.hash);
            return is_whole.then_some((lines, end, rest));
        }
        at += line.len();
    }
    None
}

/// How far the log was read for the file, as its last line says. Whether all of it can
/// be believed is seen when it is read whole.
pub(crate) fn reaches(path: &Path, log: &impl EventLog) -> Result<Option<Position>, Error> {
    let Some(text) = last_bytes(path) else {
        return Ok(None);
    };
    let line = text.strip_suffix('\n').and_then(|text| text.lines().last());
    match line.and_then(End::parse) {
        Some(end) if end.is_of(log)? => Ok(Some(end.upto)),
        _ => Ok(None),
    }
}

fn last_bytes(path: &Path) -> Option<String> {
    let mut file = File::open(path).ok()?;
    let length = file.metadata().ok()?.len();
    let from = length.saturating_sub(END_BYTES_MAX as u64);
    file.seek(SeekFrom::Start(from)).ok()?;
    let mut bytes = Vec::new();
    file.take(END_BYTES_MAX as u64)
        .read_to_end(&mut bytes)
        .ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Writes down what a directory has more than the file, if it is much.
pub(crate) fn save_if_behind(
    path: &Path,
    directory: &Directory,
    log: &impl EventLog,
) -> Result<(), Error> {
    let (after, upto) = (directory.filed(), directory.upto());
    if upto.0.saturating_sub(after.0) < LAG_EVENTS_MAX {
        return Ok(());
    }
    if after == Position(0) {
        return save(path, directory, log);
    }
    let events = directory.events();
    let new = events.filter(|placed| placed.position > after);
    add(path, (after, upto), new, log)
}

/// Adds a section to the file.
pub(crate) fn add<'e>(
    path: &Path,
    between: (Position, Position),
    events: impl Iterator<Item = &'e Placed>,
    log: &impl EventLog,
) -> Result<(), Error> {
    let section = section_of(between, events, log)?;
    let file = OpenOptions::new().append(true).open(path);
    file.and_then(|mut file| file.write_all(section.as_bytes()))
        .map_err(io_at(path))
}

/// Writes the file, whole or not at all.
pub(crate) fn save(path: &Path, directory: &Directory, log: &impl EventLog) -> Result<(), Error> {
    let between = (Position(0), directory.upto());
    let text = format!("{MAGIC}\n{}", section_of(between, directory.events(), log)?);
    let folder = path.parent().unwrap_or(path);
    let mut file = new_file(folder).map_err(io_at(folder))?;
    let refused = |error| io_at(path)(error);
    file.write_all(text.as_bytes()).map_err(refused)?;
    if path.is_dir() {
        fs::remove_dir_all(path).map_err(refused)?;
    }
    file.persist(path).map_err(|error| refused(error.error))?;
    Ok(())
}

fn section_of<'e>(
    (after, upto): (Position, Position),
    events: impl Iterator<Item = &'e Placed>,
    log: &impl EventLog,
) -> Result<String, Error> {
    let hash = log.head_at(upto)?.map_or(Hash::ZERO, |head| head.hash);
    let hash = hash.to_string();
    let mut section = String::new();
    let events: Vec<&Placed> = events.collect();
    let line = |Placed { position, event }: &&Placed| format!("{position} {}\n", event.to_json());
    side_by_side(
        events.chunks(PIECE_EVENTS).map(Ok),
        |piece| piece.iter().map(line).collect::<String>(),
        |lines| {
            section.push_str(&lines);
            Ok::<_, Error>(())
        },
    )?;
    let sum = checksum(&section, (after, upto), &hash);
    section.push_str(&format!("{END}{after} {upto} {hash} {sum}\n"));
    Ok(section)
}
