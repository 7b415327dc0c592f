//! Rows of one size, sorted without holding all of them: [`Sorter`], [`Sorted`].

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// How many files are made before they become one, so that few are open.
const FILES_MAX: usize = 64;

/// What is sorted.
pub(super) trait Row: Copy + Ord {
    /// How many bytes it has in a file.
    const BYTES: usize;

    /// Adds them to others.
    fn put(self, bytes: &mut Vec<u8>);

    /// Reads it; `None` if the bytes are none of it.
    fn of(bytes: &[u8]) -> Option<Self>;
}

/// Takes rows in any order.
#[derive(Debug)]
pub(super) struct Sorter<R> {
    dir: PathBuf,
    at_once: usize,
    sorted: Sorted<R>,
}

/// Rows in their order, to be gone through as often as one likes.
#[derive(Debug)]
pub(super) struct Sorted<R> {
    at_hand: Vec<R>,
    /// Files of rows that are sorted each for itself.
    spilled: Vec<Spilled>,
    rows: u64,
}

/// A file of rows, and how many.
#[derive(Debug)]
struct Spilled {
    file: File,
    rows: u64,
}

impl<R: Row> Sorter<R> {
    /// Sorts so many at once, and spills to files of this folder.
    pub(super) fn new(dir: &Path, at_once: usize) -> Self {
        Self {
            dir: dir.to_owned(),
            at_once: at_once.max(1),
            sorted: Sorted {
                at_hand: Vec::new(),
                spilled: Vec::new(),
                rows: 0,
            },
        }
    }

    pub(super) fn push(&mut self, row: R) -> io::Result<()> {
        let Sorted {
            at_hand,
            spilled,
            rows,
        } = &mut self.sorted;
        at_hand.push(row);
        *rows += 1;
        if at_hand.len() < self.at_once {
            return Ok(());
        }
        at_hand.sort_unstable();
        spilled.push(spill(&self.dir, at_hand.drain(..).map(Ok))?);
        if spilled.len() >= FILES_MAX {
            let all = spill(&self.dir, self.sorted.iter()?)?;
            self.sorted.spilled = vec![all];
        }
        Ok(())
    }

    /// All of them.
    pub(super) fn finish(self) -> Sorted<R> {
        let mut sorted = self.sorted;
        sorted.at_hand.sort_unstable();
        sorted
    }
}

impl<R: Row> Sorted<R> {
    /// How many rows there are.
    pub(super) fn len(&self) -> u64 {
        self.rows
    }

    /// Whether all of them are held.
    pub(super) fn are_at_hand(&self) -> bool {
        self.spilled.is_empty()
    }

    /// All of them, in order.
    pub(super) fn iter(&self) -> io::Result<Iter<'_, R>> {
        let mut sources: Vec<Source<'_, R>> = vec![Source::Memory(self.at_hand.iter())];
        for file in &self.spilled {
            let Spilled { file, rows } = file;
            let from = FromStart { file, offset: 0 };
            sources.push(Source::File(Reading {
                input: BufReader::new(from),
                left: *rows,
                bytes: vec![0; R::BYTES],
            }));
        }
        let mut heap = BinaryHeap::new();
        if sources.len() > 1 {
            for (number, source) in sources.iter_mut().enumerate() {
                heap.extend(source.next().transpose()?.map(|row| Reverse((row, number))));
            }
        }
        Ok(Iter { sources, heap })
    }
}

/// A file of rows that come in order.
fn spill<R: Row>(dir: &Path, rows: impl Iterator<Item = io::Result<R>>) -> io::Result<Spilled> {
    let mut file = BufWriter::new(tempfile::tempfile_in(dir)?);
    let mut bytes = Vec::with_capacity(R::BYTES);
    let mut count = 0;
    for row in rows {
        bytes.clear();
        row?.put(&mut bytes);
        file.write_all(&bytes)?;
        count += 1;
    }
    let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
    Ok(Spilled { file, rows: count })
}

/// A file that is read from its start, whoever else reads it.
struct FromStart<'s> {
    file: &'s File,
    offset: u64,
}

impl Read for FromStart<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(buffer, self.offset)?;
        self.offset += read as u64;
        Ok(read)
    }
}

enum Source<'s, R> {
    Memory(std::slice::Iter<'s, R>),
    File(Reading<'s>),
}

/// The rows of a file that are left.
struct Reading<'s> {
    input: BufReader<FromStart<'s>>,
    left: u64,
    /// Those of a row.
    bytes: Vec<u8>,
}

impl Reading<'_> {
    fn next<R: Row>(&mut self) -> Option<io::Result<R>> {
        self.left = self.left.checked_sub(1)?;
        if let Err(error) = self.input.read_exact(&mut self.bytes) {
            return Some(Err(error));
        }
        let row = R::of(&self.bytes);
        Some(row.ok_or_else(|| io::ErrorKind::InvalidData.into()))
    }
}

impl<R: Row> Iterator for Source<'_, R> {
    type Item = io::Result<R>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Memory(rows) => rows.next().copied().map(Ok),
            Self::File(reading) => reading.next(),
        }
    }
}

/// Rows in order. One source needs no heap.
pub(super) struct Iter<'s, R> {
    sources: Vec<Source<'s, R>>,
    heap: BinaryHeap<Reverse<(R, usize)>>,
}

impl<R: Row> Iterator for Iter<'_, R> {
    type Item = io::Result<R>;

    fn next(&mut self) -> Option<Self::Item> {
        if let [only] = self.sources.as_mut_slice() {
            return only.next();
        }
        let Reverse((row, source)) = self.heap.pop()?;
        match self.sources.get_mut(source).and_then(Iterator::next) {
            Some(Ok(next)) => self.heap.push(Reverse((next, source))),
            Some(Err(error)) => return Some(Err(error)),
            None => {}
        }
        Some(Ok(row))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    impl Row for u32 {
        const BYTES: usize = 4;

        fn put(self, bytes: &mut Vec<u8>) {
            bytes.extend_from_slice(&self.to_le_bytes());
        }

        fn of(bytes: &[u8]) -> Option<Self> {
            bytes.try_into().ok().map(Self::from_le_bytes)
        }
    }

    proptest! {
        #[test]
        fn rows_come_sorted_however_few_are_held(
            rows in prop::collection::vec(any::<u32>(), 0..300),
            at_once in 0..9_usize,
        ) {
            let folder = tempfile::tempdir().unwrap();
            let mut sorter = Sorter::new(folder.path(), at_once);
            for row in &rows {
                sorter.push(*row).unwrap();
            }
            let sorted = sorter.finish();
            prop_assert_eq!(sorted.len(), rows.len() as u64);
            let mut expected = rows;
            expected.sort_unstable();
            // One does not take rows from another that is under way.
            let mut half = sorted.iter().unwrap();
            let first: Vec<u32> = half.by_ref().take(7).map(Result::unwrap).collect();
            let all: Vec<u32> = sorted.iter().unwrap().map(Result::unwrap).collect();
            prop_assert_eq!(&all, &expected);
            let rest = half.map(Result::unwrap);
            prop_assert_eq!(first.into_iter().chain(rest).collect::<Vec<_>>(), expected);
        }
    }
}
