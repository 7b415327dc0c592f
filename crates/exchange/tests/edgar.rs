//! The importer of EDGAR's submissions, on real crawls and on small made ones.
//!
//! The store is a list of events here: what is planned is put behind it.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "helpers of tests are tests"
)]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;

use event_model::event::Event;
use event_model::id::{EventId, Slug};
use event_model::time::Instant;
use event_model::vocabulary::Fault;
use exchange::edgar::{
    Crawl, EdgarError, Plan, PlanError, Report, RowDefect, item_type, plan, read, slug_for,
    slug_of_name, ticker,
};
use serde_json::{Value, json};

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

fn now() -> Instant {
    "2026-08-01T00:00:00Z".parse().unwrap()
}

fn company() -> Slug {
    "c".parse().unwrap()
}

/// A store with one company.
#[derive(Default)]
struct Store {
    events: Vec<Event>,
}

impl Store {
    fn import(&mut self, crawls: &[Crawl]) -> Report {
        let plan = planned(crawls, &self.events);
        self.events.extend(plan.events);
        let ids: BTreeSet<EventId> = self.events.iter().map(|event| event.id).collect();
        assert_eq!(ids.len(), self.events.len(), "an id stands twice");
        plan.report
    }

    fn one_by_one<'c>(crawls: impl IntoIterator<Item = &'c Crawl>) -> Self {
        let mut store = Self::default();
        for crawl in crawls {
            store.import(std::slice::from_ref(crawl));
        }
        store
    }

    fn counting(&self) -> Vec<&Event> {
        let mut strikes: HashMap<EventId, Vec<&Event>> = HashMap::new();
        for event in &self.events {
            if let Some(target) = event.strikes() {
                strikes.entry(target).or_default().push(event);
            }
        }
        fn retracted(id: EventId, strikes: &HashMap<EventId, Vec<&Event>>) -> bool {
            let strikers = strikes.get(&id).into_iter().flatten();
            strikers
                .filter(|by| by.is_retraction())
                .any(|by| !retracted(by.id, strikes))
        }
        let struck = |id| {
            let strikers = strikes.get(&id).into_iter().flatten();
            strikers
                .into_iter()
                .any(|by: &&Event| !retracted(by.id, &strikes))
        };
        let counting = self
            .events
            .iter()
            .filter(|event| !struck(event.id) && event.repeats.is_none());
        counting.collect()
    }

    /// What counts for each filing: one claim, or the test fails.
    fn filings(&self) -> BTreeMap<String, String> {
        let mut filings = BTreeMap::new();
        for event in self
            .counting()
            .into_iter()
            .filter(|event| &*event.kind == "filing")
        {
            let accession = event.text("accession").unwrap().to_owned();
            let says = format!(
                "{} {:?} {}",
                event.published.text(),
                event.occurred.as_ref().map(|o| o.text()),
                Value::Object(event.data.to_map())
            );
            assert!(
                filings.insert(accession.clone(), says).is_none(),
                "{accession} counts twice"
            );
        }
        filings
    }

    /// The tickers that ended, with their days.
    fn ended(&self) -> BTreeSet<(String, String)> {
        let identifiers = self.counting().into_iter().flat_map(identifiers);
        identifiers
            .filter_map(|(_, value, to)| Some((value, to?)))
            .collect()
    }

    fn markers(&self) -> impl Iterator<Item = &Event> {
        self.events
            .iter()
            .filter(|event| event.source.covers.is_some())
    }

    fn strikes(&self) -> usize {
        self.events
            .iter()
            .filter(|event| event.strikes().is_some())
            .count()
    }
}

fn identifiers(event: &Event) -> Vec<(String, String, Option<String>)> {
    let Some(Value::Array(list)) = event.data.value("identifiers") else {
        return Vec::new();
    };
    let part = |item: &Value, name: &str| Some(item.get(name)?.as_str()?.to_owned());
    list.iter()
        .map(|item| {
            (
                part(item, "scheme").unwrap(),
                part(item, "value").unwrap(),
                part(item, "to"),
            )
        })
        .collect()
}

