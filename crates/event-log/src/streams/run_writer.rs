//! Writes a run: [`RunWriter`].
//!
//! Companies come in order of their slugs, and their events in order of
//! position, one by one or as whole chunks of another run.

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use event_model::id::Slug;
use uuid::Uuid;

use super::chunk::{Draft, Stored};
use super::company::Company;
use super::encoding::{Content, Encoding};
use super::error::StreamsError;
use super::id_filter::{BLOCK_BYTES, Filter, IdFilter};
use super::run::{
    CHUNK_WIDTH, COMPANY_WIDTH, ChunkPlace, Footer, ID_WIDTH, Run, SLUG_WIDTH, slug_hash,
};
use super::source::{Source, refused};
use super::table::{Pages, Table};

/// How many chunks are on their way at most.
const PIECES_MAX: usize = 64;
const BUFFER_BYTES: usize = 1 << 18;

/// An id, and where its event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct IdRecord {
    pub(super) id: [u8; 16],
    /// The offset of its company.
    pub(super) company: u32,
    pub(super) position: u64,
}

/// A company whose events come next.
pub(super) struct Begun {
    pub(super) first_version: u64,
    /// The first and last position of its events.
    pub(super) first: u64,
    pub(super) last: u64,
}

/// What a run is to be.
pub(super) struct RunPlan {
    pub(super) store: Uuid,
    pub(super) number: u64,
    pub(super) first: u64,
    pub(super) last: u64,
    /// The packed bytes of a chunk.
    pub(super) chunk_bytes: usize,
}

/// A chunk on its way to the file.
struct Piece {
    first_event: u64,
    first: u64,
    content: Content,
}

/// Writes a run.
pub(super) struct RunWriter {
    plan: RunPlan,
    out: Output,
    encoding: Encoding,
    pieces: VecDeque<Piece>,
    draft: Draft,
    draft_first: (u64, u64),
    /// How many chunks were begun, without the draft.
    chunks_begun: u64,
    events: u64,
    chunks: Section,
    companies: Section,
    slugs: Vec<(u64, u32)>,
    company: Option<Company>,
}

/// A table that is written after the chunks.
struct Section {
    pages: Pages,
    bytes: Vec<u8>,
}

impl Section {
    fn new(width: usize) -> Self {
        Self {
            pages: Pages::new(width),
            bytes: Vec::new(),
        }
    }
}

/// A file that knows how long it is.
struct Output {
    file: BufWriter<File>,
    source: Source,
    bytes: u64,
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

impl RunWriter {
    pub(super) fn create(path: &Path, plan: RunPlan) -> Result<Self, StreamsError> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .open(path)
            .map_err(refused(path))?;
        let source = Source {
            file: file.try_clone().map_err(refused(path))?,
            path: path.to_owned(),
        };
        Ok(Self {
            plan,
            out: Output {
                file: BufWriter::with_capacity(BUFFER_BYTES, file),
                source,
                bytes: 0,
            },
            encoding: Encoding::new(),
            pieces: VecDeque::new(),
            draft: Draft::default(),
            draft_first: (0, 0),
            chunks_begun: 0,
            events: 0,
            chunks: Section::new(CHUNK_WIDTH),
            companies: Section::new(COMPANY_WIDTH),
            slugs: Vec::new(),
            company: None,
        })
    }

    /// Begins the next company.
    pub(super) fn begin(&mut self, begun: &Begun) {
        self.company = Some(Company {
            offset: 0,
            first_event: self.events,
            events: 0,
            first_version: begun.first_version,
            first: begun.first,
            last: begun.last,
            first_chunk: self.chunks_begun,
            chunks: 0,
        });
    }

    /// Adds the next event of the company.
    pub(super) fn event(&mut self, event: &Stored<'_>) -> Result<(), StreamsError> {
        let packed_bytes = self.draft.packed_bytes() + event.packed.len();
        if packed_bytes > self.plan.chunk_bytes && !self.draft.is_empty() {
            self.close_draft()?;
        }
        if self.draft.is_empty() {
            self.draft_first = (self.events, event.position);
        }
        self.draft.push(event);
        self.count(1, self.chunks_begun);
        Ok(())
    }

