//! What only the log on disk must do.

mod backup;
mod damage;
mod folder;
mod index;
mod lent;
mod redact;
mod refresh;
mod reopen;
mod rewritten;
mod seal;
mod select;
mod witness;
mod writer;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use event_model::id::{EventId, Position};
use event_model::time::Instant;
use tempfile::TempDir;

use super::{Settings, SledLog, open as opening};
use crate::clock::Clock;
use crate::error::OpenError;
use crate::event_log::{EventLog, Expected, NewEvent, Recorded};
use crate::layout::Layout;
use crate::layout::format::BlocksIn;

/// Sizes at which every boundary is crossed after a few events.
const TINY: Settings = Settings {
    journal_bytes_max: 3_000,
    direct_bytes_min: 6_000,
    run_bytes_max: 8_000,
    ids_at_once_max: 7,
    selection_bytes_max: 2_000,
    selection_first: 5,
};

fn clock() -> Arc<dyn Clock> {
    let micros = AtomicI64::new(1_700_000_000_000_000);
    Arc::new(move || Instant::from_micros(micros.fetch_add(1, Ordering::Relaxed)).unwrap())
}

/// A folder for a store, which is not there yet.
fn dir() -> (TempDir, std::path::PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let store = dir.path().join("store");
    (dir, store)
}

fn create(store: &Path) -> SledLog {
    create_in(store, BlocksIn::File)
}

/// The same with the blocks there.
fn create_in(store: &Path, blocks: BlocksIn) -> SledLog {
    let settings = Settings {
        direct_bytes_min: 64 * 1024,
        ..Settings::default()
    };
    opening::create(Layout::new(store), clock(), settings, blocks).unwrap()
}

/// A log that has every appended event in blocks but the last few.
fn create_sealing(store: &Path) -> SledLog {
    create_sealing_in(store, BlocksIn::File)
}

/// The same with the blocks there.
fn create_sealing_in(store: &Path, blocks: BlocksIn) -> SledLog {
    let settings = Settings {
        journal_bytes_max: 1,
        ..Settings::default()
    };
    opening::create(Layout::new(store), clock(), settings, blocks).unwrap()
}

fn read_only(store: &Path) -> Result<SledLog, OpenError> {
    SledLog::open_to_read(store, clock())
}

fn open(store: &Path) -> Result<SledLog, OpenError> {
    SledLog::open(store, clock())
}

fn id(number: u64) -> EventId {
    // Spread, so that ids do not come in the order of positions.
    let number = u128::from(number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    EventId(uuid::Uuid::from_u128(number << 64 | number))
}

fn event(number: u64) -> NewEvent {
    NewEvent {
        id: id(number),
        company: format!("company-{}", number % 5).parse().unwrap(),
        kind: "statement".into(),
        thread: "a-thread".into(),
        published: Instant::from_micros(0).unwrap(),
        schema: 1,
        payload: format!("{{\"number\":{number},\"filler\":\"{}\"}}", id(number).0)
            .into_bytes()
            .into(),
    }
}

fn append(log: &SledLog, numbers: std::ops::Range<u64>) {
    for number in numbers {
        let event = event(number);
        let company = event.company.clone();
        log.append(&company, Expected::Any, vec![event]).unwrap();
    }
}

fn append_all(log: &SledLog, numbers: std::ops::Range<u64>) {
    let mut events = numbers.map(|number| Ok::<_, ()>(event(number)));
    log.append_all(&mut events, &[]).unwrap();
}

fn all(log: &SledLog) -> Vec<Recorded> {
    log.read(Position(0), Position::LAST)
        .map(Result::unwrap)
        .collect()
}

/// All that a log answers, to compare with that of another.
fn answers(log: &SledLog) -> String {
    let streams: Vec<_> = log
        .companies()
        .unwrap()
        .iter()
        .map(|company| {
            let events: Vec<_> = log
                .read_stream(company, Position::LAST)
                .map(|event| event.unwrap().position.0)
                .collect();
            (company.clone(), log.stream_head(company).unwrap(), events)
        })
        .collect();
    let ids = log.find_prefix("", usize::MAX).unwrap();
    format!("{:?} {streams:?} {ids:?} {:?}", log.head(), all(log))
}

/// The blocks of a log, in order.
fn blocks(log: &SledLog) -> Vec<(Position, Vec<u8>)> {
    log.engine()
        .unwrap()
        .scan(Position(0), Position::LAST)
        .map(|found| found.unwrap())
        .collect()
}
