//! Checks look at any history, and name only what can be seen.

use std::collections::BTreeSet;

use event_model::id::EventId;
use projection::basis::Cuts;
use projection::check::companies::{Card, check_companies};
use projection::check::{CHECKS, Check, check};
use projection::fold::fold;
use proptest::prelude::*;

use crate::second_reading::histories::history_and_cuts;
use crate::{config, placed};

proptest! {
    #![proptest_config(config(600))]

    #[test]
    fn only_what_can_be_seen_is_doubted(
        (history, (known, on, recorded)) in history_and_cuts(),
    ) {
        let events = placed(&history);
        let slug = events[0].event.company.clone();
        let cuts = Cuts { known, on, recorded };
        let all: Vec<&'static Check> = CHECKS.iter().collect();
        let found = check(&slug, &events, &cuts, &all);
        let visible = fold(&slug, &events, &cuts).events.unwrap_or_default();
        let visible: BTreeSet<EventId> = visible.iter().map(|view| view.event.id).collect();
        for finding in &found {
            for event in &finding.events {
                prop_assert!(visible.contains(event), "{finding:?}");
            }
        }
        // Each check finds by itself what it finds among all.
        let one_by_one: Vec<_> = CHECKS
            .iter()
            .flat_map(|one| check(&slug, &events, &cuts, &[one]))
            .collect();
        prop_assert_eq!(&found, &one_by_one);
        let card = Card::of(&slug, &events, &cuts);
        prop_assert!(check_companies(&[card], &all).is_empty());
    }
}
