//! Giving events back.
//!
//! Those of one company come from the streams and the tail, and need nothing
//! else. Those of all, in the order of the log, come from its blocks.

use std::ops::ControlFlow;

use event_model::id::{EventId, Position, Slug, Version};
use event_model::time::Instant;

use super::engine::StoredBlock;
use super::stored::{self, OwnStored, Stored, StreamRange, Visit};
use super::{SledLog, State};
use crate::block::Block;
use crate::error::{Damage, LogError, damaged};
use crate::event_log::{EventLog, Head, NewEvent, Recorded};
use crate::hash::Hash;
use crate::prefix::{digits_alike, ids_of};
use crate::streams::{Choice, SlugRange};
use crate::sync;

/// Whether events of a company are wanted.
type Wanted<'w> = &'w dyn Fn(&Slug) -> bool;

/// The same of one company after the other, in the order of their slugs.
type Choose<'c> = &'c mut dyn FnMut(&Slug) -> Choice;

impl State {
    /// Gives the events of a company after a position and up to another.
    pub(super) fn visit(
        &self,
        company: &Slug,
        (after, upto): (Position, Position),
        visit: Visit<'_>,
    ) -> Result<ControlFlow<()>, LogError> {
        let mut flow = ControlFlow::Continue(());
        if let Some(streams) = &self.streams {
            streams.read(company, after, upto, &mut |entry| {
                flow = visit(Stored::of(&entry));
                flow
            })?;
        }
        if flow.is_break() {
            return Ok(flow);
        }
        self.visit_tail(company, (after, upto), visit)
    }

    fn visit_tail(
        &self,
        company: &Slug,
        (after, upto): (Position, Position),
        visit: Visit<'_>,
    ) -> Result<ControlFlow<()>, LogError> {
        let positions = self.tail.positions(company).iter().copied();
        let mut wanted = positions.filter(|position| *position > after && *position <= upto);
        self.visit_tail_at(&mut wanted, visit)
    }

