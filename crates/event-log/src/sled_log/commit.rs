//! Storing appends, many with one sync, and batches.

use std::cell::RefCell;
use std::io;
use std::sync::atomic::Ordering;

use event_model::id::{EventId, Position, Slug, Version};

use super::writer::{Writer, Written};
use super::{SledLog, guard};
use crate::admission::{self, Admission, Group, Past, Request, check_limits};
use crate::error::{AppendError, BatchError, LogError};
use crate::event_log::{BatchOutcome, Expected, NewEvent, Outcome, Recorded};
use crate::limits;
use crate::spool::{Spool, SpoolWriter};
use crate::sync;

/// What an append brings besides its payloads, in bytes, by estimate.
const RECORD_BYTES: u64 = 300;

impl SledLog {
    /// Appends events of any companies, all or none.
    ///
    /// They are spooled first, so they need not fit into memory, and other
    /// appends go on while the source is read. `expected` names the versions
    /// that streams must have if the batch has something new for them; streams
    /// it does not name may have any.
    ///
    /// # Errors
    ///
    /// [`BatchError::Source`] with the first error that `events` gives, and
    /// [`BatchError::Append`] if the log does not accept one; nothing is
    /// written to the log then.
    pub fn append_all<E>(
        &self,
        events: &mut dyn Iterator<Item = Result<NewEvent, E>>,
        expected: &[(Slug, Expected)],
    ) -> Result<BatchOutcome, BatchError<E>> {
        let spool = self.spool(events)?;
        let outcome = self.queue.alone(|| self.commit_spool(&spool, expected))?;
        Ok(outcome)
    }

    fn spool<E>(
        &self,
        events: &mut dyn Iterator<Item = Result<NewEvent, E>>,
    ) -> Result<Spool, BatchError<E>> {
        let mut writer = SpoolWriter::new(&self.layout.cache()).map_err(refused)?;
        let (mut count, mut unchecked) = (0, u64::MAX);
        for event in events {
            let event = event.map_err(BatchError::Source)?;
            check_limits(&event)?;
            unchecked = unchecked.saturating_add(event.payload.len() as u64 + RECORD_BYTES);
            if unchecked > limits::FREE_BYTES_MIN / 4 {
                guard::check_room(self.dir(), 0)?;
                unchecked = 0;
            }
            writer.push(&event).map_err(refused)?;
            count += 1;
        }
        Ok(writer.finish(count).map_err(refused)?)
    }

    fn commit_spool(
        &self,
        spool: &Spool,
        expected: &[(Slug, Expected)],
    ) -> Result<BatchOutcome, AppendError> {
        self.check_writable()?;
        let outcomes = self.admit_spool(spool, expected)?;
        let stored = outcomes.iter().filter(|outcome| !outcome.known).count() as u64;
        if stored > 0 {
            guard::check_room(self.dir(), spool.bytes())?;
            let mut writer = Writer::new(self);
            for (found, outcome) in spool.events().map_err(refused)?.zip(&outcomes) {
                if !outcome.known {
                    let (_, event) = found.map_err(refused)?;
                    writer.push(&event, outcome.version)?;
                }
            }
            self.publish(&writer.finish()?);
        }
        Ok(BatchOutcome {
            outcomes,
            stored,
            head: sync::read(&self.state).head,
        })
    }

    /// Looks at each event of a batch, and writes nothing.
    fn admit_spool(
        &self,
        spool: &Spool,
        expected: &[(Slug, Expected)],
    ) -> Result<Vec<Outcome>, AppendError> {
        let past = Stored::new(self);
        let mut admission = Admission::new(&past);
        let mut outcomes = Vec::new();
        let mut places: Vec<u64> = Vec::new();
        for found in spool.events().map_err(refused)? {
            let (place, event) = found.map_err(refused)?;
            let known = admission.look(&event, |number| {
                let admitted = places.get(number).map(|&place| spool.event_at(place));
                let admitted = admitted.transpose().map_err(refused)?;
                Ok(admitted.is_some_and(|admitted| admission::same(&admitted, &event)))
            })?;
            outcomes.push(known.unwrap_or_else(|| {
                places.push(place);
                admission.admit(&event)
            }));
        }
        admission.check_expected(expected)?;
        Ok(outcomes)
    }

