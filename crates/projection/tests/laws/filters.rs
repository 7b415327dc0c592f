//! Which events of a log are wanted.

use event_model::edtf::{Bounds, Edtf};
use event_model::event::Event;
use event_model::time::{Day, Instant, Zone};
use event_model::vocabulary::Certainty;
use projection::event_filter::{EventFilter, Range};
use proptest::prelude::*;
use proptest::sample::select;

use crate::config;
use crate::second_reading::histories::{FIRST_DAY, history, history_and_cuts};

fn day(number: u64) -> Day {
    let first: Day = FIRST_DAY.parse().unwrap();
    first.checked_add_days(chrono::Days::new(number)).unwrap()
}

fn days() -> impl Strategy<Value = Range<Day>> {
    let side = || prop::option::of((0..45_u64).prop_map(day));
    (side(), side()).prop_map(|(from, to)| Range { from, to })
}

fn instants() -> impl Strategy<Value = Range<Instant>> {
    days().prop_map(|Range { from, to }| Range {
        from: from.map(|day| Instant::start_of(day, Zone::UTC)),
        to: to.map(|day| Instant::end_of(day, Zone::UTC)),
    })
}

/// One wish at a time, and the filter of it alone.
fn wish() -> impl Strategy<Value = EventFilter> {
    let one_of = |words: &'static [&'static str]| {
        let words = prop::collection::vec(select(words), 1..3);
        words.prop_map(|words| words.into_iter().map(str::to_owned).collect::<Vec<_>>())
    };
    let kinds = &["chip_interest", "earnings_date", "company", "weather"];
    let threads = &["amd-mi308", "AMD MI308", "hangzhou", "company", "none"];
    let certainty = select(vec![Certainty::Reported, Certainty::Official]);
    let text = select(vec!["amd", "ALIBABA", "rain", "q3", "nowhere"]);
    prop_oneof![
        one_of(kinds).prop_map(|kinds| EventFilter {
            kinds,
            ..EventFilter::default()
        }),
        one_of(threads).prop_map(|threads| EventFilter {
            threads,
            ..EventFilter::default()
        }),
        certainty.prop_map(|least| EventFilter {
            min_certainty: Some(least),
            ..EventFilter::default()
        }),
        instants().prop_map(|published| EventFilter {
            published,
            ..EventFilter::default()
        }),
        days().prop_map(|days| EventFilter {
            published: Range {
                from: days.from.map(|day| Instant::start_of(day, Zone::UTC)),
                to: days.to.map(|day| Instant::end_of(day, Zone::UTC)),
            },
            published_days: Some(days),
            ..EventFilter::default()
        }),
        days().prop_map(|occurred| EventFilter {
            occurred,
            ..EventFilter::default()
        }),
        text.prop_map(|text| EventFilter {
            text: Some(text.to_owned()),
            ..EventFilter::default()
        }),
    ]
}

/// What two wishes for different things come to.
fn both(one: &EventFilter, other: &EventFilter) -> EventFilter {
    let list = |a: &[String], b: &[String]| if a.is_empty() { b.to_vec() } else { a.to_vec() };
    let is_open = |range: &Range<Instant>| range.from.is_none() && range.to.is_none();
    let is_any = |range: &Range<Day>| range.from.is_none() && range.to.is_none();
    EventFilter {
        kinds: list(&one.kinds, &other.kinds),
        threads: list(&one.threads, &other.threads),
        sources: list(&one.sources, &other.sources),
        min_certainty: one.min_certainty.or(other.min_certainty),
        published: if is_open(&one.published) {
            other.published
        } else {
            one.published
        },
        published_days: if is_open(&one.published) {
            other.published_days
        } else {
            one.published_days
        },
        occurred: if is_any(&one.occurred) {
            other.occurred
        } else {
            one.occurred
        },
        text: one.text.clone().or_else(|| other.text.clone()),
    }
}

fn sort_of(filter: &EventFilter) -> (bool, bool, bool, bool, bool) {
    let EventFilter {
        kinds,
        threads,
        min_certainty,
        published,
        text,
        ..
    } = filter;
    let is_open = published.from.is_none() && published.to.is_none();
    (
        !kinds.is_empty(),
        !threads.is_empty(),
        min_certainty.is_some(),
        !is_open,
        text.is_some(),
    )
}

proptest! {
    #![proptest_config(config(500))]

    /// An event is wanted if each of the wishes wants it.
    #[test]
    fn a_filter_is_all_its_wishes(history in history(), one in wish(), other in wish()) {
        prop_assume!(sort_of(&one) != sort_of(&other));
        let filter = both(&one, &other);
        for (_, event) in &history {
            prop_assert_eq!(filter.wants(event), one.wants(event) && other.wants(event));
            prop_assert!(EventFilter::default().wants(event));
            let may = filter.may_want(&event.kind, event.published.instant());
            prop_assert!(may || !filter.wants(event));
            prop_assert!(!filter.asks_no_more() || filter.wants(event) == may);
        }
    }

    /// What is known up to an instant is what was published up to it.
    #[test]
    fn published_up_to_an_instant_is_known_at_it((history, (known, ..)) in history_and_cuts()) {
        let published = Range { from: None, to: Some(known) };
        let filter = EventFilter { published, ..EventFilter::default() };
        for (_, event) in &history {
            prop_assert_eq!(filter.wants(event), event.published.instant() <= known);
        }
    }

    /// An event can have happened within some days if it can have happened on one.
    #[test]
    fn it_can_have_happened_on_one_of_the_days(history in history(), from in 0..45_u64, more in 0..5_u64) {
        let range = |from, to| Range { from: Some(day(from)), to: Some(day(to)) };
        let wants = |occurred, event: &Event| {
            EventFilter { occurred, ..EventFilter::default() }.wants(event)
        };
        for (_, event) in &history {
            let on_one = (from..=from + more).any(|on| wants(range(on, on), event));
            prop_assert_eq!(wants(range(from, from + more), event), on_one);
        }
    }
}

fn bounds(text: &str) -> Bounds {
    Edtf::parse(text).unwrap().bounds()
}

#[test]
fn days_overlap_if_one_is_in_both() {
    let side = |text: &str| (!text.is_empty()).then(|| text.parse().unwrap());
    for (from, to, occurred, expect) in [
        ("2025-12-01", "2025-12-31", "2025", true),
        ("2025-12-01", "2025-12-31", "2025-11", false),
        ("2025-12-01", "2025-12-31", "2025-11-30/2025-12-01", true),
        ("2025-12-01", "2025-12-31", "/2025-11-30", false),
        ("2025-12-01", "2025-12-31", "/2025-12-01", true),
        ("2025-12-01", "2025-12-31", "2026-01-01/", false),
        ("2025-12-01", "", "2025-12-31/", true),
        ("", "2025-12-01", "2025-12-02", false),
        ("", "", "2025", true),
    ] {
        let range = Range {
            from: side(from),
            to: side(to),
        };
        assert_eq!(
            range.overlaps(bounds(occurred)),
            expect,
            "{from} {to} {occurred}"
        );
    }
}
