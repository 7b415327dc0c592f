//! What is read, found and waited for.

use std::collections::{HashMap, HashSet};
use std::thread;

use event_log::{AppendError, Expected, Hash, Head, NewEvent};
use event_model::id::{EventId, Position, Version};
use event_model::time::Instant;

use crate::all;
use crate::subject::{self, Make, event, events, id, slug};

pub(crate) fn an_empty_log_has_nothing(make: Make) {
    let log = make(&subject::ticking());
    assert_eq!(log.head(), Head::ZERO);
    assert_eq!(log.stream_head(&slug("acme")).unwrap(), None);
    assert!(log.companies().unwrap().is_empty());
    assert!(all(&log).is_empty());
    assert_eq!(log.read_stream(&slug("acme"), Position(9)).count(), 0);
    assert_eq!(log.event_at(Position(0)).unwrap(), None);
    assert_eq!(log.event_at(Position(1)).unwrap(), None);
    assert_eq!(log.find(id(1)).unwrap(), None);
    assert!(log.find_prefix("", 9).unwrap().is_empty());
    assert_eq!(log.head_at(Position(0)).unwrap(), Some(Head::ZERO));
    assert_eq!(log.head_at(Position(1)).unwrap(), None);
    let late = Instant::from_micros(i64::MAX / 1_000).unwrap();
    assert_eq!(log.position_at(late).unwrap(), Position(0));
}

pub(crate) fn what_is_appended_is_read(make: Make) {
    let log = make(&subject::ticking());
    let event = NewEvent {
        kind: "chip_interest".into(),
        thread: "amd-mi308 – ünïcode".into(),
        published: Instant::from_micros(-1).unwrap(),
        schema: 1,
        payload: br#"{"a":1}"#.to_vec().into(),
        ..event(7, "acme")
    };
    let outcomes = log
        .append(&slug("acme"), Expected::None, vec![event.clone()])
        .unwrap();
    assert_eq!(outcomes[0].position, Position(1));
    assert_eq!(outcomes[0].version, Version(1));
    assert!(!outcomes[0].known);
    let stored = log.event_at(Position(1)).unwrap().unwrap();
    assert_eq!(stored.event, event);
    assert_eq!(stored.version, Version(1));
    assert_eq!(all(&log), std::slice::from_ref(&stored));
    assert_eq!(log.find(id(7)).unwrap().unwrap().1, Position(1));
    let head = log.head();
    assert_eq!(head.position, Position(1));
    assert_eq!(head.recorded, Some(stored.recorded));
    assert_eq!(head.hash, stored.hash);
    assert_ne!(head.hash, Hash::ZERO);
}

pub(crate) fn positions_have_no_gaps_and_versions_count_by_company(make: Make) {
    let log = make(&subject::ticking());
    for number in 0..30 {
        let company = ["b", "a", "c"][usize::try_from(number % 3).unwrap()];
        log.append_one(event(number, company)).unwrap();
    }
    assert_eq!(log.companies().unwrap(), [slug("b"), slug("a"), slug("c")]);
    let read = all(&log);
    let positions: Vec<_> = read.iter().map(|event| event.position.0).collect();
    assert_eq!(positions, (1..=30).collect::<Vec<_>>());
    for company in ["a", "b", "c"] {
        let stream: Vec<_> = log
            .read_stream(&slug(company), Position::LAST)
            .map(Result::unwrap)
            .collect();
        let versions: Vec<_> = stream.iter().map(|event| event.version.0).collect();
        assert_eq!(versions, (1..=10).collect::<Vec<_>>());
        let same: Vec<_> = read
            .iter()
            .filter(|event| event.event.company == slug(company))
            .cloned()
            .collect();
        assert_eq!(stream, same);
        let last = stream.last().unwrap();
        let head = log.stream_head(&slug(company)).unwrap();
        assert_eq!(head, Some((last.version, last.position)));
        let upto: Vec<_> = log.read_stream(&slug(company), Position(15)).collect();
        assert_eq!(upto.len(), 5);
    }
}

pub(crate) fn a_part_of_the_log_is_read(make: Make) {
    let log = make(&subject::ticking());
    log.append(&slug("acme"), Expected::Any, events(0..200, "acme"))
        .unwrap();
    let read = |after, upto| -> Vec<u64> {
        log.read(Position(after), Position(upto))
            .map(|event| event.unwrap().position.0)
            .collect()
    };
    assert_eq!(read(60, 70), (61..=70).collect::<Vec<_>>());
    assert_eq!(read(199, 500), [200]);
    for (after, upto) in [(200, 500), (70, 70), (70, 60), (u64::MAX, u64::MAX)] {
        assert!(read(after, upto).is_empty(), "{after} {upto}");
    }
}

pub(crate) fn heads_and_times_of_the_past_are_found(make: Make) {
    let log = make(&subject::ticking());
    for start in [0, 100, 101] {
        let end = start + if start == 100 { 1 } else { 100 };
        log.append(&slug("acme"), Expected::Any, events(start..end, "acme"))
            .unwrap();
    }
    let read = all(&log);
    assert_eq!(read.len(), 201);
    for event in &read {
        let head = log.head_at(event.position).unwrap().unwrap();
        assert_eq!(head.hash, event.hash);
        assert_eq!(head.recorded, Some(event.recorded));
        assert_eq!(log.position_at(event.recorded).unwrap(), event.position);
        let before = event.recorded.plus_micros(-1);
        assert_eq!(
            log.position_at(before).unwrap().0,
            event.position.0 - 1,
            "just before {}",
            event.position
        );
    }
    assert_eq!(log.head_at(Position(202)).unwrap(), None);
    let late = log.head().recorded.unwrap().plus_micros(1_000_000);
    assert_eq!(log.position_at(late).unwrap(), Position(201));
}

