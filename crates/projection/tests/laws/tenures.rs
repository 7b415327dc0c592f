//! What a company is called day by day.

use event_model::id::Slug;
use event_model::own_kinds::Kinds;
use event_model::time::Day;
use projection::basis::{Cuts, Placed};
use projection::identity::{Company, company};
use projection::standing::Standing;
use projection::tenures::{Tenure, Tenures};
use projection::thread::threads;
use proptest::prelude::*;

use crate::second_reading::histories::{FIRST_DAY, history_and_cuts};
use crate::{config, placed};

fn on_day(events: &[Placed], cuts: &Cuts) -> Company {
    let slug: Slug = "alibaba".parse().unwrap();
    let standing = Standing::of(events, cuts);
    company(&slug, &threads(&standing, &Kinds::built_in()), cuts.on)
}

fn value_on(tenures: &[Tenure], day: Day) -> Option<&str> {
    let mut on_day = tenures.iter().filter(|tenure| tenure.covers(day));
    let found = on_day.next().map(|tenure| tenure.value.as_str());
    assert!(on_day.next().is_none(), "two values on {day}");
    found
}

proptest! {
    #![proptest_config(config(500))]

    /// On every day it is called as an answer of that day says.
    #[test]
    fn it_is_called_as_the_answer_of_each_day_says((history, (known, _, recorded)) in history_and_cuts()) {
        let events = placed(&history);
        let first: Day = FIRST_DAY.parse().unwrap();
        let cuts = |on| Cuts { known, on, recorded };
        let tenures = Tenures::of(&events, &cuts(first));
        // Once something is certain it stays so.
        prop_assert!(tenures.names.is_sorted_by_key(|it| it.is_certain));
        for number in 0..130 {
            let on = first + chrono::TimeDelta::days(number - 50);
            let told = on_day(&events, &cuts(on));
            prop_assert_eq!(value_on(&tenures.names, on), told.name.as_deref());
            prop_assert_eq!(value_on(&tenures.successors, on), told.successor.as_deref());
            prop_assert_eq!(tenures.name_on(on).map(|it| &*it.value), told.name.as_deref());
            for identifier in &told.identifiers {
                prop_assert!(tenures.identifiers.iter().any(|it| it.value == identifier.value));
            }
            let keys = told.identifiers.iter().map(|it| (&it.scheme, &it.value));
            prop_assert!(keys.is_sorted_by(|one, next| one < next), "one span covers a day");
            let differs = |it: &&Tenure| Some(&it.value) != told.name.as_ref();
            let before = tenures.name_before(on);
            prop_assert!(before.is_none_or(|it| differs(&it) && it.is_certain));
            prop_assert!(tenures.name_after(on).is_none_or(|it| differs(&it)));
        }
    }
}
