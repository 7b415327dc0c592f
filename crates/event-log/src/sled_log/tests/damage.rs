//! Damaged logs: told, and never taken for whole ones.

use std::fs;

use super::*;
use crate::error::{AppendError, Damage, LogError};
use crate::journal::{Frame, HEADER_BYTES};
use crate::layout::format::Format;
use crate::limits;

pub(super) fn damage<T>(result: Result<T, LogError>) -> (u64, Damage) {
    match result.err().unwrap() {
        LogError::Damaged { position, what } => (position.0, what),
        other => panic!("{other}"),
    }
}

pub(super) fn read_damage(log: &SledLog) -> (u64, Damage) {
    let events: Result<Vec<_>, _> = log.read(Position(0), Position::LAST).collect();
    damage(events)
}

/// Reopens without the streams, which then have to be made of the blocks.
pub(super) fn reopen_damage(log: SledLog, store: &Path) -> (u64, Damage) {
    drop(log);
    let _ = fs::remove_dir_all(store.join("cache"));
    match open(store).unwrap_err() {
        OpenError::Damaged { position, what } => (position.0, what),
        other => panic!("{other}"),
    }
}

/// Ten events, each of the first nine in a block of its own, in sled.
fn ten(store: &Path) -> SledLog {
    let log = create_sealing_in(store, BlocksIn::Sled);
    append(&log, 0..10);
    log
}

fn block(log: &SledLog, first: u64) -> Vec<u8> {
    let mut blocks = blocks(log).into_iter();
    blocks.find(|block| block.0.0 == first).unwrap().1
}

fn put(log: &SledLog, first: u64, block: Vec<u8>) {
    let engine = log.engine().unwrap();
    engine.write(&[(Position(first), block)]).unwrap();
    engine.sync().unwrap();
}

pub(super) fn found(log: SledLog, store: &Path, wrong: (u64, Damage)) {
    assert_eq!(read_damage(&log), wrong);
    assert_eq!(damage(log.verify(&[], &mut |_| ())), wrong);
    assert_eq!(damage(log.rebuild(None)), wrong);
    assert_eq!(reopen_damage(log, store), wrong);
}

#[test]
fn a_missing_block_is_found() {
    let (_dir, store) = dir();
    let log = ten(&store);
    log.engine().unwrap().remove(&[Position(4)]).unwrap();
    assert_eq!(log.read(Position(4), Position(9)).count(), 5);
    found(log, &store, (4, Damage::BlockMissing));
}

#[test]
fn a_block_at_another_place_is_found() {
    let (_dir, store) = dir();
    let log = ten(&store);
    put(&log, 4, block(&log, 5));
    found(log, &store, (4, Damage::BlockHeader));
}

#[test]
fn a_block_of_another_history_breaks_the_chain() {
    let (dir, store) = dir();
    let log = ten(&store);
    let other = ten(&dir.path().join("other"));
    put(&log, 4, block(&other, 4));
    assert_eq!(damage(log.verify(&[], &mut |_| ())), (4, Damage::Chain));
    assert_eq!(reopen_damage(log, &store), (4, Damage::Chain));
}

#[test]
fn a_changed_block_is_found() {
    let (_dir, store) = dir();
    let log = ten(&store);
    let mut changed = block(&log, 4);
    changed[150] ^= 4;
    put(&log, 4, changed);
    found(log, &store, (4, Damage::BlockChecksum));
}

#[test]
fn a_log_of_sled_that_lost_its_end_is_found() {
    let (_dir, store) = dir();
    let log = ten(&store);
    let lost: Vec<_> = (7..=9).map(Position).collect();
    log.engine().unwrap().remove(&lost).unwrap();
    assert_eq!(
        damage(log.verify(&[], &mut |_| ())),
        (7, Damage::BlockMissing)
    );
    assert_eq!(reopen_damage(log, &store), (7, Damage::BlockMissing));
}

/// The file of the journal, closed, and where its frames end.
fn journal(store: &Path) -> (std::path::PathBuf, Vec<u8>, usize) {
    let mut files = fs::read_dir(store.join("journal")).unwrap();
    let path = files.next().unwrap().unwrap().path();
    let bytes = fs::read(&path).unwrap();
    let end = bytes.iter().rposition(|&byte| byte != 0).unwrap() + 1;
    (path, bytes, end)
}

