//! What a store answers is what the fold says of the events that went in:
//! through the log, its caches, a second opening and a rebuild.

use annals::model::id::{Position, Slug};
use annals::projection::basis::{Basis, Cuts, Placed};
use annals::projection::fold::{fold, fold_without_events};
use annals::projection::tenures::Tenures;
use annals::projection::timeline::Answer;
use annals::{Moment, Question, Settings, Store};
use proptest::prelude::*;
use serde_json::json;

use crate::histories::{append, clock, lines, step, tiny};

/// What the store says of both companies on some days, under some cuts.
fn check(store: &Store, days: &[u32]) {
    for day in days {
        let mut question = Question::at(Moment::parse(&format!("2026-01-{day:02}")).unwrap());
        question.recorded = Some(annals::RecordedCut::Position(store.head().position));
        let basis = store.basis(&question).unwrap();
        for name in ["alibaba", "tencent"] {
            let slug: Slug = name.parse().unwrap();
            let events: Vec<Placed> = store
                .read(Position(0), store.head().position)
                .map(|read| read.unwrap())
                .filter(|recorded| recorded.event.company == slug)
                .map(|recorded| {
                    let event =
                        annals::model::event::Event::from_stored(1, &recorded.event.payload);
                    Placed::new(recorded.position, event.unwrap())
                })
                .collect();
            let cuts = Cuts { ..basis.cuts };
            let answer = store.at(&slug, &basis).unwrap();
            assert_eq!(
                answer.timeline,
                fold(&slug, &events, &cuts),
                "{name} on day {day}"
            );
            let tenures = store.tenures(&slug, &cuts).unwrap();
            assert_eq!(tenures, Tenures::of(&events, &cuts), "{name}");
            let told = fold_without_events(&slug, &events, &cuts);
            for parts in 1..4 {
                let answer = store.at_in_parts(&slug, &basis, parts).unwrap();
                assert_eq!(answer.timeline, told, "{name} on day {day}, {parts} parts");
            }
            // Once read, once kept, and then as it was kept.
            for time in 0..3 {
                let answer = store.at_without_events(&slug, &basis).unwrap();
                assert_eq!(answer.timeline, told, "{name} on day {day}, time {time}");
            }
        }
        check_all(store, &basis);
    }
}

/// All companies at once are told of as each by itself.
fn check_all(store: &Store, basis: &Basis) {
    let mut all = Vec::new();
    let each = |answer: Answer| answer.timeline;
    let told = store.at_all(basis, true, each, |timeline| {
        all.push(timeline);
        Ok::<_, annals::Error>(())
    });
    told.unwrap();
    let slugs = store.companies(basis).unwrap();
    let one_by_one = slugs.iter().map(|slug| store.at(slug, basis).unwrap());
    let one_by_one: Vec<_> = one_by_one
        .map(|answer| answer.timeline)
        .filter(|timeline| timeline.tally.visible > 0)
        .collect();
    assert_eq!(all, one_by_one);
}

proptest! {
    #![proptest_config(crate::config(48))]

    #[test]
    fn store_equals_fold(
        steps in prop::collection::vec(step(), 1..40),
        cut in any::<prop::sample::Index>(),
        days in prop::collection::vec(1..31_u32, 1..4),
        is_tiny in any::<bool>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("store");
        let lines = lines(&steps);
        let (first, rest) = lines.split_at(2 + cut.index(lines.len() - 1).min(lines.len() - 2));
        let settings = if is_tiny { tiny() } else { Settings::default() };
        let open = || Store::create_or_open_with(&dir, clock(), settings).unwrap();
        let store = open();
        append(&store, first);
        check(&store, &days);

        // An answer with a pinned basis stays the same whatever comes after.
        let slug: Slug = "alibaba".parse().unwrap();
        let question = Question::at(Moment::parse("2026-01-20").unwrap());
        let pinned = store.basis(&question).unwrap();
        let before = serde_json::to_string(&store.at(&slug, &pinned).unwrap()).unwrap();
        store.close().unwrap();

        let store = open();
        // Line by line, so that small appends are sealed too.
        for line in rest {
            append(&store, std::slice::from_ref(line));
        }
        check(&store, &days);
        // Another who only reads sees the same, while this one has the store.
        let reader = Store::open_to_read(&dir, clock()).unwrap();
        prop_assert_eq!(reader.head(), store.head());
        let latest = store.basis(&question).unwrap();
        check_all(&reader, &latest);
        for slug in store.companies(&latest).unwrap() {
            let (read, kept) = (reader.at(&slug, &latest), store.at(&slug, &latest));
            prop_assert_eq!(read.unwrap().timeline, kept.unwrap().timeline);
        }
        drop(reader);
        let mut again = question;
        again.recorded = Some(annals::RecordedCut::Position(pinned.cuts.recorded));
        let basis = store.basis(&again).unwrap();
        let after = serde_json::to_string(&store.at(&slug, &basis).unwrap()).unwrap();
        prop_assert_eq!(before, after);

        // The same lines again are all known, and change nothing.
        let head = store.head();
        append(&store, &lines);
        prop_assert_eq!(head, store.head());
        store.rebuild().unwrap();
        check(&store, &days);
        store.close().unwrap();
    }
}

/// A correction stands in the place of what it corrects, be that of another kind and not
/// read for what the company is called.
#[test]
fn a_name_stands_in_the_place_of_what_it_corrects() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create_or_open(&folder.path().join("store"), clock()).unwrap();
    let named = |id: u32, day: u32, name: &str| {
        json!({
            "id": format!("00000000-0000-4000-8000-{id:012}"), "company": "acme",
            "kind": "company", "published": format!("2026-01-{day:02}"),
            "certainty": "official", "source": {"name": "us"}, "data": {"name": name},
        })
    };
    let mut statement = named(1, 5, "");
    statement["kind"] = json!("statement");
    statement["data"] = json!({"text": "We are called Third."});
    let mut corrected = named(4, 20, "Third");
    corrected["supersedes"] = statement["id"].clone();
    corrected["fault"] = json!("source");
    let lines = [
        statement,
        named(2, 1, "First"),
        named(3, 10, "Second"),
        corrected,
    ];
    append(&store, &lines);
    let question = Question::at(Moment::parse("2026-02-01").unwrap());
    let cuts = store.basis(&question).unwrap().cuts;
    let acme: Slug = "acme".parse().unwrap();
    let tenures = store.tenures(&acme, &cuts).unwrap();
    let name = tenures.name_on(cuts.on).map(|name| name.value.as_str());
    assert_eq!(name, Some("Second"));
}
