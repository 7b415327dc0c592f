//! The logs that are put to the test, and events to put into them.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use event_log::{
    AppendError, BatchError, BatchOutcome, Clock, EventLog, Expected, MemoryLog, NewEvent, Outcome,
    Settings, SledLog,
};
use event_model::id::{EventId, Slug};
use event_model::time::Instant;
use tempfile::TempDir;

/// A log of some kind.
pub(crate) enum Subject {
    Memory(Box<MemoryLog>),
    /// The folder goes after the log in it.
    Sled(
        Box<SledLog>,
        #[expect(dead_code, reason = "held for its drop")] TempDir,
    ),
}

pub(crate) type Make = fn(&Arc<dyn Clock>) -> Subject;

pub(crate) fn memory(clock: &Arc<dyn Clock>) -> Subject {
    Subject::Memory(Box::new(MemoryLog::new(Arc::clone(clock))))
}

pub(crate) fn sled(clock: &Arc<dyn Clock>) -> Subject {
    let dir = tempfile::tempdir().unwrap();
    let log = SledLog::create_or_open(&dir.path().join("store"), Arc::clone(clock)).unwrap();
    Subject::Sled(Box::new(log), dir)
}

/// One that seals its journal after every few events, and writes most batches
/// as blocks.
pub(crate) fn tiny(clock: &Arc<dyn Clock>) -> Subject {
    let settings = Settings {
        journal_bytes_max: 1_500,
        direct_bytes_min: 700,
        run_bytes_max: 4_000,
        ids_at_once_max: 7,
        selection_bytes_max: 1_000,
        selection_first: 3,
    };
    let dir = tempfile::tempdir().unwrap();
    let store = dir.path().join("store");
    let log = SledLog::create_or_open_with(&store, Arc::clone(clock), settings).unwrap();
    Subject::Sled(Box::new(log), dir)
}

impl Deref for Subject {
    type Target = dyn EventLog;

    fn deref(&self) -> &Self::Target {
        match self {
            Self::Memory(log) => log.as_ref(),
            Self::Sled(log, _) => log.as_ref(),
        }
    }
}

impl Subject {
    pub(crate) fn append_one(&self, event: NewEvent) -> Result<Outcome, AppendError> {
        let company = event.company.clone();
        self.append(&company, Expected::Any, vec![event])
            .map(|outcomes| outcomes[0])
    }

    pub(crate) fn append_all<E>(
        &self,
        events: &mut dyn Iterator<Item = Result<NewEvent, E>>,
        expected: &[(Slug, Expected)],
    ) -> Result<BatchOutcome, BatchError<E>> {
        match self {
            Self::Memory(log) => log.append_all(events, expected),
            Self::Sled(log, _) => log.append_all(events, expected),
        }
    }

    pub(crate) fn batch(
        &self,
        events: &[NewEvent],
        expected: &[(Slug, Expected)],
    ) -> Result<BatchOutcome, AppendError> {
        let mut events = events.iter().cloned().map(Ok::<_, ()>);
        match self.append_all(&mut events, expected) {
            Ok(outcome) => Ok(outcome),
            Err(BatchError::Append(error)) => Err(error),
            Err(error) => panic!("{error:?}"),
        }
    }
}

/// Makes each check a test of each log.
#[macro_export]
macro_rules! conform {
    ($($check:ident,)*) => {
        mod memory { $(#[test] fn $check() { super::$check($crate::subject::memory); })* }
        mod sled { $(#[test] fn $check() { super::$check($crate::subject::sled); })* }
        mod tiny { $(#[test] fn $check() { super::$check($crate::subject::tiny); })* }
    };
}

pub(crate) fn clock(micros: impl Fn() -> i64 + Send + Sync + 'static) -> Arc<dyn Clock> {
    Arc::new(move || Instant::from_micros(micros()).unwrap())
}

/// A clock that goes on by a second each time it is asked.
pub(crate) fn ticking() -> Arc<dyn Clock> {
    let seconds = AtomicI64::new(1_700_000_000);
    clock(move || seconds.fetch_add(1, Ordering::Relaxed) * 1_000_000)
}

/// A clock that stands still.
pub(crate) fn standing(now: Instant) -> Arc<dyn Clock> {
    clock(move || now.micros())
}

pub(crate) fn slug(text: &str) -> Slug {
    text.parse().unwrap()
}

pub(crate) fn id(number: u64) -> EventId {
    EventId(uuid::Uuid::from_u128(
        u128::from(number) | 0x0192_0000 << 96,
    ))
}

pub(crate) fn event(number: u64, company: &str) -> NewEvent {
    NewEvent {
        id: id(number),
        company: slug(company),
        kind: "statement".into(),
        thread: "".into(),
        published: Instant::from_micros(1_600_000_000_000_000).unwrap(),
        schema: 1,
        payload: format!(r#"{{"company":"{company}","number":{number}}}"#)
            .into_bytes()
            .into(),
    }
}

pub(crate) fn events(numbers: std::ops::Range<u64>, company: &str) -> Vec<NewEvent> {
    numbers.map(|number| event(number, company)).collect()
}
