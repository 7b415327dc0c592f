//! The folder of a store, and folders that are none.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use super::*;
use crate::error::AppendError;
use crate::error::Damage;

/// Every file under a folder, and what it holds.
pub(super) fn contents(folder: &Path) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
    let mut contents = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            contents.extend(self::contents(&path));
            contents.insert(path, None);
        } else {
            let bytes = fs::read(&path).unwrap();
            contents.insert(path, Some(bytes));
        }
    }
    contents
}

/// Tries to open and to create, which both fail and touch nothing.
fn refused(store: &Path, expect: impl Fn(&OpenError) -> bool) {
    let parent = store.parent().unwrap();
    let before = contents(parent);
    for error in [
        open(store).unwrap_err(),
        SledLog::create_or_open(store, clock()).unwrap_err(),
    ] {
        assert!(expect(&error), "{error:?}");
    }
    assert_eq!(contents(parent), before);
}

/// A store with some events, closed.
fn closed_store() -> (TempDir, PathBuf) {
    closed_store_in(BlocksIn::File)
}

/// The same with the blocks there.
fn closed_store_in(blocks: BlocksIn) -> (TempDir, PathBuf) {
    let (dir, store) = dir();
    let log = create_in(&store, blocks);
    append(&log, 0..3);
    log.close().unwrap();
    (dir, store)
}

#[test]
fn opening_makes_no_store() {
    let (dir, store) = dir();
    let error = open(&store).unwrap_err();
    assert!(matches!(error, OpenError::NoStore { .. }), "{error}");
    let error = open(dir.path()).unwrap_err();
    assert!(matches!(error, OpenError::NoStore { .. }), "{error}");
    assert!(contents(dir.path()).is_empty());
}

#[test]
fn a_store_is_made_with_the_folders_above_it_or_in_an_empty_one() {
    let (dir, _) = dir();
    let deep = dir.path().join("a/b/store");
    append(&create(&deep), 0..1);
    assert_eq!(open(&deep).unwrap().head().position, Position(1));
    let empty = dir.path().join("empty");
    fs::create_dir(&empty).unwrap();
    append(&create(&empty), 0..1);
    let names: Vec<_> = contents(&empty)
        .into_keys()
        .filter_map(|path| path.strip_prefix(&empty).ok()?.to_str().map(str::to_owned))
        .filter(|path| !path.starts_with("log/"))
        .collect();
    let journal = "journal/00000000000000000000";
    let expected = [
        "FORMAT",
        "LOCK",
        "cache",
        "cache/head",
        "journal",
        journal,
        "log",
    ];
    assert_eq!(names, expected);
}

#[test]
fn a_folder_with_something_else_is_left_alone() {
    let (_dir, store) = dir();
    fs::create_dir_all(store.join("log")).unwrap();
    fs::write(store.join("letter.txt"), b"dear").unwrap();
    refused(&store, |error| matches!(error, OpenError::NotAStore { .. }));
}

#[test]
fn a_file_is_no_folder() {
    let (_dir, store) = dir();
    fs::write(&store, b"file").unwrap();
    refused(&store, |error| {
        matches!(error, OpenError::NotAFolder { .. })
    });
    let below = store.join("below");
    for error in [
        open(&below).unwrap_err(),
        SledLog::create_or_open(&below, clock()).unwrap_err(),
    ] {
        assert!(matches!(error, OpenError::NotAFolder { .. }), "{error}");
    }
}

#[test]
fn a_store_without_its_format_is_damaged() {
    let (_dir, store) = closed_store();
    fs::remove_file(store.join("FORMAT")).unwrap();
    refused(&store, |error| {
        matches!(error, OpenError::FormatMissing { .. })
    });
}

#[test]
fn a_format_that_is_not_ours_is_refused() {
    let (_dir, store) = closed_store();
    let path = store.join("FORMAT");
    let text = fs::read_to_string(&path).unwrap();
    let write = |text: &str| fs::write(&path, text).unwrap();
    write(&text.replace("annals 2", "annals 3\nmore of it"));
    refused(&store, |error| {
        matches!(error, OpenError::NewerFormat { found: 3, known: 2 })
    });
    for other in [
        text.replace("sled 0.34.7", "sled 1.0.0"),
        text.replace("16384", "524288"),
        text.replace("annals 2", "annals 1"),
    ] {
        write(&other);
        refused(&store, |error| {
            matches!(error, OpenError::OtherEngine { .. })
        });
    }
    for damaged in ["", "annals", "annals x\n", &text[..30], "annals 0\n"] {
        write(damaged);
        refused(&store, |error| {
            matches!(error, OpenError::FormatDamaged { .. })
        });
    }
    write(&text);
    assert_eq!(open(&store).unwrap().head().position, Position(3));
}

#[test]
fn a_store_without_its_log_is_not_taken_for_an_empty_one() {
    let (_dir, store) = closed_store();
    fs::remove_dir_all(store.join("log")).unwrap();
    for error in [
        open(&store).unwrap_err(),
        SledLog::create_or_open(&store, clock()).unwrap_err(),
    ] {
        assert!(matches!(error, OpenError::LogMissing { .. }), "{error}");
    }
    assert!(!store.join("log").exists());
}