    /// Gives the events of the tail at these positions.
    pub(super) fn visit_tail_at(
        &self,
        positions: &mut dyn Iterator<Item = Position>,
        visit: Visit<'_>,
    ) -> Result<ControlFlow<()>, LogError> {
        let mut bytes = Vec::new();
        for position in positions {
            let Some(raw) = self.tail.raw(position) else {
                break;
            };
            let raw = raw.map_err(damaged)?;
            let wrong = |what| damaged((position, what));
            let told = raw.told().map_err(wrong)?;
            let company: Slug = told.company.parse().map_err(|_| wrong(Damage::Envelope))?;
            bytes.clear();
            stored::pack(&told, &mut bytes);
            let entry = crate::streams::Entry {
                company: &company,
                version: raw.version(),
                position,
                recorded: raw.recorded().map_err(wrong)?,
                id: told.id,
                packed: &bytes,
            };
            if visit(Stored::of(&entry)).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// The events of the tail of these companies between two positions, by company.
    fn tail_of(
        &self,
        is_wanted: Wanted<'_>,
        bounds: (Position, Position),
    ) -> Result<Vec<OwnStored>, LogError> {
        let companies = self.tail.companies().map(|(company, _)| company);
        let mut companies: Vec<&Slug> = companies.filter(|slug| is_wanted(slug)).collect();
        companies.sort_unstable();
        let mut events = Vec::new();
        for company in companies {
            let _ = self.visit_tail(company, bounds, &mut |stored| {
                events.push(OwnStored::of(stored));
                ControlFlow::Continue(())
            })?;
        }
        Ok(events)
    }

    /// An event with what the log gave it.
    pub(super) fn recorded(&self, stored: &Stored<'_>) -> Result<Recorded, LogError> {
        stored.recorded(self.hash_at(stored.position)?)
    }

    pub(super) fn hash_at(&self, position: Position) -> Result<Option<Hash>, LogError> {
        Ok(self.head_at(position)?.map(|head| head.hash))
    }

    fn head_at(&self, position: Position) -> Result<Option<Head>, LogError> {
        if position == Position(0) {
            return Ok(Some(Head::ZERO));
        }
        if let Some(head) = self.tail.head_at(position) {
            return head.map(Some).map_err(damaged);
        }
        match &self.streams {
            Some(streams) => Ok(streams.head_at(position)?),
            None => Ok(None),
        }
    }
}

impl SledLog {
    /// Gives the events of a company up to a position, in order, until the
    /// visitor breaks off.
    ///
    /// # Errors
    ///
    /// [`LogError`] if they cannot be read.
    pub fn visit_stream(
        &self,
        company: &Slug,
        upto: Position,
        visit: Visit<'_>,
    ) -> Result<(), LogError> {
        let _ = sync::read(&self.state).visit(company, (Position(0), upto), visit)?;
        Ok(())
    }

    /// Parts of the companies, of about as many events each, to be gone through
    /// side by side.
    ///
    /// # Errors
    ///
    /// [`LogError`] if they cannot be read.
    pub fn stream_ranges(&self, parts: usize) -> Result<Vec<StreamRange>, LogError> {
        match &sync::read(&self.state).streams {
            Some(streams) => Ok(streams.split(parts)?.into_iter().map(StreamRange).collect()),
            None => Ok(vec![StreamRange::default()]),
        }
    }

    /// Gives the events of the companies of a range, after a position and up to another,
    /// company after company in the order of their slugs, each in the order of its
    /// stream. Where little was appended since, little is read.
    ///
    /// # Errors
    ///
    /// [`LogError`] if they cannot be read.
    pub fn visit_streams(
        &self,
        range: &StreamRange,
        bounds: (Position, Position),
        visit: Visit<'_>,
    ) -> Result<(), LogError> {
        let is_wanted = |slug: &Slug| range.contains(slug);
        self.visit_chosen(&range.0, bounds, (&is_wanted, &mut |_| Choice::Read), visit)
    }

    /// Gives the events of some companies up to a position, in the same order. What
    /// lies together is read once, so that this is quicker than to visit one stream
    /// after the other.
    ///
    /// `companies` are in the order of their slugs.
    ///
    /// # Errors
    ///
    /// [`LogError`] if they cannot be read.
    pub fn visit_streams_of(
        &self,
        companies: &[Slug],
        upto: Position,
        visit: Visit<'_>,
    ) -> Result<(), LogError> {
        let range = SlugRange {
            from: companies.first().cloned(),
            to: None,
        };
        let is_wanted = |slug: &Slug| companies.binary_search(slug).is_ok();
        let mut rest = companies;
        let mut choose = |slug: &Slug| {
            while let Some((next, after)) = rest.split_first()
                && next < slug
            {
                rest = after;
            }
            match rest.first() {
                None => Choice::Stop,
                Some(next) if next == slug => Choice::Read,
                Some(_) => Choice::Skip,
            }
        };
        let bounds = (Position(0), upto);
        self.visit_chosen(&range, bounds, (&is_wanted, &mut choose), visit)
    }

    /// The companies are wanted, and chosen in the order of their slugs.
    fn visit_chosen(
        &self,
        range: &SlugRange,
        bounds: (Position, Position),
        (is_wanted, choose): (Wanted<'_>, Choose<'_>),
        visit: Visit<'_>,
    ) -> Result<(), LogError> {
        let (streams, tail) = {
            let state = sync::read(&self.state);
            (state.streams.clone(), state.tail_of(is_wanted, bounds)?)
        };
        let mut tail = tail.iter().peekable();
        let mut before = |company: Option<&Slug>, visit: Visit<'_>| {
            while let Some(stored) = tail.next_if(|next| company.is_none_or(|c| next.company < *c))
            {
                visit(stored.stored())?;
            }
            ControlFlow::Continue(())
        };
        let mut flow = ControlFlow::Continue(());
        let mut current: Option<Slug> = None;
        if let Some(streams) = streams {
            streams.scan(range, bounds, choose, &mut |entry| {
                if current.as_ref() != Some(entry.company) {
                    // Those of the tail that come before it, and the end of the
                    // company before it.
                    flow = before(Some(entry.company), visit);
                    current = Some(entry.company.clone());
                }
                if flow.is_continue() {
                    flow = visit(Stored::of(&entry));
                }
                flow
            })?;
        }
        if flow.is_continue() {
            let _ = before(None, visit);
        }
        Ok(())
    }

    /// The event of a company at a position, with its version.
    pub(super) fn stored_at(
        &self,
        company: &Slug,
        position: Position,
    ) -> Result<Option<(Version, NewEvent)>, LogError> {
        let state = sync::read(&self.state);
        if position > state.tail.base().position {
            let event = state.tail.event(position).transpose().map_err(damaged)?;
            let event = event.filter(|event| event.event.company == *company);
            return Ok(event.map(|event| (event.version, event.event)));
        }
        let Some(streams) = &state.streams else {
            return Ok(None);
        };
        let read = streams.read_at(company, position, |entry| {
            let stored = Stored::of(&entry);
            stored.new_event().map(|event| (stored.version, event))
        });
        read?.transpose()
    }

    /// The event of a company at a position.
    ///
    /// # Errors
    ///
    /// [`LogError`] if it cannot be read.
    pub fn event_of(
        &self,
        company: &Slug,
        position: Position,
    ) -> Result<Option<Recorded>, LogError> {
        let before = Position(position.0.saturating_sub(1));
        Ok(self.read_part(company, before, position, 1)?.pop())
    }

    /// The next events of a company after a position, at most so many.
    pub(super) fn read_part(
        &self,
        company: &Slug,
        after: Position,
        upto: Position,
        count: usize,
    ) -> Result<Vec<Recorded>, LogError> {
        let state = sync::read(&self.state);
        let mut events = Vec::new();
        let mut failed = Ok(());
        let _ = state.visit(company, (after, upto), &mut |stored| {
            match state.recorded(&stored) {
                Ok(event) => events.push(event),
                Err(error) => failed = Err(error),
            }
            match failed.is_err() || events.len() >= count {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        })?;
        failed.map(|()| events)
    }

    pub(super) fn stream_end(
        &self,
        company: &Slug,
    ) -> Result<Option<(Version, Position)>, LogError> {
        let state = sync::read(&self.state);
        let sealed = match &state.streams {
            Some(streams) => streams.stream_head(company)?,
            None => None,
        };
        let new = state.tail.positions(company);
        let version = sealed.map_or(0, |(version, _)| version.0) + new.len() as u64;
        let last = new.last().copied().or(sealed.map(|(_, last)| last));
        Ok(last.map(|last| (Version(version), last)))
    }

    pub(super) fn companies_by_first(&self) -> Result<Vec<Slug>, LogError> {
        let state = sync::read(&self.state);
        let mut found: Vec<(Position, Slug)> = Vec::new();
        let mut known = std::collections::HashSet::new();
        if let Some(streams) = &state.streams {
            for stream in streams.companies()? {
                let stream = stream?;
                known.insert(stream.company.clone());
                found.push((stream.first, stream.company));
            }
        }
        let new = state
            .tail
            .companies()
            .filter(|(slug, _)| !known.contains(*slug));
        found.extend(new.map(|(slug, first)| (first, slug.clone())));
        found.sort_unstable();
        Ok(found.into_iter().map(|(_, slug)| slug).collect())
    }

    pub(super) fn find_id(&self, id: EventId) -> Result<Option<(Slug, Position)>, LogError> {
        let state = sync::read(&self.state);
        if let Some(position) = state.tail.find(id) {
            return Ok(state
                .tail
                .company(position)
                .map(|company| (company, position)));
        }
        match &state.streams {
            Some(streams) => Ok(streams.find(id)?),
            None => Ok(None),
        }
    }

    pub(super) fn find_ids(
        &self,
        prefix: &str,
        limit: usize,
    ) -> Result<Vec<(EventId, Slug, Position)>, LogError> {
        let Some((first, last)) = ids_of(prefix) else {
            return Ok(Vec::new());
        };
        let state = sync::read(&self.state);
        let sealed = match &state.streams {
            Some(streams) => {
                streams.find_between((first.0.as_bytes(), last.0.as_bytes()), limit)?
            }
            None => Vec::new(),
        };
        let sealed = sealed.into_iter();
        let mut found: Vec<_> = sealed.map(|it| (it.id, it.company, it.position)).collect();
        let new = state.tail.ids_from(first);
        let new = new.take_while(|(id, _)| *id <= last).take(limit);
        found.extend(new.filter_map(|(id, at)| Some((id, state.tail.company(at)?, at))));
        found.sort_unstable();
        found.truncate(limit);
        Ok(found)
    }

    /// How many hex digits tell each of these ids from all others of the log.
    ///
    /// # Errors
    ///
    /// [`LogError`] if they cannot be read.
    pub fn digits_apart(&self, ids: &[EventId]) -> Result<Vec<usize>, LogError> {
        let state = sync::read(&self.state);
        let mut order: Vec<usize> = (0..ids.len()).collect();
        order.sort_unstable_by_key(|at| ids.get(*at));
        let sorted: Vec<EventId> = order
            .iter()
            .filter_map(|at| ids.get(*at))
            .copied()
            .collect();
        let mut alike = vec![0; sorted.len()];
        if let Some(streams) = &state.streams {
            streams.digits_alike(&sorted, &mut alike)?;
        }
        let mut apart = vec![0; ids.len()];
        for ((id, alike), at) in sorted.iter().zip(alike).zip(order) {
            let beside = state.tail.ids_beside(*id);
            let beside = beside.map(|other| digits_alike(id.0.as_bytes(), other.0.as_bytes()));
            if let Some(apart) = apart.get_mut(at) {
                *apart = beside.fold(alike, usize::max) + 1;
            }
        }
        Ok(apart)
    }

    pub(super) fn head_then(&self, position: Position) -> Result<Option<Head>, LogError> {
        sync::read(&self.state).head_at(position)
    }

    /// The last position recorded at or before an instant.
    pub(super) fn search_recorded(&self, instant: Instant) -> Result<Position, LogError> {
        if self.head().recorded.is_none_or(|last| last < instant) {
            self.stamps.settle(instant, &*self.clock);
        }
        let state = sync::read(&self.state);
        let base = state.tail.base();
        if base.recorded.is_none_or(|last| last <= instant) {
            return Ok(state.tail.position_at(instant));
        }
        match &state.streams {
            Some(streams) => Ok(streams.position_at(instant)?),
            None => Ok(Position(0)),
        }
    }

    pub(super) fn read_one(&self, position: Position) -> Result<Option<Recorded>, LogError> {
        if let Some(event) = sync::read(&self.state).tail.event(position) {
            return event.map(Some).map_err(damaged);
        }
        if position == Position(0) || position > self.head().position {
            return Ok(None);
        }
        let (events, _) = self.read_block(position, |at| at == position)?;
        Ok(events.into_iter().next())
    }

    /// The events of the block that holds a position that are wanted, and the
    /// last position of the block.
    pub(super) fn read_block(
        &self,
        position: Position,
        wanted: impl Fn(Position) -> bool,
    ) -> Result<(Vec<Recorded>, Position), LogError> {
        let found = self.stored_block(position)?;
        let block = block_with(position, &found)?;
        let events = block.events(wanted).map_err(damaged)?;
        Ok((events, block.last))
    }

    /// The last block that begins at or before a position.
    pub(super) fn stored_block(&self, position: Position) -> Result<StoredBlock, LogError> {
        let found = self.blocks()?.at_or_before(position);
        let found = found.map_err(|error| LogError::engine(position, error))?;
        found.ok_or_else(|| damaged((position, Damage::BlockMissing)))
    }
}

/// Reads a block, which must hold a position.
pub(super) fn block_with(
    position: Position,
    (first, bytes): &StoredBlock,
) -> Result<Block<'_>, LogError> {
    let first = *first;
    let block = Block::decode(bytes).map_err(|what| damaged((first, what)))?;
    if block.first != first {
        return Err(damaged((first, Damage::BlockHeader)));
    }
    if block.last < position {
        return Err(damaged((position, Damage::BlockMissing)));
    }
    Ok(block)
}