fn planned(crawls: &[Crawl], history: &[Event]) -> Plan {
    plan(&company(), crawls, history, now()).unwrap()
}

fn permutations<T: Clone>(items: &[T]) -> Vec<Vec<T>> {
    let [first, rest @ ..] = items else {
        return vec![Vec::new()];
    };
    let mut all = Vec::new();
    for shorter in permutations(rest) {
        for at in 0..=shorter.len() {
            let mut longer = shorter.clone();
            longer.insert(at, first.clone());
            all.push(longer);
        }
    }
    all
}

// The real crawls.

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
    assert_eq!(slug_for(&crawls[0]).unwrap().as_str(), "tesla");
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
        (&json!("2022-11-30T16:42:36Z"), &json!("2017-01-27"))
    );
}

// Small crawls of our own making.

const CIK: &str = "0000000007";

fn accession(number: usize) -> String {
    format!("0000000007-25-{number:06}")
}

/// A main file of `(number, day, title)`, the newest of which was accepted at noon
/// of `edition`.
fn main_file(edition: &str, tickers: &[&str], rows: &[(usize, &str, &str)]) -> Value {
    json!({
        "cik": "7", "name": "Seven, Inc.", "tickers": tickers,
        "exchanges": vec!["NYSE"; tickers.len()], "formerNames": [], "fiscalYearEnd": "0331",
        "filings": {"recent": table(edition, rows), "files": []},
    })
}

fn table(edition: &str, rows: &[(usize, &str, &str)]) -> Value {
    let column =
        |cell: &dyn Fn(&(usize, &str, &str)) -> Value| -> Value { rows.iter().map(cell).collect() };
    let newest = rows.iter().map(|row| row.1).max();
    json!({
        "accessionNumber": column(&|row| accession(row.0).into()),
        "filingDate": column(&|row| row.1.into()),
        "acceptanceDateTime": column(&|row| {
            let day = if Some(row.1) == newest { edition } else { row.1 };
            format!("{day}T12:00:00.000Z").into()
        }),
        "form": column(&|_| "8-K".into()),
        "items": column(&|_| "2.02,9.01".into()),
        "reportDate": column(&|_| "".into()),
        "size": column(&|_| 10.into()),
        "primaryDocDescription": column(&|row| row.2.into()),
        "core_type": column(&|_| "8-K".into()),
    })
}

fn crawl(value: &Value) -> Crawl {
    read("CIK0000000007.json", value.to_string().as_bytes(), None).unwrap()
}

fn page(value: &Value) -> Crawl {
    let name = "some/folder/CIK0000000007-submissions-002.abc.json";
    read(name, value.to_string().as_bytes(), None).unwrap()
}

/// Imports in every order, together and one by one, and tells what counts.
fn in_every_order(crawls: &[Crawl]) -> Store {
    let mut together = Store::default();
    together.import(crawls);
    for order in permutations(crawls) {
        let store = Store::one_by_one(&order);
        assert_eq!(store.filings(), together.filings());
        assert_eq!(store.ended(), together.ended());
        assert_eq!(planned(crawls, &store.events).events, [], "again");
        for crawl in crawls {
            let again = planned(std::slice::from_ref(crawl), &store.events);
            assert_eq!(again.events, [], "one again");
        }
    }
    together
}

fn title(store: &Store, number: usize) -> String {
    let filings = store.filings();
    let data = filings[&accession(number)].splitn(3, ' ').nth(2).unwrap();
    let data: Value = serde_json::from_str(data).unwrap();
    data["description"].as_str().unwrap().to_owned()
}

#[test]
fn a_page_is_later_than_any_main_file() {
    let main = crawl(&main_file(
        "2025-06-01",
        &[],
        &[(1, "2025-01-02", "X"), (2, "2025-06-01", "A")],
    ));
    let page = page(&table("2025-01-02", &[(1, "2025-01-02", "Y")]));
    assert_eq!(
        (page.locator.as_str(), page.page, page.cik.as_str()),
        ("submissions-002", true, CIK)
    );
    let store = in_every_order(&[main, page]);
    assert_eq!(title(&store, 1), "Y");
    assert_eq!(title(&store, 2), "A");
}

