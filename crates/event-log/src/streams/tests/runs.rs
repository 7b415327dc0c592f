//! What becomes of runs as events come.

use std::collections::BTreeSet;

use super::list::{Both, Event, files, small};
use super::same::same;
use super::*;

#[test]
fn events_follow_each_other() {
    let mut both = small();
    let again = both.list[both.list.len() - 1].clone();
    let refused = both.writer.push(&again.arrival());
    assert!(matches!(
        refused,
        Err(StreamsError::NotNext {
            position: Position(130),
            next: Position(131)
        })
    ));
    let large = Event {
        position: Position(131),
        packed: vec![0; (1 << 20) + 1],
        ..again
    };
    let refused = both.writer.push(&large.arrival());
    assert!(matches!(refused, Err(StreamsError::TooLarge { .. })));
    same(&both.open(), both.committed());
}

#[test]
fn runs_stay_few_however_small_the_commits() {
    let mut both = Both::new(Tuning {
        fanout: 8,
        ..Tuning::default()
    });
    for number in 0..300 {
        both.push(number % 11, 200);
        both.commit();
        assert!(both.writer.streams().runs() <= 24);
    }
    same(&both.open(), both.committed());
    both.merge_all();
    assert_eq!(both.writer.streams().runs(), 1);
    same(&both.open(), both.committed());
}

#[test]
fn a_commit_leaves_large_runs_alone() {
    let tuning = Tuning {
        merge_bytes_max: 2_000,
        fanout: 2,
        ..TINY
    };
    for cores in 1..4 {
        let mut both = Both::new(tuning);
        for number in 0..200 {
            both.push(number % 3, 300);
        }
        both.commit();
        let many = both.writer.streams().runs();
        assert!(many > 10);
        both.writer.compact_on(cores).unwrap();
        let few = both.writer.streams().runs();
        assert!(few <= cores, "{few} by {cores} cores");
        same(&both.open(), both.committed());
    }
}

#[test]
fn many_runs_are_merged_before_they_are_committed() {
    let mut both = Both::new(Tuning {
        memory_bytes: 100,
        ..TINY
    });
    for number in 0..400 {
        both.push(number % 13, 50);
    }
    assert!(files(&both).len() < 150);
    both.commit();
    same(&both.open(), both.committed());
}

#[test]
fn a_large_company_is_read_from_few_chunks() {
    let mut both = Both::new(TINY);
    for number in 0..2_000 {
        both.push(if number % 3 == 0 { number % 50 } else { 99 }, 80);
    }
    both.merge_all();
    let streams = both.open();
    let [run] = &streams.runs[..] else {
        panic!("more than one run");
    };
    let company: Slug = "company-99".parse().unwrap();
    let found = run.company(&company).unwrap().unwrap();
    assert!(found.chunks > 100);
    let mut chunks = Chunks::new(run);
    let places: BTreeSet<u64> = (0..2_000)
        .map(|position| chunks.first_after(&found, position).unwrap())
        .collect();
    assert_eq!(places.len() as u64, found.chunks);
    same(&streams, both.committed());
}

#[test]
fn which_runs_are_due() {
    use super::super::merge::{Policy, due};

    let policy = Policy {
        fanout: 3,
        bytes_max: u64::MAX,
    };
    let (small, middle, large) = (5_000, 30_000, 300_000);
    assert_eq!(due(&[small; 2], policy), None);
    assert_eq!(due(&[small; 3], policy), Some(0..3));
    assert_eq!(due(&[large, small, small, small], policy), Some(1..4));
    assert_eq!(due(&[large, small, small, large], policy), Some(1..3));
    assert_eq!(due(&[large, small, large], policy), None);
    assert_eq!(
        due(&[middle, small, middle, small, middle], policy),
        Some(0..5)
    );
    let policy = Policy {
        fanout: 3,
        bytes_max: 14_999,
    };
    assert_eq!(due(&[small; 3], policy), None);
}
