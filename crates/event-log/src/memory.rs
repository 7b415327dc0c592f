//! A log in memory, for tests: [`MemoryLog`].

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, RwLock};

use event_model::id::{EventId, Position, Slug, Version};
use event_model::time::Instant;

use crate::admission::{self, Admission, Group, Past, Request, check_limits};
use crate::chain::Chain;
use crate::clock::Clock;
use crate::error::{AppendError, BatchError, LogError};
use crate::event_log::{
    BatchOutcome, Durability, EventLog, Events, Expected, Head, NewEvent, Outcome, Recorded,
};
use crate::limits::Limits;
use crate::prefix::ids_of;
use crate::progress::Progress;
use crate::stamps::Stamps;
use crate::sync;

/// A log that is gone with the process, and the same otherwise.
pub struct MemoryLog {
    contents: RwLock<Contents>,
    progress: Progress,
    clock: Arc<dyn Clock>,
    stamps: Stamps,
}

#[derive(Debug, Default)]
struct Contents {
    events: Vec<Recorded>,
    /// The positions of each company's events.
    streams: HashMap<Slug, Vec<Position>>,
    /// The companies in the order of their first event.
    companies: Vec<Slug>,
    ids: BTreeMap<EventId, Position>,
}

impl Contents {
    fn head(&self) -> Head {
        self.events.last().map_or(Head::ZERO, head_of)
    }

    fn at(&self, position: Position) -> Option<&Recorded> {
        let before = usize::try_from(position.0.checked_sub(1)?).ok()?;
        self.events.get(before)
    }

    fn index(&mut self, event: &NewEvent, position: Position) {
        self.ids.insert(event.id, position);
        match self.streams.get_mut(&event.company) {
            Some(stream) => stream.push(position),
            None => {
                self.companies.push(event.company.clone());
                self.streams.insert(event.company.clone(), vec![position]);
            }
        }
    }

    fn stream(&self, company: &Slug) -> &[Position] {
        self.streams.get(company).map_or(&[], Vec::as_slice)
    }

    fn company(&self, position: Position) -> Option<Slug> {
        Some(self.at(position)?.event.company.clone())
    }

    fn store(&mut self, now: Instant, events: Vec<(NewEvent, Version)>) -> Result<(), AppendError> {
        let mut chain = Chain::new(self.head(), now);
        for (event, version) in &events {
            chain.push(event, *version)?;
        }
        let first = self.head().position.0 + 1;
        let ends = chain.records().ends;
        for ((position, end), (event, version)) in (first..).zip(ends).zip(events) {
            self.index(&event, Position(position));
            self.events.push(Recorded {
                position: Position(position),
                version,
                recorded: end.recorded,
                hash: end.hash,
                event,
            });
        }
        Ok(())
    }
}

fn head_of(event: &Recorded) -> Head {
    Head {
        position: event.position,
        recorded: Some(event.recorded),
        hash: event.hash,
    }
}

impl Past for Contents {
    fn head(&self) -> Position {
        Contents::head(self).position
    }

    fn find(&self, id: EventId) -> Result<Option<Position>, LogError> {
        Ok(self.ids.get(&id).copied())
    }

    fn version(&self, company: &Slug) -> Result<Version, LogError> {
        Ok(Version(self.stream(company).len() as u64))
    }

    fn same_at(&self, position: Position, event: &NewEvent) -> Result<Option<Version>, LogError> {
        let stored = self.at(position);
        let same = stored.filter(|stored| admission::same(&stored.event, event));
        Ok(same.map(|stored| stored.version))
    }
}

impl MemoryLog {
    /// An empty log with this clock.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            contents: RwLock::default(),
            progress: Progress::new(Position(0)),
            clock,
            stamps: Stamps::default(),
        }
    }

    /// Appends events of any companies, all or none.
    ///
    /// `expected` names the versions that streams must have if the batch has
    /// something new for them; streams it does not name may have any.
    ///
    /// # Errors
    ///
    /// [`BatchError::Source`] with the first error that `events` gives, and
    /// [`BatchError::Append`] if the log does not accept one.
    pub fn append_all<E>(
        &self,
        events: &mut dyn Iterator<Item = Result<NewEvent, E>>,
        expected: &[(Slug, Expected)],
    ) -> Result<BatchOutcome, BatchError<E>> {
        let events = events
            .collect::<Result<Vec<_>, E>>()
            .map_err(BatchError::Source)?;
        let mut contents = sync::write(&self.contents);
        self.check_open()?;
        let (outcomes, new) = admit_all(&contents, events, expected)?;
        let stored = new.len() as u64;
        contents.store(self.stamps.begin(&*self.clock).now(), new)?;
        let head = contents.head();
        self.progress.advance(head.position);
        Ok(BatchOutcome {
            outcomes,
            stored,
            head,
        })
    }

    fn check_open(&self) -> Result<(), AppendError> {
        if self.progress.is_shut() {
            Err(AppendError::Shut)
        } else {
            Ok(())
        }
    }
}

