//! Whether an id may be in a run, told without looking for it: [`IdFilter`].
//!
//! A Bloom filter in blocks of 64 bytes, one for 64 ids. An id sets five bits of the one
//! block that is its own; see `docs/format.md`. Of ids that are not there, one of thirty
//! seems to be.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use super::error::StreamsError;
use super::find::Ids;
use super::run::{Run, mixed};
use super::table::{Table, Window};

/// The bytes of a block.
pub(super) const BLOCK_BYTES: usize = 64;
const IDS_PER_BLOCK: u64 = 64;
const BITS_PER_ID: u32 = 5;
/// A block has so many bits, as a power of two.
const BLOCK_BITS_LOG: u32 = 9;
/// Runs with fewer ids are written without: it is made of them quickly.
const IDS_MIN: u64 = if cfg!(test) { 8 } else { 16_384 };
/// So many ids are looked for in a run without it. A process that appends a few events
/// does not need it.
const LOOKS_MIN: u64 = if cfg!(test) { 2 } else { 64 };
const PAGES_AHEAD: u64 = 64;

/// The filter of a run of so many ids, after the tables before it.
pub(super) fn table(ids: u64, offset: u64) -> Table {
    Table {
        offset,
        records: if ids < IDS_MIN { 0 } else { blocks(ids) },
        width: BLOCK_BYTES,
    }
}

fn blocks(ids: u64) -> u64 {
    ids.div_ceil(IDS_PER_BLOCK).max(1)
}

/// Ids, in eight bits each.
#[derive(Debug)]
pub(super) struct Filter(Vec<[u8; BLOCK_BYTES]>);

impl Filter {
    /// Of so many ids, none of which is in it yet.
    pub(super) fn new(ids: u64) -> Self {
        let blocks = usize::try_from(blocks(ids)).unwrap_or(usize::MAX);
        Self(vec![[0; BLOCK_BYTES]; blocks])
    }

    pub(super) fn insert(&mut self, id: &[u8; 16]) {
        let (block, bits) = self.place(id);
        let Some(block) = self.0.get_mut(block) else {
            return;
        };
        for (byte, bit) in bits {
            if let Some(byte) = block.get_mut(byte) {
                *byte |= bit;
            }
        }
    }

    /// Whether an id may be in it; never wrong about one that is.
    pub(super) fn may_have(&self, id: &[u8; 16]) -> bool {
        let (block, mut bits) = self.place(id);
        let Some(block) = self.0.get(block) else {
            return false;
        };
        bits.all(|(byte, bit)| block.get(byte).is_some_and(|byte| byte & bit != 0))
    }

    pub(super) fn blocks(&self) -> impl Iterator<Item = &[u8; BLOCK_BYTES]> {
        self.0.iter()
    }

    /// The block of an id, and the bytes and bits of it that are the id's.
    fn place(&self, id: &[u8; 16]) -> (usize, impl Iterator<Item = (usize, u8)> + use<>) {
        let hash = hash(id);
        // From the front of the hash, in equal parts.
        let block = ((u128::from(hash) * self.0.len() as u128) >> 64) as usize;
        let mut rest = hash.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let bits = (0..BITS_PER_ID).map(move |_| {
            let bit = rest >> (u64::BITS - BLOCK_BITS_LOG);
            rest <<= BLOCK_BITS_LOG;
            ((bit / 8) as usize, 1 << (bit % 8))
        });
        (block, bits)
    }
}

/// Ids may have the time in front, or be anybody's: all of their bits are mixed.
fn hash(id: &[u8; 16]) -> u64 {
    let id = u128::from_be_bytes(*id);
    mixed((id >> 64) as u64 ^ (id as u64).rotate_left(32))
}

/// The filter of a run, once it is worth its while.
#[derive(Debug, Default)]
pub(super) struct IdFilter {
    looks: AtomicU64,
    filter: OnceLock<Filter>,
}

impl IdFilter {
    /// The filter of a run that was just written.
    pub(super) fn of(filter: Filter) -> Self {
        Self {
            looks: AtomicU64::default(),
            filter: filter.into(),
        }
    }
}

impl Run {
    /// Whether an id may be in it. Nearly every id that is appended is new, and is looked
    /// for in every run.
    pub(super) fn may_have(self: &Arc<Self>, id: &[u8; 16]) -> Result<bool, StreamsError> {
        let IdFilter { looks, filter } = &self.id_filter;
        if let Some(filter) = filter.get() {
            return Ok(filter.may_have(id));
        }
        // One of those who look gets it, and the others go on.
        if looks.fetch_add(1, Ordering::Relaxed) != LOOKS_MIN {
            return Ok(true);
        }
        let got = match self.footer.id_filter().records {
            0 => self.filter_of_ids()?,
            _ => self.read_filter()?,
        };
        Ok(filter.get_or_init(|| got).may_have(id))
    }

    fn filter_of_ids(self: &Arc<Self>) -> Result<Filter, StreamsError> {
        let mut filter = Filter::new(self.footer.events());
        let mut ids = Ids::new(self);
        while let Some(record) = ids.next()? {
            filter.insert(&record.id);
        }
        Ok(filter)
    }

    fn read_filter(&self) -> Result<Filter, StreamsError> {
        let table = self.footer.id_filter();
        let mut window = Window::new(&self.source, table, PAGES_AHEAD);
        let mut blocks = Vec::new();
        for page in 0..table.pages() {
            let (found, _) = window.page(page)?.as_chunks();
            blocks.extend_from_slice(found);
        }
        Ok(Filter(blocks))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(from: u64, count: u64) -> impl Iterator<Item = [u8; 16]> {
        (from..from + count).map(|number| {
            // As those of version 7: the time in front, and far from evenly spread.
            let time = 0x0196_0000_0000_u128 + u128::from(number / 50);
            (time << 80 | 7 << 76 | u128::from(number)).to_be_bytes()
        })
    }

    #[test]
    fn what_is_there_is_always_found_and_what_is_not_seldom() {
        for count in [1, 63, 64, 65, 20_000] {
            let mut filter = Filter::new(count);
            ids(0, count).for_each(|id| filter.insert(&id));
            assert!(ids(0, count).all(|id| filter.may_have(&id)));
            let wrong = ids(count, 20_000).filter(|id| filter.may_have(id)).count();
            assert!(wrong < 1_000, "{wrong} of 20,000 in {count}");
        }
    }
}