#[test]
fn every_flipped_byte_of_the_journal_is_found() {
    let (_dir, store) = dir();
    let log = create(&store);
    append(&log, 0..4);
    log.close().unwrap();
    let (path, bytes, end) = journal(&store);
    for at in 0..end {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1;
        fs::write(&path, &flipped).unwrap();
        for error in [open(&store).unwrap_err(), read_only(&store).unwrap_err()] {
            let is_told = matches!(
                error,
                OpenError::Damaged { .. }
                    | OpenError::LogMissing { .. }
                    | OpenError::JournalForeign { .. }
            );
            assert!(is_told, "byte {at}: {error:?}");
        }
        assert!(fs::read(&path).unwrap() == flipped, "byte {at}: changed");
    }
    fs::write(&path, &bytes).unwrap();
    assert_eq!(all(&open(&store).unwrap()).len(), 4);
}

#[test]
fn a_frame_that_says_another_hash_is_told_by_verify_and_before_it_is_sealed() {
    let (_dir, store) = dir();
    let log = create(&store);
    append(&log, 0..4);
    log.close().unwrap();
    let id = Format::read(&Layout::new(&store)).unwrap().store;
    let (path, mut bytes, _) = journal(&store);
    let mut at = HEADER_BYTES;
    for position in 1..=4 {
        let frame = Frame::decode(id, &bytes[at..]).unwrap();
        let mut records = frame.records.to_vec();
        // The payload comes last, and nothing but the hash tells.
        let last = records.len() - 3;
        records[last] ^= 1;
        let records = &records;
        let mut forged = Vec::new();
        Frame { records, ..frame }.encode(id, &mut forged).unwrap();
        let whole = bytes.clone();
        bytes[at..at + forged.len()].copy_from_slice(&forged);
        fs::write(&path, &bytes).unwrap();
        let verified = read_only(&store).unwrap().verify(&[], &mut |_| ());
        assert_eq!(damage(verified), (position, Damage::Chain));
        let settings = Settings {
            journal_bytes_max: 1,
            ..Settings::default()
        };
        let log = SledLog::create_or_open_with(&store, clock(), settings).unwrap();
        let new = event(100);
        let refused = log.append(&new.company.clone(), Expected::Any, vec![new]);
        let Err(AppendError::Read { source }) = refused else {
            panic!("position {position}: {refused:?}");
        };
        assert_eq!(damage::<()>(Err(source)), (position, Damage::Chain));
        drop(log);
        at += forged.len();
        bytes = whole;
    }
}

#[test]
fn a_journal_that_is_longer_than_one_is_made_is_told() {
    let (_dir, store) = dir();
    let log = create(&store);
    append(&log, 0..4);
    log.close().unwrap();
    let (path, ..) = journal(&store);
    let set_length = |bytes| {
        let file = fs::File::options().write(true).open(&path).unwrap();
        file.set_len(bytes).unwrap();
    };
    set_length(limits::JOURNAL_FILE_BYTES_MAX + 1);
    for error in [open(&store).unwrap_err(), read_only(&store).unwrap_err()] {
        let what = Damage::JournalLength;
        let is_told = matches!(error, OpenError::Damaged { position: Position(1), what: told } if told == what);
        assert!(is_told, "{error:?}");
    }
    set_length(limits::JOURNAL_FILE_BYTES_MAX);
    assert_eq!(all(&read_only(&store).unwrap()).len(), 4);
}

#[test]
fn a_frame_that_was_never_finished_is_dropped() {
    let (_dir, store) = dir();
    let log = create(&store);
    append(&log, 0..4);
    let before = answers(&log);
    log.close().unwrap();
    let (path, bytes, end) = journal(&store);
    let log = open(&store).unwrap();
    append(&log, 4..5);
    log.close().unwrap();
    let (_, longer, longer_end) = journal(&store);
    // As the power cut left it: nobody was told of the event, nor the mark made.
    fs::remove_file(store.join("cache/head")).unwrap();
    for cut in end + 1..longer_end {
        let mut torn = longer.clone();
        torn[cut..].fill(0);
        fs::write(&path, &torn).unwrap();
        assert_eq!(answers(&read_only(&store).unwrap()), before);
    }
    let log = open(&store).unwrap();
    assert_eq!(answers(&log), before);
    // The rest of the frame is gone, so that it cannot come back.
    assert!(fs::read(&path).unwrap() == bytes);
}