#[test]
fn a_crawl_in_between_does_not_win() {
    for titles in [
        ["X", "Y", "X", "X"],
        ["X", "Y", "X", "Y"],
        ["X", "X", "Y", "X"],
        ["X", "X", "X", "Y"],
    ] {
        let crawls: Vec<Crawl> = titles
            .iter()
            .zip(["2025-02-01", "2025-03-01", "2025-04-01", "2025-05-01"])
            .enumerate()
            .map(|(at, (title, edition))| {
                crawl(&main_file(
                    edition,
                    &[],
                    &[(1, "2025-01-02", title), (at + 2, edition, "")],
                ))
            })
            .collect();
        let store = in_every_order(&crawls);
        assert_eq!(title(&store, 1), titles[3]);
    }
}

#[test]
fn a_crawl_that_lacks_a_filing_does_not_speak_for_it() {
    let with = |edition, title| {
        crawl(&main_file(
            edition,
            &[],
            &[
                (1, "2025-01-02", title),
                (2, "2025-01-01", ""),
                (3, edition, ""),
            ],
        ))
    };
    let mut without = main_file(
        "2025-04-01",
        &[],
        &[(2, "2025-01-01", ""), (4, "2025-04-01", "")],
    );
    without["name"] = json!("Seven Holdings");
    let store = in_every_order(&[
        with("2025-02-01", "X"),
        with("2025-03-01", "Y"),
        crawl(&without),
    ]);
    assert_eq!(title(&store, 1), "Y");
}

#[test]
fn two_files_of_one_edition_differ_the_same_way_in_every_order() {
    let with = |title, name: &str| {
        let mut value = main_file(
            "2025-02-01",
            &["S"],
            &[(1, "2025-01-02", title), (2, "2025-02-01", "")],
        );
        value["name"] = json!(name);
        crawl(&value)
    };
    let store = in_every_order(&[
        with("X", "Seven"),
        with("Y", "Seven"),
        with("Z", "Seven Corp"),
    ]);
    assert_eq!(store.markers().count(), 2);
}

/// Numbers that look random, and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

#[test]
fn what_counts_does_not_depend_on_the_order_of_any_crawls() {
    const DAYS: [&str; 4] = ["2025-01-01", "2025-01-01", "2025-01-02", "2025-01-03"];
    let mut dice = Dice(1);
    for _ in 0..150 {
        let crawls: Vec<Crawl> = (0..4)
            .map(|_| {
                let edition = ["2025-02-01", "2025-03-01", "2025-04-01"][dice.roll(3)];
                let mut rows = vec![(9, "2025-01-04", "")];
                for (number, day) in DAYS.iter().enumerate() {
                    if dice.roll(4) > 0 {
                        rows.push((number, day, ["X", "Y"][dice.roll(2)]));
                    }
                }
                let tickers: &[&str] = [&["S"][..], &[], &["S", "T"]][dice.roll(3)];
                match dice.roll(3) {
                    0 => page(&table(edition, &rows)),
                    _ => crawl(&main_file(edition, tickers, &rows)),
                }
            })
            .collect();
        let filings = in_every_order(&crawls).filings();
        for (accession, expected) in last_titles(&crawls) {
            let found = &filings[&accession];
            let is_expected = |title: &&Option<String>| match title {
                Some(title) => found.contains(&format!("\"description\":\"{title}\"")),
                None => !found.contains("description"),
            };
            assert!(
                expected.iter().any(|title| is_expected(&title)),
                "{accession}: {found}"
            );
        }
    }
}

