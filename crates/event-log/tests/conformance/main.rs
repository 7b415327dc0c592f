//! What every log does, asked of each.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod batches;
mod reading;
mod subject;

use std::collections::HashSet;
use std::sync::Barrier;
use std::sync::atomic::{AtomicI64, Ordering};
use std::thread;

use batches::*;
use event_log::{AppendError, Expected, Head, NewEvent, limits};
use event_model::id::{Position, Version};
use reading::*;
use subject::{Make, Subject, event, id, slug};

conform! {
    an_empty_log_has_nothing,
    what_is_appended_is_read,
    positions_have_no_gaps_and_versions_count_by_company,
    an_unexpected_version_is_a_conflict,
    of_racing_writers_one_wins,
    racing_writers_without_expectations_all_get_in,
    what_is_known_is_known_for_ever_and_before_the_version,
    an_id_with_other_content_is_refused,
    an_append_that_is_partly_known_stores_the_rest,
    the_same_event_twice_in_an_append_is_stored_once,
    an_append_is_all_or_nothing,
    limits_are_kept,
    an_empty_append_does_nothing,
    recorded_strictly_increases_when_the_clock_goes_back,
    a_part_of_the_log_is_read,
    heads_and_times_of_the_past_are_found,
    how_the_log_stood_at_an_instant_stays_so,
    what_was_told_beside_appends_stays_so,
    ids_are_found_by_their_start,
    a_tail_joins_history_and_live,
    a_tail_ends_when_the_log_is_shut,
    a_batch_goes_over_many_companies,
    a_batch_that_fails_leaves_nothing,
    a_batch_again_is_known,
    what_is_known_of_a_batch_stands_where_it_stood,
    a_batch_has_expected_versions,
    many_events_in_one_append_are_one,
    the_chain_goes_through_all_events,
}

fn all(log: &Subject) -> Vec<event_log::Recorded> {
    log.read(Position(0), Position::LAST)
        .map(Result::unwrap)
        .collect()
}

fn an_unexpected_version_is_a_conflict(make: Make) {
    let log = make(&subject::ticking());
    let acme = slug("acme");
    let append = |number, expected| log.append(&acme, expected, vec![event(number, "acme")]);
    let actual = |result: Result<_, AppendError>| match result.unwrap_err() {
        AppendError::Conflict { actual, .. } => actual,
        other => panic!("{other}"),
    };
    assert_eq!(actual(append(1, Expected::Exactly(Version(1)))), Version(0));
    append(1, Expected::Exactly(Version(0))).unwrap();
    assert_eq!(actual(append(2, Expected::None)), Version(1));
    append(2, Expected::Exactly(Version(1))).unwrap();
    append(3, Expected::Any).unwrap();
    assert_eq!(actual(append(4, Expected::Exactly(Version(2)))), Version(3));
    assert_eq!(log.head().position, Position(3));
}

fn of_racing_writers_one_wins(make: Make) {
    let log = make(&subject::ticking());
    let barrier = Barrier::new(8);
    for round in 0..10 {
        let won: usize = thread::scope(|scope| {
            let writers: Vec<_> = (0..8)
                .map(|writer| {
                    let (log, barrier) = (&log, &barrier);
                    scope.spawn(move || {
                        barrier.wait();
                        let new = event(round * 8 + writer, "acme");
                        let expected = Expected::Exactly(Version(round));
                        match log.append(&slug("acme"), expected, vec![new]) {
                            Ok(_) => 1,
                            Err(AppendError::Conflict { actual, .. }) => {
                                assert_eq!(actual, Version(round + 1));
                                0
                            }
                            Err(error) => panic!("{error}"),
                        }
                    })
                })
                .collect();
            writers
                .into_iter()
                .map(|writer| writer.join().unwrap())
                .sum()
        });
        assert_eq!(won, 1);
    }
    assert_eq!(log.head().position, Position(10));
}

fn racing_writers_without_expectations_all_get_in(make: Make) {
    let log = make(&subject::ticking());
    thread::scope(|scope| {
        for writer in 0..8u64 {
            let log = &log;
            scope.spawn(move || {
                let company = format!("company-{}", writer % 3);
                for number in 0..20 {
                    let new = event(writer * 100 + number, &company);
                    let outcome = log.append_one(new).unwrap();
                    assert_eq!(log.find(outcome.id).unwrap().unwrap().1, outcome.position);
                    assert!(log.head().position >= outcome.position);
                }
            });
        }
    });
    let read = all(&log);
    assert_eq!(read.len(), 160);
    let ids: HashSet<_> = read.iter().map(|event| event.event.id).collect();
    assert_eq!(ids.len(), 160);
    assert!(read.is_sorted_by(|a, b| a.recorded < b.recorded));
}

fn what_is_known_is_known_for_ever_and_before_the_version(make: Make) {
    let log = make(&subject::ticking());
    let first = log.append_one(event(1, "acme")).unwrap();
    for number in 2..200 {
        log.append_one(event(number, "acme")).unwrap();
    }
    let head = log.head();
    for expected in [Expected::None, Expected::Exactly(Version(0)), Expected::Any] {
        let outcomes = log
            .append(&slug("acme"), expected, vec![event(1, "acme")])
            .unwrap();
        assert!(outcomes[0].known);
        assert_eq!(outcomes[0].position, first.position);
        assert_eq!(outcomes[0].version, first.version);
    }
    assert_eq!(log.head(), head);
}

