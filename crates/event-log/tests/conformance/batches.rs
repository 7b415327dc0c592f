//! Many events at once, of one company and of many.

use event_log::{AppendError, BatchError, Expected, NewEvent};
use event_model::id::{Position, Version};

use crate::all;
use crate::subject::{self, Make, event, events, id, slug};

pub(crate) fn a_batch_goes_over_many_companies(make: Make) {
    let log = make(&subject::ticking());
    log.append_one(event(9_000, "company-1")).unwrap();
    // More than one atomic write of sled takes.
    let count = 64 * 32 * 2 + 7;
    let company = |number: u64| format!("company-{}", number % 5);
    let batch: Vec<_> = (0..count)
        .map(|number| event(number, &company(number)))
        .collect();
    let outcome = log.batch(&batch, &[]).unwrap();
    assert_eq!(outcome.stored, count);
    assert_eq!(outcome.head, log.head());
    assert_eq!(log.head().position, Position(count + 1));
    let read = all(&log);
    for ((outcome, stored), event) in outcome.outcomes.iter().zip(&read[1..]).zip(&batch) {
        assert_eq!(stored.event, *event);
        assert_eq!(
            (outcome.id, outcome.position, outcome.version),
            (event.id, stored.position, stored.version)
        );
        assert!(!outcome.known);
    }
    assert_eq!(log.companies().unwrap().len(), 5);
    log.append_one(event(9_001, "company-1")).unwrap();
}

pub(crate) fn a_batch_that_fails_leaves_nothing(make: Make) {
    let log = make(&subject::ticking());
    log.append_one(event(0, "acme")).unwrap();
    let head = log.head();
    let mut source = (1..5_000u64).map(|number| match number {
        4_999 => Err("line 4999"),
        number => Ok(event(number, "acme")),
    });
    let error = log.append_all(&mut source, &[]).unwrap_err();
    assert!(
        matches!(error, BatchError::Source("line 4999")),
        "{error:?}"
    );
    let reused = NewEvent {
        payload: b"other".to_vec().into(),
        ..event(0, "acme")
    };
    let mut batch: Vec<_> = (1..5_000).map(|number| event(number, "acme")).collect();
    batch.push(reused);
    let error = log.batch(&batch, &[]).unwrap_err();
    assert!(matches!(error, AppendError::IdReused { .. }), "{error}");
    assert_eq!(log.head(), head);
    assert_eq!(log.find(id(1)).unwrap(), None);
    assert_eq!(log.companies().unwrap().len(), 1);
    assert_eq!(
        log.append_one(event(1, "acme")).unwrap().version,
        Version(2)
    );
}

pub(crate) fn a_batch_again_is_known(make: Make) {
    // Ids are looked for one by one where they are few, and in order where they are not.
    for count in [20, 5_000] {
        a_batch_of_so_many_again_is_known(make, count);
    }
}

fn a_batch_of_so_many_again_is_known(make: Make, count: u64) {
    let log = make(&subject::ticking());
    let mut batch = events(0..count, "acme");
    batch.push(event(7, "acme"));
    log.batch(&batch, &[]).unwrap();
    let head = log.head();
    assert_eq!(head.position, Position(count));
    let stale = [(slug("acme"), Expected::None)];
    let again = log.batch(&batch, &stale).unwrap();
    assert_eq!(again.stored, 0);
    assert!(again.outcomes.iter().all(|outcome| outcome.known));
    let last = again.outcomes.last().unwrap();
    assert_eq!(last.position, Position(8));
    assert_eq!(log.head(), head);
    batch.push(event(9_000, "acme"));
    let more = log.batch(&batch, &[]).unwrap();
    assert_eq!(more.stored, 1);
    assert_eq!(more.head.position, Position(count + 1));
    assert_eq!(log.batch(&[], &[]).unwrap().stored, 0);
}

pub(crate) fn what_is_known_of_a_batch_stands_where_it_stood(make: Make) {
    const STORED: u64 = 3_000;
    let log = make(&subject::ticking());
    let of = |number: u64| event(number, &format!("company-{}", number % 7));
    let stored: Vec<_> = (0..STORED).map(of).collect();
    log.batch(&stored, &[]).unwrap();
    // In another order, some of them twice, and a quarter of them new.
    let numbers: Vec<u64> = (0..5_000).map(|at| at * 7_919 % 4_000).collect();
    let batch: Vec<_> = numbers.iter().copied().map(of).collect();
    let outcome = log.batch(&batch, &[]).unwrap();
    assert_eq!(outcome.stored, 1_000);
    let all = all(&log);
    let mut seen = std::collections::HashSet::new();
    for ((outcome, event), number) in outcome.outcomes.iter().zip(&batch).zip(&numbers) {
        let place = usize::try_from(outcome.position.0 - 1).unwrap();
        assert_eq!(all[place].event, *event, "{number}");
        assert_eq!(all[place].version, outcome.version);
        let was_there = *number < STORED || !seen.insert(*number);
        assert_eq!(outcome.known, was_there, "{number}");
    }
}

pub(crate) fn a_batch_has_expected_versions(make: Make) {
    let log = make(&subject::ticking());
    log.append_one(event(1, "acme")).unwrap();
    let batch = [event(2, "acme"), event(3, "umbrella")];
    let expect = |acme, umbrella| [(slug("acme"), acme), (slug("umbrella"), umbrella)];
    let exactly = |version| Expected::Exactly(Version(version));
    for wrong in [
        expect(Expected::None, Expected::Any),
        expect(exactly(1), exactly(1)),
    ] {
        let error = log.batch(&batch, &wrong).unwrap_err();
        assert!(matches!(error, AppendError::Conflict { .. }), "{error}");
    }
    assert_eq!(log.head().position, Position(1));
    let right = expect(exactly(1), Expected::None);
    assert_eq!(log.batch(&batch, &right).unwrap().stored, 2);
}

pub(crate) fn many_events_in_one_append_are_one(make: Make) {
    let log = make(&subject::ticking());
    let count = 64 * 32 + 100;
    let outcomes = log
        .append(&slug("acme"), Expected::None, events(0..count, "acme"))
        .unwrap();
    assert_eq!(outcomes.last().unwrap().version, Version(count));
    assert_eq!(all(&log).len() as u64, count);
    log.append_one(event(count, "acme")).unwrap();
}