/// The titles of each filing in the last crawls that have it, worked out from
/// the crawls alone. There are two where two files of one edition differ.
fn last_titles(crawls: &[Crawl]) -> BTreeMap<String, Vec<Option<String>>> {
    let mut crawls: Vec<&Crawl> = crawls.iter().collect();
    crawls.sort_by_key(|crawl| (crawl.page, crawl.edition));
    let mut last: BTreeMap<String, (_, Vec<Option<String>>)> = BTreeMap::new();
    for crawl in crawls {
        let as_of = (crawl.page, crawl.edition);
        for row in &crawl.rows {
            let told = last
                .entry(row.accession.clone())
                .or_insert((as_of, Vec::new()));
            if told.0 != as_of {
                *told = (as_of, Vec::new());
            }
            told.1.push(row.description.clone());
        }
    }
    last.into_iter()
        .map(|(accession, (_, titles))| (accession, titles))
        .collect()
}

#[test]
fn a_ticker_that_is_gone_ends_as_of_the_first_crawl_without_it() {
    let at = |edition, tickers: &[&str]| {
        crawl(&main_file(
            edition,
            tickers,
            &[(1, "2025-01-02", "X"), (2, edition, "")],
        ))
    };
    let store = in_every_order(&[
        at("2025-02-01", &["S", "T"]),
        at("2025-03-01", &["S"]),
        at("2025-04-01", &["S"]),
    ]);
    let ended = BTreeSet::from([("XNYS:T".to_owned(), "2025-03-01".to_owned())]);
    assert_eq!(store.ended(), ended);
    let mut blank = main_file(
        "2025-05-01",
        &["S"],
        &[(1, "2025-01-02", "X"), (2, "2025-05-01", "")],
    );
    blank["exchanges"] = json!([null]);
    let store = in_every_order(&[at("2025-04-01", &["S"]), crawl(&blank)]);
    assert_eq!(
        store.ended(),
        BTreeSet::new(),
        "a blank exchange ends no listing"
    );
}

#[test]
fn a_ticker_that_came_back_and_went_again_ended_twice() {
    let at = |edition, tickers: &[&str]| {
        crawl(&main_file(
            edition,
            tickers,
            &[(1, "2025-01-02", "X"), (2, edition, "")],
        ))
    };
    let store = in_every_order(&[
        at("2025-02-01", &["T"]),
        at("2025-03-01", &[]),
        at("2025-04-01", &["T"]),
        at("2025-05-01", &[]),
    ]);
    let days: Vec<String> = store.ended().into_iter().map(|(_, day)| day).collect();
    assert_eq!(days, ["2025-03-01", "2025-05-01"]);
}

#[test]
fn names_and_facts_leave_out_what_says_nothing() {
    let mut value = main_file("2025-02-01", &["s", "", "U"], &[(1, "2025-02-01", "X")]);
    value["fiscalYearEnd"] = json!("0229");
    value["exchanges"] = json!(["NYSE"]);
    value["lei"] = json!("5493001NTNQJDH60PM02");
    value["formerNames"] = json!([
        {"name": "Six", "from": "2001-01-01T00:00:00.000Z", "to": "2003-01-01T00:00:00.000Z"},
        {"name": "Five", "from": null, "to": "2001-01-01T05:00:00.000Z"},
        {"name": "Seven, Inc.", "from": "2003-01-02", "to": "2025-02-01"},
    ]);
    let events = planned(&[crawl(&value)], &[]).events;
    assert_eq!(
        Value::Object(events[0].data.to_map()),
        json!({"name": "Seven, Inc.", "aliases": ["Five"], "identifiers": [
            {"scheme": "cik", "value": CIK}, {"scheme": "lei", "value": "5493001NTNQJDH60PM02"},
            {"scheme": "ticker", "value": "XNYS:S"}, {"scheme": "ticker", "value": "U"}]})
    );
    let names: Vec<_> = events[1..4]
        .iter()
        .map(|event| {
            (
                event.text("name").unwrap(),
                event.occurred.as_ref().unwrap().text(),
            )
        })
        .collect();
    assert_eq!(
        names,
        [
            ("Six", "2001-01-01"),
            ("Seven, Inc.", "2003-01-02"),
            ("Seven, Inc.", "2003-01-01")
        ]
    );
}