    /// Whether the next chunk, after which the company has so many more whole
    /// ones in the same run, is better added as it is than event by event.
    pub(super) fn prefers_whole(&self, more: u64) -> bool {
        let pending = self.draft.packed_bytes();
        self.draft.is_empty() || pending >= self.plan.chunk_bytes / 4 || more >= 2
    }

    /// Adds a chunk that has the next events of the company and no others.
    pub(super) fn whole(&mut self, place: &ChunkPlace, bytes: Vec<u8>) -> Result<(), StreamsError> {
        if !self.draft.is_empty() {
            self.close_draft()?;
        }
        let number = self.chunks_begun;
        self.add(Piece {
            first_event: self.events,
            first: place.first,
            content: Content::Encoded(bytes),
        })?;
        self.count(place.end_event - place.first_event, number);
        Ok(())
    }

    /// Ends the company, and tells the offset by which ids name it.
    pub(super) fn end(&mut self, slug: &Slug) -> Result<u32, StreamsError> {
        let Some(company) = self.company.take() else {
            return Err(self.out.source.damaged("a company ends that did not begin"));
        };
        let Section { pages, bytes } = &mut self.companies;
        let offset = pages
            .put(&company.encode(slug), bytes)
            .map_err(refused(&self.out.source.path))?;
        let offset = u32::try_from(offset)
            .map_err(|_| self.out.source.damaged("it has too many companies"))?;
        self.slugs.push((slug_hash(slug), offset));
        Ok(offset)
    }

    /// Writes the tables, with the ids in their order, and ends the run.
    pub(super) fn finish(
        mut self,
        ids: &mut dyn FnMut() -> Result<Option<IdRecord>, StreamsError>,
    ) -> Result<Run, StreamsError> {
        if !self.draft.is_empty() {
            self.close_draft()?;
        }
        self.write_pieces(0)?;
        self.slugs.sort_unstable();
        let Self {
            plan,
            mut out,
            chunks,
            companies,
            slugs,
            ..
        } = self;
        let path = out.source.path.clone();
        let refused = refused(&path);
        let chunks = section(chunks, &mut out).map_err(&refused)?;
        let companies = section(companies, &mut out).map_err(&refused)?;
        let offset = out.bytes;
        let mut pages = Pages::new(SLUG_WIDTH);
        for (hash, company) in slugs {
            let mut record = [0; SLUG_WIDTH];
            fill(&mut record, &[&hash.to_be_bytes(), &company.to_le_bytes()]);
            pages.put(&record, &mut out).map_err(&refused)?;
        }
        let slugs = pages.finish(offset, &mut out).map_err(&refused)?;
        let mut filter = Filter::new(self.events);
        let (ids, id_first, id_last) = write_ids(&mut out, plan.first, ids, &mut filter)?;
        let footer = Footer {
            is_filtered: true,
            store: plan.store,
            number: plan.number,
            first: plan.first,
            last: plan.last,
            chunks,
            companies,
            slugs,
            ids,
            id_first,
            id_last,
        };
        let id_filter = match footer.id_filter().records {
            // Small, and asked for as soon as there is another append.
            0 => IdFilter::of(filter),
            _ => {
                write_filter(&mut out, &filter).map_err(&refused)?;
                IdFilter::default()
            }
        };
        out.write_all(&footer.encode()).map_err(&refused)?;
        out.flush().map_err(&refused)?;
        if self.events != footer.events() || Some(out.bytes) != footer.file_bytes() {
            return Err(out.source.damaged("its tables do not fit together"));
        }
        Ok(Run {
            bytes: out.bytes,
            source: Arc::new(out.source),
            footer,
            id_filter,
        })
    }

