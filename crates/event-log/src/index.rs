//! Where everything is: [`Index`].
//!
//! It is held in memory, about 40 bytes an event, and made from the log alone:
//! the positions of each company, the position of each id ([`ids::Ids`]), and
//! the first position of each block.

pub(crate) mod ids;

use std::collections::HashMap;

use event_model::id::{EventId, Position, Slug, Version};

use ids::Ids;

/// A company and the positions of its events, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stream {
    pub(crate) company: Slug,
    pub(crate) positions: Vec<u64>,
}

/// Where the events of each company, each id and each block are.
#[derive(Debug, Default)]
pub(crate) struct Index {
    streams: Vec<Stream>,
    numbers: HashMap<Slug, usize>,
    ids: Ids,
    blocks: Vec<u64>,
    events: u64,
}

/// Blocks and events on their way into an [`Index`].
#[derive(Debug, Default)]
pub(crate) struct Pending {
    blocks: Vec<u64>,
    companies: Vec<Slug>,
    numbers: HashMap<Slug, u32>,
    events: Vec<(u32, EventId)>,
}

impl Pending {
    /// Adds a block after the last.
    pub(crate) fn push_block(&mut self, first: Position) {
        self.blocks.push(first.0);
    }

    /// Adds an event after the last.
    pub(crate) fn push(&mut self, company: &Slug, id: EventId) {
        let number = match self.numbers.get(company) {
            Some(&number) => number,
            None => {
                // An event needs more than a byte: there are never so many.
                let number = u32::try_from(self.companies.len()).unwrap_or(u32::MAX);
                self.companies.push(company.clone());
                self.numbers.insert(company.clone(), number);
                number
            }
        };
        self.events.push((number, id));
    }
}

impl Index {
    /// An index out of its parts; `None` if they do not fit together.
    pub(crate) fn from_parts(streams: Vec<Stream>, ids: Ids, blocks: Vec<u64>) -> Option<Self> {
        let events: usize = streams.iter().map(|stream| stream.positions.len()).sum();
        let ascending = |numbers: &[u64]| numbers.is_sorted_by(|a, b| a < b);
        let whole = events == ids.len()
            && streams.iter().all(|stream| ascending(&stream.positions))
            && ascending(&blocks)
            && blocks.first().copied().unwrap_or(1) == 1
            && blocks.is_empty() == (events == 0);
        let numbers: HashMap<_, _> = (0..)
            .zip(&streams)
            .map(|(number, stream)| (stream.company.clone(), number))
            .collect();
        (whole && numbers.len() == streams.len()).then_some(Self {
            streams,
            numbers,
            ids,
            blocks,
            events: events as u64,
        })
    }

    /// Adds a block after the last, and the events in it.
    pub(crate) fn push_block<'a>(
        &mut self,
        first: Position,
        entries: impl Iterator<Item = (&'a Slug, EventId)>,
    ) {
        self.blocks.push(first.0);
        for (company, id) in entries {
            self.push(company, id);
        }
    }

    /// Adds what was written after the last block.
    pub(crate) fn extend(&mut self, pending: &Pending) {
        self.blocks.extend_from_slice(&pending.blocks);
        for &(number, id) in &pending.events {
            if let Some(company) = pending.companies.get(number as usize) {
                self.push(company, id);
            }
        }
    }

    /// Adds an event after the last.
    pub(crate) fn push(&mut self, company: &Slug, id: EventId) {
        self.events += 1;
        let number = match self.numbers.get(company) {
            Some(&number) => number,
            None => self.add_stream(company),
        };
        if let Some(stream) = self.streams.get_mut(number) {
            stream.positions.push(self.events);
        }
        self.ids.insert(id, Position(self.events));
    }

    fn add_stream(&mut self, company: &Slug) -> usize {
        let number = self.streams.len();
        self.numbers.insert(company.clone(), number);
        self.streams.push(Stream {
            company: company.clone(),
            positions: Vec::new(),
        });
        number
    }

    /// How many events there are; the last position.
    pub(crate) fn events(&self) -> Position {
        Position(self.events)
    }

    /// The companies, in the order of their first event.
    pub(crate) fn streams(&self) -> &[Stream] {
        &self.streams
    }

    /// The first position of each block.
    pub(crate) fn blocks(&self) -> &[u64] {
        &self.blocks
    }

    pub(crate) fn ids(&self) -> &Ids {
        &self.ids
    }

    /// The positions of a company's events; none if it is not known.
    pub(crate) fn positions(&self, company: &Slug) -> &[u64] {
        self.numbers
            .get(company)
            .and_then(|&number| self.streams.get(number))
            .map_or(&[], |stream| &stream.positions)
    }

    /// The version of a company's stream; zero if it is not known.
    pub(crate) fn version(&self, company: &Slug) -> Version {
        Version(self.positions(company).len() as u64)
    }

    /// The version that a company had with the event at this position.
    pub(crate) fn version_at(&self, company: &Slug, position: Position) -> Option<Version> {
        let found = self.positions(company).binary_search(&position.0).ok()?;
        Some(Version(found as u64 + 1))
    }

    /// The first position of the block that holds a position.
    pub(crate) fn block_of(&self, position: Position) -> Option<Position> {
        if position.0 == 0 || position.0 > self.events {
            return None;
        }
        let after = self.blocks.partition_point(|&first| first <= position.0);
        self.blocks
            .get(after.checked_sub(1)?)
            .copied()
            .map(Position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_finds_what_was_put_into_it() {
        let mut index = Index::default();
        let [a, b]: [Slug; 2] = ["a", "b"].map(|slug| slug.parse().unwrap());
        let id = |number: u128| EventId(uuid::Uuid::from_u128(number));
        index.push_block(Position(1), [(&a, id(1)), (&b, id(2))].into_iter());
        index.push_block(Position(3), [(&a, id(3))].into_iter());
        assert_eq!(index.events(), Position(3));
        assert_eq!(index.positions(&a), [1, 3]);
        assert_eq!(index.version(&b), Version(1));
        assert_eq!(index.version_at(&a, Position(3)), Some(Version(2)));
        assert_eq!(index.version_at(&a, Position(2)), None);
        let blocks: Vec<_> = (0..5)
            .map(|position| index.block_of(Position(position)).map(|first| first.0))
            .collect();
        assert_eq!(blocks, [None, Some(1), Some(1), Some(3), None]);
        assert_eq!(index.ids().find(id(2)), Some(Position(2)));
    }
}
