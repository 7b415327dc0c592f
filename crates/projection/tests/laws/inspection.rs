//! How one event stands.

use event_model::id::{EventId, Position, Slug};
use event_model::vocabulary::{Certainty, Fault};
use projection::basis::{Basis, Cuts, Filter, Lens};
use projection::fold::fold;
use projection::inspection::{Inspection, Seen, inspect};
use projection::standing::Status;
use proptest::prelude::*;
use std::collections::HashMap;

use crate::second_reading::histories::history_and_cuts;
use crate::{config, placed};

fn slug() -> Slug {
    "alibaba".parse().unwrap()
}

fn cuts_of(
    (known, on, recorded): (event_model::time::Instant, event_model::time::Day, Position),
) -> Cuts {
    Cuts {
        known,
        on,
        recorded,
    }
}

proptest! {
    #![proptest_config(config(500))]

    /// It stands as the list of events says; what is not in the list was published
    /// later, or is left out, or recorded later.
    #[test]
    fn it_stands_as_the_list_of_events_says(
        (history, cuts) in history_and_cuts(),
        is_filtered in any::<bool>(),
    ) {
        let events = placed(&history);
        let filter = Filter {
            min_certainty: is_filtered.then_some(Certainty::Asserted),
            ..Filter::default()
        };
        let basis = Basis {
            cuts: cuts_of(cuts),
            head: String::new(),
            kinds: event_model::own_kinds::Kinds::built_in(),
            filter,
            is_head: true,
        };
        let lens = Lens::from(&basis);
        let listed = fold(&slug(), &events, lens).events.unwrap();
        let listed: HashMap<EventId, Status> =
            listed.iter().map(|view| (view.event.id, view.status)).collect();
        for it in &events {
            let inspected = inspect(&slug(), &events, it.event.id, lens);
            let is_recorded = it.position <= basis.cuts.recorded;
            prop_assert_eq!(inspected.is_some(), is_recorded);
            let expected = match listed.get(&it.event.id) {
                Some(status) => Seen::As(*status),
                None if it.event.published.instant() > basis.cuts.known => Seen::Unpublished,
                None => Seen::Unheard,
            };
            prop_assert!(inspected.is_none_or(|it| it.view == expected));
        }
    }

    /// What decides an identifier that the company has counts.
    #[test]
    fn who_tells_an_identifier_counts((history, cuts) in history_and_cuts()) {
        let events = placed(&history);
        let cuts = cuts_of(cuts);
        for identifier in fold(&slug(), &events, &cuts).company.identifiers {
            let inspected = inspect(&slug(), &events, identifier.event, &cuts).unwrap();
            prop_assert_eq!(inspected.view, Seen::As(Status::Counts));
        }
    }

    /// What strikes it names it, does not come later than was known, and is told of
    /// itself that it strikes; and there is something wherever an event is struck
    /// that no error of ours explains.
    #[test]
    fn what_strikes_it_is_told_from_both_sides((history, cuts) in history_and_cuts()) {
        let events = placed(&history);
        let cuts = cuts_of(cuts);
        let all: HashMap<EventId, Inspection> = events
            .iter()
            .filter_map(|it| Some((it.event.id, inspect(&slug(), &events, it.event.id, &cuts)?)))
            .collect();
        for (id, inspected) in &all {
            for strike in &inspected.struck_by {
                prop_assert_eq!(strike.strikes(), Some(*id));
                prop_assert!(strike.published.instant() <= cuts.known);
                prop_assert_eq!(all[&strike.id].strikes, Some(*id));
            }
            if let Some(struck) = inspected.strikes {
                prop_assert!(all[&struck].struck_by.iter().any(|it| it.id == *id));
                prop_assert!(!matches!(all[&struck].view, Seen::As(Status::Counts | Status::Lost)));
            }
            let event = &events.iter().find(|it| it.event.id == *id).unwrap().event;
            let is_struck = inspected.view == Seen::As(Status::Struck);
            let ours = |it: &&projection::basis::Placed| it.event.fault == Some(Fault::Record);
            if is_struck && event.repeats.is_none() && !events.iter().any(|it| ours(&it)) {
                prop_assert!(!inspected.struck_by.is_empty());
            }
            for again in &inspected.repeated_by {
                let again = events.iter().find(|it| it.event.id == *again).unwrap();
                prop_assert_eq!(again.event.repeats, Some(*id));
            }
        }
    }
}
