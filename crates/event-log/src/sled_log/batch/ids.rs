//! The ids of a batch, sorted without holding all of them: [`Ids`].

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

/// What is kept of an event of a batch until all are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct IdOf {
    /// The id.
    pub(super) id: [u8; 16],
    /// Which event of the batch, from 0.
    pub(super) number: u64,
    /// A hash of its company.
    pub(super) company: u64,
    /// A hash of its company and payload.
    pub(super) content: u64,
    /// What the caller calls it.
    pub(super) tag: u64,
}

const BYTES: usize = 48;
/// To look for one id reads a few pages of each run, to look for many in order
/// reads all.
const FEW: usize = 64;

impl IdOf {
    fn to_bytes(self) -> [u8; BYTES] {
        let mut bytes = [0; BYTES];
        let fields = self
            .id
            .into_iter()
            .chain(self.number.to_le_bytes())
            .chain(self.company.to_le_bytes())
            .chain(self.content.to_le_bytes())
            .chain(self.tag.to_le_bytes());
        for (byte, field) in bytes.iter_mut().zip(fields) {
            *byte = field;
        }
        bytes
    }

    fn of_bytes(bytes: &[u8; BYTES]) -> Option<Self> {
        let mut fields = crate::bytes::Fields(bytes);
        Some(Self {
            id: fields.take()?,
            number: u64::from_le_bytes(fields.take()?),
            company: u64::from_le_bytes(fields.take()?),
            content: u64::from_le_bytes(fields.take()?),
            tag: u64::from_le_bytes(fields.take()?),
        })
    }
}

/// Takes ids in any order, and gives them sorted.
#[derive(Debug)]
pub(super) struct Ids {
    dir: PathBuf,
    at_once: usize,
    at_hand: Vec<IdOf>,
    spilled: Vec<File>,
}

impl Ids {
    /// Sorts so many at once, and spills to files of this folder.
    pub(super) fn new(dir: &Path, at_once: usize) -> Self {
        Self {
            dir: dir.to_owned(),
            at_once: at_once.max(1),
            at_hand: Vec::new(),
            spilled: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, id: IdOf) -> io::Result<()> {
        self.at_hand.push(id);
        if self.at_hand.len() < self.at_once {
            return Ok(());
        }
        self.at_hand.sort_unstable();
        let mut file = BufWriter::new(tempfile::tempfile_in(&self.dir)?);
        for id in self.at_hand.drain(..) {
            file.write_all(&id.to_bytes())?;
        }
        let mut file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        self.spilled.push(file);
        Ok(())
    }

    /// Whether they are so few that to look for each by itself is quicker.
    pub(super) fn are_few(&self) -> bool {
        self.spilled.is_empty() && self.at_hand.len() < FEW
    }

    /// All of them, by id and then by number; it can be asked for again.
    pub(super) fn sorted(&mut self) -> io::Result<Sorted<'_>> {
        self.at_hand.sort_unstable();
        let mut sources: Vec<Source<'_>> = vec![Source::Memory(self.at_hand.iter())];
        for file in &self.spilled {
            let mut file = file.try_clone()?;
            file.rewind()?;
            sources.push(Source::File(BufReader::new(file)));
        }
        let mut heap = BinaryHeap::new();
        if sources.len() > 1 {
            for (number, source) in sources.iter_mut().enumerate() {
                heap.extend(source.next().transpose()?.map(|id| Reverse((id, number))));
            }
        }
        Ok(Sorted { sources, heap })
    }
}

enum Source<'i> {
    Memory(std::slice::Iter<'i, IdOf>),
    File(BufReader<File>),
}

impl Iterator for Source<'_> {
    type Item = io::Result<IdOf>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Memory(ids) => ids.next().copied().map(Ok),
            Self::File(file) => {
                let mut bytes = [0; BYTES];
                match file.read_exact(&mut bytes) {
                    Ok(()) => IdOf::of_bytes(&bytes).map(Ok),
                    Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => None,
                    Err(error) => Some(Err(error)),
                }
            }
        }
    }
}

/// The ids of a batch in order. One source needs no heap.
pub(super) struct Sorted<'i> {
    sources: Vec<Source<'i>>,
    heap: BinaryHeap<Reverse<(IdOf, usize)>>,
}

impl Iterator for Sorted<'_> {
    type Item = io::Result<IdOf>;

    fn next(&mut self) -> Option<Self::Item> {
        if let [only] = self.sources.as_mut_slice() {
            return only.next();
        }
        let Reverse((id, source)) = self.heap.pop()?;
        match self.sources.get_mut(source).and_then(Iterator::next) {
            Some(Ok(next)) => self.heap.push(Reverse((next, source))),
            Some(Err(error)) => return Some(Err(error)),
            None => {}
        }
        Some(Ok(id))
    }
}