#[test]
fn a_row_becomes_an_event() {
    let value = json!({
        "accessionNumber": ["000000000725000001", "0000000007-04-000002", "0000000007-25-000003"],
        "acceptanceDateTime": ["20250106013000", "2004-01-05T20:00:00.000Z", "2025-01-05T20:00:00"],
        "filingDate": ["2025-01-05", "2004-01-05", "2025-01-05"],
        "reportDate": ["2025-01-06", "2004-01-01", "2025-05-20"],
        "form": ["8-K/A", "8-K", "DEF 14A"],
        "items": ["2.02, 9.01,1.99", "5,13", "20250520"],
        "size": [10, "20", null],
        "primaryDocument": ["a.htm", "", ""], "fileNumber": ["001-1", "", null],
    });
    let crawl = read("-", value.to_string().as_bytes(), Some("7")).unwrap();
    assert_eq!(crawl.locator, "submissions");
    let events = planned(&[crawl], &[]).events;
    let filing = |at: usize| serde_json::from_str::<Value>(&events[at].to_json()).unwrap();
    assert_eq!(
        filing(1)["data"],
        json!({"form": "8-K/A", "accession": "0000000007-25-000001", "filed": "2025-01-05",
            "report_date": "2025-01-06", "size_bytes": 10, "document": "a.htm",
            "file_number": "001-1", "items": [{"code": "2.02", "type": "earnings.reported"},
                {"code": "9.01", "type": "exhibits"}, {"code": "1.99", "type": "other"}]})
    );
    assert_eq!(
        (
            &filing(1)["published"],
            &filing(1)["occurred"],
            &filing(1)["thread"]
        ),
        (
            &json!("2025-01-06T01:30:00Z"),
            &json!("2025-01-06"),
            &json!("0000000007-25-000001")
        )
    );
    assert_eq!(
        filing(1)["source"],
        json!({"name": "SEC EDGAR", "locator": "submissions", "edition": "2025-01-06T01:30:00Z",
            "url": "https://www.sec.gov/Archives/edgar/data/7/000000000725000001/"})
    );
    assert_eq!(
        filing(2)["data"]["items"],
        json!([{"code": "5", "type": "other"}, {"code": "13", "type": "item"}])
    );
    assert_eq!(filing(2)["data"]["size_bytes"], 20);
    assert_eq!(
        filing(3)["data"].get("items"),
        None,
        "only those of 8-K are items"
    );
    assert_eq!(
        filing(3).get("occurred"),
        None,
        "a meeting to come has not happened"
    );
    assert_eq!(filing(3)["data"]["report_date"], "2025-05-20");
}

#[test]
fn what_a_person_said_of_a_filing_stands() {
    let with = |edition, title| {
        crawl(&main_file(
            edition,
            &[],
            &[(1, "2025-01-02", title), (2, edition, "")],
        ))
    };
    let mut store = Store::default();
    store.import(&[with("2025-02-01", "X")]);
    let claim = store
        .events
        .iter()
        .find(|event| event.text("description") == Some("X"))
        .unwrap();
    let mut by_hand = Event {
        supersedes: Some(claim.id),
        fault: Some(Fault::Source),
        ..claim.clone()
    };
    by_hand.id = "00000000-0000-7000-8000-000000000001".parse().unwrap();
    by_hand.source.name = "the company".into();
    let mut data = by_hand.data.to_map();
    data.insert("description".to_owned(), json!("by hand"));
    by_hand.data = data.into();
    store.events.push(by_hand);
    store.import(&[with("2025-03-01", "Y")]);
    assert_eq!(title(&store, 1), "by hand");
    assert_eq!(
        planned(
            &[with("2025-02-01", "X"), with("2025-03-01", "Y")],
            &store.events
        )
        .events,
        []
    );
}

// Files with faults.

