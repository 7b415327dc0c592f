//! What a store answers is what the fold says of the events that went in:
//! through the log, its caches, a second opening and a rebuild.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

use std::sync::Arc;

use annals::append::AppendOptions;
use annals::model::id::{Position, Slug};
use annals::model::time::Instant;
use annals::projection::basis::{Basis, Cuts, Placed};
use annals::projection::fold::{fold, fold_without_events};
use annals::projection::timeline::Answer;
use annals::{Clock, Moment, Question, Settings, Store};
use proptest::prelude::*;
use serde_json::{Value, json};

fn clock() -> Arc<dyn Clock> {
    let now: Instant = "2026-03-01T00:00:00Z".parse().unwrap();
    Arc::new(move || now)
}

/// A claim of one of two companies; the number makes it different from others.
fn claim(number: usize, company: &str, day: u32, stage: &str, certainty: &str) -> Value {
    json!({
        "company": company,
        "kind": "chip_interest",
        "published": format!("2026-01-{day:02}"),
        "certainty": certainty,
        "source": {"name": format!("paper {number}")},
        "data": {"vendor": "AMD", "product": "MI308", "stage": stage},
    })
}

#[derive(Debug, Clone)]
enum Step {
    Claim {
        company: &'static str,
        day: u32,
        stage: &'static str,
        certainty: &'static str,
    },
    Retract {
        target: usize,
        fault: &'static str,
        day: u32,
    },
    Correct {
        target: usize,
        fault: &'static str,
        day: u32,
        stage: &'static str,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let company = prop::sample::select(vec!["alibaba", "tencent"]);
    let stage = prop::sample::select(vec!["rumoured", "negotiating", "ordered", "denied"]);
    let certainty = prop::sample::select(vec!["rumour", "asserted", "official"]);
    let fault = prop::sample::select(vec!["record", "source"]);
    prop_oneof![
        4 => (company, 1..28_u32, stage.clone(), certainty)
            .prop_map(|(company, day, stage, certainty)| Step::Claim { company, day, stage, certainty }),
        1 => (any::<usize>(), fault.clone(), 1..28_u32)
            .prop_map(|(target, fault, day)| Step::Retract { target, fault, day }),
        1 => (any::<usize>(), fault, 1..28_u32, stage)
            .prop_map(|(target, fault, day, stage)| Step::Correct { target, fault, day, stage }),
    ]
}

/// The lines of a batch for these steps, given what was appended before.
fn lines(steps: &[Step]) -> Vec<Value> {
    let mut lines: Vec<Value> = ["alibaba", "tencent"]
        .iter()
        .enumerate()
        .map(|(number, company)| {
            json!({
                "id": format!("00000000-0000-4000-8000-0000000{number:05}"),
                "company": company, "kind": "company", "published": "2020-01-01",
                "certainty": "official", "source": {"name": "us"}, "data": {"name": company},
            })
        })
        .collect();
    for (number, step) in steps.iter().enumerate() {
        let mut line = match step {
            Step::Claim {
                company,
                day,
                stage,
                certainty,
            } => claim(number, company, *day, stage, certainty),
            Step::Retract { target, fault, day } => {
                let target = &lines[target % lines.len()];
                json!({
                    "company": target["company"], "kind": "retraction", "fault": fault,
                    "published": format!("2026-01-{day:02}"), "certainty": "official",
                    "source": {"name": "us"}, "data": {"target": target["id"]},
                })
            }
            Step::Correct {
                target,
                fault,
                day,
                stage,
            } => {
                let target = &lines[target % lines.len()];
                let company = target["company"].as_str().unwrap();
                let mut line = claim(number, company, *day, stage, "asserted");
                if target["kind"] == "chip_interest" {
                    line["supersedes"] = target["id"].clone();
                    line["fault"] = json!(fault);
                }
                line
            }
        };
        line["id"] = json!(format!("00000000-0000-4000-9000-0000000{number:05}"));
        lines.push(line);
    }
    lines
}

fn append(store: &Store, lines: &[Value]) {
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    store
        .append_lines("lines", &mut text.as_bytes(), AppendOptions::default())
        .unwrap();
}

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
            // Once read, once kept, and then as it was kept.
            for time in 0..3 {
                let answer = store.at_without_events(&slug, &basis).unwrap();
                let told = fold_without_events(&slug, &events, &cuts);
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

/// Sizes at which every boundary is crossed after a few events.
fn tiny() -> Settings {
    Settings {
        journal_bytes_max: 3_000,
        direct_bytes_min: 2_000,
        run_bytes_max: 2_000,
        ids_at_once_max: 3,
        selection_bytes_max: 2_000,
        selection_first: 3,
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 48,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

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
