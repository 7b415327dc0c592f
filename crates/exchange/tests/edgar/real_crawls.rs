//! What comes of real crawls. They lie beside the project; where they do not, the tests
//! say so and are skipped.

use std::path::PathBuf;

use event_model::event::Event;
use event_model::vocabulary::Fault;
use exchange::edgar::{Crawl, read, slug_of_name};
use serde_json::{Value, json};

use crate::store::{Store, permutations, planned};

const TESLA: [&str; 4] = [
    "CIK0001318605.2022-11-30.json",
    "CIK0001318605.9d744f.json",
    "CIK0001318605.eb9c36.json",
    "CIK0001318605-submissions-001.980ba2.json",
];

/// The rows of each file, as counted in the files.
const ROWS: [(&str, usize); 22] = [
    ("CIK0000310522.3666a9.json", 1140),
    ("CIK0000310522.4de55d.json", 1154),
    ("CIK0000749647-submissions-001.5d3017.json", 395),
    ("CIK0000749647.ec0f34.json", 1000),
    ("CIK0000789019.11ca00.json", 1002),
    ("CIK0000789019.168a14.json", 1006),
    ("CIK0000940418.067222.json", 31),
    ("CIK0001045810.b8de40.json", 1007),
    ("CIK0001318605-submissions-001.980ba2.json", 720),
    ("CIK0001318605.2022-11-30.json", 1001),
    ("CIK0001318605.9d744f.json", 1000),
    ("CIK0001318605.eb9c36.json", 1002),
    ("CIK0001324424-submissions-001.869362.json", 976),
    ("CIK0001324424.bbcabf.json", 1002),
    ("CIK0001766140.27aaa3.json", 297),
    ("CIK0001796129.6cbd45.json", 371),
    ("CIK0001800903.070a7b.json", 1),
    ("CIK0001814722.578c04.json", 27),
    ("CIK0001830056.26a338.json", 6),
    ("CIK0001847577.c7145a.json", 124),
    ("CIK0001881551.5fd678.json", 211),
    ("CIK0001911716.ae5aca.json", 2),
];

fn folder() -> Option<PathBuf> {
    let folder =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/edgar_submissions");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: {} is not there", folder.display());
    None
}

fn crawls(names: &[&str]) -> Option<Vec<Crawl>> {
    let folder = folder()?;
    let crawl = |name: &&str| read(name, &std::fs::read(folder.join(name)).unwrap(), None).unwrap();
    Some(names.iter().map(crawl).collect())
}

#[test]
fn every_file_has_its_rows() {
    for (name, rows) in ROWS {
        let Some(crawls) = crawls(&[name]) else {
            return;
        };
        let mut store = Store::default();
        let report = store.import(&crawls);
        assert_eq!((report.rows, report.new), (rows, rows), "{name}");
        assert_eq!(store.filings().len(), rows, "{name}");
        assert_eq!(&*store.events[0].kind, "company", "{name}");
        assert_eq!(store.markers().count(), 1, "{name}");
        assert_eq!(planned(&crawls, &store.events).events, [], "{name} again");
        let facts = format!(
            "{}{}",
            report.facts_new,
            if crawls[0].page { " (page)" } else { "" }
        );
        println!(
            "{name}: {rows} rows, {} events, facts {facts}",
            store.events.len()
        );
    }
}

#[test]
fn all_files_come_back_from_the_store_as_they_went_in() {
    for (name, _) in ROWS {
        let Some(crawls) = crawls(&[name]) else {
            return;
        };
        let events = planned(&crawls, &[]).events;
        let stored = |event: &Event| Event::from_stored(1, event.to_json().as_bytes()).unwrap();
        let history: Vec<Event> = events.iter().map(stored).collect();
        assert_eq!(history, events);
        assert_eq!(planned(&crawls, &history).events, []);
    }
}

