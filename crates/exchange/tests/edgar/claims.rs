//! Which claims are made of a crawl.

use std::collections::BTreeSet;
use std::thread;

use event_model::event::Event;
use event_model::id::EventId;
use event_model::vocabulary::Fault;
use exchange::edgar::{Accepted, read};
use serde_json::{Value, json};

use crate::made::{CIK, crawl, in_every_order, main_file, page, table, title};
use crate::store::{Store, planned};

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
    value["fiscalYearEnd"] = json!("0230");
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

/// However many retractions of each other there are, a small stack is enough.
#[test]
fn a_retraction_of_a_retraction_lets_a_filing_stand() {
    let with = |edition, title| crawl(&main_file(edition, &[], &[(1, "2025-01-02", title)]));
    let planned_after = move |retractions: u128| {
        let mut store = Store::default();
        store.import(&[with("2025-02-01", "X")]);
        let is_filing = |event: &&Event| event.text("description") == Some("X");
        let claim = store.events.iter().find(is_filing).unwrap().clone();
        let mut target = claim.id;
        for number in 1..=retractions {
            let data = json!({"target": target});
            let id = EventId(uuid::Uuid::from_u128(number));
            let retraction = Event {
                id,
                kind: "retraction".into(),
                data: data.as_object().unwrap().clone().into(),
                fault: Some(Fault::Record),
                ..claim.clone()
            };
            store.events.push(retraction);
            target = id;
        }
        let again = planned(&[with("2025-03-01", "Y")], &store.events);
        let titles = again.events.iter().map(|event| event.text("description"));
        titles.filter(|title| *title == Some("Y")).count()
    };
    let small = thread::Builder::new().stack_size(256 << 10);
    let told = small.spawn(move || [20_000, 20_001].map(planned_after));
    // Where it stands, a later crawl corrects it; what a person took back stays away.
    assert_eq!(told.unwrap().join().unwrap(), [1, 0]);
}

#[test]
fn the_same_document_of_two_companies_has_two_ids() {
    let text = table("2025-01-02", &[(1, "2025-01-02", "Y")]).to_string();
    let events = |cik| planned(&[read("a.json", text.as_bytes(), Some(cik)).unwrap()], &[]).events;
    assert_ne!(events("7")[1].id, events("8")[1].id);
}

/// EDGAR has no time of day for old filings, and writes the midnight of their day.
#[test]
fn a_midnight_is_a_day_in_new_york() {
    let day = "1997-12-29";
    let rows = [(1, day, "X")];
    let published = |change: &dyn Fn(&mut serde_json::Map<String, Value>)| {
        let mut value = main_file(day, &[], &rows);
        change(value["filings"]["recent"].as_object_mut().unwrap());
        let events = planned(&[crawl(&value)], &[]).events;
        let filing = events
            .iter()
            .find(|event| &*event.kind == "filing")
            .unwrap();
        let zone = filing.source.zone.as_ref().map(ToString::to_string);
        (filing.published.text().to_owned(), zone)
    };
    let accepted = |times: Value| {
        move |recent: &mut serde_json::Map<String, Value>| {
            recent.insert("acceptanceDateTime".to_owned(), json!([times]));
        }
    };
    let of_day = (day.to_owned(), Some("America/New_York".to_owned()));
    for times in [
        json!("1997-12-29T05:00:00.000Z"),
        json!("1997-12-29T00:00:00.000Z"),
        json!("19971229000000"),
        json!("1997-12-29"),
        json!(""),
        Value::Null,
    ] {
        assert_eq!(published(&accepted(times.clone())), of_day, "{times}");
    }
    let remove = |recent: &mut serde_json::Map<String, Value>| {
        recent.remove("acceptanceDateTime");
    };
    assert_eq!(published(&remove), of_day);
    let late = published(&accepted(json!("1997-12-26T05:00:00.000Z")));
    assert_eq!(late, of_day, "it counts as filed on a later day");
    // Of the evening before, since it counts as filed then; and no midnight at all.
    for exact in ["1997-12-30T00:00:00Z", "1997-12-29T05:00:01Z"] {
        let found = published(&accepted(json!(exact)));
        assert_eq!(found, (exact.to_owned(), None));
    }
}