fn fault(name: &str, text: &str, cik: Option<&str>) -> String {
    let error = read(name, text.as_bytes(), cik).unwrap_err();
    let source = std::error::Error::source(&error).map(|source| format!(": {source}"));
    format!("{error}{}", source.unwrap_or_default())
}

/// A main file with one filing, whose CIK is as given.
fn with_cik(cik: &Value) -> String {
    let mut value = main_file("2025-01-02", &[], &[(1, "2025-01-02", "Y")]);
    value["cik"] = cik.clone();
    value.to_string()
}

#[test]
fn what_is_no_submissions_file_is_told() {
    const NOT_SUBMISSIONS: &str = "a.json: no submissions file: \
        it has neither filings.recent nor an accessionNumber column";
    let empty = main_file("2025-01-02", &[], &[]);
    for (text, expect) in [
        (
            "<html>".to_owned(),
            "a.json: not JSON: expected value at line 1 column 1",
        ),
        ("[]".to_owned(), NOT_SUBMISSIONS),
        (
            json!({"filings": {"files": []}}).to_string(),
            NOT_SUBMISSIONS,
        ),
        (
            json!({"filings": null}).to_string(),
            "a.json: filings must be an object, and is null",
        ),
        (json!({"facts": {}}).to_string(), NOT_SUBMISSIONS),
        (
            empty.to_string(),
            "a.json: filings.recent has no filing, and so nothing says as of when it holds",
        ),
    ] {
        assert_eq!(fault("a.json", &text, Some("7")), expect);
    }
    assert!(matches!(
        read("a.json", b"\xff", None),
        Err(EdgarError::NotText {
            offset_bytes: 0,
            ..
        })
    ));
    let with_mark = format!("\u{feff}{}", with_cik(&json!(7)));
    assert!(read("a.json", with_mark.as_bytes(), Some("0007")).is_ok());
}

#[test]
fn a_cik_must_be_there_and_the_same_everywhere() {
    const NO_CIK: &str = "a.json: no CIK, neither in it nor in its name \
        (CIK##########-submissions-NNN.json); give it";
    let table = table("2025-01-02", &[(1, "2025-01-02", "Y")]).to_string();
    for (text, cik, expect) in [
        (table.clone(), None, NO_CIK),
        (
            table.clone(),
            Some("x"),
            "a.json: the given CIK must be a CIK of 1 to 10 digits, and is \"x\"",
        ),
        (
            with_cik(&json!("12345678901")),
            None,
            "a.json: cik must be a CIK of 1 to 10 digits, and is \"12345678901\"",
        ),
        (
            with_cik(&json!("0000000000")),
            None,
            "a.json: cik must be a CIK of 1 to 10 digits, and is \"0000000000\"",
        ),
        (
            with_cik(&json!({})),
            None,
            "a.json: cik must be a CIK of 1 to 10 digits, and is an object",
        ),
        (with_cik(&Value::Null), None, NO_CIK),
    ] {
        assert_eq!(fault("a.json", &text, cik), expect);
    }
    let name = "CIK0000000007-submissions-001.json";
    assert_eq!(
        fault(name, &table, Some("8")).replace(name, "FILE"),
        "FILE: is of CIK 0000000007, and what was asked for says 0000000008"
    );
    let name = "CIK0000000008.json";
    assert_eq!(
        fault(name, &with_cik(&json!(7)), None).replace(name, "FILE"),
        "FILE: is of CIK 0000000007, and its name says 0000000008"
    );
}

