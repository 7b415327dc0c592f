//! What the recorder wrote down: [`Trace`], a list of [`Op`]s.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};

/// A number by which a process knows an open file.
pub type Descriptor = i32;

/// One call that changed files, or was to make a change last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Op {
    /// A file or folder was opened, and made if there was none of the name.
    Open {
        /// Known as this from here on.
        descriptor: Descriptor,
        /// Below the folder that is recorded, as in all others.
        path: String,
        /// Whether it was emptied.
        empties: bool,
    },
    /// A file without a name was made.
    OpenNameless(Descriptor),
    /// A descriptor is known no more.
    Close(Descriptor),
    /// The second is the same file as the first.
    Duplicate(Descriptor, Descriptor),
    /// Bytes were written.
    Write {
        /// Into this file.
        descriptor: Descriptor,
        /// From here on.
        offset: u64,
        /// These.
        bytes: Arc<[u8]>,
    },
    /// A file was cut, or made longer by zeros.
    SetLength(Descriptor, u64),
    /// A file or folder was synced, by `fsync` or `fdatasync`.
    Sync(Descriptor),
    /// A name became another, in place of what had that.
    Rename(String, String),
    /// A name of a file or of an empty folder was taken away.
    Remove(String),
    /// A folder was made.
    MakeFolder(String),
    /// The workload had something to say.
    Mark(String),
    /// All descriptors are gone, with the process.
    ProcessEnded,
}

impl Op {
    /// Whether it can be seen in the files, or makes them last.
    #[must_use]
    pub fn is_change(&self) -> bool {
        !matches!(
            self,
            Self::Close(_) | Self::Duplicate(..) | Self::Mark(_) | Self::ProcessEnded
        )
    }
}

/// The calls of a run, in order.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    /// All of them.
    pub ops: Vec<Op>,
}

impl Trace {
    /// Reads a trace.
    ///
    /// # Errors
    ///
    /// If it is not whole, or has a call that the recorder cannot follow.
    pub fn read(path: &Path) -> Result<Self> {
        let bytes = std::fs::read(path).with_context(|| format!("no trace {}", path.display()))?;
        let mut rest = bytes.as_slice();
        let mut ops = Vec::new();
        while !rest.is_empty() {
            let (op, after) = read_op(rest).context("a record of the trace is not whole")?;
            ops.push(op?);
            rest = after;
        }
        Ok(Self { ops })
    }

    /// What goes before, and then what came after the process had ended.
    #[must_use]
    pub fn followed_by(before: &[Op], after: &Self) -> Self {
        let mut ops = before.to_vec();
        ops.push(Op::ProcessEnded);
        ops.extend_from_slice(&after.ops);
        Self { ops }
    }
}

fn read_op(bytes: &[u8]) -> Option<(Result<Op>, &[u8])> {
    let mut fields = Fields(bytes);
    let [kind] = fields.take()?;
    let descriptor = i32::from_ne_bytes(fields.take()?);
    let number = u64::from_ne_bytes(fields.take()?);
    let lengths = (fields.length()?, fields.length()?);
    let (one, two) = (fields.piece(lengths.0)?, fields.piece(lengths.1)?);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let op = match kind {
        b'O' => Op::Open {
            descriptor,
            path: text(one),
            empties: number != 0,
        },
        b'T' => Op::OpenNameless(descriptor),
        b'C' => Op::Close(descriptor),
        b'D' => Op::Duplicate(descriptor, i32::try_from(number).ok()?),
        b'W' => Op::Write {
            descriptor,
            offset: number,
            bytes: one.into(),
        },
        b'S' => Op::SetLength(descriptor, number),
        b'F' => Op::Sync(descriptor),
        b'R' => Op::Rename(text(one), text(two)),
        b'U' => Op::Remove(text(one)),
        b'M' => Op::MakeFolder(text(one)),
        b'K' => Op::Mark(text(one)),
        b'!' => return Some((unknown(&text(one)), fields.0)),
        _ => return None,
    };
    Some((Ok(op), fields.0))
}

fn unknown(what: &str) -> Result<Op> {
    bail!("the recorder cannot follow {what}; teach it in recorder/recorder.c and src/disk.rs")
}

struct Fields<'b>(&'b [u8]);

impl<'b> Fields<'b> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    fn length(&mut self) -> Option<usize> {
        usize::try_from(u32::from_ne_bytes(self.take()?)).ok()
    }

    fn piece(&mut self, length: usize) -> Option<&'b [u8]> {
        let (piece, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(piece)
    }
}