#[test]
fn verify_walks_everything_and_tells_how_far_it_is() {
    let (_dir, store) = dir();
    let log = create(&store);
    append_all(&log, 0..6_000);
    append(&log, 6_000..6_010);
    let mut told = Vec::new();
    let verified = log
        .verify(&[], &mut |position| told.push(position.0))
        .unwrap();
    assert_eq!(verified.events, 6_010);
    assert_eq!(verified.head, log.head());
    assert_eq!(verified.blocks, blocks(&log).len() as u64);
    assert_eq!(told.len(), 7);
    assert!(told.is_sorted() && told.ends_with(&[6_010]), "{told:?}");
}

#[test]
fn nothing_is_sealed_after_a_log_that_ends_too_soon() {
    let (_dir, store) = dir();
    let log = ten(&store);
    let lost: Vec<_> = (7..=9).map(Position).collect();
    log.engine().unwrap().remove(&lost).unwrap();
    let error = log.append(&event(20).company, Expected::Any, vec![event(20)]);
    assert!(
        matches!(
            error,
            Err(AppendError::Read {
                source: LogError::Damaged {
                    position: Position(9),
                    what: Damage::BlockMissing
                }
            })
        ),
        "{error:?}"
    );
}

#[test]
fn streams_that_cannot_be_made_again_stay() {
    let (_dir, store) = dir();
    let log = ten(&store);
    log.engine().unwrap().remove(&[Position(4)]).unwrap();
    assert_eq!(damage(log.rebuild(None)), (4, Damage::BlockMissing));
    drop(log);
    let log = read_only(&store).unwrap();
    let company = &event(3).company;
    let events = log.read_stream(company, Position::LAST);
    assert!(events.flatten().any(|event| event.position == Position(4)));
}

/// Whatever happens to sled's file: an error, or a log that is whole as far
/// as it goes; and no panic.
fn survive(store: &Path, whole: &[Recorded]) {
    let Ok(log) = open(store) else { return };
    let verified = log.verify(&[], &mut |_| ()).is_ok();
    let mut read = Vec::new();
    for event in log.read(Position(0), Position::LAST) {
        match event {
            Ok(event) => read.push(event),
            Err(_) => break,
        }
    }
    assert_eq!(read, whole[..read.len()]);
    assert!(!verified || read.len() as u64 == log.head().position.0);
}

#[test]
fn a_damaged_file_of_sled_is_never_taken_for_a_whole_one() {
    for blocks in [BlocksIn::Sled, BlocksIn::File] {
        let (_dir, store) = dir();
        let log = create_in(&store, blocks);
        append(&log, 0..30);
        append_all(&log, 30..6_000);
        let whole = all(&log);
        log.close().unwrap();
        for path in [store.join("log/db"), store.join("log/blocks")] {
            if path.exists() {
                harm(&path, || survive(&store, &whole));
            }
        }
    }
}

/// Damages a file in one way after the other.
pub(super) fn harm(path: &Path, check: impl Fn()) {
    let bytes = fs::read(path).unwrap();
    let used = bytes.iter().rposition(|&byte| byte != 0).unwrap();
    for turn in 0..24 {
        let at = (used * turn / 24 + turn).min(used - 1);
        let mut damaged = bytes.clone();
        match turn % 3 {
            0 => damaged[at] ^= 1 << (turn % 8),
            1 => damaged.truncate(at),
            _ => damaged[at..(at + 4_096).min(bytes.len())].fill(0),
        }
        fs::write(path, &damaged).unwrap();
        for name in fs::read_dir(path.parent().unwrap()).unwrap() {
            let path = name.unwrap().path();
            if path.to_string_lossy().contains("snap.") {
                fs::remove_file(path).unwrap();
            }
        }
        check();
    }
    fs::write(path, bytes).unwrap();
}
