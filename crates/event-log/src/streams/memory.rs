//! Events that are not in a run yet: [`Memory`].

use std::path::Path;

use event_model::id::Slug;

use super::chunk::Stored;
use super::error::StreamsError;
use super::run::Run;
use super::run_writer::{Begun, IdRecord, RunPlan, RunWriter};

/// Events in order of position, their packed bytes in one piece.
#[derive(Debug, Default)]
pub(super) struct Memory {
    companies: Vec<Company>,
    rows: Vec<Row>,
    packed: Vec<u8>,
}

#[derive(Debug)]
struct Company {
    slug: Slug,
    first_version: u64,
    events: usize,
}

#[derive(Debug, Clone, Copy)]
struct Row {
    company: u32,
    bytes: u32,
    start: usize,
    position: u64,
    recorded: i64,
    id: [u8; 16],
}

impl Memory {
    /// What it takes.
    pub(super) fn bytes(&self) -> usize {
        self.packed.len() + self.rows.len() * size_of::<Row>()
    }

    /// Its first and last position.
    pub(super) fn span(&self) -> Option<(u64, u64)> {
        Some((self.rows.first()?.position, self.rows.last()?.position))
    }

    /// Adds a company and the version of its first event here; gives its number.
    pub(super) fn begin(&mut self, slug: &Slug, first_version: u64) -> u32 {
        // Each company has an event, and memory is full long before.
        let number = u32::try_from(self.companies.len()).unwrap_or(u32::MAX);
        self.companies.push(Company {
            slug: slug.clone(),
            first_version,
            events: 0,
        });
        number
    }

    /// Adds the next event, of the company of this number.
    pub(super) fn push(&mut self, company: u32, event: &Stored<'_>) {
        if let Some(company) = self.companies.get_mut(company as usize) {
            company.events += 1;
        }
        self.rows.push(Row {
            company,
            // An event has at most a mebibyte.
            bytes: u32::try_from(event.packed.len()).unwrap_or(u32::MAX),
            start: self.packed.len(),
            position: event.position,
            recorded: event.recorded,
            id: event.id,
        });
        self.packed.extend_from_slice(event.packed);
    }

    /// Forgets all, and keeps its room for what comes next.
    pub(super) fn clear(&mut self) {
        self.companies.clear();
        self.rows.clear();
        self.packed.clear();
    }

    /// Writes the events as a run.
    pub(super) fn write(&self, path: &Path, plan: RunPlan) -> Result<Run, StreamsError> {
        let mut out = RunWriter::create(path, plan)?;
        let mut by_slug: Vec<usize> = (0..self.companies.len()).collect();
        by_slug.sort_unstable_by_key(|&number| self.companies.get(number).map(|c| &c.slug));
        let (rows, starts) = self.rows_by_company();
        let mut offsets = vec![0; self.companies.len()];
        for number in by_slug {
            let (Some(company), Some(&start), Some(offset)) = (
                self.companies.get(number),
                starts.get(number),
                offsets.get_mut(number),
            ) else {
                continue;
            };
            let rows = rows.get(start..start + company.events).unwrap_or_default();
            let position = |row: Option<&u32>| {
                let row = row.and_then(|&row| self.rows.get(row as usize));
                row.map_or(0, |row| row.position)
            };
            out.begin(&Begun {
                first_version: company.first_version,
                first: position(rows.first()),
                last: position(rows.last()),
            });
            for row in rows.iter().filter_map(|&row| self.rows.get(row as usize)) {
                out.event(&self.stored(row))?;
            }
            *offset = out.end(&company.slug)?;
        }
        let mut ids: Vec<_> = self
            .rows
            .iter()
            .map(|row| IdRecord {
                id: row.id,
                company: offsets.get(row.company as usize).copied().unwrap_or(0),
                position: row.position,
            })
            .collect();
        ids.sort_unstable_by_key(|record| u128::from_be_bytes(record.id));
        let mut ids = ids.into_iter();
        out.finish(&mut || Ok(ids.next()))
    }

    /// The numbers of the rows, company after company, in order of position;
    /// and where those of each company begin.
    fn rows_by_company(&self) -> (Vec<u32>, Vec<usize>) {
        let mut starts = Vec::with_capacity(self.companies.len());
        let mut start = 0;
        for company in &self.companies {
            starts.push(start);
            start += company.events;
        }
        let mut free = starts.clone();
        let mut rows = vec![0; self.rows.len()];
        for (number, row) in (0..).zip(&self.rows) {
            if let Some(place) = free.get_mut(row.company as usize) {
                if let Some(slot) = rows.get_mut(*place) {
                    *slot = number;
                }
                *place += 1;
            }
        }
        (rows, starts)
    }

    fn stored(&self, row: &Row) -> Stored<'_> {
        let end = row.start + row.bytes as usize;
        Stored {
            position: row.position,
            recorded: row.recorded,
            id: row.id,
            packed: self.packed.get(row.start..end).unwrap_or_default(),
        }
    }
}