fn an_id_with_other_content_is_refused(make: Make) {
    let log = make(&subject::ticking());
    log.append_one(event(1, "acme")).unwrap();
    let other_payload = NewEvent {
        payload: b"other".to_vec().into(),
        ..event(1, "acme")
    };
    for other in [other_payload.clone(), event(1, "umbrella")] {
        let company = other.company.clone();
        // Before the version is looked at.
        let error = log
            .append(&company, Expected::Exactly(Version(77)), vec![other])
            .unwrap_err();
        assert!(
            matches!(error, AppendError::IdReused { id: reused, position }
                if reused == id(1) && position == Position(1)),
            "{error}"
        );
    }
    let twice = vec![
        event(2, "acme"),
        NewEvent {
            id: id(2),
            ..other_payload
        },
    ];
    let error = log.append(&slug("acme"), Expected::Any, twice).unwrap_err();
    assert!(matches!(error, AppendError::IdReused { .. }), "{error}");
    assert_eq!(log.head().position, Position(1));
}

fn an_append_that_is_partly_known_stores_the_rest(make: Make) {
    let log = make(&subject::ticking());
    log.append_one(event(1, "acme")).unwrap();
    log.append_one(event(2, "acme")).unwrap();
    let acme = slug("acme");
    let mixed = vec![event(2, "acme"), event(3, "acme"), event(1, "acme")];
    let error = log
        .append(&acme, Expected::Exactly(Version(1)), mixed.clone())
        .unwrap_err();
    assert!(matches!(error, AppendError::Conflict { .. }), "{error}");
    let outcomes = log
        .append(&acme, Expected::Exactly(Version(2)), mixed)
        .unwrap();
    let told: Vec<_> = outcomes
        .iter()
        .map(|outcome| (outcome.position.0, outcome.version.0, outcome.known))
        .collect();
    assert_eq!(told, [(2, 2, true), (3, 3, false), (1, 1, true)]);
}

fn the_same_event_twice_in_an_append_is_stored_once(make: Make) {
    let log = make(&subject::ticking());
    let twice = vec![event(1, "acme"), event(2, "acme"), event(1, "acme")];
    let outcomes = log.append(&slug("acme"), Expected::None, twice).unwrap();
    let told: Vec<_> = outcomes
        .iter()
        .map(|outcome| (outcome.position.0, outcome.known))
        .collect();
    assert_eq!(told, [(1, false), (2, false), (1, true)]);
    assert_eq!(log.head().position, Position(2));
}

fn an_append_is_all_or_nothing(make: Make) {
    let log = make(&subject::ticking());
    log.append_one(event(1, "acme")).unwrap();
    let head = log.head();
    let reused = NewEvent {
        payload: b"other".to_vec().into(),
        ..event(1, "acme")
    };
    let events = vec![event(5, "acme"), event(6, "acme"), reused];
    log.append(&slug("acme"), Expected::Any, events)
        .unwrap_err();
    let foreign = vec![event(5, "acme"), event(6, "umbrella")];
    let error = log
        .append(&slug("acme"), Expected::Any, foreign)
        .unwrap_err();
    assert!(matches!(error, AppendError::OtherCompany { .. }), "{error}");
    assert_eq!(log.head(), head);
    assert_eq!(log.find(id(5)).unwrap(), None);
    let again = log.append_one(event(5, "acme")).unwrap();
    assert_eq!((again.position, again.version), (Position(2), Version(2)));
}

fn limits_are_kept(make: Make) {
    let log = make(&subject::ticking());
    let largest = NewEvent {
        payload: vec![b'x'; limits::PAYLOAD_BYTES_MAX].into(),
        ..event(1, "acme")
    };
    log.append_one(largest.clone()).unwrap();
    let too_large = NewEvent {
        payload: vec![b'x'; limits::PAYLOAD_BYTES_MAX + 1].into(),
        ..event(2, "acme")
    };
    let error = log.append_one(too_large).unwrap_err();
    assert!(matches!(error, AppendError::TooLarge { .. }), "{error}");
    let too_long = NewEvent {
        thread: "t".repeat(limits::THREAD_BYTES_MAX + 1).into(),
        ..event(2, "acme")
    };
    let error = log.append_one(too_long).unwrap_err();
    assert!(matches!(error, AppendError::NameTooLong { .. }), "{error}");
    let count = u64::try_from(limits::APPEND_BYTES_MAX / limits::PAYLOAD_BYTES_MAX).unwrap();
    let too_much = (2..3 + count).map(|number| NewEvent {
        payload: largest.payload.clone(),
        ..event(number, "acme")
    });
    let error = log
        .append(&slug("acme"), Expected::Any, too_much.collect())
        .unwrap_err();
    assert!(matches!(error, AppendError::TooMuch { .. }), "{error}");
    assert_eq!(log.limits().payload_bytes_max, limits::PAYLOAD_BYTES_MAX);
    assert_eq!(log.event_at(Position(1)).unwrap().unwrap().event, largest);
}

fn an_empty_append_does_nothing(make: Make) {
    let log = make(&subject::ticking());
    let outcomes = log.append(&slug("acme"), Expected::Exactly(Version(5)), vec![]);
    assert!(outcomes.unwrap().is_empty());
    assert_eq!(log.head(), Head::ZERO);
    assert!(log.companies().unwrap().is_empty());
}

fn recorded_strictly_increases_when_the_clock_goes_back(make: Make) {
    let times = [500, 400, 900, 900, -5];
    let at = AtomicI64::new(0);
    let clock = subject::clock(move || {
        let turn = usize::try_from(at.fetch_add(1, Ordering::Relaxed)).unwrap();
        *times.get(turn).unwrap_or(&901)
    });
    let log = make(&clock);
    for number in 0..5 {
        log.append_one(event(number, "acme")).unwrap();
    }
    let times: Vec<_> = all(&log)
        .iter()
        .map(|event| event.recorded.micros())
        .collect();
    assert!(times.is_sorted_by(|a, b| a < b), "{times:?}");
    assert!(times.contains(&900), "{times:?}");
}
