//! Which files count, and what is seen of a folder that is written meanwhile.

use std::fs;
use std::ops::ControlFlow;

use super::list::{Both, files, small};
use super::same::same;
use super::*;

#[test]
fn what_is_not_named_is_removed_and_harmless() {
    let mut both = small();
    let named = files(&both);
    for name in ["00000001.run.new", "00000099.run", "MANIFEST.new", "other"] {
        fs::write(both.dir.path().join(name), b"half").unwrap();
    }
    same(&both.open(), both.committed());
    both.reopen();
    assert_eq!(files(&both), named);
    // Spilled and written, but never committed.
    for number in 0..300 {
        both.push(number % 5, 60);
    }
    assert!(files(&both).len() > named.len());
    both.reopen();
    assert_eq!(files(&both), named);
    both.push(3, 10);
    both.commit();
    same(&both.open(), both.committed());
}

#[test]
fn there_is_nothing_where_there_is_nothing_whole() {
    let dir = tempfile::tempdir().unwrap();
    assert!(Streams::open(dir.path(), STORE).unwrap().is_none());
    assert!(
        Streams::open(&dir.path().join("none"), STORE)
            .unwrap()
            .is_none()
    );
    let both = small();
    let dir = both.dir.path();
    assert!(Streams::open(dir, Uuid::from_u128(8)).unwrap().is_none());
    let files = files(&both);
    let run = files.iter().find(|file| file.extension().is_some());
    fs::remove_file(run.unwrap()).unwrap();
    assert!(Streams::open(dir, STORE).unwrap().is_none());
    assert!(StreamsWriter::open(dir, STORE, TINY).unwrap().is_none());
    // A writer begins anew.
    let writer = StreamsWriter::create(dir, STORE, TINY).unwrap();
    assert_eq!(writer.head(), Head::ZERO);
    assert!(Streams::open(dir, STORE).unwrap().is_none());
}

#[test]
fn a_manifest_that_is_longer_than_one_is_made_is_none() {
    let both = small();
    let path = both.dir.path().join(manifest::MANIFEST);
    let file = fs::File::options().write(true).open(path).unwrap();
    file.set_len(2 << 30).unwrap();
    assert!(manifest::read(both.dir.path()).unwrap().is_none());
    assert!(Streams::open(both.dir.path(), STORE).unwrap().is_none());
}

#[test]
fn positions_of_another_history_are_not_taken() {
    let both = small();
    let positions = both.dir.path().join(positions::POSITIONS);
    let mut pages = table::Pages::new(40);
    let mut other = Vec::new();
    for number in 0..102u8 {
        pages.put(&[number; 40], &mut other).unwrap();
    }
    assert_eq!(fs::read(&positions).unwrap().len(), other.len());
    fs::write(&positions, other).unwrap();
    assert!(Streams::open(both.dir.path(), STORE).unwrap().is_none());
}

#[test]
fn an_empty_store_is_whole() {
    let mut both = Both::new(TINY);
    both.commit();
    same(&both.open(), &[]);
    assert_eq!(files(&both).len(), 2);
}

#[test]
fn a_reader_never_sees_half_a_commit() {
    use std::sync::atomic::{AtomicBool, Ordering};

    let mut both = Both::new(Tuning { fanout: 2, ..TINY });
    both.commit();
    let dir = both.dir.path().to_owned();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut last = 0;
            while !done.load(Ordering::Relaxed) {
                let streams = Streams::open(&dir, STORE).unwrap().unwrap();
                assert!(streams.events() >= last);
                last = streams.events();
                let mut scanned = 0;
                let mut visitor = |_: Entry<'_>| {
                    scanned += 1;
                    ControlFlow::Continue(())
                };
                let range = SlugRange::default();
                streams
                    .scan(
                        &range,
                        (Position(0), Position::LAST),
                        &mut |_| Choice::Read,
                        &mut visitor,
                    )
                    .unwrap();
                assert_eq!(scanned, last);
            }
        });
        for number in 0..100 {
            both.push(number % 3, 100);
            both.commit();
        }
        done.store(true, Ordering::Relaxed);
        reader.join().unwrap();
    });
    same(&both.open(), both.committed());
}
