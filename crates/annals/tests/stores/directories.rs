//! Who is meant by a name is the same however the log was read for it.

use std::fs;

use annals::model::id::{Position, Slug};
use annals::{Moment, Question, RecordedCut, Settings, Store};
use proptest::prelude::*;
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

#[test]
fn an_append_is_told_as_done_though_the_directory_cannot_be_written() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path().join("store");
    let settings = Settings {
        journal_bytes_max: 700,
        ..tiny()
    };
    let open = || Store::create_or_open_with(&dir, clock(), settings).unwrap();
    let store = open();
    (0..ROUNDS).for_each(|number| append(&store, &lines(number)));
    store.close().unwrap();
    // It has to be made of the streams, which are damaged.
    fs::remove_file(dir.join("cache/directory")).unwrap();
    for file in fs::read_dir(dir.join("cache/streams")).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|it| it == "run") {
            let mut bytes = fs::read(&path).unwrap();
            bytes[20] ^= 1;
            fs::write(&path, bytes).unwrap();
        }
    }
    let store = open();
    let before = store.head().position.0;
    (ROUNDS..ROUNDS + 3).for_each(|number| append(&store, &lines(number)));
    assert_eq!(store.head().position.0, before + 6);
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

/// What is said of the names of two companies.
#[derive(Debug, Clone)]
enum Said {
    Name { company: usize },
    Retracted { target: usize, by_us: bool },
    Nothing { company: usize },
}

fn said() -> impl Strategy<Value = Said> {
    prop_oneof![
        3 => (0..2_usize).prop_map(|company| Said::Name { company }),
        3 => (any::<usize>(), any::<bool>())
            .prop_map(|(target, by_us)| Said::Retracted { target, by_us }),
        1 => (0..2_usize).prop_map(|company| Said::Nothing { company }),
    ]
}

/// The lines of it, the first of which declare both companies.
fn lines_of(said: &[Said]) -> Vec<Value> {
    let declared = [Said::Name { company: 0 }, Said::Name { company: 1 }];
    let mut lines: Vec<Value> = Vec::new();
    for (number, said) in declared.iter().chain(said).enumerate() {
        let (company, kind, data) = match said {
            Said::Name { company } => {
                let name = format!("Name {number:02}");
                (
                    json!(format!("company-{company}")),
                    "company",
                    json!({"name": name}),
                )
            }
            Said::Retracted { target, .. } => {
                let target = &lines[target % lines.len()];
                (
                    target["company"].clone(),
                    "retraction",
                    json!({"target": target["id"]}),
                )
            }
            Said::Nothing { company } => {
                let text = "Nothing to report. ".repeat(20);
                (
                    json!(format!("company-{company}")),
                    "statement",
                    json!({"text": text}),
                )
            }
        };
        let mut line = json!({
            "id": format!("00000000-0000-4000-9000-0000000{number:05}"),
            "company": company, "kind": kind, "published": "2026-01-05",
            "certainty": "official", "source": {"name": "us"}, "data": data,
        });
        if let Said::Retracted { by_us, .. } = said {
            line["fault"] = json!(if *by_us { "record" } else { "source" });
        }
        lines.push(line);
    }
    lines
}

/// What every name means, by every recorded cut.
fn all_meant(store: &Store) -> Vec<Option<Slug>> {
    let head = store.head().position;
    let mut meant = Vec::new();
    for recorded in (1..=head.0).map(Position).map(RecordedCut::Position) {
        let question = Question {
            recorded: Some(recorded),
            ..Question::at(Moment::parse("2026-01-20").unwrap())
        };
        let cuts = store.basis(&question).unwrap().cuts;
        let names = (0..head.0).map(|number| format!("Name {number:02}"));
        meant.extend(names.map(|name| store.find(&name, &cuts).ok()));
    }
    meant
}

proptest! {
    #![proptest_config(crate::config(16))]

    /// The file of it is added to whenever the journal is sealed, and read by another.
    #[test]
    fn a_directory_that_was_added_to_is_the_one_made_anew(
        said in prop::collection::vec(said(), 1..16),
        asked_every in 1..30_usize,
    ) {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path().join("store");
        let settings = Settings { journal_bytes_max: 700, ..tiny() };
        let store = Store::create_or_open_with(&dir, clock(), settings).unwrap();
        for (number, line) in lines_of(&said).iter().enumerate() {
            append(&store, std::slice::from_ref(line));
            if number % asked_every == 0 {
                all_meant(&store);
            }
        }
        store.close().unwrap();
        let read = all_meant(&Store::open_to_read(&dir, clock()).unwrap());
        let file = dir.join("cache/directory");
        let whole = fs::read(&file).unwrap_or_default();
        fs::remove_file(&file).ok();
        let anew = all_meant(&Store::open_to_read(&dir, clock()).unwrap());
        prop_assert_eq!(&read, &anew);
        // Whatever is left of it.
        for cut in (0..whole.len()).step_by(whole.len() / 5 + 1) {
            fs::write(&file, &whole[..cut]).unwrap();
            let torn = all_meant(&Store::open_to_read(&dir, clock()).unwrap());
            prop_assert_eq!(&torn, &anew, "cut at {}", cut);
        }
    }

    /// What the first lines of a store tell is heard while they are written.
    #[test]
    fn a_directory_that_heard_of_a_batch_is_the_one_made_anew(
        said in prop::collection::vec(said(), 8..24),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path().join("store");
        let store = Store::create_or_open_with(&dir, clock(), tiny()).unwrap();
        append(&store, &lines_of(&said));
        let heard = all_meant(&store);
        store.close().unwrap();
        let read = all_meant(&Store::open_to_read(&dir, clock()).unwrap());
        fs::remove_file(dir.join("cache/directory")).unwrap();
        let anew = all_meant(&Store::open_to_read(&dir, clock()).unwrap());
        prop_assert_eq!(&heard, &anew);
        prop_assert_eq!(&read, &anew);
    }
}
