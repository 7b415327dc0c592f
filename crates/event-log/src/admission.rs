//! What an append may store: ids first, then versions.
//!
//! - [`Past`]: what the log already has.
//! - [`Admission`]: what is let in after it, one event after the other.
//! - [`Group`]: the appends of one commit, each all or nothing.

use event_model::event::Event;
use event_model::id::{EventId, Position, Slug, Version};
use event_model::kinds;
use foldhash::{HashMap, HashMapExt};

use crate::error::{AppendError, LogError};
use crate::event_log::{Expected, NewEvent, Outcome};
use crate::limits;

/// What the log already has.
pub(crate) trait Past {
    fn head(&self) -> Position;
    fn find(&self, id: EventId) -> Result<Option<Position>, LogError>;
    fn version(&self, company: &Slug) -> Result<Version, LogError>;
    /// The version of the event at a position, if it has this company and payload.
    fn same_at(&self, position: Position, event: &NewEvent) -> Result<Option<Version>, LogError>;
}

fn unread(source: LogError) -> AppendError {
    AppendError::Read { source }
}

/// Whether two events with the same id are the same.
///
/// Kind, thread and publication are read out of the payload by the writer; a
/// later version of it may read them otherwise.
pub(crate) fn same(stored: &NewEvent, event: &NewEvent) -> bool {
    let is_it = |stored: &NewEvent| stored.payload == event.payload;
    stored.company == event.company && comes_again(stored, is_it)
}

/// Whether what comes with the id of a stored event is that event. What was redacted
/// is whatever comes with its id: it must not come back.
pub(crate) fn comes_again(stored: &NewEvent, is_it: impl Fn(&NewEvent) -> bool) -> bool {
    &*stored.kind == kinds::REDACTED
        || is_it(stored)
        || read_today(stored).is_some_and(|stored| is_it(&stored))
}

/// What a line would be now of which this event was made with its thread named by what
/// it says, as was done until 26 November 2026 also where the line had an id.
fn read_today(stored: &NewEvent) -> Option<NewEvent> {
    let event = Event::from_stored(stored.schema, &stored.payload).ok()?;
    let event = event.with_thread_of_id()?;
    Some(NewEvent::of(&event))
}

/// Checks the limits on an event.
pub(crate) fn check_limits(event: &NewEvent) -> Result<(), AppendError> {
    let (id, bytes) = (event.id, event.payload.len());
    if bytes > limits::PAYLOAD_BYTES_MAX {
        return Err(AppendError::TooLarge {
            id,
            bytes,
            bytes_max: limits::PAYLOAD_BYTES_MAX,
        });
    }
    let names = [
        (event.kind.len(), limits::KIND_BYTES_MAX),
        (event.thread.len(), limits::THREAD_BYTES_MAX),
    ];
    for (bytes, bytes_max) in names {
        if bytes > bytes_max {
            return Err(AppendError::NameTooLong {
                id,
                bytes,
                bytes_max,
            });
        }
    }
    Ok(())
}

/// The events that are let in after the past.
#[derive(Debug)]
pub(crate) struct Admission<'p, P> {
    past: &'p P,
    head: Position,
    admitted: HashMap<EventId, (usize, Version)>,
    versions: HashMap<Slug, u64>,
}

impl<'p, P: Past> Admission<'p, P> {
    pub(crate) fn new(past: &'p P) -> Self {
        Self {
            past,
            head: past.head(),
            admitted: HashMap::new(),
            versions: HashMap::new(),
        }
    }

    /// How many events were let in.
    pub(crate) fn len(&self) -> usize {
        self.admitted.len()
    }

    /// The version of a stream with what was let in.
    pub(crate) fn version(&self, company: &Slug) -> Result<Version, AppendError> {
        let more = self.versions.get(company).copied().unwrap_or_default();
        let past = self.past.version(company).map_err(unread)?;
        Ok(Version(past.0 + more))
    }

    /// Checks the versions that streams had before, where something was let in.
    pub(crate) fn check_expected(&self, expected: &[(Slug, Expected)]) -> Result<(), AppendError> {
        for (company, expected) in expected {
            let actual = self.past.version(company).map_err(unread)?;
            let grows = self.versions.get(company).is_some_and(|&more| more > 0);
            if grows && !expected.holds(actual) {
                return Err(AppendError::Conflict {
                    company: company.clone(),
                    expected: *expected,
                    actual,
                });
            }
        }
        Ok(())
    }