#[test]
fn the_times_of_tesla_are_corrected_in_every_order() {
    let Some(crawls) = crawls(&TESLA) else { return };
    let mut together = Store::default();
    let report = together.import(&crawls);
    assert_eq!(
        (report.rows, report.corrected, report.older),
        (3723, 1001, 0)
    );
    let filings = together.filings();
    let corrected = &filings["0001790565-22-000015"];
    assert!(
        corrected.starts_with("2022-11-30T21:42:36Z "),
        "{corrected}"
    );
    // A few of the 24 orders, the first and its reverse among them.
    for order in permutations(&crawls).into_iter().step_by(7).chain([crawls
        .iter()
        .rev()
        .cloned()
        .collect()])
    {
        let store = Store::one_by_one(&order);
        assert_eq!(store.filings(), filings);
        assert_eq!(store.strikes(), 1001);
        assert_eq!(planned(&crawls, &store.events).events, []);
        let mut reversed = Store::default();
        reversed.import(&order);
        assert_eq!(
            reversed.events, together.events,
            "the order within a call plays no part"
        );
    }
}

#[test]
fn an_older_crawl_of_tesla_is_kept_and_retracted() {
    let Some(crawls) = crawls(&TESLA) else { return };
    let mut store = Store::default();
    store.import(&crawls[1..]);
    let report = store.import(&crawls[..1]);
    assert_eq!((report.corrected, report.older, report.new), (0, 1001, 0));
    let at = store
        .events
        .iter()
        .position(|event| event.is_retraction())
        .unwrap();
    let (older, retraction) = (&store.events[at - 1], &store.events[at]);
    assert_eq!(retraction.strikes(), Some(older.id));
    assert_eq!(retraction.fault, Some(Fault::Record));
    assert_eq!(retraction.published, older.published);
}

#[test]
fn fannie_mae_is_corrected_1140_times() {
    let names = ["CIK0000310522.3666a9.json", "CIK0000310522.4de55d.json"];
    let Some(crawls) = crawls(&names) else { return };
    let forth = Store::one_by_one(&crawls);
    let back = Store::one_by_one(crawls.iter().rev());
    assert_eq!((forth.strikes(), back.strikes()), (1140, 1140));
    assert_eq!(forth.filings(), back.filings());
    assert_eq!(forth.filings().len(), 1154);
    let formerly =
        |event: &&Event| event.text("name") == Some("FEDERAL NATIONAL MORTGAGE ASSOCIATION");
    assert_eq!(
        forth.events.iter().filter(formerly).count(),
        1,
        "both crawls tell of one name"
    );
}

#[test]
fn crawls_that_agree_leave_only_their_markers() {
    let names = ["CIK0000789019.168a14.json", "CIK0000789019.11ca00.json"];
    let Some(crawls) = crawls(&names) else { return };
    let mut store = Store::default();
    store.import(&crawls[..1]);
    let report = store.import(&crawls[1..]);
    assert_eq!(
        (
            report.new,
            report.known,
            report.corrected,
            report.told_again
        ),
        (20, 982, 0, 0)
    );
    assert_eq!(
        store.filings(),
        Store::one_by_one(crawls.iter().rev()).filings()
    );
}

#[test]
fn the_facts_of_tesla_are_told() {
    let Some(crawls) = crawls(&TESLA[..1]) else {
        return;
    };
    assert_eq!(
        slug_of_name(crawls[0].name.as_deref().unwrap())
            .unwrap()
            .as_str(),
        "tesla"
    );
    let events = planned(&crawls, &[]).events;
    let first: Vec<Value> = events[..3]
        .iter()
        .map(|event| serde_json::from_str(&event.to_json()).unwrap())
        .collect();
    assert_eq!(
        first[0]["data"],
        json!({"name": "Tesla, Inc.", "fiscal_year_end": "12-31", "identifiers": [
            {"scheme": "cik", "value": "0001318605"}, {"scheme": "ticker", "value": "XNAS:TSLA"}]})
    );
    assert_eq!(first[0]["published"], "2022-11-30T16:42:36Z");
    assert_eq!(first[0]["source"]["covers"], "2013-12-11/2022-11-30");
    assert_eq!(first[0].get("occurred"), None);
    assert_eq!(first[1]["data"], json!({"name": "TESLA MOTORS INC"}));
    assert_eq!(
        (&first[1]["published"], &first[1]["occurred"]),
        (&json!("2005-02-17"), &json!("2005-02-17"))
    );
    assert_eq!(first[2]["data"], json!({"name": "Tesla, Inc."}));
    assert_eq!(
        (&first[2]["published"], &first[2]["occurred"]),
        (&json!("2017-01-27"), &json!("2017-01-27"))
    );
}
