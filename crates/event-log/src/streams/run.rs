//! One sorted, immutable file of events: [`Run`].
//!
//! ```text
//! chunks           one after the other, see `chunk.rs`
//! table of chunks  24 bytes: offset, number of the first event, its position
//! companies        in order of their slugs, see `company.rs`
//! slugs            12 bytes: hash of the slug (big-endian), offset of its
//!                  company; in order of the hashes
//! ids              24 bytes: id, offset of its company, how far the position
//!                  is from the first of the run; in order of the ids
//! filter of ids    64 bytes, see `id_filter.rs`
//! footer           152 bytes
//! ```
//!
//! All but the chunks and the footer are tables in pages (`table.rs`). Opening
//! reads the footer alone.

use std::path::Path;
use std::sync::Arc;

use event_model::id::Slug;
use uuid::Uuid;

use super::chunk::Chunk;
use super::company::{Companies, Company};
use super::error::StreamsError;
use super::id_filter::{self, IdFilter};
use super::search::{self, lower_bound};
use super::source::{Source, refused};
use super::table::{PAGE_BYTES, Table, Window};
use crate::bytes::Fields;

const MAGIC: &[u8; 8] = b"annalsrn";
const FORMAT: u32 = 2;
/// The same without a filter of ids.
const FORMAT_UNFILTERED: u32 = 1;
const FOOTER_BYTES: usize = 152;
const CHECKSUM_BYTES: usize = 4;
/// The widths of the tables.
pub(super) const CHUNK_WIDTH: usize = 24;
pub(super) const COMPANY_WIDTH: usize = 1;
pub(super) const SLUG_WIDTH: usize = 12;
pub(super) const ID_WIDTH: usize = 24;

/// What a run is of, and where its tables are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Footer {
    /// Whether a filter of ids follows the ids, if they are many.
    pub(super) is_filtered: bool,
    pub(super) store: Uuid,
    pub(super) number: u64,
    /// Its first and its last position. It has all between them.
    pub(super) first: u64,
    pub(super) last: u64,
    pub(super) chunks: Table,
    pub(super) companies: Table,
    pub(super) slugs: Table,
    pub(super) ids: Table,
    /// The least and the greatest id.
    pub(super) id_first: [u8; 16],
    pub(super) id_last: [u8; 16],
}

impl Footer {
    fn tables(&self) -> [Table; 4] {
        [self.chunks, self.companies, self.slugs, self.ids]
    }

    /// How many events the run has.
    pub(super) fn events(&self) -> u64 {
        self.ids.records
    }

    /// The filter of ids; without a record, if there is none.
    pub(super) fn id_filter(&self) -> Table {
        let ids = if self.is_filtered {
            self.ids.records
        } else {
            0
        };
        id_filter::table(ids, self.ids.end().unwrap_or(u64::MAX))
    }

    /// The length of the file.
    pub(super) fn file_bytes(&self) -> Option<u64> {
        self.id_filter().end()?.checked_add(FOOTER_BYTES as u64)
    }

    /// The checksum at its end, by which the manifest knows the run.
    pub(super) fn sum(&self) -> u32 {
        self.encode()
            .last_chunk()
            .map_or(0, |sum| u32::from_le_bytes(*sum))
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(FOOTER_BYTES);
        out.extend_from_slice(MAGIC);
        let format = match self.is_filtered {
            true => FORMAT,
            false => FORMAT_UNFILTERED,
        };
        out.extend_from_slice(&format.to_le_bytes());
        out.extend_from_slice(self.store.as_bytes());
        for number in [self.number, self.first, self.last] {
            out.extend_from_slice(&number.to_le_bytes());
        }
        for table in self.tables() {
            out.extend_from_slice(&table.offset.to_le_bytes());
            out.extend_from_slice(&table.records.to_le_bytes());
        }
        out.extend_from_slice(&self.id_first);
        out.extend_from_slice(&self.id_last);
        let sum = crc32fast::hash(&out);
        out.extend_from_slice(&sum.to_le_bytes());
        out
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (body, sum) = bytes.split_last_chunk::<CHECKSUM_BYTES>()?;
        let mut fields = Fields(body);
        let known =
            crc32fast::hash(body) == u32::from_le_bytes(*sum) && &fields.take::<8>()? == MAGIC;
        known.then_some(())?;
        let is_filtered = match fields.u32()? {
            FORMAT => true,
            FORMAT_UNFILTERED => false,
            _ => return None,
        };
        let store = Uuid::from_bytes(fields.take()?);
        let [number, first, last] = [fields.u64()?, fields.u64()?, fields.u64()?];
        let mut table = |width| {
            Some(Table {
                offset: fields.u64()?,
                records: fields.u64()?,
                width,
            })
        };
        let footer = Self {
            is_filtered,
            store,
            number,
            first,
            last,
            chunks: table(CHUNK_WIDTH)?,
            companies: table(COMPANY_WIDTH)?,
            slugs: table(SLUG_WIDTH)?,
            ids: table(ID_WIDTH)?,
            id_first: fields.take()?,
            id_last: fields.take()?,
        };
        footer.is_whole().then_some(footer)
    }

