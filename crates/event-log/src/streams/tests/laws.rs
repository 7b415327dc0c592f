//! Whatever was pushed, committed, merged and opened again in whatever order, they
//! answer like a list.

use proptest::prelude::*;

use super::list::Both;
use super::same::same;
use super::*;

#[derive(Debug, Clone)]
enum Step {
    Push {
        company: u64,
        events: u64,
        bytes: usize,
    },
    Commit,
    Reopen,
    MergeAll,
    Compact,
    Beside(bool),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => (0..40u64, 1..40u64, 0..500usize)
            .prop_map(|(company, events, bytes)| Step::Push { company, events, bytes }),
        4 => Just(Step::Commit),
        1 => Just(Step::Reopen),
        1 => Just(Step::MergeAll),
        1 => Just(Step::Compact),
        2 => any::<bool>().prop_map(Step::Beside),
    ];
    prop::collection::vec(step, 1..40)
}

/// What is not committed is not there; that it was asked for does not count later.
fn not_there_yet(both: &Both) {
    let streams = both.writer.streams();
    let (committed, rest) = both.list.split_at(both.committed);
    for event in rest.iter().step_by(5) {
        assert_eq!(streams.find(event.id).unwrap(), None);
        let mut of_company = committed.iter().filter(|it| it.company == event.company);
        let last = of_company.next_back().map(|it| (it.version, it.position));
        assert_eq!(streams.stream_head(&event.company).unwrap(), last);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn they_answer_like_a_list(steps in steps(), spread in 1..6u64) {
        let mut both = Both::new(TINY);
        both.commit();
        let mut earlier = Vec::new();
        for step in steps {
            match step {
                Step::Push { company, events, bytes } => {
                    for number in 0..events {
                        // Some of one company, and others between them.
                        both.push(company + number % spread * 7, bytes);
                    }
                    not_there_yet(&both);
                    continue;
                }
                Step::Beside(is_beside) => {
                    both.writer.write_beside(is_beside);
                    continue;
                }
                Step::Commit => both.commit(),
                Step::Reopen => both.reopen(),
                Step::MergeAll => both.merge_all(),
                Step::Compact => {
                    both.writer.compact_on(2).unwrap();
                    both.committed = both.list.len();
                }
            }
            let streams = both.open();
            prop_assert_eq!(streams.upto(), both.writer.streams().upto());
            if earlier.len() < 3 {
                earlier.push((streams, both.committed().to_vec()));
            }
        }
        both.commit();
        same(&both.open(), both.committed());
        same(both.writer.streams(), both.committed());
        // What was opened before still answers as of then.
        for (streams, list) in earlier {
            same(&streams, &list);
        }
    }
}
