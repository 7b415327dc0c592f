//! Storing appends, many with one sync.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use event_model::id::Version;

use super::past::OnDisk;
use super::{SledLog, guard};
use crate::admission::{Group, Past, Request};
use crate::chain::Chain;
use crate::error::{AppendError, EngineError, LogError};
use crate::event_log::{NewEvent, Outcome};
use crate::journal::{Frame, Journal};
use crate::sync;

/// What an append brings besides its payloads, in bytes, by estimate.
pub(super) const RECORD_BYTES: u64 = 300;

impl SledLog {
    /// Answers the appends of one group, with one sync for all.
    pub(super) fn commit(&self, requests: Vec<Request>) -> Vec<Result<Vec<Outcome>, AppendError>> {
        if let Err(error) = self.check_writable() {
            return requests.iter().map(|_| Err(error.shared())).collect();
        }
        let past = OnDisk::new(self);
        let mut group = Group::new(&past);
        let mut answers: Vec<_> = requests
            .into_iter()
            .map(|request| group.add(request))
            .collect();
        let head = past.head();
        if let Err(error) = self.store(&group.into_events()) {
            let is_new = |outcome: &Outcome| outcome.position > head;
            let mut failed = answers.iter_mut().filter(|answer| {
                let outcomes = answer.as_ref();
                outcomes.is_ok_and(|outcomes| outcomes.iter().any(is_new))
            });
            let first = failed.next();
            failed.for_each(|answer| *answer = Err(error.shared()));
            if let Some(answer) = first {
                *answer = Err(error);
            }
        }
        answers
    }

    /// Stores events as one frame of the journal, all or none.
    pub(super) fn store(&self, events: &[(NewEvent, Version)]) -> Result<(), AppendError> {
        if events.is_empty() {
            return Ok(());
        }
        let bytes = events
            .iter()
            .map(|(event, _)| event.payload.len() as u64 + RECORD_BYTES)
            .sum();
        guard::check_room(self.dir(), bytes)?;
        self.with_journal(|journal| {
            let long = journal.bytes() + bytes > self.settings.journal_bytes_max;
            if long && journal.bytes() > 0 {
                self.seal(journal).map_err(unsealed)?;
            }
            let stamp = self.stamps.begin(&*self.clock);
            let mut chain = Chain::new(sync::read(&self.state).tail.head(), stamp.now());
            for (event, version) in events {
                chain.push(event, *version)?;
            }
            self.write_frame(journal, &chain)
        })
    }

    /// Writes what is in the chain, and shows it to readers.
    fn write_frame(&self, journal: &mut Journal, chain: &Chain) -> Result<(), AppendError> {
        let records = chain.records();
        let frame = Frame {
            first: event_model::id::Position(records.previous.position.0 + 1),
            count: u32::try_from(records.ends.len()).map_err(|_| AppendError::Encoding)?,
            hash: chain.head().hash,
            records: records.bytes,
        };
        journal.append(frame).map_err(|error| {
            self.poison();
            AppendError::OutcomeUnknown {
                source: Arc::new(EngineError::Io(error)),
            }
        })?;
        let hashes = records.ends.iter().map(|end| end.hash);
        let pushed = sync::write(&self.state).tail.push_made(&frame, hashes);
        pushed.map_err(|_| {
            self.poison();
            AppendError::Encoding
        })?;
        self.progress.advance(chain.head().position);
        Ok(())
    }

    /// Does something with the journal; the caller is the one at work.
    pub(super) fn with_journal<T>(
        &self,
        work: impl FnOnce(&mut Journal) -> Result<T, AppendError>,
    ) -> Result<T, AppendError> {
        let mut journal = sync::lock(&self.journal);
        work(journal.as_mut().ok_or(AppendError::ReadOnly)?)
    }

    pub(super) fn check_writable(&self) -> Result<(), AppendError> {
        if self.poisoned.load(Ordering::Acquire) {
            Err(AppendError::Poisoned)
        } else if self.progress.is_shut() {
            Err(AppendError::Shut)
        } else if sync::lock(&self.journal).is_none() {
            Err(AppendError::ReadOnly)
        } else if self.is_in_place()? {
            Ok(())
        } else {
            // Nothing is written to it any more, not even when it is closed.
            self.poison();
            Err(AppendError::Displaced {
                dir: self.dir().to_owned(),
            })
        }
    }

    /// Whether the folder is still the store that was opened, and nobody else can write
    /// there.
    pub(super) fn is_in_place(&self) -> Result<bool, AppendError> {
        let lock = sync::lock(&self.lock);
        let is_at = lock.as_ref().map(|lock| lock.is_at(&self.layout.lock()));
        let is_at = is_at.transpose();
        is_at
            .map(|is_at| is_at.unwrap_or(true))
            .map_err(|source| AppendError::Io { source })
    }

    /// Refuses all appends from now on: what is on the disk is not known.
    pub(super) fn poison(&self) {
        self.poisoned.store(true, Ordering::Release);
    }
}

/// The journal could not be made into blocks; what was to be appended was not.
pub(super) fn unsealed(source: LogError) -> AppendError {
    AppendError::Read { source }
}