    fn is_whole(&self) -> bool {
        let tables = self.tables();
        let adjacent = tables
            .iter()
            .zip(tables.iter().skip(1))
            .all(|(table, next)| table.end() == Some(next.offset));
        adjacent
            && self.first > 0
            && self.last.checked_sub(self.first) == self.events().checked_sub(1)
    }
}

/// Where a chunk is, and what it begins with.
#[derive(Debug, Clone, Copy)]
pub(super) struct ChunkPlace {
    pub(super) offset: u64,
    pub(super) bytes: u64,
    /// The number of its first event in the run, and of the one after its last.
    pub(super) first_event: u64,
    pub(super) end_event: u64,
    pub(super) first: u64,
}

/// A file of events, sorted by company and position.
#[derive(Debug)]
pub(crate) struct Run {
    pub(super) source: Arc<Source>,
    pub(super) footer: Footer,
    pub(super) bytes: u64,
    pub(super) id_filter: IdFilter,
}

impl Run {
    /// Waits until it survives a power cut.
    pub(super) fn sync(&self) -> Result<(), StreamsError> {
        let Source { file, path, .. } = &*self.source;
        file.sync_data().map_err(refused(path))
    }

    pub(super) fn open(path: &Path) -> Result<Self, StreamsError> {
        Self::of(Source::open(path)?)
    }

    /// Has the system fetch what [`Run::of`] reads of a file of so many bytes.
    pub(super) fn expect_footer(source: &Source, bytes: u64) {
        let footer = FOOTER_BYTES as u64;
        source.expect(bytes.saturating_sub(footer), footer);
    }

    /// The run that a file is.
    pub(super) fn of(source: Source) -> Result<Self, StreamsError> {
        let source = Arc::new(source);
        let bytes = source.bytes()?;
        let offset = bytes
            .checked_sub(FOOTER_BYTES as u64)
            .ok_or_else(|| source.damaged("it is too short"))?;
        let mut footer = [0; FOOTER_BYTES];
        source.read(offset, &mut footer)?;
        let footer = Footer::decode(&footer)
            .filter(|footer| footer.file_bytes() == Some(bytes))
            .ok_or_else(|| source.damaged("its footer does not match"))?;
        Ok(Self {
            source,
            footer,
            bytes,
            id_filter: IdFilter::default(),
        })
    }

    /// Where the events of a company are.
    pub(super) fn company(&self, slug: &Slug) -> Result<Option<Company>, StreamsError> {
        self.company_at(slug, &self.company_offsets(slug)?)
    }

    /// Where companies are whose slugs have the hash of one, mostly that one alone.
    pub(super) fn company_offsets(&self, slug: &Slug) -> Result<Vec<u64>, StreamsError> {
        let hash = slug_hash(slug).to_be_bytes();
        let mut slugs = Window::new(&self.source, self.footer.slugs, 1);
        let first = lower_bound(&mut slugs, &hash, 0)?;
        let mut offsets = Vec::new();
        for number in first..self.footer.slugs.records {
            let record = slugs.record(number)?;
            match record.split_first_chunk::<8>() {
                Some((found, offset)) if *found == hash => {
                    offsets.push(Fields(offset).u32().map_or(u64::MAX, u64::from));
                }
                _ => break,
            }
        }
        Ok(offsets)
    }

    /// The company of this slug, at one of these offsets.
    pub(super) fn company_at(
        &self,
        slug: &Slug,
        offsets: &[u64],
    ) -> Result<Option<Company>, StreamsError> {
        let mut companies = self.single_companies();
        for &offset in offsets {
            let (name, company) = companies.at(offset)?;
            if name == *slug {
                return Ok(Some(company));
            }
        }
        Ok(None)
    }

