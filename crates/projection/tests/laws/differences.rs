//! What is believed differently is whole, and adds up.

use std::collections::BTreeMap;

use event_model::event::Event;
use event_model::id::Position;
use projection::basis::Cuts;
use projection::diff::{Change, ChangeKind, Diff};
use projection::fold::{fold, fold_without_events};
use projection::timeline::Timeline;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::second_reading::histories::{cuts, history};
use crate::{config, placed};

/// A history, and three bases.
fn three_answers() -> impl Strategy<Value = (Vec<(Position, Event)>, [Cuts; 3])> {
    history().prop_flat_map(|history| {
        let three = prop::collection::vec(cuts(&history), 3);
        (Just(history), three).prop_map(|(history, three)| {
            let three = [0, 1, 2].map(|at: usize| {
                let (known, on, recorded) = three[at];
                Cuts {
                    known,
                    on,
                    recorded,
                }
            });
            (history, three)
        })
    })
}

/// The threads of the JSON of an answer, each with its place, by kind and name.
type Threads = BTreeMap<(String, String), Value>;

fn threads_of(answer: &Value) -> Threads {
    let mut threads = Threads::new();
    let mut put = |thread: &Value, place: Option<&str>| {
        let text = |name: &str| thread[name].as_str().unwrap().to_owned();
        let mut thread_with_place = thread.clone();
        thread_with_place["place"] = json!(place);
        threads.insert((text("kind"), text("thread")), thread_with_place);
    };
    let list = |path: &str| answer.pointer(path).unwrap().as_array().unwrap().clone();
    for path in [
        "/chips",
        "/regulation",
        "/market",
        "/other",
        "/earnings/reported",
        "/strategy/pivots",
    ] {
        for thread in list(path) {
            put(&thread, None);
        }
    }
    for place in ["overdue", "upcoming", "closed"] {
        for thread in list(&format!("/earnings/{place}")) {
            put(&thread, Some(place));
        }
    }
    for (path, place) in [("/earnings/next", "next"), ("/strategy/current", "current")] {
        if let Some(thread) = answer.pointer(path).filter(|thread| !thread.is_null()) {
            put(thread, Some(place));
        }
    }
    threads
}

/// Sets a field of a thread; one of `data` that is `null` goes.
fn set(thread: &mut Value, field: &str, value: Value) {
    match field.strip_prefix("data.") {
        Some(name) if value.is_null() => {
            thread["data"].as_object_mut().unwrap().remove(name);
        }
        Some(name) => thread["data"][name] = value,
        None => thread[field] = value,
    }
}

/// Puts changes on the threads of an answer, as somebody does who has only the JSON.
fn put_on(threads: &mut Threads, company: &mut Value, changes: &[Value]) {
    for change in changes {
        let text = |name: &str| change[name].as_str().unwrap().to_owned();
        let key = (text("kind"), text("thread"));
        let fields: Map<String, Value> = match change["field"].as_str() {
            Some(field) => [(field.to_owned(), change["to"].clone())]
                .into_iter()
                .collect(),
            None => change["to"].as_object().cloned().unwrap_or_default(),
        };
        match (text("section").as_str(), text("change").as_str()) {
            ("company", _) => {
                for (field, value) in fields {
                    company[field] = value;
                }
            }
            (_, "added") => {
                let mut thread = change["to"].clone();
                let place = thread["place"].take();
                thread["place"] = place;
                threads.insert(key, thread);
            }
            (_, "withdrawn" | "linked") => assert!(threads.remove(&key).is_some(), "{key:?}"),
            _ => {
                for (field, value) in fields {
                    set(threads.get_mut(&key).unwrap(), &field, value);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(config(1_000))]

    #[test]
    fn a_diff_put_on_the_first_answer_gives_the_second((history, [a, b, _]) in three_answers()) {
        let events = placed(&history);
        let slug = events[0].event.company.clone();
        let [was, is] = [a, b].map(|cuts| fold_without_events(&slug, &events, &cuts));
        let diff = Diff::between(&was, &is);
        prop_assert_eq!(diff.apply(&was), is.clone());

        // The same with nothing but the JSON of both.
        let changes = serde_json::to_value(diff.changes()).unwrap();
        let [was, is] = [was, is].map(|timeline| serde_json::to_value(timeline).unwrap());
        let (mut threads, mut company) = (threads_of(&was), was["company"].clone());
        put_on(&mut threads, &mut company, changes.as_array().unwrap());
        prop_assert_eq!(threads, threads_of(&is));
        prop_assert_eq!(&company, &is["company"]);
    }

    #[test]
    fn two_diffs_in_a_row_are_one((history, bases) in three_answers()) {
        let events = placed(&history);
        let slug = events[0].event.company.clone();
        let [a, b, c] = bases.map(|cuts| fold_without_events(&slug, &events, &cuts));
        let between = |one: &Timeline, other: &Timeline| Diff::between(one, other);
        let whole = between(&a, &c);
        prop_assert_eq!(between(&a, &b).then(between(&b, &c)), whole.clone());
        prop_assert_eq!(between(&a, &b).then(between(&b, &c)).changes(), whole.changes());
        prop_assert!(between(&a, &a).is_empty());
        prop_assert!(between(&a, &b).then(between(&b, &a)).is_empty());
    }

    #[test]
    fn a_change_names_an_event_that_can_be_seen((history, [a, b, _]) in three_answers()) {
        let events = placed(&history);
        let slug = events[0].event.company.clone();
        let [was, is] = [a, b].map(|cuts| fold(&slug, &events, &cuts));
        let seen = |timeline: &Timeline, change: &Change| {
            let mut events = timeline.events.iter().flatten();
            events.any(|view| view.event.id == change.event)
        };
        for change in Diff::between(&was, &is).changes() {
            let is_seen = match change.change {
                // By the link that says so.
                ChangeKind::Added | ChangeKind::Linked => seen(&is, &change),
                ChangeKind::Withdrawn => seen(&was, &change),
                _ => seen(&was, &change) || seen(&is, &change),
            };
            prop_assert!(is_seen, "{change:?}");
            prop_assert!(change.from != change.to, "{change:?}");
        }
    }
}
