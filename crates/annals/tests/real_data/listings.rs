//! The listings of the SEC's file of tickers, as it changed from day to day: 111,557
//! changes, and an error of the source that it mended four days later.
//!
//! A listing is a kind of one's own, a thread for each ticker of a company. Changes of
//! a ticker in one edition of the file are one event. What the bad edition said and
//! the next one took back is retracted, with the fault of the source.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;

use annals::RecordedCut;
use annals::model::id::Position;
use annals::projection::condition::Condition;
use annals::projection::selection::Selection;
use annals::projection::timeline::Answer;
use serde_json::{Value, json};

use crate::{Filled, Teller, assert_same, rows, shared_data};

/// The edition with the error, and the one that mended it.
const BAD: &str = "53573c6f61";
const MENDED: &str = "2472f83859";

/// CIK, ticker, name and exchange.
type Row = [String; 4];

/// What an edition of the file changed.
struct Edition {
    commit: String,
    known_at: String,
    /// What each listing is from then on: its name and exchange, or nothing.
    listings: BTreeMap<(String, String), Option<[String; 2]>>,
}

struct Listings {
    filled: Filled,
    /// The changes as the file has them: when they were known, whether a row was
    /// added, and the row.
    changes: Vec<(String, bool, Row)>,
    /// How many events were published up to each edition.
    positions: Vec<(String, u64)>,
}

impl Listings {
    fn of(folder: &Path) -> Self {
        let (mut changes, mut editions) = (Vec::new(), Vec::<Edition>::new());
        for row in rows(&folder.join("changes.csv")) {
            let [cik, ticker, name, exchange] =
                ["cik", "ticker", "name", "exchange"].map(|column| row[column].clone());
            let is_added = row["op"] != "remove";
            if editions
                .last()
                .is_none_or(|edition| edition.commit != row["commit"])
            {
                editions.push(Edition {
                    commit: row["commit"].clone(),
                    known_at: row["known_at"].clone(),
                    listings: BTreeMap::new(),
                });
            }
            let edition = editions.last_mut().unwrap();
            let listing = edition
                .listings
                .entry((cik.clone(), ticker.clone()))
                .or_default();
            if is_added {
                *listing = Some([name.clone(), exchange.clone()]);
            }
            changes.push((
                row["known_at"].clone(),
                is_added,
                [cik, ticker, name, exchange],
            ));
        }
        let (lines, positions) = told(&editions);
        Self {
            filled: Filled::with(&lines),
            changes,
            positions,
        }
    }

    /// The rows that the file had at the end of a day, by a plain replay of it.
    fn replayed(&self, day: &str) -> Vec<Row> {
        let mut counts: HashMap<&Row, i64> = HashMap::new();
        let by_then = |(known_at, ..): &&(String, bool, Row)| known_at[..10] <= *day;
        for (_, is_added, row) in self.changes.iter().take_while(by_then) {
            *counts.entry(row).or_default() += if *is_added { 1 } else { -1 };
        }
        let mut rows = Vec::new();
        for (row, count) in counts {
            rows.extend((0..count).map(|_| row.clone()));
        }
        rows.sort();
        rows
    }

    /// The rows that the store knows of at a day.
    fn told(&self, day: &str, recorded: Option<RecordedCut>) -> Vec<Row> {
        self.filled.told(&self.filled.basis(day, recorded), listed)
    }
}

/// The listings of a company that are not over.
fn listed(answer: &Answer) -> Vec<Row> {
    let company = &answer.timeline.company;
    let cik = company
        .identifiers
        .iter()
        .find(|id| id.scheme == "cik")
        .unwrap();
    let others = answer.timeline.other.iter();
    let listed = others.filter(|thread| thread.kind_name() == "listing" && thread.is_open());
    listed
        .map(|thread| {
            let text = |field: &str| thread.text(field).unwrap().to_owned();
            [
                cik.value.clone(),
                text("ticker"),
                text("name"),
                text("exchange"),
            ]
        })
        .collect()
}

fn declaration() -> Value {
    json!({
        "name": "listing",
        "about": "A share is listed under a ticker",
        "schema": {
            "type": "object",
            "properties": {
                "ticker": {"type": "string"},
                "name": {"type": "string"},
                "exchange": {"type": "string"},
                "state": {"enum": ["listed", "delisted"]},
            },
            "required": ["ticker", "state"],
            "additionalProperties": false,
        },
        "thread": ["ticker"],
        "stage_field": "state",
        "stages": ["listed"],
        "ends": ["delisted"],
    })
}

/// The events that tell all editions, and how many there are up to each.
fn told(editions: &[Edition]) -> (Vec<Value>, Vec<(String, u64)>) {
    let mut teller = Teller::new(json!({"name": "SEC company tickers"}));
    teller.tell(
        "annals",
        "kind_declaration",
        &editions[0].known_at,
        declaration(),
    );
    let mut known: HashMap<&(String, String), &Option<[String; 2]>> = HashMap::new();
    let mut declared = HashSet::new();
    let mut doubtful = HashMap::new();
    let mut positions = Vec::new();
    for edition in editions {
        let published = &edition.known_at;
        for (key, listing) in &edition.listings {
            let (cik, ticker) = key;
            let slug = format!("cik-{cik}");
            let before = known.insert(key, listing).unwrap_or(&None);
            if let Some([name, _]) = listing
                && declared.insert(cik)
            {
                let data = json!({"name": name, "identifiers": [{"scheme": "cik", "value": cik}]});
                teller.tell(&slug, "company", published, data);
            }
            if let Some((id, right)) = doubtful.get(key)
                && edition.commit == MENDED
                && *right == listing
            {
                teller.tell(&slug, "retraction", published, json!({"target": id}));
                teller.also("fault", "source");
                continue;
            }
            let data = match listing {
                Some([name, exchange]) => json!({
                    "ticker": ticker, "name": name, "exchange": exchange, "state": "listed",
                }),
                None => json!({"ticker": ticker, "state": "delisted"}),
            };
            let id = teller.tell(&slug, "listing", published, data);
            teller.also("thread", ticker);
            if edition.commit == BAD {
                doubtful.insert(key, (id, before));
            }
        }
        positions.push((published.clone(), teller.lines.len() as u64));
    }
    (teller.lines, positions)
}

