//! What was redacted is gone, and all else is as it was.

use std::fs;

use super::*;
use crate::head_mark;
use crate::salvage::Salvage;
use crate::sled_log::redact::Left;

const EVENTS: u64 = 60;

/// A log with blocks, and a journal after them.
fn log(store: &Path) -> SledLog {
    let log = SledLog::create_or_open_with(store, clock(), TINY).unwrap();
    append(&log, 1..EVENTS + 1);
    let sealed = log.sealed().0;
    assert!((10..EVENTS).contains(&sealed), "{sealed}");
    log
}

fn left_of(number: u64) -> Box<[u8]> {
    format!("{{\"left of\":{number}}}").into_bytes().into()
}

fn left(numbers: &[u64]) -> Left {
    let left = numbers
        .iter()
        .map(|number| (Position(*number), left_of(*number)));
    left.collect()
}

fn telling(number: u64) -> NewEvent {
    NewEvent {
        kind: "redaction".into(),
        ..event(number)
    }
}

/// What a log is to hold once some events were redacted.
fn expected(before: &[Recorded], numbers: &[u64]) -> Vec<Recorded> {
    let redacted = before.iter().cloned().map(|mut recorded| {
        if numbers.contains(&recorded.position.0) {
            recorded.event.kind = "redacted".into();
            recorded.event.payload = left_of(recorded.position.0);
        }
        recorded
    });
    redacted.collect()
}

/// Events of the first block, of one in the middle, and of the journal.
const NUMBERS: &[u64] = &[1, 17, 18, EVENTS];

#[test]
fn only_what_was_redacted_changes_and_the_chain_stays() {
    let (_held, store) = dir();
    let log = log(&store);
    let before = all(&log);
    let version = log.stream_head(&event(3).company).unwrap().unwrap().0;
    let told = [telling(1_003), telling(1_008)];
    let log = log.redact(&left(NUMBERS), &told).unwrap();
    let after = all(&log);
    let (kept, new) = after.split_at(before.len());
    assert_eq!(kept, expected(&before, NUMBERS));
    let new: Vec<_> = new.iter().map(|new| new.event.clone()).collect();
    assert_eq!(new, told);
    assert_eq!(after.last().unwrap().version.0, version.0 + 2);
    let verified = log.verify(&[], &mut |_| ()).unwrap();
    let numbers =
        |positions: &[Position]| -> Vec<u64> { positions.iter().map(|it| it.0).collect() };
    assert_eq!(numbers(&verified.redactions.erased), NUMBERS);
    assert_eq!(
        numbers(&verified.redactions.telling),
        [EVENTS + 1, EVENTS + 2]
    );
    // It goes on as a log does, now and when it was closed and opened.
    append(&log, 2_000..2_030);
    let told = answers(&log);
    log.close().unwrap();
    assert_eq!(answers(&read_only(&store).unwrap()), told);
    let log = open(&store).unwrap();
    assert_eq!(answers(&log), told);
    log.verify(&[], &mut |_| ()).unwrap();
}

#[test]
fn the_head_of_the_log_before_is_marked_no_more() {
    let (_held, store) = dir();
    let log = log(&store);
    let before = log.head();
    let log = log.redact(&left(NUMBERS), &[telling(1_003)]).unwrap();
    let (layout, id) = (Layout::new(&store), log.format.store);
    let marked = || head_mark::load(&layout.head_mark(), id).map(|(position, _)| position);
    assert_ne!(marked(), Some(before.position));
    let head = log.head();
    log.close().unwrap();
    assert_eq!(marked(), Some(head.position));
}

/// All files of a store that hold this text as it is.
fn holding(folder: &Path, text: &str) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(holding(&path, text));
        } else if memchr::memmem::find(&fs::read(&path).unwrap(), text.as_bytes()).is_some() {
            found.push(path);
        }
    }
    found
}

#[test]
fn no_file_holds_what_was_redacted() {
    let (_held, store) = dir();
    // A single event is not compressed, as long as it does not get smaller.
    let secret = |number| format!("filler\":\"{}", id(number).0);
    let log = log(&store);
    log.rebuild(None).unwrap();
    log.close().unwrap();
    let salvaged = |number: u64| {
        let mut is_there = false;
        let salvage = Salvage::look(&store).unwrap();
        let missing = salvage.events(|found| {
            is_there |= found.event.payload == event(number).payload;
            Ok::<_, crate::error::LogError>(())
        });
        assert!(missing.unwrap().is_empty());
        is_there
    };
    assert!(!holding(&store, &secret(EVENTS)).is_empty());
    assert!(salvaged(17));
    let log = open(&store).unwrap().redact(&left(NUMBERS), &[]).unwrap();
    log.close().unwrap();
    for _ in 0..2 {
        for number in NUMBERS {
            assert_eq!(
                holding(&store, &secret(*number)),
                Vec::<std::path::PathBuf>::new()
            );
            assert!(!salvaged(*number));
        }
        assert!(salvaged(16) && salvaged(19));
        open(&store).unwrap().rebuild(None).unwrap();
    }
}

