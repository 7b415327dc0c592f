//! Who is meant by a name is the same however the log was read for it.

use annals::model::id::Slug;
use annals::{Moment, Question, Settings, Store};
use serde_json::{Value, json};

use crate::histories::{append, clock, tiny};

const ROUNDS: usize = 12;

/// A line that tells a name of a company, and one that tells none.
fn lines(number: usize) -> [Value; 2] {
    let published = format!("2026-01-{:02}", number + 1);
    let company = format!("company-{}", number % 3);
    let line = |kind: &str, data: Value| {
        json!({
            "company": company, "kind": kind, "published": published, "certainty": "official",
            "source": {"name": "us"}, "data": data,
        })
    };
    [
        line("company", json!({"name": format!("Name {number:02}")})),
        line(
            "statement",
            json!({"text": "Nothing to report. ".repeat(20)}),
        ),
    ]
}

fn meant(store: &Store, number: usize) -> Option<Slug> {
    let question = Question::at(Moment::parse(&format!("2026-01-{:02}", number + 1)).unwrap());
    let cuts = store.basis(&question).unwrap().cuts;
    store.find(&format!("Name {number:02}"), &cuts).ok()
}

#[test]
fn a_name_told_before_or_after_the_journal_was_sealed_means_its_company() {
    for asks_every in [1, 5, ROUNDS] {
        let dir = tempfile::tempdir().unwrap();
        let settings = Settings {
            journal_bytes_max: 700,
            ..tiny()
        };
        let store =
            Store::create_or_open_with(&dir.path().join("store"), clock(), settings).unwrap();
        for number in 0..ROUNDS {
            append(&store, &lines(number));
            if (number + 1) % asks_every == 0 {
                for earlier in 0..=number {
                    let company = format!("company-{}", earlier % 3);
                    assert_eq!(meant(&store, earlier), company.parse().ok(), "{earlier}");
                }
            }
        }
        let before: Vec<_> = (0..ROUNDS).map(|number| meant(&store, number)).collect();
        store.rebuild().unwrap();
        let after: Vec<_> = (0..ROUNDS).map(|number| meant(&store, number)).collect();
        assert_eq!(before, after);
    }
}