#[test]
fn a_store_whose_making_was_interrupted_is_made_again() {
    let (_dir, store) = dir();
    create(&store).close().unwrap();
    fs::rename(store.join("FORMAT"), store.join("FORMAT.new")).unwrap();
    fs::write(store.join("log/blocks"), b"half of it").unwrap();
    fs::write(store.join("log/index/db"), b"half of it").unwrap();
    let error = open(&store).unwrap_err();
    assert!(matches!(error, OpenError::NoStore { .. }), "{error}");
    let log = create(&store);
    append(&log, 0..3);
    log.close().unwrap();
    assert!(!store.join("FORMAT.new").exists());
    assert_eq!(open(&store).unwrap().head().position, Position(3));
}

#[test]
fn what_cannot_be_made_is_left_as_it_was() {
    let (dir, store) = dir();
    // A folder where a file must be written.
    fs::create_dir_all(store.join("FORMAT.new")).unwrap();
    let before = contents(dir.path());
    let error = SledLog::create_or_open(&store, clock()).unwrap_err();
    assert!(matches!(error, OpenError::Io { .. }), "{error}");
    assert_eq!(contents(dir.path()), before);
}

#[test]
fn a_store_is_open_once() {
    let (_dir, store) = dir();
    let log = create(&store);
    append(&log, 0..3);
    let lock = fs::read(store.join("LOCK")).unwrap();
    for error in [
        open(&store).unwrap_err(),
        SledLog::create_or_open(&store, clock()).unwrap_err(),
    ] {
        let OpenError::Held { pid, since } = error else {
            panic!("{error}");
        };
        assert_eq!(pid, Some(std::process::id()));
        assert!(since.is_some());
        assert!(error.to_string().contains("in use by process"));
    }
    assert_eq!(fs::read(store.join("LOCK")).unwrap(), lock);
    append(&log, 3..4);
    log.close().unwrap();
    assert_eq!(open(&store).unwrap().head().position, Position(4));
}

#[test]
fn of_racing_creators_one_wins() {
    let (_dir, store) = dir();
    let barrier = std::sync::Barrier::new(4);
    let made: Vec<_> = std::thread::scope(|scope| {
        let creators: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    barrier.wait();
                    SledLog::create_or_open(&store, clock())
                })
            })
            .collect();
        creators.into_iter().map(|c| c.join().unwrap()).collect()
    });
    let held = |result: &&Result<SledLog, OpenError>| matches!(result, Err(OpenError::Held { .. }));
    assert_eq!(made.iter().filter(held).count(), 3, "{made:?}");
    assert_eq!(made.iter().filter(|result| result.is_ok()).count(), 1);
    drop(made);
    append(&open(&store).unwrap(), 0..1);
}

#[test]
fn half_written_snapshots_of_sled_are_removed() {
    let (_dir, store) = closed_store_in(BlocksIn::Sled);
    let half = store.join("log/snap.00000000000FFFFF.generating");
    fs::write(&half, b"").unwrap();
    assert_eq!(all(&open(&store).unwrap()).len(), 3);
    assert!(!half.exists());
}

#[test]
fn an_empty_snapshot_of_sled_is_moved_aside() {
    let (_dir, store) = closed_store_in(BlocksIn::Sled);
    fs::write(store.join("log/snap.7FFFFFFFFFFFFFFF"), b"").unwrap();
    let log = open(&store).unwrap();
    assert_eq!(log.verify(&[], &mut |_| ()).unwrap().events, 3);
    assert!(store.join("cache/snapshots/snap.7FFFFFFFFFFFFFFF").exists());
    append(&log, 3..6);
    log.close().unwrap();
    assert_eq!(open(&store).unwrap().head().position, Position(6));
}

#[test]
fn values_in_files_of_their_own_are_refused() {
    let (_dir, store) = closed_store_in(BlocksIn::Sled);
    fs::write(store.join("log/blobs/12345"), b"blob").unwrap();
    let error = open(&store).unwrap_err();
    assert!(
        matches!(
            error,
            OpenError::Damaged {
                what: Damage::BlobFile,
                ..
            }
        ),
        "{error}"
    );
}

/// Who removes the lock lets another write, and who puts another store in the place of one
/// has all that is written after that go there: nothing may be acknowledged then.
#[test]
fn nothing_is_written_to_a_store_that_is_not_in_its_place() {
    let displacements: [fn(&Path); 3] = [
        |store| fs::remove_file(store.join("LOCK")).unwrap(),
        |store| fs::rename(store, store.with_extension("moved")).unwrap(),
        |store| {
            let moved = store.with_extension("moved");
            fs::rename(store, &moved).unwrap();
            super::redact::copy(&moved, store);
        },
    ];
    for displace in displacements {
        let (_folder, store) = dir();
        let log = create(&store);
        append(&log, 0..3);
        displace(&store);
        let single = log.append(&event(3).company, Expected::Any, vec![event(3)]);
        assert!(
            matches!(single, Err(AppendError::Displaced { .. })),
            "{single:?}"
        );
        log.close().unwrap();
        assert!(!store.join("cache/head").exists());
    }
}
