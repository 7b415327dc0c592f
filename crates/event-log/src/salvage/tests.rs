//! Damaged stores: what is whole comes out, and nothing else.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use event_model::id::EventId;
use event_model::time::Instant;

use super::*;
use crate::clock::Clock;
use crate::event_log::{EventLog, Expected};
use crate::sled_log::{Settings, SledLog};

/// One byte of so many is flipped.
const FLIPPED_OF: usize = 7;

fn clock() -> Arc<dyn Clock> {
    let micros = AtomicI64::new(1_700_000_000_000_000);
    Arc::new(move || Instant::from_micros(micros.fetch_add(1, Ordering::Relaxed)).unwrap())
}

fn event(number: u64) -> NewEvent {
    NewEvent {
        id: EventId(Uuid::from_u128(u128::from(number) << 64 | 7)),
        company: format!("company-{}", number % 3).parse().unwrap(),
        kind: "statement".into(),
        thread: "a-thread".into(),
        published: Instant::from_micros(0).unwrap(),
        schema: 1,
        payload: format!("{{\"number\":{number}}}").into_bytes().into(),
    }
}

/// A closed store of twelve events: blocks, and the last ones in the journal.
fn store(dir: &Path) -> u64 {
    let settings = Settings {
        journal_bytes_max: 500,
        ..Settings::default()
    };
    let log = SledLog::create_or_open_with(dir, clock(), settings).unwrap();
    for number in 1..=12 {
        let event = event(number);
        let company = event.company.clone();
        log.append(&company, Expected::Any, vec![event]).unwrap();
    }
    let sealed = log.sealed().0;
    assert!((2..12).contains(&sealed), "{sealed}");
    log.close().unwrap();
    sealed
}

/// What comes out, and what is missing; each event is held against the one appended.
fn salvaged(dir: &Path) -> (Vec<(u64, SalvagedFrom)>, Missing) {
    let salvage = Salvage::look(dir).unwrap();
    let mut found = Vec::new();
    let missing = salvage.events(|salvaged| {
        assert_eq!(salvaged.event, event(salvaged.position.0));
        found.push((salvaged.position.0, salvaged.from));
        Ok::<_, LogError>(())
    });
    (found, missing.unwrap())
}

fn positions(found: &[(u64, SalvagedFrom)]) -> Vec<u64> {
    found.iter().map(|(position, _)| *position).collect()
}

/// The files of the log that hold events.
fn files(dir: &Path) -> Vec<std::path::PathBuf> {
    let mut files = vec![dir.join("log/blocks")];
    let journal = fs::read_dir(dir.join("journal")).unwrap();
    files.extend(journal.map(|entry| entry.unwrap().path()));
    files
}

#[test]
fn all_of_a_whole_store_comes_out_and_nothing_is_touched() {
    let dir = tempfile::tempdir().unwrap();
    store(dir.path());
    let (found, missing) = salvaged(dir.path());
    let expected: Vec<_> = (1..=12).map(|at| (at, SalvagedFrom::Log)).collect();
    assert_eq!(found, expected);
    assert!(missing.is_empty());
}

#[test]
fn whichever_byte_is_flipped_what_comes_out_is_right_and_the_rest_is_told() {
    let dir = tempfile::tempdir().unwrap();
    store(dir.path());
    fs::remove_dir_all(dir.path().join("cache")).unwrap();
    let (mut lost, mut told) = (0, 0);
    for file in files(dir.path()) {
        let whole = fs::read(&file).unwrap();
        let written = whole.iter().rposition(|byte| *byte != 0).unwrap() + 1;
        let bytes = (0..written).filter(|at| whole[*at] != 0);
        for at in bytes.step_by(FLIPPED_OF) {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x41;
            fs::write(&file, bytes).unwrap();
            let (found, missing) = salvaged(dir.path());
            let mut all = positions(&found);
            all.extend(missing.iter().cloned().flatten());
            all.sort_unstable();
            // The end of the log alone can go without a sign.
            assert!(all.len() >= 11 && all == (1..=all.len() as u64).collect::<Vec<_>>());
            lost += 12 - found.len();
            told += missing.iter().cloned().flatten().count();
        }
        fs::write(&file, whole).unwrap();
    }
    assert!(lost > 0 && told > 0 && told <= lost, "{told} of {lost}");
}

#[test]
fn what_the_blocks_lost_comes_from_the_caches() {
    let dir = tempfile::tempdir().unwrap();
    let sealed = store(dir.path());
    fs::write(dir.path().join("log/blocks"), b"gone").unwrap();
    let (found, missing) = salvaged(dir.path());
    assert!(missing.is_empty());
    for (position, from) in found {
        let expected = match position <= sealed {
            true => SalvagedFrom::Cache,
            false => SalvagedFrom::Log,
        };
        assert_eq!(from, expected, "{position}");
    }
}