/// The rows of a snapshot of the file.
fn snapshot(day: &str) -> Vec<Row> {
    let folder = shared_data("cik_ticker_history").unwrap();
    let columns = ["CIK", "Ticker", "Name", "Exchange"];
    let row = |row: BTreeMap<String, String>| columns.map(|column| row[column].clone());
    let mut rows: Vec<Row> = rows(&folder.join(format!("snapshot_{day}.csv")))
        .into_iter()
        .map(row)
        .collect();
    rows.sort();
    rows
}

#[test]
fn listings_are_answered_as_their_file_is_replayed() {
    let Some(folder) = shared_data("cik_ticker_history") else {
        return;
    };
    // One store is enough, since it takes a while to fill.
    let listings = &Listings::of(&folder);
    let checks = [
        a_day_of_a_snapshot_is_answered_with_the_snapshot,
        an_error_of_the_source_shows_until_it_was_undone,
        any_other_day_is_answered_as_the_file_is_replayed,
        a_log_read_less_far_answers_as_it_did_then,
        conditions_find_what_one_finds_in_the_file,
    ];
    std::thread::scope(|scope| {
        for check in checks {
            scope.spawn(move || check(listings));
        }
    });
}

fn a_day_of_a_snapshot_is_answered_with_the_snapshot(listings: &Listings) {
    assert_eq!(listings.changes.len(), 111_557);
    for day in ["2021-12-26", "2024-01-02", "2025-02-28"] {
        assert_same(&listings.told(day, None), &snapshot(day), day);
    }
}

fn an_error_of_the_source_shows_until_it_was_undone(listings: &Listings) {
    let [before, error, after] = ["2023-04-17", "2023-04-20", "2023-04-23"].map(|day| {
        let told = listings.told(day, None);
        assert_same(&told, &listings.replayed(day), day);
        told.into_iter().collect::<BTreeSet<Row>>()
    });
    let lost: BTreeSet<&Row> = before.difference(&error).collect();
    assert_eq!(lost.len(), 3_541);
    let restored = lost.iter().filter(|row| after.contains(**row)).count();
    assert_eq!(restored, 2_115);
    // What was said wrongly meanwhile is not said any more.
    let wrong: BTreeSet<&Row> = error.difference(&before).collect();
    let kept = wrong.iter().filter(|row| after.contains(**row)).count();
    assert_eq!((wrong.len(), wrong.len() - kept), (2_371, 2_152));
}

fn any_other_day_is_answered_as_the_file_is_replayed(listings: &Listings) {
    for day in [
        "2021-12-25",
        "2022-06-20",
        "2022-07-07",
        "2023-04-22",
        "2024-06-30",
        "2026-01-01",
    ] {
        assert_same(&listings.told(day, None), &listings.replayed(day), day);
    }
}

fn a_log_read_less_far_answers_as_it_did_then(listings: &Listings) {
    for day in ["2023-04-21", "2024-01-02"] {
        let until = listings
            .positions
            .iter()
            .rev()
            .find(|(at, _)| at[..10] <= *day);
        let (_, position) = until.unwrap();
        let recorded = RecordedCut::Position(Position(*position));
        let told = listings.told("2025-02-28", Some(recorded));
        assert_same(&told, &listings.replayed(day), day);
    }
}

fn conditions_find_what_one_finds_in_the_file(listings: &Listings) {
    let conditions = [
        "other.exchange=nyse",
        "other.name~bank",
        "other.stage=listed",
    ];
    let conditions = conditions.map(|text| text.parse::<Condition>().unwrap());
    let selection = Selection::new(&["other".parse().unwrap()], conditions.to_vec());
    let basis = listings.filled.basis("2024-01-02", None);
    let mut told = Vec::new();
    let found = listings.filled.store.select_all(
        &basis,
        false,
        &selection,
        |selected| {
            let threads = selected.threads().into_iter();
            let tickers = threads.map(|(_, item)| item.view().text("ticker").map(str::to_owned));
            tickers.collect::<Option<Vec<String>>>().unwrap()
        },
        |tickers| {
            told.extend(tickers);
            Ok::<_, annals::Error>(())
        },
    );
    found.unwrap();
    told.sort();
    let is_found =
        |[_, _, name, exchange]: &&Row| exchange == "NYSE" && name.to_lowercase().contains("bank");
    let replayed = listings.replayed("2024-01-02");
    let found = replayed.iter().filter(is_found);
    let mut expected: Vec<String> = found.map(|[_, ticker, ..]| ticker.clone()).collect();
    expected.sort();
    assert!(expected.len() > 20);
    assert_same(&told, &expected, "banks of the NYSE");
}
