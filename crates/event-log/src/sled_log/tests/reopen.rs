//! Closing a store and opening it again.

use std::fs;

use super::*;
use crate::error::{AppendError, BatchError, Damage, OpenError};
use crate::limits;
use crate::sled_log::guard;
use crate::{journal, sync};

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
    assert_eq!(log.verify(&[], &mut |_| ()).unwrap().events, 3_010);
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

/// Every file of a folder, with what it holds.
fn files(folder: &Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let entries = fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = paths
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect();
    files.sort();
    files
}

#[test]
fn whatever_becomes_of_the_cache_the_answers_are_the_same() {
    let (dir, store) = dir();
    let log = create(&store);
    append_all(&log, 0..6_000);
    log.close().unwrap();
    let streams = store.join("cache/streams");
    let stale = files(&streams);
    let log = open(&store).unwrap();
    append(&log, 6_000..6_100);
    append_all(&log, 6_100..12_000);
    let answer = answers(&log);
    log.close().unwrap();
    let fresh = files(&streams);

    let other = create(&dir.path().join("other"));
    append_all(&other, 0..6_000);
    other.close().unwrap();
    let foreign = files(&dir.path().join("other/cache/streams"));

    let restore = |files: &[(std::path::PathBuf, Vec<u8>)]| {
        fs::remove_dir_all(&streams).unwrap();
        fs::create_dir(&streams).unwrap();
        for (path, bytes) in files {
            fs::write(streams.join(path.file_name().unwrap()), bytes).unwrap();
        }
    };
    for files in [&stale, &foreign, &fresh, &Vec::new()] {
        for open in [open, read_only] {
            restore(files);
            assert_eq!(answers(&open(&store).unwrap()), answer);
        }
    }
    for number in 0..fresh.len() {
        for change in 0..3 {
            let mut changed = fresh.clone();
            let bytes = &mut changed[number].1;
            let middle = bytes.len() / 2;
            match change {
                0 => bytes[middle] ^= 1,
                1 => bytes.truncate(middle),
                _ => bytes.clear(),
            }
            restore(&changed);
            // It is told, or does not matter; once made again, all is well.
            let log = open(&store).unwrap();
            assert!(log.verify(&[], &mut |_| ()).is_err() || answers(&log) == answer);
            log.rebuild(None).unwrap();
            assert_eq!(answers(&log), answer);
        }
    }
    fs::remove_dir_all(store.join("cache")).unwrap();
    let log = open(&store).unwrap();
    assert_eq!(answers(&log), answer);
    log.rebuild(None).unwrap();
    let stats = log.stats().unwrap();
    assert_eq!((stats.events, stats.companies), (12_000, 5));
    assert!(stats.log_bytes > 0 && stats.cache_bytes > 0);
    assert_eq!(answers(&log), answer);
}

#[test]
fn a_log_that_lost_its_end_is_refused() {
    let (_dir, store) = dir();
    let log = create(&store);
    append(&log, 0..5);
    log.close().unwrap();
    let (path, bytes) = files(&store.join("journal")).remove(0);
    let log = open(&store).unwrap();
    append(&log, 5..8);
    log.close().unwrap();
    fs::write(path, bytes).unwrap();
    let error = open(&store).unwrap_err();
    assert!(
        matches!(
            error,
            OpenError::Damaged {
                position: Position(6),
                what: Damage::TailLost
            }
        ),
        "{error}"
    );
}

