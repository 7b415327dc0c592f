//! A log in memory, for tests: [`MemoryLog`].

use std::sync::{Arc, RwLock};

use event_model::id::{EventId, Position, Slug, Version};
use event_model::time::Instant;

use crate::admission::{self, Admission, Group, Past, Request, check_limits};
use crate::chain::Chain;
use crate::clock::Clock;
use crate::error::{AppendError, BatchError, LogError};
use crate::event_log::{
    BatchOutcome, Durability, EventLog, Events, Expected, Head, NewEvent, Outcome, Recorded,
    TailEvents,
};
use crate::index::Index;
use crate::limits::Limits;
use crate::progress::Progress;
use crate::sync;

/// A log that is gone with the process, and the same otherwise.
pub struct MemoryLog {
    contents: RwLock<Contents>,
    progress: Progress,
    clock: Arc<dyn Clock>,
}

#[derive(Debug, Default)]
struct Contents {
    events: Vec<Recorded>,
    index: Index,
}

impl Contents {
    fn head(&self) -> Head {
        self.events.last().map_or(Head::ZERO, head_of)
    }

    fn at(&self, position: Position) -> Option<&Recorded> {
        let before = usize::try_from(position.0.checked_sub(1)?).ok()?;
        self.events.get(before)
    }

    fn store(&mut self, now: Instant, events: Vec<(NewEvent, Version)>) -> Result<(), AppendError> {
        let mut chain = Chain::new(self.head(), now);
        let sealed: Result<Vec<_>, _> = events
            .iter()
            .map(|(event, version)| chain.seal(event, *version))
            .collect();
        for (sealed, (event, version)) in sealed?.into_iter().zip(events) {
            self.index.push(&event.company, event.id);
            self.events.push(Recorded {
                position: sealed.position,
                version,
                recorded: sealed.recorded,
                hash: sealed.hash,
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
        self.index.events()
    }

    fn find(&self, id: EventId) -> Option<Position> {
        self.index.ids().find(id)
    }

    fn version(&self, company: &Slug) -> Version {
        self.index.version(company)
    }

    fn version_at(&self, company: &Slug, position: Position) -> Option<Version> {
        self.index.version_at(company, position)
    }

    fn is_same(&self, position: Position, event: &NewEvent) -> Result<bool, LogError> {
        let stored = self.at(position);
        Ok(stored.is_some_and(|stored| admission::same(&stored.event, event)))
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
        contents.store(self.clock.now(), new)?;
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
        outcomes.push(known.unwrap_or_else(|| {
            let outcome = admission.admit(&event);
            new.push((event, outcome.version));
            outcome
        }));
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
        contents.store(self.clock.now(), events)?;
        self.progress.advance(contents.head().position);
        Ok(outcomes)
    }

    fn head(&self) -> Head {
        sync::read(&self.contents).head()
    }

    fn stream_head(&self, company: &Slug) -> Option<(Version, Position)> {
        let contents = sync::read(&self.contents);
        let last = contents.index.positions(company).last()?;
        Some((contents.index.version(company), Position(*last)))
    }

    fn companies(&self) -> Vec<Slug> {
        let contents = sync::read(&self.contents);
        let streams = contents.index.streams().iter();
        streams.map(|stream| stream.company.clone()).collect()
    }

    fn read(&self, after: Position, upto: Position) -> Events<'_> {
        let upto = upto.min(self.head().position);
        Box::new(
            (after.0.saturating_add(1)..=upto.0)
                .filter_map(|position| self.event_at(Position(position)).transpose()),
        )
    }

    fn read_stream(&self, company: &Slug, upto: Position) -> Events<'_> {
        let positions = sync::read(&self.contents).index.positions(company).to_vec();
        Box::new(
            positions
                .into_iter()
                .take_while(move |&position| position <= upto.0)
                .filter_map(|position| self.event_at(Position(position)).transpose()),
        )
    }

    fn event_at(&self, position: Position) -> Result<Option<Recorded>, LogError> {
        Ok(sync::read(&self.contents).at(position).cloned())
    }

    fn find(&self, id: EventId) -> Option<Position> {
        sync::read(&self.contents).find(id)
    }

    fn find_prefix(&self, prefix: &str, limit: usize) -> Vec<(EventId, Position)> {
        sync::read(&self.contents)
            .index
            .ids()
            .find_prefix(prefix, limit)
    }

    fn head_at(&self, position: Position) -> Result<Option<Head>, LogError> {
        if position == Position(0) {
            return Ok(Some(Head::ZERO));
        }
        Ok(sync::read(&self.contents).at(position).map(head_of))
    }

    fn position_at(&self, recorded: Instant) -> Result<Position, LogError> {
        let contents = sync::read(&self.contents);
        let events = &contents.events;
        let count = events.partition_point(|event| event.recorded <= recorded);
        Ok(Position(count as u64))
    }

    fn tail(&self, after: Position) -> TailEvents<'_> {
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