#[test]
fn what_was_redacted_does_not_come_back() {
    let (_held, store) = dir();
    let log = log(&store).redact(&left(NUMBERS), &[]).unwrap();
    let head = log.head();
    for number in NUMBERS {
        let again = event(*number);
        let outcome = log
            .append(&again.company.clone(), Expected::Any, vec![again])
            .unwrap();
        assert!(outcome[0].known);
        assert_eq!(outcome[0].position.0, *number);
    }
    let mut again = NUMBERS.iter().map(|number| Ok::<_, ()>(event(*number)));
    assert_eq!(log.append_all(&mut again, &[]).unwrap().stored, 0);
    // Of another company it is another event.
    let mut other = event(NUMBERS[0]);
    other.company = "another".parse().unwrap();
    assert!(
        log.append_all(&mut [Ok::<_, ()>(other.clone())].into_iter(), &[])
            .is_err()
    );
    let company = other.company.clone();
    assert!(log.append(&company, Expected::Any, vec![other]).is_err());
    assert_eq!(log.head(), head);
}

pub(super) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        match path.is_dir() {
            true => copy(&path, &to),
            false => drop(fs::copy(&path, &to).unwrap()),
        }
    }
}

/// A store as it was, and as it is once some of it was redacted.
pub(super) fn before_and_after(place: &Path) -> (String, String) {
    let (old, new) = (place.join("old"), place.join("new"));
    let log = log(&old);
    let before = answers(&log);
    log.close().unwrap();
    copy(&old, &new);
    let log = open(&new)
        .unwrap()
        .redact(&left(NUMBERS), &[telling(1_003)]);
    let after = answers(log.as_ref().unwrap());
    log.unwrap().close().unwrap();
    (before, after)
}

#[test]
fn whatever_interrupts_it_all_is_done_or_nothing() {
    let (held, _) = dir();
    let place = held.path();
    let (before, after) = before_and_after(place);
    let (old, new) = (place.join("old"), place.join("new"));
    // What is there of the new log, under which name, and what is gone of the old.
    let states: &[(&str, &[&str], &[&str], &String)] = &[
        ("rewrite", &["log"], &[], &before),
        ("rewrite", &["log", "journal"], &[], &before),
        ("rewritten", &["log", "journal"], &[], &after),
        ("rewritten", &["log", "journal"], &["cache"], &after),
        ("rewritten", &["log", "journal"], &["cache", "log"], &after),
        ("rewritten", &["journal"], &["cache", "log"], &after),
        (
            "rewritten",
            &["journal"],
            &["cache", "log", "journal"],
            &after,
        ),
        ("rewritten", &[], &["cache", "log", "journal"], &after),
    ];
    for (number, (name, there, gone, expected)) in states.iter().enumerate() {
        for writes in [true, false] {
            let store = place.join(format!("{number}-{writes}"));
            copy(&old, &store);
            fs::create_dir(store.join(name)).unwrap();
            for part in *there {
                copy(&new.join(part), &store.join(name).join(part));
            }
            for part in *gone {
                fs::remove_dir_all(store.join(part)).unwrap();
                let is_moved = *part != "cache" && !there.contains(part);
                if is_moved {
                    copy(&new.join(part), &store.join(part));
                }
            }
            let opened = if writes {
                open(&store)
            } else {
                read_only(&store)
            };
            let log = opened.unwrap();
            assert_eq!(answers(&log), **expected, "{number} {writes}");
            log.close().unwrap();
            assert!(!store.join("rewritten").exists());
            open(&store).unwrap().close().unwrap();
            assert!(!store.join("rewrite").exists());
        }
    }
}

#[test]
fn salvage_takes_the_log_that_counts() {
    let (held, _) = dir();
    let place = held.path();
    before_and_after(place);
    let store = place.join("old");
    fs::create_dir(store.join("rewritten")).unwrap();
    for part in ["log", "journal"] {
        copy(
            &place.join("new").join(part),
            &store.join("rewritten").join(part),
        );
    }
    let salvage = Salvage::look(&store).unwrap();
    let mut redacted = Vec::new();
    let missing = salvage.events(|found| {
        redacted.extend((&*found.event.kind == "redacted").then_some(found.position.0));
        Ok::<_, crate::error::LogError>(())
    });
    assert!(missing.unwrap().is_empty());
    assert_eq!(redacted, NUMBERS);
}

#[test]
fn who_reads_meanwhile_reads_what_was_there_or_what_is() {
    let (_held, store) = dir();
    let log = log(&store);
    let before = all(&log);
    let reader = read_only(&store).unwrap();
    let log = log.redact(&left(NUMBERS), &[]).unwrap();
    // Some of its files are open still.
    let (read, is) = (all(&reader), all(&log));
    assert_eq!(read.len(), before.len());
    for (read, states) in read.iter().zip(before.iter().zip(&is)) {
        assert!(read == states.0 || read == states.1, "{}", read.position);
    }
    append(&log, 2_000..2_001);
    let mut looks = 0;
    while reader.refresh().unwrap() != log.head() {
        looks += 1;
        assert!(looks < 100, "it does not see that the log goes on");
    }
    assert_eq!(all(&reader), all(&log));
}

#[test]
fn who_reads_meanwhile_verifies_what_is() {
    let (_held, store) = dir();
    let log = log(&store);
    let reader = read_only(&store).unwrap();
    let log = log.redact(&left(NUMBERS), &[telling(1_003)]).unwrap();
    let verified = reader.verify(&[], &mut |_| ()).unwrap();
    assert_eq!(verified.head, log.head());
    assert_eq!(verified.redactions.erased.len(), NUMBERS.len());
}

#[test]
fn a_log_that_is_only_read_is_not_redacted() {
    let (_held, store) = dir();
    log(&store).close().unwrap();
    let reader = read_only(&store).unwrap();
    assert!(reader.redact(&left(NUMBERS), &[]).is_err());
    assert!(!store.join("rewrite").exists());
}
