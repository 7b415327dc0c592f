//! Events by their ids.

use std::collections::HashMap;
use std::sync::Arc;

use event_model::id::{EventId, Position, Slug};
use uuid::Uuid;

use super::Streams;
use super::company::Companies;
use super::error::StreamsError;
use super::run::Run;
use super::run_writer::IdRecord;
use super::search::{below, lower_bound};
use super::table::Window;
use crate::bytes::Fields;

/// How many pages of ids are read at once by whoever goes through many.
const PAGES_AHEAD: u64 = 8;
/// How many names of companies are kept for those who look for many ids.
const SLUGS_KEPT_MAX: usize = 1 << 16;

/// An event that was looked for by its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// Its id.
    pub(crate) id: EventId,
    /// Its company.
    pub(crate) company: Slug,
    /// Its place in the whole log.
    pub(crate) position: Position,
}

/// The ids of a run in their order.
pub(super) struct Ids {
    run: Arc<Run>,
    window: Window,
    probe: Window,
    next: u64,
}

impl Ids {
    pub(super) fn new(run: &Arc<Run>) -> Self {
        Self {
            run: Arc::clone(run),
            window: Window::new(&run.source, run.footer.ids, PAGES_AHEAD),
            probe: Window::new(&run.source, run.footer.ids, 1),
            next: 0,
        }
    }

    /// The next id.
    pub(super) fn next(&mut self) -> Result<Option<IdRecord>, StreamsError> {
        if self.next >= self.run.footer.ids.records {
            return Ok(None);
        }
        let record = decode(&self.run, self.window.record(self.next)?)?;
        self.next += 1;
        Ok(Some(record))
    }

    /// Goes forward to an id, which may not be before the last that was sought.
    fn seek(&mut self, id: &[u8; 16]) -> Result<Option<IdRecord>, StreamsError> {
        let footer = &self.run.footer;
        if *id < footer.id_first || *id > footer.id_last {
            return Ok(None);
        }
        let per_page = footer.ids.page_records();
        let mut page = self.next / per_page;
        while page < footer.ids.pages() {
            if !self.window.holds(page) {
                page = lower_bound(&mut self.probe, id, self.next)? / per_page;
                if page >= footer.ids.pages() {
                    break;
                }
            }
            let records = self.window.page(page)?;
            let skipped = below(records, footer.ids.width, id);
            if skipped * (footer.ids.width as u64) < records.len() as u64 {
                self.next = page * per_page + skipped;
                let found = decode(&self.run, self.window.record(self.next)?)?;
                return Ok((found.id == *id).then_some(found));
            }
            page += 1;
            self.next = page * per_page;
        }
        Ok(None)
    }
}

fn decode(run: &Run, record: &[u8]) -> Result<IdRecord, StreamsError> {
    let mut fields = Fields(record);
    match (fields.take(), fields.u32(), fields.u32()) {
        (Some(id), Some(company), Some(distance)) => Ok(IdRecord {
            id,
            company,
            position: run.footer.first.saturating_add(u64::from(distance)),
        }),
        _ => Err(run.source.damaged("an id cannot be understood")),
    }
}

impl Run {
    /// Ids from one to another, in order, at most so many.
    fn ids_between(
        self: &Arc<Self>,
        (first, last): (&[u8; 16], &[u8; 16]),
        limit: usize,
    ) -> Result<Vec<IdRecord>, StreamsError> {
        let mut records = Vec::new();
        if *last < self.footer.id_first || *first > self.footer.id_last {
            return Ok(records);
        }
        let mut window = Window::new(&self.source, self.footer.ids, 1);
        let start = lower_bound(&mut window, first, 0)?;
        for number in start..self.footer.ids.records {
            if records.len() >= limit {
                break;
            }
            let record = decode(self, window.record(number)?)?;
            if record.id > *last {
                break;
            }
            records.push(record);
        }
        Ok(records)
    }
}

impl Streams {
    /// The event of this id.
    pub(crate) fn find(&self, id: EventId) -> Result<Option<(Slug, Position)>, StreamsError> {
        let id = id.0.as_bytes();
        for run in self.runs.iter().rev() {
            if !run.may_have(id)? {
                continue;
            }
            if let Some(record) = run.ids_between((id, id), 1)?.pop() {
                let (company, _) = run.single_companies().at(u64::from(record.company))?;
                return Ok(Some((company, Position(record.position))));
            }
        }
        Ok(None)
    }

    /// The events whose ids lie between two, in order, at most so many.
    pub(crate) fn find_between(
        &self,
        bounds: (&[u8; 16], &[u8; 16]),
        limit: usize,
    ) -> Result<Vec<Found>, StreamsError> {
        let mut records = Vec::new();
        for run in self.runs.iter().rev() {
            for record in run.ids_between(bounds, limit)? {
                records.push((record, run));
            }
        }
        records.sort_unstable_by_key(|(record, _)| record.id);
        let mut found = Vec::new();
        for (record, run) in records.into_iter().take(limit) {
            let (company, _) = run.single_companies().at(u64::from(record.company))?;
            found.push(Found {
                id: EventId(Uuid::from_bytes(record.id)),
                company,
                position: Position(record.position),
            });
        }
        Ok(found)
    }

    /// Tells which of many ids are there, and where. They come in ascending
    /// order, and are looked for in one pass over the tables of ids.
    pub(crate) fn find_sorted(
        &self,
        ids: &mut dyn Iterator<Item = [u8; 16]>,
        found: &mut dyn FnMut([u8; 16], &Slug, Position),
    ) -> Result<(), StreamsError> {
        let mut seekers: Vec<_> = self.runs.iter().map(Seeker::new).collect();
        for id in ids {
            // The newest first: what comes again came lately.
            for seeker in seekers.iter_mut().rev() {
                if let Some(record) = seeker.ids.seek(&id)? {
                    let slug = seeker.slug(record.company)?;
                    found(id, slug, Position(record.position));
                    break;
                }
            }
        }
        Ok(())
    }
}

/// Looks for many ids in a run.
struct Seeker {
    ids: Ids,
    companies: Companies,
    slugs: HashMap<u32, Slug>,
}

impl Seeker {
    fn new(run: &Arc<Run>) -> Self {
        Self {
            ids: Ids::new(run),
            companies: run.single_companies(),
            slugs: HashMap::new(),
        }
    }

    fn slug(&mut self, company: u32) -> Result<&Slug, StreamsError> {
        use std::collections::hash_map::Entry;

        if self.slugs.len() >= SLUGS_KEPT_MAX {
            self.slugs.clear();
        }
        Ok(match self.slugs.entry(company) {
            Entry::Occupied(kept) => kept.into_mut(),
            Entry::Vacant(free) => free.insert(self.companies.at(u64::from(company))?.0),
        })
    }
}