#[test]
fn a_damaged_table_is_refused() {
    let table = || {
        table(
            "2025-01-03",
            &[(1, "2025-01-02", "Y"), (2, "2025-01-03", "Z")],
        )
    };
    let name = "CIK0000000007-submissions-001.json";
    let message = |change: &dyn Fn(&mut Value)| {
        let mut table = table();
        change(&mut table);
        fault(name, &table.to_string(), None).replace(name, "FILE")
    };
    let remove =
        |table: &mut Value, column: &str| drop(table.as_object_mut().unwrap().remove(column));
    assert_eq!(
        message(&|table| {
            remove(table, "form");
            remove(table, "acceptanceDateTime");
        }),
        "FILE: submissions-001 lacks acceptanceDateTime, form"
    );
    assert_eq!(
        message(&|table| {
            table["filingDate"].as_array_mut().unwrap().pop();
            table["core_type"].as_array_mut().unwrap().clear();
        }),
        "FILE: submissions-001.accessionNumber has 2 rows, and core_type has 0, filingDate has 1"
    );
    assert_eq!(
        message(&|table| table["size"] = json!("10")),
        "FILE: submissions-001.size must be a list, and is a text"
    );
}

#[test]
fn every_bad_row_is_told_with_all_that_is_wrong() {
    let mut value = main_file(
        "2025-01-04",
        &[],
        &[
            (1, "2025-01-02", "A"),
            (2, "2025-01-03", "B"),
            (3, "2025-01-04", "C"),
        ],
    );
    let recent = &mut value["filings"]["recent"];
    recent["form"][0] = json!("");
    recent["acceptanceDateTime"][0] = json!("yesterday");
    recent["accessionNumber"][2] = json!(accession(2));
    recent["size"][1] = json!(-1);
    let Err(EdgarError::Rows { rows, .. }) = read("a.json", value.to_string().as_bytes(), None)
    else {
        panic!("read");
    };
    let told: Vec<String> = rows.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "row 1 (0000000007-25-000001): acceptanceDateTime \"yesterday\" is neither an instant with an offset (2025-12-23T09:30:00Z) nor a day (2025-12-23), form is empty",
            "row 2 (0000000007-25-000002): size must be a number of bytes, and is -1",
        ]
    );
    value["filings"]["recent"]["size"][1] = json!(1);
    let Err(EdgarError::Rows { rows, .. }) = read("a.json", value.to_string().as_bytes(), None)
    else {
        panic!("read");
    };
    assert_eq!(rows[1].problems[0].what, RowDefect::Twice { row: 2 });
}

#[test]
fn a_filing_twice_with_the_same_content_is_one() {
    let value = main_file(
        "2025-01-04",
        &[],
        &[(1, "2025-01-04", "A"), (1, "2025-01-04", "A")],
    );
    assert_eq!(crawl(&value).rows.len(), 1);
}

#[test]
fn a_plan_tells_all_that_was_refused() {
    let value = main_file(
        "2025-01-04",
        &["?"],
        &[(1, "2025-01-02", &"x".repeat(9_000)), (2, "2025-01-04", "")],
    );
    let crawl = crawl(&value);
    let early = "2025-01-01T00:00:00Z".parse().unwrap();
    let Err(PlanError::Refused { refusals }) = plan(&company(), &[crawl], &[], early) else {
        panic!("planned");
    };
    let told: Vec<String> = refusals
        .iter()
        .map(|r| format!("{:?} {}", r.row, r.problems.len()))
        .collect();
    let row = |number: usize, problems: usize| {
        format!("Some(({number}, {:?})) {problems}", accession(number))
    };
    assert_eq!(told, [row(1, 2), row(2, 1), "None 2".to_owned()]);
    assert!(
        refusals[0]
            .to_string()
            .starts_with("CIK0000000007.json: row 1 (0000000007-25-000001): ")
    );
}

#[test]
fn crawls_of_two_companies_are_not_one_plan() {
    let text = table("2025-01-02", &[(1, "2025-01-02", "Y")]).to_string();
    let of = |cik| read("a.json", text.as_bytes(), Some(cik)).unwrap();
    let error = plan(&company(), &[of("7"), of("8")], &[], now()).unwrap_err();
    assert!(matches!(error, PlanError::OtherCik { .. }));
    assert_eq!(planned(&[], &[]).events, []);
}

#[test]
fn the_same_document_of_two_companies_has_two_ids() {
    let text = table("2025-01-02", &[(1, "2025-01-02", "Y")]).to_string();
    let events = |cik| planned(&[read("a.json", text.as_bytes(), Some(cik)).unwrap()], &[]).events;
    assert_ne!(events("7")[1].id, events("8")[1].id);
}

