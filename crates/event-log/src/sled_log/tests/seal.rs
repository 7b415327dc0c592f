//! A file of the journal goes only once its events are in blocks.

use std::fs;

use super::redact::copy;
use super::*;
use crate::journal;
use crate::salvage::Salvage;

/// A store as a kill leaves it that came after the journal was sealed, and before its
/// older file was removed.
fn killed_after_a_seal(place: &Path) -> std::path::PathBuf {
    let (store, before) = (place.join("store"), place.join("before"));
    let log = SledLog::create_or_open_with(&store, clock(), TINY).unwrap();
    append(&log, 0..10);
    log.close().unwrap();
    copy(&store, &before);
    let log = SledLog::create_or_open_with(&store, clock(), TINY).unwrap();
    append(&log, 10..100);
    assert!(log.sealed().0 > 10);
    log.close().unwrap();
    let oldest = journal::path_of(Path::new("journal"), Position(0));
    fs::copy(before.join(&oldest), store.join(&oldest)).unwrap();
    store
}

fn salvaged(store: &Path) -> usize {
    let mut events = 0;
    let salvage = Salvage::look(store).unwrap();
    let taken = salvage.events(|_| {
        events += 1;
        Ok::<_, crate::error::LogError>(())
    });
    taken.unwrap();
    events
}

#[test]
fn it_goes_when_the_blocks_have_its_events() {
    let (folder, _) = dir();
    let store = killed_after_a_seal(folder.path());
    let log = open(&store).unwrap();
    assert_eq!(all(&log).len(), 100);
    assert_eq!(journal::bases(&store.join("journal")).unwrap().len(), 1);
}

#[test]
fn it_stays_when_they_do_not() {
    let (folder, _) = dir();
    let store = killed_after_a_seal(folder.path());
    fs::remove_dir_all(store.join("cache/streams")).unwrap();
    let blocks = store.join("log/blocks");
    let mut bytes = fs::read(&blocks).unwrap();
    bytes[200] ^= 1;
    fs::write(&blocks, bytes).unwrap();
    let before = salvaged(&store);
    assert!(before >= 10, "{before}");
    for opened in [open(&store), read_only(&store)] {
        let error = opened.map(drop).unwrap_err();
        assert!(matches!(error, OpenError::Damaged { .. }), "{error:?}");
    }
    assert_eq!(journal::bases(&store.join("journal")).unwrap().len(), 2);
    assert_eq!(salvaged(&store), before);
}

/// Whoever appends does not wait for a walk, and a walk takes no harm from seals beside it.
#[test]
fn the_log_is_walked_as_it_was_when_that_began() {
    let (_folder, path) = dir();
    let log = SledLog::create_or_open_with(&path, clock(), TINY).unwrap();
    append(&log, 0..20);
    std::thread::scope(|scope| {
        let appending = scope.spawn(|| (20..400).for_each(|id| append(&log, id..id + 1)));
        while !appending.is_finished() {
            let before = log.head().position.0;
            let verified = log.verify(&[], &mut |_| ()).unwrap();
            assert!((before..=log.head().position.0).contains(&verified.events));
        }
    });
    let verified = log.verify(&[], &mut |_| append(&log, 400..401)).unwrap();
    assert_eq!(verified.events, 400);
    assert_eq!(log.verify(&[], &mut |_| ()).unwrap().events, 401);
}
