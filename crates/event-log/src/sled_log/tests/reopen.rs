//! Closing a store and opening it again.

use std::fs;

use super::*;
use crate::error::{AppendError, BatchError, Damage, OpenError};
use crate::limits;
use crate::sled_log::guard;
use crate::sled_log::writer::Writer;
use event_model::id::Version;

#[test]
fn a_store_that_was_closed_or_dropped_has_everything() {
    let (_dir, store) = dir();
    let log = create(&store);
    append(&log, 0..20);
    append_all(&log, 20..3_000);
    let before = answers(&log);
    log.close().unwrap();
    let log = open(&store).unwrap();
    assert_eq!(answers(&log), before);
    append(&log, 3_000..3_010);
    let before = answers(&log);
    drop(log);
    let log = open(&store).unwrap();
    assert_eq!(answers(&log), before);
    assert_eq!(log.verify(&mut |_| ()).unwrap().events, 3_010);
}

#[test]
fn the_clock_may_have_gone_back_while_the_store_was_closed() {
    let (_dir, store) = dir();
    let log = create(&store);
    append(&log, 0..5);
    let last = log.head().recorded.unwrap();
    log.close().unwrap();
    let early = || Instant::from_micros(-1).unwrap();
    let log = SledLog::open(&store, Arc::new(early)).unwrap();
    append(&log, 5..6);
    assert_eq!(log.head().recorded.unwrap(), last.plus_micros(1));
}

#[test]
fn whatever_becomes_of_the_cache_the_answers_are_the_same() {
    let (dir, store) = dir();
    let log = create(&store);
    append_all(&log, 0..2_000);
    log.close().unwrap();
    let index = store.join("cache/index");
    let stale = fs::read(&index).unwrap();
    let log = open(&store).unwrap();
    append(&log, 2_000..2_100);
    append_all(&log, 2_100..4_000);
    let answer = answers(&log);
    log.close().unwrap();
    let fresh = fs::read(&index).unwrap();
    assert_ne!(fresh, stale);

    let other = create(&dir.path().join("other"));
    append_all(&other, 0..2_000);
    other.rebuild().unwrap();
    other.close().unwrap();
    let foreign = fs::read(dir.path().join("other/cache/index")).unwrap();

    let mut flipped = fresh.clone();
    flipped[fresh.len() / 2] ^= 1;
    for bytes in [&stale, &foreign, &flipped, &fresh[..100].to_vec(), &vec![]] {
        fs::write(&index, bytes).unwrap();
        assert_eq!(answers(&open(&store).unwrap()), answer);
    }
    fs::remove_dir_all(store.join("cache")).unwrap();
    let log = open(&store).unwrap();
    assert_eq!(answers(&log), answer);
    let stats = log.rebuild().unwrap();
    assert_eq!((stats.events, stats.companies), (4_000, 5));
    assert!(stats.log_bytes > 0 && stats.cache_bytes > 0 && stats.blocks > 60);
    assert_eq!(answers(&log), answer);
    assert!(index.is_file());
}

#[test]
fn an_index_that_is_ahead_of_the_log_is_not_believed() {
    let (_dir, store) = dir();
    let log = create(&store);
    append_all(&log, 0..100);
    let hundred = answers(&log);
    append(&log, 100..105);
    log.rebuild().unwrap();
    // As after a log was put back from a copy, and its cache was not.
    let lost: Vec<_> = (101..=105).map(Position).collect();
    log.engine.remove(&lost).unwrap();
    log.close().unwrap();
    fs::remove_file(store.join("cache/head")).unwrap();
    assert_eq!(answers(&open(&store).unwrap()), hundred);
}

#[test]
fn a_log_that_lost_its_end_is_refused() {
    let (_dir, store) = dir();
    let log = create(&store);
    append(&log, 0..105);
    let lost: Vec<_> = (101..=105).map(Position).collect();
    log.engine.remove(&lost).unwrap();
    log.close().unwrap();
    let error = open(&store).unwrap_err();
    assert!(
        matches!(
            error,
            OpenError::Damaged {
                position: Position(101),
                what: Damage::TailLost
            }
        ),
        "{error}"
    );
}

