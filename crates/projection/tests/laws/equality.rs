//! The fold says what the contract says: it is compared with a second, naive
//! and separate reading of it, over random histories.

use std::collections::BTreeMap;

use crate::second_reading::histories::history_and_cuts;
use crate::second_reading::reading::read;
use event_model::id::EventId;
use event_model::own_kinds::Kinds;
use projection::basis::Cuts;
use projection::earnings::ResultsDate;
use projection::fold::fold;
use projection::regulation::{Force, force};
use projection::standing::{Standing, Status};
use projection::thread::{Occurrence, Thread, threads};
use proptest::prelude::*;

use crate::{config, placed};

proptest! {
    #![proptest_config(config(2_000))]

    #[test]
    fn fold_equals_second_reading((history, (known, on, recorded)) in history_and_cuts()) {
        let naive = read(&history, known, on, recorded);
        let events = placed(&history);
        let slug = events[0].event.company.clone();
        let cuts = Cuts { known, on, recorded };
        let timeline = fold(&slug, &events, &cuts);

        let status: BTreeMap<EventId, &str> = timeline
            .events
            .iter()
            .flatten()
            .map(|view| {
                let status = match view.status {
                    Status::Struck => "struck",
                    Status::Repeats => "repeats",
                    Status::Strikes => "retraction",
                    _ => "counts",
                };
                (view.event.id, status)
            })
            .collect();
        prop_assert_eq!(&status, &naive.status);

        let standing = Standing::of(&events, &cuts);
        let threads: BTreeMap<(String, String), Thread> = threads(&standing, &Kinds::default())
            .into_iter()
            .map(|thread| ((thread.kind_name().to_owned(), thread.name().to_owned()), thread))
            .collect();
        let spoken: Vec<(String, String)> = threads
            .iter()
            .filter(|(_, thread)| thread.view(on).is_some())
            .map(|(name, _)| name.clone())
            .collect();
        let expected: Vec<(String, String)> = naive.threads.keys().cloned().collect();
        prop_assert_eq!(&spoken, &expected);
        for ((kind, name), reading) in &naive.threads {
            let thread = &threads[&(kind.clone(), name.clone())];
            let view = thread.view(on).unwrap();
            let occurrence = match view.occurrence {
                Occurrence::Certain => "certain",
                Occurrence::Possible => "possible",
            };
            prop_assert_eq!(occurrence, reading.occurrence, "{}/{}", kind, name);
            let fields: BTreeMap<String, _> = view
                .fields
                .iter()
                .map(|(field, decided)| {
                    (field.to_owned(), (decided.value.to_value(), decided.event.id))
                })
                .collect();
            prop_assert_eq!(&fields, &reading.fields, "{}/{}", kind, name);
            let confirmation =
                view.confirmed_by.as_ref().map(|event| (view.confirmation().to_string(), event.id));
            prop_assert_eq!(&confirmation, &reading.confirmation, "{}/{}", kind, name);
            prop_assert_eq!(view.is_contested(), reading.contested, "{}/{}", kind, name);
        }

        let name = |date: &ResultsDate| date.view.thread().to_owned();
        let earnings = &timeline.earnings;
        let next = earnings.next.as_ref().map(|next| (name(next), next.overdue));
        prop_assert_eq!(next, naive.next.clone());
        let mut overdue: Vec<String> = earnings.overdue.iter().map(name).collect();
        overdue.sort();
        prop_assert_eq!(&overdue, &naive.overdue);
        for date in earnings.next.iter().chain(&earnings.overdue).chain(&earnings.upcoming) {
            let moves: Vec<_> = date
                .moves
                .iter()
                .map(|a| (a.from.clone(), a.to.clone(), a.days, a.event))
                .collect();
            prop_assert_eq!(&moves, &naive.moves[&name(date)]);
        }

        for (name, expected) in &naive.in_force {
            let thread = &threads[&("regulatory_change".to_owned(), name.clone())];
            let force = match force(thread, on) {
                Force::Certain => "certain",
                Force::Possible => "possible",
                Force::No => "no",
            };
            prop_assert_eq!(force, *expected, "{}", name);
        }
    }
}