/// Nobody files under a name that nobody knows.
#[test]
fn a_name_that_never_was_another_is_known_from_the_first_filing() {
    let rows = [(1, "2024-01-02", "X"), (2, "2025-01-02", "Y")];
    let names = |value: &Value| {
        let events = planned(&[crawl(value)], &[]).events;
        let named = events.iter().filter(|event| event.text("name").is_some());
        let days = named.map(|event| event.published.text().to_owned());
        days.collect::<Vec<_>>()
    };
    let mut value = main_file("2025-01-02", &[], &rows);
    assert_eq!(names(&value), ["2025-01-02T12:00:00Z", "2024-01-02"]);
    value["formerNames"] = json!([{"name": "Six", "from": null, "to": null}]);
    assert_eq!(names(&value), ["2025-01-02T12:00:00Z"]);
}

/// What one crawl does not know, another may; and an older page has earlier filings.
#[test]
fn a_name_is_known_from_the_first_filing_only_while_no_crawl_has_another() {
    let first_names = |store: &Store| {
        let is_first = |event: &&Event| {
            &*event.kind == "company" && event.source.locator.as_deref() == Some("name")
        };
        let struck: BTreeSet<_> = store.events.iter().filter_map(Event::strikes).collect();
        let first = store.events.iter().filter(is_first);
        let standing = first.filter(|event| !struck.contains(&event.id));
        let days = standing.map(|event| event.published.text().to_owned());
        days.collect::<BTreeSet<_>>()
    };
    let older = main_file(
        "2024-01-02",
        &[],
        &[(1, "2020-01-02", "X"), (2, "2024-01-02", "Y")],
    );
    let mut newer = main_file(
        "2025-01-02",
        &[],
        &[(1, "2020-01-02", "X"), (3, "2025-01-02", "Z")],
    );
    let page = page(&table("2010-01-04", &[(9, "2010-01-04", "P")]));
    for crawls in [
        vec![crawl(&older), crawl(&newer), page.clone()],
        vec![page, crawl(&newer), crawl(&older)],
    ] {
        let days = first_names(&Store::one_by_one(&crawls));
        assert!(days.contains("2010-01-04"), "{days:?}");
    }
    newer["name"] = json!("Eight, Inc.");
    for crawls in [
        [crawl(&older), crawl(&newer)],
        [crawl(&newer), crawl(&older)],
    ] {
        let store = Store::one_by_one(&crawls);
        assert_eq!(first_names(&store), BTreeSet::new());
        assert_eq!(planned(&crawls, &store.events).events, [], "again");
    }
}

/// What was imported when midnights were taken for instants is corrected, all of it.
#[test]
fn midnights_that_a_store_has_are_mended() {
    let rows: Vec<(usize, &str, &str)> = (1..40).map(|at| (at, "1997-12-29", "X")).collect();
    let mut value = main_file("1997-12-29", &[], &rows);
    let times = vec!["1997-12-29T05:00:00.000Z"; rows.len()];
    value["filings"]["recent"]["acceptanceDateTime"] = json!(times);
    let now = crawl(&value);
    let mut then = now.clone();
    for row in &mut then.rows {
        row.accepted = Accepted::At("1997-12-29T05:00:00Z".parse().unwrap());
    }
    let mut store = Store::default();
    store.import(std::slice::from_ref(&then));
    let report = planned(std::slice::from_ref(&now), &store.events).report;
    assert_eq!((report.corrected, report.older), (rows.len(), 0));
}

#[test]
fn times_that_cannot_be_utc_are_eastern() {
    // In New York: 2:30 as it is marked, and at the end of the day.
    let eastern = ["2025-02-03T07:30:00.000Z", "2025-07-03T21:59:59.000Z"];
    // 5:15 in the morning and 0:15, when EDGAR has its own filings.
    let utc = ["2025-02-04T03:00:00.000Z", "2025-07-04T04:15:12.000Z"];
    let of = |times: &[&str]| {
        let rows = [(1, "2025-02-01", "X"), (2, "2025-07-01", "Y")];
        let mut value = main_file("2025-07-01", &[], &rows);
        value["filings"]["recent"]["acceptanceDateTime"] = json!(times);
        crawl(&value)
    };
    assert_eq!(of(&utc).eastern_times(), 0);
    let marked = of(&eastern);
    assert_eq!(marked.eastern_times(), 1);
    let read = marked.in_eastern_time();
    let times: Vec<String> = read
        .rows
        .iter()
        .map(|row| row.accepted.instant().to_string())
        .collect();
    assert_eq!(times, ["2025-02-03T12:30:00Z", "2025-07-04T01:59:59Z"]);
    assert_eq!(read.edition.to_string(), "2025-07-04T01:59:59Z");
    assert_eq!(read.eastern_times(), 0);
}