    /// Where an event stands, if it is known; `None` if it is new.
    ///
    /// `is_same` tells whether the n-th event that was let in is the same.
    pub(crate) fn look(
        &self,
        event: &NewEvent,
        is_same: impl FnOnce(usize) -> Result<bool, AppendError>,
    ) -> Result<Option<Outcome>, AppendError> {
        let id = event.id;
        let (position, version) = if let Some(&(number, version)) = self.admitted.get(&id) {
            (self.position(number), is_same(number)?.then_some(version))
        } else if let Some(position) = self.past.find(id).map_err(unread)? {
            let version = self.past.same_at(position, event).map_err(unread)?;
            (position, version)
        } else {
            return Ok(None);
        };
        match version {
            Some(version) => Ok(Some(Outcome {
                id,
                position,
                version,
                known: true,
            })),
            None => Err(AppendError::IdReused { id, position }),
        }
    }

    /// Lets a new event in.
    pub(crate) fn admit(&mut self, event: &NewEvent) -> Result<Outcome, AppendError> {
        let version = Version(self.version(&event.company)?.0 + 1);
        let number = self.len();
        self.admitted.insert(event.id, (number, version));
        match self.versions.get_mut(&event.company) {
            Some(more) => *more += 1,
            None => {
                self.versions.insert(event.company.clone(), 1);
            }
        }
        Ok(Outcome {
            id: event.id,
            position: self.position(number),
            version,
            known: false,
        })
    }

    /// Puts the event that was let in last out again.
    fn expel(&mut self, event: &NewEvent) {
        self.admitted.remove(&event.id);
        if let Some(more) = self.versions.get_mut(&event.company) {
            *more -= 1;
        }
    }

    fn position(&self, number: usize) -> Position {
        Position(self.head.0 + 1 + number as u64)
    }
}

/// One append: events of one company, all or nothing.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) company: Slug,
    pub(crate) expected: Expected,
    pub(crate) events: Vec<NewEvent>,
}

impl Request {
    /// Checks what can be told without the log.
    pub(crate) fn new(
        company: &Slug,
        expected: Expected,
        events: Vec<NewEvent>,
    ) -> Result<Self, AppendError> {
        for event in &events {
            check_limits(event)?;
            if event.company != *company {
                return Err(AppendError::OtherCompany {
                    id: event.id,
                    company: event.company.clone(),
                });
            }
        }
        let request = Self {
            company: company.clone(),
            expected,
            events,
        };
        let (bytes, bytes_max) = (request.weight(), limits::APPEND_BYTES_MAX);
        if bytes > bytes_max {
            return Err(AppendError::TooMuch { bytes, bytes_max });
        }
        Ok(request)
    }

    /// About how many bytes it will take.
    pub(crate) fn weight(&self) -> usize {
        self.events
            .iter()
            .map(|event| event.payload.len() + 256)
            .sum()
    }
}

/// The appends of one commit.
#[derive(Debug)]
pub(crate) struct Group<'p, P> {
    admission: Admission<'p, P>,
    events: Vec<(NewEvent, Version)>,
}

impl<'p, P: Past> Group<'p, P> {
    pub(crate) fn new(past: &'p P) -> Self {
        Self {
            admission: Admission::new(past),
            events: Vec::new(),
        }
    }

    /// The new events of the group, with their versions, in order.
    pub(crate) fn into_events(self) -> Vec<(NewEvent, Version)> {
        self.events
    }

    /// Lets an append in, or leaves the group as it was.
    pub(crate) fn add(&mut self, request: Request) -> Result<Vec<Outcome>, AppendError> {
        let before = self.events.len();
        let outcome = self.try_add(request);
        if outcome.is_err() {
            for (event, _) in self.events.drain(before..).rev() {
                self.admission.expel(&event);
            }
        }
        outcome
    }

    fn try_add(&mut self, request: Request) -> Result<Vec<Outcome>, AppendError> {
        let actual = self.admission.version(&request.company)?;
        let mut outcomes = Vec::with_capacity(request.events.len());
        let mut any_new = false;
        for event in request.events {
            let known = self.admission.look(&event, |number| {
                Ok(self
                    .events
                    .get(number)
                    .is_some_and(|(admitted, _)| same(admitted, &event)))
            })?;
            let outcome = match known {
                Some(known) => known,
                None => {
                    any_new = true;
                    let outcome = self.admission.admit(&event)?;
                    self.events.push((event, outcome.version));
                    outcome
                }
            };
            outcomes.push(outcome);
        }
        if any_new && !request.expected.holds(actual) {
            return Err(AppendError::Conflict {
                company: request.company,
                expected: request.expected,
                actual,
            });
        }
        Ok(outcomes)
    }
}