    /// Has the system fetch what [`Run::company_offsets`] reads.
    pub(super) fn expect_offsets(&self, slug: &Slug) {
        let hash = slug_hash(slug).to_be_bytes();
        search::expect(&self.source, self.footer.slugs, &hash);
    }

    /// Has the system fetch what [`Run::company_at`] reads.
    pub(super) fn expect_company(&self, offsets: &[u64]) {
        for offset in offsets {
            let page = offset / PAGE_BYTES as u64;
            self.footer.companies.expect(&self.source, page, 1);
        }
    }

    /// All companies, in order of their slugs.
    pub(super) fn companies(&self) -> Companies {
        Companies::forwards(&self.source, self.footer.companies)
    }

    /// Companies by their offset.
    pub(super) fn single_companies(&self) -> Companies {
        Companies::single(&self.source, self.footer.companies)
    }
}

/// Where a slug stands in the table of slugs: FNV-1a, and then its bits mixed
/// so that hashes are spread evenly. Part of the format.
pub(super) fn slug_hash(slug: &Slug) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for &byte in slug.as_str().as_bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    mixed(hash)
}

/// A hash whose every bit depends on all of these. Part of the format.
pub(super) fn mixed(mut hash: u64) -> u64 {
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}

/// Reads the chunks of a run, one at a time.
#[derive(Debug)]
pub(super) struct Chunks {
    run: Arc<Run>,
    table: Window,
    chunk: Chunk,
    loaded: Option<u64>,
}

impl Chunks {
    pub(super) fn new(run: &Arc<Run>) -> Self {
        Self {
            run: Arc::clone(run),
            table: Window::new(&run.source, run.footer.chunks, 1),
            chunk: Chunk::default(),
            loaded: None,
        }
    }

    pub(super) fn run(&self) -> &Run {
        &self.run
    }

    /// Where a chunk is.
    pub(super) fn place(&mut self, number: u64) -> Result<ChunkPlace, StreamsError> {
        let footer = self.run.footer;
        let (offset, first_event, first) = self.record(number)?;
        let (end, end_event) = if number + 1 < footer.chunks.records {
            let (offset, event, _) = self.record(number + 1)?;
            (offset, event)
        } else {
            (footer.chunks.offset, footer.events())
        };
        if end <= offset || end_event <= first_event {
            return Err(self.run.source.damaged("its chunks are not in order"));
        }
        Ok(ChunkPlace {
            offset,
            bytes: end - offset,
            first_event,
            end_event,
            first,
        })
    }

    fn record(&mut self, number: u64) -> Result<(u64, u64, u64), StreamsError> {
        let mut fields = Fields(self.table.record(number)?);
        let [offset, event, first] = [(); 3].map(|()| fields.u64().unwrap_or(u64::MAX));
        Ok((offset, event, first))
    }

    /// Has the system fetch what tells where the chunks of a company are.
    pub(super) fn expect_places(&self, company: &Company) {
        let table = self.run.footer.chunks;
        let page = company.first_chunk / table.page_records().max(1);
        table.expect(&self.run.source, page, 1);
    }

    /// Has the system fetch a chunk.
    pub(super) fn expect(&mut self, number: u64) -> Result<(), StreamsError> {
        let place = self.place(number)?;
        self.run.source.expect(place.offset, place.bytes);
        Ok(())
    }

    /// Reads a chunk.
    pub(super) fn load(&mut self, number: u64) -> Result<(ChunkPlace, &Chunk), StreamsError> {
        let place = self.place(number)?;
        if self.loaded != Some(number) {
            self.loaded = None;
            let source = &self.run.source;
            self.chunk.load(source, place.offset, place.bytes)?;
            if place.end_event - place.first_event != self.chunk.events() as u64 {
                return Err(source.damaged("a chunk has another number of events"));
            }
            self.loaded = Some(number);
        }
        Ok((place, &self.chunk))
    }

    /// The first of a company's chunks that may have what comes after a position.
    pub(super) fn first_after(
        &mut self,
        company: &Company,
        after: u64,
    ) -> Result<u64, StreamsError> {
        let mut low = company.first_chunk;
        let mut high = low + company.chunks;
        while low + 1 < high {
            let middle = low + (high - low) / 2;
            let (_, _, first) = self.record(middle)?;
            if first <= after.saturating_add(1) {
                low = middle;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }
}
