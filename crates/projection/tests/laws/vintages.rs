//! The history of a value is what was answered at each moment of it.

use event_model::id::Position;
use event_model::own_kinds::Kinds;
use event_model::time::Instant;
use projection::basis::{Cuts, Filter, Placed};
use projection::bearing::bearing_on;
use projection::fold::fold_without_events;
use projection::history::{AskedDay, History, as_published, as_recorded};
use projection::path::Path;
use proptest::prelude::*;
use proptest::sample::select;

use crate::second_reading::histories::{cuts, history, history_and_cuts};
use crate::{config, placed};

const PATHS: &[&str] = &[
    "chips[amd-mi308].stage",
    "chips[amd-mi308].occurrence",
    "chips.open",
    "chips[nvidia-h200].quantity",
    "earnings.next.date",
    "earnings.next.overdue",
    "earnings.next",
    "earnings.closed",
    "earnings[fy2026-q3].moves",
    "strategy.current.stage",
    "regulation.in_force",
    "regulation.force",
    "company.name",
    "company.identifiers",
    "other.sky",
];

/// Neighbours differ and follow each other.
fn is_in_order<C: Copy + Ord + std::fmt::Debug>(history: &History<C>) {
    let mut value = &history.before;
    for (at, step) in history.steps.iter().enumerate() {
        assert_ne!(&step.value, value);
        value = &step.value;
        if let Some(next) = history.steps.get(at + 1) {
            assert!(step.from < next.from);
        }
    }
}

const DAY: i64 = 86_400_000_000;

proptest! {
    #![proptest_config(config(1_000))]

    #[test]
    fn a_history_read_at_a_moment_is_what_at_answers(
        (history, (end, on, recorded)) in history_and_cuts(),
        path in select(PATHS),
        stays in any::<bool>(),
        moments in prop::collection::vec((0..70_i64, 0..DAY), 1..12),
        is_filtered in any::<bool>(),
    ) {
        let events = placed(&history);
        let slug = events[0].event.company.clone();
        let path: Path = path.parse().unwrap();
        let asked = if stays { AskedDay::Stay(on) } else { AskedDay::GoAlong };
        let kinds = Kinds::default();
        let filter = Filter {
            min_certainty: is_filtered.then(|| "asserted".parse().unwrap()),
            ..Filter::default()
        };
        let within: Vec<_> = events
            .iter()
            .filter(|placed| placed.position <= recorded)
            .cloned()
            .collect();
        let told = as_published(&slug, &within, (&kinds, &filter), (end, asked), &path);
        is_in_order(&told);

        let first: Instant = "2025-11-20T00:00:00Z".parse().unwrap();
        let random = moments.iter().map(|(days, micros)| first.plus_micros(days * DAY + micros));
        let published = events.iter().map(|placed| placed.event.published.instant());
        let midnights = (0..80).map(|day| first.plus_micros(day * DAY));
        let edges = published.chain(midnights).flat_map(|edge| [edge.plus_micros(-1), edge]);
        for known in random.chain(edges).filter(|known| *known <= end) {
            let on = if stays { on } else { known.day() };
            let cuts = Cuts { known, on, recorded };
            let lens = projection::basis::Lens { cuts, kinds: &kinds, filter: &filter };
            let timeline = fold_without_events(&slug, &events, lens);
            prop_assert_eq!(told.at(known), &path.value(&timeline), "at {}", known);
        }
    }

    #[test]
    fn a_history_of_the_log_is_what_each_position_answers(
        (history, (known, on, recorded)) in history_and_cuts(),
        path in select(PATHS),
    ) {
        let events = placed(&history);
        let slug = events[0].event.company.clone();
        let path: Path = path.parse().unwrap();
        let cuts = Cuts { known, on, recorded };
        let kinds = |_| Kinds::default();
        let told = as_recorded(&slug, &events, (&kinds, &[]), (&cuts, Filter::NONE), &path);
        is_in_order(&told);
        for position in (0..=recorded.0).map(Position) {
            let cuts = Cuts { recorded: position, ..cuts };
            let timeline = fold_without_events(&slug, &events, &cuts);
            prop_assert_eq!(told.at(position), &path.value(&timeline), "at {}", position);
        }
    }

    /// The events that are left out change nothing of the value, whatever the cuts.
    #[test]
    fn what_bears_on_a_path_is_enough(
        (history, cuts) in history().prop_flat_map(|history| {
            let cuts = prop::collection::vec(cuts(&history), 1..6);
            (Just(history), cuts)
        }),
    ) {
        let events = placed(&history);
        let slug = events[0].event.company.clone();
        for path in PATHS {
            let path: Path = path.parse().unwrap();
            let Some(fewer) = bearing_on(&events, std::slice::from_ref(&path)) else {
                continue;
            };
            for (known, on, recorded) in &cuts {
                let cuts = Cuts { known: *known, on: *on, recorded: *recorded };
                let value = |events: &[Placed]| {
                    path.value(&fold_without_events(&slug, events, &cuts))
                };
                prop_assert_eq!(value(&fewer), value(&events), "{}", path);
            }
        }
    }

    /// The events behind a step are those that decide it while it stands.
    #[test]
    fn a_step_names_the_events_that_made_it(
        (history, (end, _, recorded)) in history_and_cuts(),
        path in select(vec!["chips[amd-mi308].stage", "earnings.next.date", "company.name"]),
    ) {
        let events = placed(&history);
        let slug = events[0].event.company.clone();
        let path: Path = path.parse().unwrap();
        let within: Vec<_> =
            events.iter().filter(|placed| placed.position <= recorded).cloned().collect();
        let kinds = Kinds::default();
        let told =
            as_published(&slug, &within, (&kinds, Filter::NONE), (end, AskedDay::GoAlong), &path);
        for step in told.steps.iter().filter(|step| !step.value.is_null()) {
            let known = step.from;
            let cuts = Cuts { known, on: known.day(), recorded };
            let timeline = fold_without_events(&slug, &events, &cuts);
            let found = path.find(&timeline);
            let event = found.values[0].event.unwrap();
            prop_assert_eq!(&step.events[0].id, &event.id);
        }
    }
}