#[test]
fn a_batch_that_was_never_finished_is_dropped() {
    for crash_while_dropping in [false, true] {
        let (_dir, store) = dir();
        let log = create(&store);
        append(&log, 0..70);
        let before = answers(&log);
        let blocks_before = blocks(&log);
        let mut writer = Writer::new(&log);
        for number in 1_000..6_000 {
            writer.push(&event(number), Version(number)).unwrap();
        }
        writer.abandon().unwrap();
        assert_eq!(answers(&log), before);
        let left = blocks(&log);
        assert!(left.len() > blocks_before.len() + limits::GROUP_BLOCKS_MAX);
        // Nothing may follow the parts, so the log takes nothing any more.
        let error = log
            .append(&event(9).company, Expected::Any, vec![event(9)])
            .unwrap_err();
        assert!(matches!(error, AppendError::Poisoned), "{error}");
        if crash_while_dropping {
            log.engine.remove(&[left.last().unwrap().0]).unwrap();
        }
        drop(log);

        let log = open(&store).unwrap();
        assert_eq!(answers(&log), before);
        assert_eq!(blocks(&log), blocks_before);
        append(&log, 1_000..1_010);
        assert_eq!(log.verify(&mut |_| ()).unwrap().events, 80);
    }
}

#[test]
fn a_finished_batch_stays() {
    let (_dir, store) = dir();
    let log = create(&store);
    append_all(&log, 0..6_000);
    assert!(blocks(&log).len() > 2 * limits::GROUP_BLOCKS_MAX);
    let before = answers(&log);
    drop(log);
    fs::remove_dir_all(store.join("cache")).unwrap();
    let log = open(&store).unwrap();
    assert_eq!(answers(&log), before);
    assert_eq!(log.verify(&mut |_| ()).unwrap().head, log.head());
}

#[test]
fn a_batch_with_an_error_writes_nothing() {
    let (_dir, store) = dir();
    let log = create(&store);
    append(&log, 0..10);
    let before = (answers(&log), blocks(&log));
    let mut source = (10..8_000).map(|number| match number {
        7_999 => Err(number),
        number => Ok(event(number)),
    });
    let error = log.append_all(&mut source, &[]).unwrap_err();
    assert!(matches!(error, BatchError::Source(7_999)), "{error:?}");
    assert_eq!((answers(&log), blocks(&log)), before);
    let spools = fs::read_dir(store.join("cache")).unwrap().count();
    assert_eq!(spools, 0);
}

#[test]
fn what_a_killed_process_spooled_is_removed() {
    let (_dir, store) = dir();
    create(&store).close().unwrap();
    fs::write(store.join("cache/spool-abc"), b"left").unwrap();
    open(&store).unwrap().close().unwrap();
    assert!(!store.join("cache/spool-abc").exists());
}

#[test]
fn a_small_log_writes_no_index() {
    let (_dir, store) = dir();
    let log = create(&store);
    append(&log, 0..20);
    log.close().unwrap();
    assert!(!store.join("cache/index").exists());
}

#[test]
fn a_log_that_failed_takes_nothing_until_it_is_opened_again() {
    let (_dir, store) = dir();
    let log = create(&store);
    append(&log, 0..3);
    log.poison();
    let company = event(3).company;
    let error = log
        .append(&company, Expected::Any, vec![event(3)])
        .unwrap_err();
    assert!(matches!(error, AppendError::Poisoned), "{error}");
    let mut events = [Ok::<_, ()>(event(3))].into_iter();
    let error = log.append_all(&mut events, &[]).unwrap_err();
    assert!(
        matches!(error, BatchError::Append(AppendError::Poisoned)),
        "{error}"
    );
    assert_eq!(all(&log).len(), 3);
    drop(log);
    append(&open(&store).unwrap(), 3..4);
}

#[test]
fn a_disk_that_would_be_full_is_refused() {
    let (dir, _) = dir();
    guard::check_room(dir.path(), 1).unwrap();
    let error = guard::check_room(dir.path(), u64::MAX / 4).unwrap_err();
    assert!(matches!(error, AppendError::DiskFull { .. }), "{error}");
}

#[test]
fn the_largest_events_make_no_blob_file() {
    let (_dir, store) = dir();
    let log = create(&store);
    let large = |number: u64| {
        let mut payload = vec![0; limits::PAYLOAD_BYTES_MAX];
        getrandom::fill(&mut payload).unwrap();
        NewEvent {
            payload: payload.into(),
            ..event(number)
        }
    };
    let mut events = (0..150).map(|number| Ok::<_, ()>(large(number)));
    log.append_all(&mut events, &[]).unwrap();
    for number in 150..200 {
        let event = large(number);
        let company = event.company.clone();
        log.append(&company, Expected::Any, vec![event]).unwrap();
    }
    let before = answers(&log);
    log.close().unwrap();
    assert_eq!(fs::read_dir(store.join("log/blobs")).unwrap().count(), 0);
    assert_eq!(answers(&open(&store).unwrap()), before);
}