#[test]
fn blocks_that_do_not_count_are_dropped() {
    let (_dir, store) = dir();
    let log = create(&store);
    append_all(&log, 0..6_000);
    append(&log, 6_000..6_070);
    let before = answers(&log);
    log.close().unwrap();
    // A batch whose blocks are all there, but for the journal after them.
    let copy = files(&store.join("journal")).remove(0);
    let log = open(&store).unwrap();
    append_all(&log, 10_000..16_000);
    log.close().unwrap();
    fs::remove_dir_all(store.join("journal")).unwrap();
    fs::create_dir(store.join("journal")).unwrap();
    fs::write(&copy.0, &copy.1).unwrap();
    fs::remove_file(store.join("cache/head")).unwrap();

    let log = read_only(&store).unwrap();
    assert_eq!(answers(&log), before);
    log.close().unwrap();
    let log = open(&store).unwrap();
    assert_eq!(answers(&log), before);
    append(&log, 20_000..20_010);
    assert_eq!(log.verify(&[], &mut |_| ()).unwrap().events, 6_080);
    append_all(&log, 30_000..36_000);
    assert_eq!(log.verify(&[], &mut |_| ()).unwrap().events, 12_080);
}

#[test]
fn readers_see_what_was_there_while_a_writer_goes_on() {
    let (_dir, store) = dir();
    let log = create_sealing(&store);
    append(&log, 0..10);
    let before = log.head();
    let reader = read_only(&store).unwrap();
    let streams = |log: &SledLog| -> Vec<Vec<Recorded>> {
        let companies = log.companies().unwrap();
        let read = |company| log.read_stream(company, Position::LAST);
        let events = companies.iter().map(read);
        events
            .map(|events| events.map(Result::unwrap).collect())
            .collect()
    };
    let seen = streams(&reader);
    append(&log, 10..40);
    append_all(&log, 40..6_000);
    assert_eq!(reader.head(), before);
    assert_eq!(streams(&reader), seen);
    let later = read_only(&store).unwrap();
    assert_eq!(later.head(), log.head());
    assert_eq!(streams(&later), streams(&log));
    let error = reader
        .append(&event(1).company, Expected::Any, vec![event(99_996)])
        .unwrap_err();
    assert!(matches!(error, AppendError::ReadOnly), "{error}");
}

#[test]
fn a_finished_batch_stays() {
    let (_dir, store) = dir();
    let log = create(&store);
    append_all(&log, 0..20_000);
    let filled = 20_000_usize.div_ceil(limits::BLOCK_EVENTS_MAX);
    assert!(filled > 2 * limits::GROUP_BLOCKS_MAX);
    assert_eq!(blocks(&log).len(), filled);
    let before = answers(&log);
    drop(log);
    fs::remove_dir_all(store.join("cache")).unwrap();
    let log = open(&store).unwrap();
    assert_eq!(answers(&log), before);
    assert_eq!(log.verify(&[], &mut |_| ()).unwrap().head, log.head());
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
    let spools = fs::read_dir(store.join("cache")).unwrap();
    let names = spools.map(|entry| entry.unwrap().file_name());
    assert!(
        !names
            .into_iter()
            .any(|name| name.to_string_lossy().starts_with("spool"))
    );
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
fn nothing_is_added_to_a_journal_when_the_next_may_count() {
    let (_dir, store) = dir();
    let log = create(&store);
    let seal = || log.seal(sync::lock(&log.journal).as_mut().unwrap());
    append(&log, 0..3);
    seal().unwrap();
    append(&log, 3..6);
    // In the place of the next file, so that it cannot be put there.
    let head = log.head().position;
    fs::create_dir(journal::path_of(&store.join("journal"), head)).unwrap();
    seal().unwrap_err();
    let company = event(6).company;
    let refused = log.append(&company, Expected::Any, vec![event(6)]);
    assert!(matches!(refused, Err(AppendError::Poisoned)), "{refused:?}");
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
    for (blocks, folder) in [(BlocksIn::Sled, "log"), (BlocksIn::File, "log/index")] {
        let (_dir, store) = dir();
        append_largest(&store, blocks);
        let blobs = store.join(folder).join("blobs");
        assert_eq!(fs::read_dir(blobs).unwrap().count(), 0);
    }
}

fn append_largest(store: &Path, blocks: BlocksIn) {
    let log = create_in(store, blocks);
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
    assert_eq!(answers(&open(store).unwrap()), before);
}
