//! Going through the log in order without sled.

use event_model::id::Slug;
use proptest::prelude::*;

use super::*;
use crate::sled_log::Direction;

/// Every boundary is crossed after a few events.
const TINY: Settings = Settings {
    journal_bytes_max: 2_000,
    direct_bytes_min: 3_000,
    run_bytes_max: 4_000,
    ids_at_once_max: 7,
    selection_bytes_max: 900,
    selection_first: 5,
};

/// A log of pieces, each appended at once.
fn log_of(store: &Path, pieces: &[u64]) -> SledLog {
    let log = SledLog::create_or_open_with(store, clock(), TINY).unwrap();
    let mut next = 0;
    for piece in pieces {
        append_all(&log, next..next + piece);
        next += piece;
    }
    log
}

fn positions(events: &[Recorded]) -> Vec<u64> {
    events.iter().map(|event| event.position.0).collect()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 48,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// A selection is what a walk through all events finds, whichever way it goes,
    /// and while another has the store.
    #[test]
    fn a_selection_is_a_part_of_the_log(
        pieces in prop::collection::vec(1..40_u64, 1..12),
        after in 0..150_u64,
        upto in 0..300_u64,
        every in 1..9_u64,
        company in prop::option::of(0..6_u64),
        is_backwards in any::<bool>(),
        is_reader in any::<bool>(),
        skipped in 0..60_u64,
    ) {
        let (_dir, store) = dir();
        let writer = log_of(&store, &pieces);
        let company: Option<Slug> =
            company.map(|number| format!("company-{number}").parse().unwrap());
        let is_of = |event: &Recorded| {
            company.as_ref().is_none_or(|company| event.event.company == *company)
        };
        let mut expected: Vec<Recorded> = writer
            .read(Position(after), Position(upto))
            .map(Result::unwrap)
            .filter(|event| is_of(event) && event.position.0 % every == 0)
            .collect();
        let reader = is_reader.then(|| {
            let mut reader = read_only(&store).unwrap();
            reader.settings = TINY;
            reader
        });
        let log = reader.as_ref().unwrap_or(&writer);
        let direction = match is_backwards {
            true => Direction::Backwards,
            false => Direction::Forwards,
        };
        if is_backwards {
            expected.reverse();
        }
        let bounds = (Position(after), Position(upto));
        let select = || {
            log.select(company.as_ref(), bounds, direction, |stored| {
                Ok(stored.position.0 % every == 0)
            })
        };
        let found: Vec<Recorded> = select().map(Result::unwrap).collect();
        prop_assert_eq!(positions(&found), positions(&expected));
        prop_assert_eq!(found, expected.clone());

        let mut selection = select();
        let reached = selection.skip_to(skipped).unwrap().map(|position| position.0);
        let after = usize::try_from(skipped).unwrap();
        let last = positions(&expected).get(after).copied();
        prop_assert_eq!(reached, last.or(positions(&expected).last().copied()));
        let rest: Vec<Recorded> = selection.map(Result::unwrap).collect();
        let expected = positions(&expected).split_off((after + 1).min(expected.len()));
        prop_assert_eq!(positions(&rest), expected);
    }

    /// An id is told apart by just so many digits that no other begins so.
    #[test]
    fn ids_are_told_apart_by_as_few_digits_as_will_do(
        pieces in prop::collection::vec(1..40_u64, 1..8),
        alike in prop::collection::vec((any::<u64>(), 0..32_u32), 0..30),
    ) {
        let (_dir, store) = dir();
        let log = log_of(&store, &pieces);
        for (number, (at, shared)) in (1_000..).zip(alike) {
            // One that begins as another does.
            let other = id(at % pieces.iter().sum::<u64>()).0.as_u128();
            let mut event = event(number);
            event.id = EventId(uuid::Uuid::from_u128(other ^ (1 << (127 - shared * 4))));
            // The same may have come up before.
            log.append(&event.company.clone(), Expected::Any, vec![event]).ok();
        }
        let ids: Vec<EventId> = all(&log).iter().map(|event| event.event.id).collect();
        for log in [&log, &read_only(&store).unwrap()] {
            let apart = log.digits_apart(&ids).unwrap();
            for (id, apart) in ids.iter().zip(apart) {
                let digits = id.0.simple().to_string();
                let count = |most: usize| {
                    let begin = digits.get(..most).unwrap();
                    log.find_prefix(begin, 2).unwrap().len()
                };
                prop_assert_eq!(count(apart), 1, "{} of {}", apart, digits);
                prop_assert!(apart == 1 || count(apart - 1) == 2, "{} of {}", apart, digits);
            }
        }
    }
}

#[test]
fn the_whole_log_is_read_while_another_has_it() {
    let (_dir, store) = dir();
    let writer = log_of(&store, &[200, 3, 200, 1]);
    let events = all(&writer);
    let held = writer.engine().is_ok();
    let reader = read_only(&store).unwrap();
    assert!(held && reader.engine().is_err());
    assert_eq!(all(&reader), events);
}