type Admitted = (Vec<Outcome>, Vec<(NewEvent, Version)>);

fn admit_all(
    past: &Contents,
    events: Vec<NewEvent>,
    expected: &[(Slug, Expected)],
) -> Result<Admitted, AppendError> {
    let mut admission = Admission::new(past);
    let mut outcomes = Vec::with_capacity(events.len());
    let mut new: Vec<(NewEvent, Version)> = Vec::new();
    for event in events {
        check_limits(&event)?;
        let known = admission.look(&event, |number| {
            Ok(new
                .get(number)
                .is_some_and(|(admitted, _)| admission::same(admitted, &event)))
        })?;
        let outcome = match known {
            Some(known) => known,
            None => {
                let outcome = admission.admit(&event)?;
                new.push((event, outcome.version));
                outcome
            }
        };
        outcomes.push(outcome);
    }
    admission.check_expected(expected)?;
    Ok((outcomes, new))
}

impl EventLog for MemoryLog {
    fn append(
        &self,
        company: &Slug,
        expected: Expected,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Outcome>, AppendError> {
        let request = Request::new(company, expected, events)?;
        let mut contents = sync::write(&self.contents);
        self.check_open()?;
        let mut group = Group::new(&*contents);
        let outcomes = group.add(request)?;
        let events = group.into_events();
        contents.store(self.stamps.begin(&*self.clock).now(), events)?;
        self.progress.advance(contents.head().position);
        Ok(outcomes)
    }

    fn head(&self) -> Head {
        sync::read(&self.contents).head()
    }

    fn stream_head(&self, company: &Slug) -> Result<Option<(Version, Position)>, LogError> {
        let contents = sync::read(&self.contents);
        let stream = contents.stream(company);
        let last = stream.last().copied();
        Ok(last.map(|last| (Version(stream.len() as u64), last)))
    }

    fn companies(&self) -> Result<Vec<Slug>, LogError> {
        Ok(sync::read(&self.contents).companies.clone())
    }

    fn read(&self, after: Position, upto: Position) -> Events<'_> {
        let upto = upto.min(self.head().position);
        Box::new(
            (after.0.saturating_add(1)..=upto.0)
                .filter_map(|position| self.event_at(Position(position)).transpose()),
        )
    }

    fn read_stream(&self, company: &Slug, upto: Position) -> Events<'_> {
        let positions = sync::read(&self.contents).stream(company).to_vec();
        Box::new(
            positions
                .into_iter()
                .take_while(move |position| *position <= upto)
                .filter_map(|position| self.event_at(position).transpose()),
        )
    }

    fn event_at(&self, position: Position) -> Result<Option<Recorded>, LogError> {
        Ok(sync::read(&self.contents).at(position).cloned())
    }

    fn find(&self, id: EventId) -> Result<Option<(Slug, Position)>, LogError> {
        let contents = sync::read(&self.contents);
        let position = contents.ids.get(&id).copied();
        Ok(position.and_then(|position| Some((contents.company(position)?, position))))
    }

    fn find_prefix(
        &self,
        prefix: &str,
        limit: usize,
    ) -> Result<Vec<(EventId, Slug, Position)>, LogError> {
        let Some((first, last)) = ids_of(prefix) else {
            return Ok(Vec::new());
        };
        let contents = sync::read(&self.contents);
        let found = contents.ids.range(first..=last).map(|(id, at)| (*id, *at));
        let named = found.filter_map(|(id, at)| Some((id, contents.company(at)?, at)));
        Ok(named.take(limit).collect())
    }

    fn head_at(&self, position: Position) -> Result<Option<Head>, LogError> {
        if position == Position(0) {
            return Ok(Some(Head::ZERO));
        }
        Ok(sync::read(&self.contents).at(position).map(head_of))
    }

    fn position_at(&self, recorded: Instant) -> Result<Position, LogError> {
        self.stamps.settle(recorded, &*self.clock);
        let contents = sync::read(&self.contents);
        let events = &contents.events;
        let count = events.partition_point(|event| event.recorded <= recorded);
        Ok(Position(count as u64))
    }

    fn tail(&self, after: Position) -> Events<'_> {
        let mut after = after;
        Box::new(std::iter::from_fn(move || {
            self.progress.wait_past(after)?;
            after = Position(after.0 + 1);
            self.event_at(after).transpose()
        }))
    }

    fn shut(&self) {
        // An append that is under way ends first, so that tails see it.
        let _contents = sync::write(&self.contents);
        self.progress.shut();
    }

    fn limits(&self) -> Limits {
        Limits::OURS
    }

    fn durability(&self) -> Durability {
        Durability::Memory
    }
}