    /// Answers the appends of one group, with one sync for all.
    pub(super) fn commit(&self, requests: Vec<Request>) -> Vec<Result<Vec<Outcome>, AppendError>> {
        if self.check_writable().is_err() {
            let refuse = |_| self.check_writable().map(|()| Vec::new());
            return requests.into_iter().map(refuse).collect();
        }
        let past = Stored::new(self);
        let mut group = Group::new(&past);
        let mut answers: Vec<_> = requests
            .into_iter()
            .map(|request| group.add(request))
            .collect();
        let head = past.head();
        if let Err(error) = self.store(&group.into_events()) {
            for answer in &mut answers {
                let is_new = |outcome: &Outcome| outcome.position > head;
                if answer
                    .as_ref()
                    .is_ok_and(|outcomes| outcomes.iter().any(is_new))
                {
                    *answer = Err(error.shared());
                }
            }
        }
        answers
    }

    fn store(&self, events: &[(NewEvent, Version)]) -> Result<(), AppendError> {
        if events.is_empty() {
            return Ok(());
        }
        let bytes = events
            .iter()
            .map(|(event, _)| event.payload.len() as u64 + RECORD_BYTES)
            .sum();
        guard::check_room(self.dir(), bytes)?;
        let mut writer = Writer::new(self);
        for (event, version) in events {
            writer.push(event, *version)?;
        }
        self.publish(&writer.finish()?);
        Ok(())
    }

    /// Shows readers what is on the disk.
    fn publish(&self, written: &Written) {
        let mut state = sync::write(&self.state);
        state.index.extend(&written.pending);
        state.head = written.head;
        drop(state);
        self.progress.advance(written.head.position);
    }

    fn check_writable(&self) -> Result<(), AppendError> {
        if self.poisoned.load(Ordering::Acquire) {
            Err(AppendError::Poisoned)
        } else if self.progress.is_shut() {
            Err(AppendError::Shut)
        } else {
            Ok(())
        }
    }

    /// Refuses all appends from now on: what sled did is not known.
    pub(super) fn poison(&self) {
        self.poisoned.store(true, Ordering::Release);
    }
}

fn refused(source: io::Error) -> AppendError {
    AppendError::Io { source }
}

/// What is on the disk.
///
/// Only the one who commits uses it, so what it sees does not change. An event
/// that is there already is read to compare; in a file that is appended again
/// they follow each other, so the last block is kept.
struct Stored<'l> {
    log: &'l SledLog,
    block: RefCell<Option<(Position, Vec<Recorded>)>>,
}

impl<'l> Stored<'l> {
    fn new(log: &'l SledLog) -> Self {
        Self {
            log,
            block: RefCell::new(None),
        }
    }
}

impl Past for Stored<'_> {
    fn head(&self) -> Position {
        sync::read(&self.log.state).head.position
    }

    fn find(&self, id: EventId) -> Option<Position> {
        sync::read(&self.log.state).index.ids().find(id)
    }

    fn version(&self, company: &Slug) -> Version {
        sync::read(&self.log.state).index.version(company)
    }

    fn version_at(&self, company: &Slug, position: Position) -> Option<Version> {
        let state = sync::read(&self.log.state);
        state.index.version_at(company, position)
    }

    fn is_same(&self, position: Position, event: &NewEvent) -> Result<bool, LogError> {
        let Some(first) = self.log.block_of(position) else {
            return Ok(false);
        };
        let mut block = self.block.borrow_mut();
        let events = match block.take() {
            Some((kept, events)) if kept == first => events,
            _ => self.log.read_part(first, |_| true)?.events,
        };
        let same = events
            .iter()
            .any(|stored| stored.position == position && admission::same(&stored.event, event));
        *block = Some((first, events));
        Ok(same)
    }
}