pub(crate) fn how_the_log_stood_at_an_instant_stays_so(make: Make) {
    let now = Instant::UNIX_EPOCH.plus_micros(1_700_000_000_000_000);
    let log = make(&subject::standing(now));
    assert_eq!(log.position_at(now).unwrap(), Position(0));
    for id in 0..3 {
        log.append(&slug("acme"), Expected::Any, events(id..id + 1, "acme"))
            .unwrap();
        // Nobody could know yet, at that instant.
        assert_eq!(log.position_at(now).unwrap(), Position(0));
    }
    // What lies ahead of the clock is not settled, and keeps nobody from appending.
    assert_eq!(log.position_at(Instant::LAST).unwrap(), Position(3));
    log.append(&slug("acme"), Expected::Any, events(3..4, "acme"))
        .unwrap();
    let last = log.head().recorded.unwrap();
    assert_eq!(last, now.plus_micros(4));
}

pub(crate) fn what_was_told_beside_appends_stays_so(make: Make) {
    let clock = subject::ticking();
    let log = make(&clock);
    let appending = |first: u64| {
        let log = &log;
        move || {
            for id in first..first + 200 {
                log.append(&slug("acme"), Expected::Any, events(id..id + 1, "acme"))
                    .unwrap();
            }
        }
    };
    // The last instant at which it stood at a position.
    let told: HashMap<Position, Instant> = thread::scope(|scope| {
        scope.spawn(appending(0));
        scope.spawn(appending(200));
        let ask = || {
            let now = clock.now();
            let position = log.position_at(now).unwrap();
            (position < Position(400)).then_some((position, now))
        };
        std::iter::from_fn(ask).collect()
    });
    for (position, instant) in told {
        assert_eq!(log.position_at(instant).unwrap(), position);
    }
}

pub(crate) fn ids_are_found_by_their_start(make: Make) {
    let log = make(&subject::ticking());
    let texts = [
        "0192aaaa-0000-7000-8000-000000000001",
        "0192aabb-0000-7000-8000-000000000002",
        "f0000000-0000-4000-8000-000000000003",
    ];
    let ids: Vec<EventId> = texts.iter().map(|text| text.parse().unwrap()).collect();
    for &id in ids.iter().rev() {
        log.append_one(NewEvent {
            id,
            ..event(1, "acme")
        })
        .unwrap();
    }
    let found = |prefix: &str, limit| -> Vec<_> {
        log.find_prefix(prefix, limit)
            .unwrap()
            .into_iter()
            .map(|(id, company, position)| {
                assert_eq!(log.find(id).unwrap(), Some((company, position)));
                id
            })
            .collect()
    };
    assert_eq!(found("0192AA", 9), ids[..2]);
    assert_eq!(found("0192aa", 1), ids[..1]);
    assert_eq!(found("0192aabb-00", 9), ids[1..2]);
    assert_eq!(found("", 9), ids);
    assert!(found("0192ac", 9).is_empty());
    assert!(found("zz", 9).is_empty());
}

pub(crate) fn a_tail_joins_history_and_live(make: Make) {
    let log = make(&subject::ticking());
    log.append(&slug("acme"), Expected::Any, events(0..100, "acme"))
        .unwrap();
    thread::scope(|scope| {
        let tails: Vec<_> = [0, 50, 100, 250]
            .into_iter()
            .map(|after| {
                let log = &log;
                scope.spawn(move || -> Vec<u64> {
                    log.tail(Position(after))
                        .map(|event| event.unwrap().position.0)
                        .take_while(|&position| position < 300)
                        .collect()
                })
            })
            .collect();
        for number in 100..300 {
            log.append_one(event(number, "acme")).unwrap();
        }
        for (tail, after) in tails.into_iter().zip([0, 50, 100, 250]) {
            let expected: Vec<_> = (after + 1..300).collect();
            assert_eq!(tail.join().unwrap(), expected);
        }
    });
}

pub(crate) fn a_tail_ends_when_the_log_is_shut(make: Make) {
    let log = make(&subject::ticking());
    thread::scope(|scope| {
        let tail = scope.spawn(|| log.tail(Position(0)).count());
        for number in 0..10 {
            log.append_one(event(number, "acme")).unwrap();
        }
        log.shut();
        assert_eq!(tail.join().unwrap(), 10);
    });
    let error = log.append_one(event(11, "acme")).unwrap_err();
    assert!(matches!(error, AppendError::Shut), "{error}");
    assert_eq!(all(&log).len(), 10);
    assert_eq!(log.tail(Position(9)).count(), 1);
}

pub(crate) fn the_chain_goes_through_all_events(make: Make) {
    let log = make(&subject::ticking());
    log.append(&slug("acme"), Expected::Any, events(0..70, "acme"))
        .unwrap();
    let hashes: HashSet<_> = all(&log).iter().map(|event| event.hash).collect();
    assert_eq!(hashes.len(), 70);
    assert_eq!(all(&log)[69].hash, log.head().hash);
}