    fn count(&mut self, events: u64, chunk: u64) {
        self.events += events;
        if let Some(company) = &mut self.company {
            if company.events == 0 {
                company.first_chunk = chunk;
            }
            company.events += events;
            company.chunks = chunk + 1 - company.first_chunk;
        }
    }

    fn close_draft(&mut self) -> Result<(), StreamsError> {
        let (first_event, first) = self.draft_first;
        let next = Draft::with_room(self.plan.chunk_bytes);
        let draft = std::mem::replace(&mut self.draft, next);
        self.add(Piece {
            first_event,
            first,
            content: Content::Draft(draft),
        })
    }

    fn add(&mut self, piece: Piece) -> Result<(), StreamsError> {
        self.chunks_begun += 1;
        self.pieces.push_back(piece);
        let contents = self.pieces.iter_mut().map(|piece| &mut piece.content);
        self.encoding.begin(contents);
        self.write_pieces(PIECES_MAX)
    }

    /// Writes the oldest chunks, until no more than so many are left.
    fn write_pieces(&mut self, left: usize) -> Result<(), StreamsError> {
        while self.pieces.len() > left
            && let Some(piece) = self.pieces.pop_front()
        {
            let bytes = self.encoding.end(piece.content);
            let bytes = bytes.ok_or_else(|| self.out.source.damaged("a chunk was not encoded"))?;
            let mut record = [0; CHUNK_WIDTH];
            fill(
                &mut record,
                &[
                    &self.out.bytes.to_le_bytes(),
                    &piece.first_event.to_le_bytes(),
                    &piece.first.to_le_bytes(),
                ],
            );
            let Section {
                pages,
                bytes: table,
            } = &mut self.chunks;
            pages
                .put(&record, table)
                .and_then(|_| self.out.write_all(&bytes))
                .map_err(refused(&self.out.source.path))?;
        }
        Ok(())
    }
}

fn section(section: Section, out: &mut Output) -> std::io::Result<Table> {
    let Section { pages, mut bytes } = section;
    let table = pages.finish(out.bytes, &mut bytes)?;
    out.write_all(&bytes)?;
    Ok(table)
}

/// Writes the table of ids, and adds each to the filter; the least and the greatest come
/// with it.
fn write_ids(
    out: &mut Output,
    first: u64,
    ids: &mut dyn FnMut() -> Result<Option<IdRecord>, StreamsError>,
    filter: &mut Filter,
) -> Result<(Table, [u8; 16], [u8; 16]), StreamsError> {
    let path = out.source.path.clone();
    let refused = refused(&path);
    let offset = out.bytes;
    let mut pages = Pages::new(ID_WIDTH);
    let mut bounds = None;
    while let Some(IdRecord {
        id,
        company,
        position,
    }) = ids()?
    {
        let distance = position.checked_sub(first);
        let distance = distance
            .and_then(|distance| u32::try_from(distance).ok())
            .ok_or_else(|| out.source.damaged("a position is not in it"))?;
        let mut record = [0; ID_WIDTH];
        fill(
            &mut record,
            &[&id, &company.to_le_bytes(), &distance.to_le_bytes()],
        );
        pages.put(&record, out).map_err(&refused)?;
        filter.insert(&id);
        bounds = Some((bounds.map_or(id, |(first, _)| first), id));
    }
    let table = pages.finish(offset, out).map_err(&refused)?;
    let (id_first, id_last) = bounds.unwrap_or_default();
    Ok((table, id_first, id_last))
}

fn write_filter(out: &mut Output, filter: &Filter) -> std::io::Result<()> {
    let mut pages = Pages::new(BLOCK_BYTES);
    for block in filter.blocks() {
        pages.put(block, out)?;
    }
    pages.finish(out.bytes, out).map(drop)
}

/// Puts fields next to each other into a record.
fn fill(record: &mut [u8], fields: &[&[u8]]) {
    for (byte, &new) in record.iter_mut().zip(fields.iter().copied().flatten()) {
        *byte = new;
    }
}
