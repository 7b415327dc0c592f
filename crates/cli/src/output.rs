//! Where a command writes: data to standard output, talk to standard error.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Stderr, Stdout, Write};
use std::path::Path;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use serde::Serialize;

use crate::error::CommandError;
use crate::exit_code::ExitCode;
use crate::pager::{self, Paged, Pager, Paging};

/// Standard output, buffered, or the pager before it.
pub(crate) struct Output {
    out: BufWriter<Sink>,
    /// How many bytes it was given.
    given: u64,
    is_terminal: bool,
    /// Whether there may be a pager.
    pages: bool,
    /// What is held back until it is longer than the screen.
    paging: Option<Paging>,
    /// What is left is to tell of a change that is made.
    tells_of_change: bool,
}

enum Sink {
    Stdout(Stdout),
    Pager(Pager),
}

impl Output {
    pub(crate) fn stdout() -> Self {
        let out = io::stdout();
        let is_terminal = out.is_terminal();
        Self {
            is_terminal,
            out: BufWriter::new(Sink::Stdout(out)),
            given: 0,
            pages: is_terminal,
            paging: None,
            tells_of_change: false,
        }
    }

    /// What was asked is done and stays so: only to tell of it is left.
    pub(crate) fn tell_of_change(&mut self) {
        self.tells_of_change = true;
    }

    /// Whether a change was made, so that to do the same again would make another.
    pub(crate) fn tells_of_change(&self) -> bool {
        self.tells_of_change
    }

    /// Lets nothing go through a pager.
    pub(crate) fn without_pager(&mut self) {
        self.pages = false;
    }

    /// Lets what follows go through a pager, if it is longer than the screen.
    pub(crate) fn page(&mut self) {
        let is_plain = matches!(self.out.get_ref(), Sink::Stdout(_)) && self.paging.is_none();
        if self.pages && is_plain {
            self.paging = pager::chosen().map(Paging::by);
        }
    }

    /// Takes back what it was given, if nobody has seen any of it.
    pub(crate) fn take_back(&mut self) -> bool {
        let held = self.paging.take().map(Paging::into_held);
        let unseen = self.out.buffer().len() + held.map_or(0, |held| held.len());
        if self.given > unseen as u64 {
            return false;
        }
        let fresh = BufWriter::new(Sink::Stdout(io::stdout()));
        drop(std::mem::replace(&mut self.out, fresh).into_parts());
        self.given = 0;
        true
    }

    /// Whether a person is reading.
    pub(crate) fn is_terminal(&self) -> bool {
        self.is_terminal
    }

    /// Writes a text as it is.
    pub(crate) fn text(&mut self, text: &str) -> Result<(), CommandError> {
        self.write_all(text.as_bytes())
            .map_err(CommandError::output)
    }

    /// Writes a line.
    pub(crate) fn line(&mut self, text: &str) -> Result<(), CommandError> {
        self.text(text)?;
        self.text("\n")
    }

    /// Writes a value as JSON over several lines.
    pub(crate) fn json(&mut self, value: &impl Serialize) -> Result<(), CommandError> {
        serde_json::to_writer_pretty(&mut *self, value).map_err(CommandError::json)?;
        self.text("\n")
    }

    /// Writes a value as one line of JSON.
    pub(crate) fn json_line(&mut self, value: &impl Serialize) -> Result<(), CommandError> {
        serde_json::to_writer(&mut *self, value).map_err(CommandError::json)?;
        self.text("\n")
    }

    /// Writes what is buffered, and what was short enough to need no pager.
    pub(crate) fn finish(&mut self) -> Result<(), CommandError> {
        let held = self.paging.take().map(Paging::into_held);
        let written = self.out.write_all(&held.unwrap_or_default());
        written
            .and_then(|()| self.out.flush())
            .map_err(CommandError::output)
    }

    /// Writes to a file, whole or not at all, and says so; without a path, or by the path
    /// `-`, here.
    pub(crate) fn write_to(
        &mut self,
        path: Option<&Path>,
        write: impl FnOnce(&mut dyn Write) -> Result<(), CommandError>,
    ) -> Result<(), CommandError> {
        match path.filter(|path| *path != Path::new("-")) {
            None => {
                write(self)?;
                self.finish()
            }
            Some(path) => {
                to_file(path, write)?;
                say(&format!("wrote {}", path.display()));
                Ok(())
            }
        }
    }

    /// Waits so long, or until nobody reads any more; tells whether somebody does.
    pub(crate) fn wait(&self, time: Duration) -> bool {
        let stdout = io::stdout();
        // Nothing is asked for, so that only its end is told.
        let mut ends = [PollFd::new(&stdout, PollFlags::empty())];
        let time = Timespec::try_from(time).ok();
        match poll(&mut ends, time.as_ref()) {
            Ok(_) => ends.iter().all(|end| end.revents().is_empty()),
            // A signal that is none of ours.
            Err(_) => true,
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = match &mut self.paging {
            None => self.out.write(bytes)?,
            Some(paging) => {
                match paging.take(bytes) {
                    Paged::Held => {}
                    Paged::Shown(pager) => {
                        self.paging = None;
                        self.out = BufWriter::new(Sink::Pager(pager));
                    }
                    Paged::Plain(held) => {
                        self.paging = None;
                        self.out.write_all(&held)?;
                    }
                }
                bytes.len()
            }
        };
        self.given += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout(out) => out.write(bytes),
            Self::Pager(pager) => pager.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(out) => out.flush(),
            Self::Pager(pager) => pager.flush(),
        }
    }
}

/// Says something on standard error. A closed one is no reason to fail.
pub(crate) fn complain(text: &str) {
    let mut err: Stderr = io::stderr();
    err.write_all(text.as_bytes()).ok();
}

/// Says a line on standard error.
pub(crate) fn say(line: &str) {
    complain(&format!("{line}\n"));
}

/// Writes a file whole, or leaves what was there.
fn to_file(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<(), CommandError>,
) -> Result<(), CommandError> {
    let refused = |error: std::io::Error| {
        let what = format!("cannot write {}", path.display());
        CommandError::new(ExitCode::Machine, what).because(&error)
    };
    if path.is_dir() {
        let what = format!("cannot write {}: it is a folder", path.display());
        return Err(CommandError::usage(what).hint("give the path of a file"));
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    if let Some(store) = annals::store_around(folder) {
        let what = format!("cannot write {}: it is in a store", path.display());
        let hint = format!("give a path that is not in {}", store.display());
        return Err(CommandError::usage(what).hint(hint));
    }
    let there = std::fs::symlink_metadata(path);
    if there.is_ok_and(|there| !there.is_file()) {
        // A pipe, a device or a link is written to, and never replaced.
        let mut file = BufWriter::new(File::create(path).map_err(refused)?);
        write(&mut file).map_err(|error| error.naming_output(path))?;
        return file.flush().map_err(refused);
    }
    let temporary = annals::new_file(folder);
    let mut file = BufWriter::new(temporary.map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => refused(error).hint("make its folder first"),
        _ => refused(error),
    })?);
    write(&mut file).map_err(|error| error.naming_output(path))?;
    let temporary = file
        .into_inner()
        .map_err(|error| refused(error.into_error()))?;
    // What was there goes only when this is on the disk.
    temporary.as_file().sync_all().map_err(refused)?;
    temporary
        .persist(path)
        .map_err(|error| refused(error.error))?;
    Ok(())
}
