//! Why a value is what it is: only by what can be seen, by everything that can be
//! seen, and by the rule that is named.

use std::collections::BTreeMap;

use event_model::id::EventId;
use event_model::own_kinds::Kinds;
use projection::basis::Cuts;
use projection::claim::Claim;
use projection::fold::fold;
use projection::path::Path;
use projection::rule::beats;
use projection::standing::{Standing, Status};
use projection::thread::threads;
use projection::why::{Explanation, Rule, why};
use proptest::prelude::*;
use proptest::sample::select;

use crate::second_reading::histories::history_and_cuts;
use crate::{config, placed};

const PATHS: &[&str] = &[
    "chips.stage",
    "chips.quantity",
    "chips.certainty",
    "chips.confirmation",
    "chips.occurred",
    "chips.contested",
    "chips[amd-mi308]",
    "chips[nvidia-h200].open",
    "earnings.next",
    "earnings.next.date",
    "earnings.next.moves",
    "earnings.next.overdue",
    "earnings.status",
    "earnings.reported.eps",
    "strategy.current",
    "strategy.pivots.stage",
    "regulation.in_force",
    "regulation.effective",
    "market.value",
    "other.sky",
    "company.name",
    "company.identifiers",
];

fn named(explanation: &Explanation) -> impl Iterator<Item = EventId> {
    let evidence = explanation.made_by.iter().chain(&explanation.agrees);
    let lost = explanation.lost.iter().map(|lost| &lost.evidence);
    let struck = explanation.struck.iter().map(|struck| &struck.evidence);
    let all = evidence.chain(lost).chain(struck);
    all.map(|evidence| evidence.event.id)
}

/// Everything else that is named.
fn named_besides(explanation: &Explanation) -> impl Iterator<Item = EventId> {
    let by = explanation
        .struck
        .iter()
        .filter_map(|struck| struck.by.as_ref());
    let evidence = explanation.made_by.iter().chain(&explanation.agrees);
    let again = evidence.flat_map(|evidence| &evidence.repeated_by);
    let links = explanation.links.iter().chain(&explanation.narrowed_by);
    let links = links.map(|evidence| &evidence.event);
    let others = explanation.others.iter().map(|other| &other.event);
    let all = by.chain(again).chain(links).chain(others);
    all.map(|event| event.id)
}

proptest! {
    #![proptest_config(config(2_000))]

    #[test]
    fn why_names_what_can_be_seen_and_all_of_it(
        (history, (known, on, recorded)) in history_and_cuts(),
        path in select(PATHS),
    ) {
        let events = placed(&history);
        let slug = events[0].event.company.clone();
        let cuts = Cuts { known, on, recorded };
        let path: Path = path.parse().unwrap();
        let timeline = fold(&slug, &events, &cuts);
        let told = why(&slug, &events, &cuts, &path);
        prop_assert_eq!(&told.value, &path.value(&timeline));

        let status: BTreeMap<EventId, Status> = timeline
            .events
            .iter()
            .flatten()
            .map(|view| (view.event.id, view.status))
            .collect();
        for explanation in &told.explanations {
            let mut once = BTreeMap::new();
            for id in named(explanation) {
                prop_assert!(status.contains_key(&id), "{id} cannot be seen");
                prop_assert!(once.insert(id, ()).is_none(), "{id} is named twice");
            }
            for id in named_besides(explanation) {
                prop_assert!(status.contains_key(&id), "{id} cannot be seen");
            }
            for struck in &explanation.struck {
                prop_assert_eq!(status[&struck.evidence.event.id], Status::Struck);
            }
            for evidence in explanation.made_by.iter().chain(&explanation.agrees) {
                let status = status[&evidence.event.id];
                prop_assert!(matches!(status, Status::Counts | Status::Lost | Status::Silent));
            }
        }
    }

    /// Who made a field, who says the same, who lost and who is struck are all who
    /// state it.
    #[test]
    fn every_claim_that_states_a_field_is_named(
        (history, (known, on, recorded)) in history_and_cuts(),
        field in select(vec!["stage", "quantity", "vendor", "purpose"]),
    ) {
        let events = placed(&history);
        let slug = events[0].event.company.clone();
        let cuts = Cuts { known, on, recorded };
        let path: Path = format!("chips.{field}").parse().unwrap();
        let standing = Standing::of(&events, &cuts);
        let threads = threads(&standing, &Kinds::default());
        for explanation in &why(&slug, &events, &cuts, &path).explanations {
            let mut thread = threads.iter();
            let thread = thread.find(|thread| {
                thread.kind_name() == explanation.kind && thread.name() == explanation.thread
            }).unwrap();
            let claim = |id: EventId| -> &Claim {
                thread.claims().iter().find(|claim| claim.id() == id).unwrap()
            };
            let view = thread.view(on).unwrap();
            let decides = view.fields.get(field).map(|decided| decided.event.id);
            let made: Vec<EventId> = explanation.made_by.iter().map(|it| it.event.id).collect();
            prop_assert_eq!(made, Vec::from_iter(decides));

            let mut expected: Vec<EventId> = thread
                .claims()
                .iter()
                .filter(|claim| claim.event.data.contains(field))
                .map(Claim::id)
                .collect();
            let mut found: Vec<EventId> = named(explanation)
                .filter(|id| thread.claims().iter().any(|claim| claim.id() == *id))
                .collect();
            expected.sort_unstable();
            found.sort_unstable();
            prop_assert_eq!(found, expected);

            for lost in &explanation.lost {
                let loser = claim(lost.evidence.event.id);
                let against = lost.against.map(claim);
                let holds = match (lost.rule, against) {
                    (Rule::Level, Some(other)) => {
                        other.is_about_what_is() && !loser.is_about_what_is()
                    }
                    (Rule::Later, Some(other)) => {
                        other.bounds.certainly_after(loser.bounds) && beats(other, loser).is_some()
                    }
                    (Rule::Official, Some(other)) => {
                        other.is_official() && !loser.is_official() && beats(other, loser).is_some()
                    }
                    (Rule::Published | Rule::Certainty | Rule::Position, Some(other)) => {
                        other.order() > loser.order()
                    }
                    (Rule::Shared, Some(other)) => loser.shares_quantity && !other.shares_quantity,
                    (Rule::Possible, Some(other)) => {
                        other.is_certain_by(on) && !loser.is_certain_by(on)
                    }
                    // Others of the thread have certainly happened that do not state it.
                    (Rule::Possible, None) => !loser.is_certain_by(on),
                    (Rule::Silent, None) => !loser.is_possible_by(on),
                    _ => false,
                };
                prop_assert!(holds, "{lost:?}");
            }
        }
    }
}