// Words.

#[test]
fn ids_never_change() {
    let value = main_file("2025-01-02", &[], &[(1, "2025-01-02", "Y")]);
    let ids: Vec<String> = planned(&[crawl(&value)], &[])
        .events
        .iter()
        .map(|event| event.id.to_string())
        .collect();
    let expected = [
        "868bfb02-9a40-5f12-bed7-815ffd601eec",
        "cf205601-d5c7-5eed-9f97-097809c63450",
    ];
    assert_eq!(ids, expected);
}

#[test]
fn a_slug_is_the_name_without_its_legal_form() {
    for (name, slug) in [
        ("Tesla, Inc.", "tesla"),
        ("MICROSOFT CORP", "microsoft"),
        ("NVIDIA CORP/CA", "nvidia"),
        ("SIEMENS AG", "siemens"),
        ("Siemens Energy AG/ADR", "siemens-energy"),
        ("TR Finance LLC", "tr-finance"),
        ("&VEST Domestic Fund II LP", "vest-domestic-fund-ii"),
        ("Learn CW Investment Corp", "learn-cw-investment"),
        (
            "Nubia Brand International Corp.",
            "nubia-brand-international",
        ),
        ("KONINKLIJKE PHILIPS N V", "koninklijke-philips"),
        ("ASML Holding N.V.", "asml-holding"),
        ("TOTAL S.A.", "total"),
        ("America Movil S.A.B. de C.V.", "america-movil"),
        ("ORACLE CORP /DE/", "oracle"),
        ("MOODYS CORP /DE/", "moodys"),
        ("JPMORGAN CHASE & CO", "jpmorgan-chase"),
        ("Procter & Gamble Co", "procter-gamble"),
        ("BP PLC", "bp"),
        ("Foo Co., Ltd.", "foo"),
        ("Inc", "inc"),
        ("Co Ltd", "co"),
        ("S.A.", "s-a"),
        ("/CA/", "ca"),
        ("3M CO", "3m"),
        ("阿里巴巴 Ltd", "ltd"),
    ] {
        assert_eq!(slug_of_name(name).unwrap().as_str(), slug, "{name}");
    }
    assert_eq!(slug_of_name("阿里巴巴"), None);
    let mut value = main_file("2025-01-02", &[], &[(1, "2025-01-02", "Y")]);
    assert_eq!(slug_for(&crawl(&value)).unwrap().as_str(), "seven");
    value["name"] = Value::Null;
    assert_eq!(slug_for(&crawl(&value)).unwrap().as_str(), "cik0000000007");
}

#[test]
fn items_have_types() {
    for (code, expect) in [
        ("1.01", "agreement.entered"),
        ("1.05", "cyber_incident"),
        ("2.01", "merger.completed"),
        ("2.02", "earnings.reported"),
        ("4.02", "restatement"),
        ("5.02", "executive_change"),
        ("6.05", "asset_backed"),
        ("9.01", "exhibits"),
        ("9.99", "other"),
        ("x", "other"),
        ("1", "control_change"),
        ("5", "other"),
        ("7", "exhibits"),
        ("12", "earnings.reported"),
        ("13", "item"),
    ] {
        assert_eq!(item_type(code), expect, "{code}");
    }
}

#[test]
fn tickers_have_their_market() {
    for (exchange, expect) in [
        (Some("Nasdaq"), "XNAS:X"),
        (Some("NYSE"), "XNYS:X"),
        (Some("OTC"), "OTCM:X"),
        (Some("CBOE"), "XCBO:X"),
        (Some("NYSE American"), "XASE:X"),
        (Some("AMEX"), "XASE:X"),
        (Some("NYSE Arca"), "ARCX:X"),
        (Some("Tokyo"), "X"),
        (Some(""), "X"),
        (None, "X"),
    ] {
        assert_eq!(ticker("x", exchange), expect);
    }
}
