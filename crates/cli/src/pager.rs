//! The pager: a program that shows what is longer than the screen.
//!
//! Text is held back until it is longer than the screen; what is shorter is
//! written as it is. Only a person at a terminal has a screen.

use std::io::{self, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::SIGINT;
use terminal_size::terminal_size;

/// What names the pager, the first before the second.
const VARIABLES: [&str; 2] = ["ANNALS_PAGER", "PAGER"];
const DEFAULT: &str = "less -FRX";
/// How `less` behaves that is named without options.
const LESS: &str = "FRX";

/// The pager that is to be used, as words of a command line.
pub(crate) fn chosen() -> Option<Vec<String>> {
    let said = VARIABLES.iter().find_map(|name| std::env::var(name).ok());
    let words = shlex::split(said.as_deref().unwrap_or(DEFAULT))?;
    (!words.is_empty() && words != ["cat"]).then_some(words)
}

/// Text on its way to a person.
pub(crate) struct Paging {
    command: Vec<String>,
    held: Vec<u8>,
    lines: usize,
    /// How many lines there is room for.
    room: usize,
}

/// What became of text.
pub(crate) enum Paged {
    /// It is held back.
    Held,
    /// It is longer than the screen, and a pager shows all of it.
    Shown(Pager),
    /// It is longer than the screen, and there is no pager.
    Plain(Vec<u8>),
}

impl Paging {
    /// Begins to hold back what is for the pager of these words.
    pub(crate) fn by(command: Vec<String>) -> Self {
        let rows = terminal_size().map_or(0, |(_, height)| usize::from(height.0));
        Self {
            command,
            held: Vec::new(),
            lines: 0,
            // The prompt of the shell needs one.
            room: rows.saturating_sub(1),
        }
    }

    /// Takes text in.
    pub(crate) fn take(&mut self, text: &[u8]) -> Paged {
        self.held.extend_from_slice(text);
        self.lines += text.iter().filter(|byte| **byte == b'\n').count();
        if self.lines <= self.room {
            return Paged::Held;
        }
        let held = std::mem::take(&mut self.held);
        let Some(mut pager) = Pager::start(&self.command) else {
            return Paged::Plain(held);
        };
        // If it is gone already, the next write tells.
        pager.write_all(&held).ok();
        Paged::Shown(pager)
    }

    /// What was held back.
    pub(crate) fn into_held(self) -> Vec<u8> {
        self.held
    }
}

/// A pager that runs. It is waited for when it is dropped.
pub(crate) struct Pager {
    child: Child,
    stdin: Option<ChildStdin>,
}

impl Pager {
    /// Starts a pager; nothing if it cannot be had.
    fn start(command: &[String]) -> Option<Self> {
        let (program, options) = command.split_first()?;
        let mut command = Command::new(program);
        command.args(options).stdin(Stdio::piped());
        if std::env::var_os("LESS").is_none() {
            command.env("LESS", LESS);
        }
        let mut child = command.spawn().ok()?;
        // From now on it is the pager that is interrupted; we end when it does.
        signal_hook::flag::register(SIGINT, Arc::new(AtomicBool::new(false))).ok();
        let stdin = child.stdin.take();
        Some(Self { child, stdin })
    }
}

impl Write for Pager {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.stdin {
            Some(stdin) => stdin.write(bytes),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stdin.as_mut().map_or(Ok(()), ChildStdin::flush)
    }
}

impl Drop for Pager {
    fn drop(&mut self) {
        // It ends once it was read to the end of its input.
        drop(self.stdin.take());
        self.child.wait().ok();
    }
}
