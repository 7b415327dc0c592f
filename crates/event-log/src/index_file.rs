//! The index as a file beside the log, so that opening need not read it all.
//!
//! ```text
//! 8        "annalsix"
//! u32 LE   format
//! 16       id of the store
//! u64 LE   position that it holds up to
//! 32       hash at that position
//! u64 LE   number of companies
//! each:    u8 length, slug, u64 LE number of positions, u64 LE each
//! u64 LE   number of blocks, u64 LE first position of each
//! u64 LE   number of ids; each, in order: 16 bytes of id, u64 LE position
//! u32 LE   CRC-32 of all before it
//! ```
//!
//! It is a cache: whatever is wrong with it, it is as if it were not there.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::Path;

use event_model::id::Position;
use uuid::Uuid;

use crate::event_log::Head;
use crate::hash::Hash;
use crate::index::ids::{Entry, Ids};
use crate::index::{Index, Stream};

const MAGIC: &[u8; 8] = b"annalsix";
const FORMAT: u32 = 1;
/// What is set aside at once for a list, however long it says it is.
const RESERVE_MAX: u64 = 1 << 16;

/// An index, and which log it is of.
#[derive(Debug)]
pub(crate) struct Saved {
    pub(crate) position: Position,
    pub(crate) hash: Hash,
    pub(crate) index: Index,
}

/// Writes the index of a store, in place of the one that was there.
pub(crate) fn save(path: &Path, store: Uuid, head: Head, index: &Index) -> io::Result<()> {
    let temporary = path.with_extension("new");
    let result = write(&temporary, store, head, index).and_then(|()| fs::rename(&temporary, path));
    if result.is_err() {
        // What is half written is of no use, and will be overwritten at worst.
        let _ = fs::remove_file(&temporary);
    }
    result
}

fn write(path: &Path, store: Uuid, head: Head, index: &Index) -> io::Result<()> {
    let mut out = Summed::new(BufWriter::with_capacity(1 << 20, File::create(path)?));
    out.write_all(MAGIC)?;
    out.write_all(&FORMAT.to_le_bytes())?;
    out.write_all(store.as_bytes())?;
    out.number(head.position.0)?;
    out.write_all(head.hash.as_bytes())?;
    out.number(index.streams().len() as u64)?;
    for Stream { company, positions } in index.streams() {
        let slug = company.as_str().as_bytes();
        out.write_all(&[u8::try_from(slug.len()).map_err(io::Error::other)?])?;
        out.write_all(slug)?;
        out.numbers(positions)?;
    }
    out.numbers(index.blocks())?;
    out.number(index.ids().len() as u64)?;
    for Entry { id, position } in index.ids().iter() {
        out.write_all(&id)?;
        out.number(position)?;
    }
    let sum = out.sum.clone().finalize();
    out.inner.write_all(&sum.to_le_bytes())?;
    out.inner.flush()
}

/// Reads the index of a store, if there is a whole one.
pub(crate) fn load(path: &Path, store: Uuid) -> Option<Saved> {
    let mut input = Summed::new(BufReader::with_capacity(1 << 20, File::open(path).ok()?));
    if &input.take::<8>()? != MAGIC
        || u32::from_le_bytes(input.take()?) != FORMAT
        || input.take::<16>()? != store.into_bytes()
    {
        return None;
    }
    let position = Position(input.read_number()?);
    let hash = Hash::from_bytes(input.take()?);
    let streams = input.read_list(Summed::read_stream)?;
    let blocks = input.read_numbers()?;
    let ids = input.read_list(|input| {
        Some(Entry {
            id: input.take()?,
            position: input.read_number()?,
        })
    })?;
    let sum = input.sum.clone().finalize();
    if u32::from_le_bytes(input.take()?) != sum || input.inner.read(&mut [0]).ok()? != 0 {
        return None;
    }
    let index = Index::from_parts(streams, Ids::from_sorted(ids)?, blocks)?;
    (index.events() == position).then_some(Saved {
        position,
        hash,
        index,
    })
}

/// Sums up what passes through.
struct Summed<T> {
    inner: T,
    sum: crc32fast::Hasher,
}

impl<T> Summed<T> {
    fn new(inner: T) -> Self {
        Self {
            inner,
            sum: crc32fast::Hasher::new(),
        }
    }
}

impl<W: Write> Summed<W> {
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.sum.update(bytes);
        self.inner.write_all(bytes)
    }

    fn number(&mut self, number: u64) -> io::Result<()> {
        self.write_all(&number.to_le_bytes())
    }

    fn numbers(&mut self, numbers: &[u64]) -> io::Result<()> {
        self.number(numbers.len() as u64)?;
        numbers.iter().try_for_each(|&number| self.number(number))
    }
}

impl<R: Read> Summed<R> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let mut bytes = [0; N];
        self.inner.read_exact(&mut bytes).ok()?;
        self.sum.update(&bytes);
        Some(bytes)
    }

    fn read_number(&mut self) -> Option<u64> {
        self.take().map(u64::from_le_bytes)
    }

    fn read_list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.read_number()?;
        let mut list = Vec::with_capacity(usize::try_from(count.min(RESERVE_MAX)).ok()?);
        for _ in 0..count {
            list.push(item(self)?);
        }
        Some(list)
    }

    fn read_numbers(&mut self) -> Option<Vec<u64>> {
        self.read_list(Self::read_number)
    }

    fn read_stream(&mut self) -> Option<Stream> {
        let [length] = self.take()?;
        let mut slug = vec![0; usize::from(length)];
        self.inner.read_exact(&mut slug).ok()?;
        self.sum.update(&slug);
        Some(Stream {
            company: std::str::from_utf8(&slug).ok()?.parse().ok()?,
            positions: self.read_numbers()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use event_model::id::EventId;

    fn index() -> Index {
        let mut index = Index::default();
        for number in 0..40u64 {
            if number % 7 == 0 {
                index.push_block(Position(number + 1), std::iter::empty());
            }
            let company = format!("company-{}", number % 3).parse().unwrap();
            index.push(
                &company,
                EventId(Uuid::from_u128(u128::from(number * 97 % 41))),
            );
        }
        index
    }

    #[test]
    fn an_index_reads_as_it_was_written() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("index");
        let head = Head {
            position: Position(40),
            recorded: None,
            hash: Hash::ZERO.then(b"x"),
        };
        let store = Uuid::from_u128(5);
        save(&path, store, head, &index()).unwrap();
        let saved = load(&path, store).unwrap();
        assert_eq!((saved.position, saved.hash), (head.position, head.hash));
        assert_eq!(saved.index.streams(), index().streams());
        assert_eq!(saved.index.blocks(), index().blocks());
        assert!(saved.index.ids().iter().eq(index().ids().iter()));
        assert!(load(&path, Uuid::from_u128(6)).is_none());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn whatever_is_wrong_with_the_file_it_is_not_there() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("index");
        let store = Uuid::from_u128(5);
        assert!(load(&path, store).is_none());
        let head = Head {
            position: Position(40),
            ..Head::ZERO
        };
        save(&path, store, head, &index()).unwrap();
        let bytes = fs::read(&path).unwrap();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 0x40;
            fs::write(&path, &changed).unwrap();
            assert!(load(&path, store).is_none(), "byte {at}");
            fs::write(&path, &bytes[..at]).unwrap();
            assert!(load(&path, store).is_none(), "cut at {at}");
        }
    }
}
