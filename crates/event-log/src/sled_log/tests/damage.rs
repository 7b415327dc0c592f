//! Damaged logs: told, and never taken for whole ones.

use std::fs;

use super::*;
use crate::error::{Damage, LogError};

fn damage<T>(result: Result<T, LogError>) -> (u64, Damage) {
    match result.err().unwrap() {
        LogError::Damaged { position, what } => (position.0, what),
        other => panic!("{other}"),
    }
}

fn read_damage(log: &SledLog) -> (u64, Damage) {
    let events: Result<Vec<_>, _> = log.read(Position(0), Position(u64::MAX)).collect();
    damage(events)
}

fn reopen_damage(log: SledLog, store: &Path) -> (u64, Damage) {
    drop(log);
    let _ = fs::remove_dir_all(store.join("cache"));
    match open(store).unwrap_err() {
        OpenError::Damaged { position, what } => (position.0, what),
        other => panic!("{other}"),
    }
}

#[test]
fn a_missing_block_is_found() {
    let (_dir, store) = dir();
    let log = create(&store);
    append(&log, 0..10);
    log.engine.remove(&[Position(4)]).unwrap();
    let missing = (4, Damage::BlockMissing);
    assert_eq!(read_damage(&log), missing);
    assert_eq!(damage(log.event_at(Position(4))), missing);
    assert_eq!(damage(log.verify(&mut |_| ())), missing);
    assert_eq!(damage(log.rebuild()), missing);
    assert_eq!(log.read(Position(4), Position(9)).count(), 5);
    assert_eq!(reopen_damage(log, &store), missing);
}

#[test]
fn a_block_at_another_place_is_found() {
    let (_dir, store) = dir();
    let log = create(&store);
    append(&log, 0..10);
    let fifth = log.engine.get(Position(5)).unwrap().unwrap().to_vec();
    log.engine.write(vec![(Position(4), fifth)]).unwrap();
    let wrong = (4, Damage::BlockHeader);
    assert_eq!(read_damage(&log), wrong);
    assert_eq!(damage(log.verify(&mut |_| ())), wrong);
    assert_eq!(reopen_damage(log, &store), wrong);
}

#[test]
fn a_block_of_another_history_breaks_the_chain() {
    let (dir, store) = dir();
    let log = create(&store);
    append(&log, 0..10);
    let other = create(&dir.path().join("other"));
    append(&other, 0..10);
    let forged = other.engine.get(Position(4)).unwrap().unwrap().to_vec();
    log.engine.write(vec![(Position(4), forged)]).unwrap();
    let wrong = (4, Damage::Chain);
    assert_eq!(read_damage(&log), wrong);
    assert_eq!(damage(log.verify(&mut |_| ())), wrong);
    assert_eq!(reopen_damage(log, &store), wrong);
}

#[test]
fn a_changed_block_is_found() {
    let (_dir, store) = dir();
    let log = create(&store);
    append(&log, 0..10);
    let mut block = log.engine.get(Position(4)).unwrap().unwrap().to_vec();
    block[200] ^= 4;
    log.engine.write(vec![(Position(4), block)]).unwrap();
    let wrong = (4, Damage::BlockChecksum);
    assert_eq!(read_damage(&log), wrong);
    assert_eq!(damage(log.verify(&mut |_| ())), wrong);
    assert_eq!(reopen_damage(log, &store), wrong);
}

#[test]
fn verify_walks_everything_and_tells_how_far_it_is() {
    let (_dir, store) = dir();
    let log = create(&store);
    append_all(&log, 0..3_000);
    let mut told = Vec::new();
    let verified = log.verify(&mut |position| told.push(position.0)).unwrap();
    assert_eq!(verified.events, 3_000);
    assert_eq!(verified.head, log.head());
    assert_eq!(verified.blocks, log.stats().unwrap().blocks);
    assert_eq!(told.len(), 4);
    assert!(told.is_sorted() && told.ends_with(&[3_000]), "{told:?}");
}

/// Whatever happens to sled's file: an error, or a log that is whole as far
/// as it goes; and no panic.
fn survive(store: &Path, whole: &[Recorded]) {
    let Ok(log) = open(store) else { return };
    let verified = log.verify(&mut |_| ()).is_ok();
    let mut read = Vec::new();
    for event in log.read(Position(0), Position(u64::MAX)) {
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
    let (_dir, store) = dir();
    let log = create(&store);
    append(&log, 0..30);
    append_all(&log, 30..2_000);
    let whole = all(&log);
    log.close().unwrap();
    let path = store.join("log/db");
    let bytes = fs::read(&path).unwrap();
    let used = bytes.iter().rposition(|&byte| byte != 0).unwrap();
    for turn in 0..24 {
        let at = used * turn / 24 + turn;
        let mut damaged = bytes.clone();
        match turn % 3 {
            0 => damaged[at] ^= 1 << (turn % 8),
            1 => damaged.truncate(at),
            _ => damaged[at..(at + 4_096).min(used)].fill(0),
        }
        fs::write(&path, &damaged).unwrap();
        for name in fs::read_dir(store.join("log")).unwrap() {
            let path = name.unwrap().path();
            if path.to_string_lossy().contains("snap.") {
                fs::remove_file(path).unwrap();
            }
        }
        survive(&store, &whole);
    }
}