#[test]
fn a_store_without_its_format_and_journal_gives_its_blocks() {
    let dir = tempfile::tempdir().unwrap();
    let sealed = store(dir.path());
    fs::remove_file(dir.path().join("FORMAT")).unwrap();
    fs::remove_dir_all(dir.path().join("journal")).unwrap();
    fs::remove_dir_all(dir.path().join("cache")).unwrap();
    let (found, missing) = salvaged(dir.path());
    assert_eq!(positions(&found), (1..=sealed).collect::<Vec<_>>());
    assert!(missing.is_empty());
}

#[test]
fn a_journal_that_goes_on_for_too_long_gives_what_is_whole() {
    let dir = tempfile::tempdir().unwrap();
    store(dir.path());
    for file in files(dir.path()).into_iter().skip(1) {
        let file = fs::File::options().write(true).open(file).unwrap();
        file.set_len(8 << 30).unwrap();
    }
    let (found, missing) = salvaged(dir.path());
    assert_eq!(positions(&found), (1..=12).collect::<Vec<_>>());
    assert!(missing.is_empty());
}

#[test]
fn what_the_mark_of_the_head_knows_of_is_told_as_missing() {
    let dir = tempfile::tempdir().unwrap();
    let sealed = store(dir.path());
    for file in files(dir.path()).into_iter().skip(1) {
        fs::remove_file(file).unwrap();
    }
    let (found, missing) = salvaged(dir.path());
    assert_eq!(positions(&found), (1..=sealed).collect::<Vec<_>>());
    assert_eq!(missing, vec![sealed + 1..=12]);
}

#[test]
fn what_was_given_up_does_not_come_out() {
    let dir = tempfile::tempdir().unwrap();
    let sealed = store(dir.path());
    // Blocks of another history of the same positions, as a batch that was given up
    // leaves them.
    let other = tempfile::tempdir().unwrap();
    let later: Arc<dyn Clock> =
        Arc::new(move || Instant::from_micros(1_800_000_000_000_000).unwrap());
    let settings = Settings {
        journal_bytes_max: 1,
        ..Settings::default()
    };
    let log = SledLog::create_or_open_with(other.path(), later, settings).unwrap();
    for number in 100..104 {
        let event = event(number);
        let company = event.company.clone();
        log.append(&company, Expected::Any, vec![event]).unwrap();
    }
    log.close().unwrap();
    let mut bytes = fs::read(dir.path().join("log/blocks")).unwrap();
    bytes.extend(fs::read(other.path().join("log/blocks")).unwrap());
    fs::write(dir.path().join("log/blocks"), bytes).unwrap();
    let (found, missing) = salvaged(dir.path());
    assert_eq!(found.len(), 12);
    assert!(missing.is_empty() && sealed > 0);
}

#[test]
fn where_there_is_no_store_that_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let error = Salvage::look(dir.path()).unwrap_err();
    assert!(matches!(error, OpenError::NoStore { .. }), "{error}");
}

#[test]
fn the_mark_of_the_head_tells_the_store_where_nothing_else_does() {
    let dir = tempfile::tempdir().unwrap();
    store(dir.path());
    fs::remove_file(dir.path().join("FORMAT")).unwrap();
    let journals = fs::read_dir(dir.path().join("journal")).unwrap();
    for journal in journals.map(|entry| entry.unwrap().path()) {
        let mut bytes = fs::read(&journal).unwrap();
        bytes[..journal::HEADER_BYTES].fill(0);
        fs::write(&journal, bytes).unwrap();
    }
    let (found, missing) = salvaged(dir.path());
    assert_eq!(positions(&found), (1..=12).collect::<Vec<_>>());
    assert!(missing.is_empty());
    fs::remove_dir_all(dir.path().join("journal")).unwrap();
    let (found, missing) = salvaged(dir.path());
    assert_eq!(missing, [found.len() as u64 + 1..=12]);
}

#[test]
fn a_frame_of_the_last_position_that_there_could_be_is_passed_over() {
    let dir = tempfile::tempdir().unwrap();
    store(dir.path());
    let journal = fs::read_dir(dir.path().join("journal")).unwrap().next();
    let path = journal.unwrap().unwrap().path();
    let mut bytes = fs::read(&path).unwrap();
    let store = store_of(&Layout::new(dir.path())).unwrap();
    let at = journal::Frame::search(store, &bytes).unwrap();
    let frame = journal::Frame::decode(store, &bytes[at..]).unwrap();
    let end = at + frame.bytes();
    let forged = journal::Frame {
        first: Position(u64::MAX - u64::from(frame.count) + 1),
        ..frame
    };
    let mut after = bytes[..end].to_vec();
    forged.encode(store, &mut after).unwrap();
    after.extend(bytes.drain(..).skip(end));
    fs::write(&path, after).unwrap();
    let (found, missing) = salvaged(dir.path());
    assert_eq!(positions(&found), (1..=12).collect::<Vec<_>>());
    assert!(missing.is_empty());
}
