//! The key of a row means the company that it means on its day by itself, and in the log as
//! it stood then, whatever rows came before.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use annals::join::{JoinQuestion, JoinRow, Knowledge, RowClock, RowProblem, RowTime};
use annals::model::time::{Day, Instant};
use annals::{Error, Moment, Question, RecordedCut, Store};
use chrono::Days;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::histories::append;

const DAY: i64 = 86_400_000_000;

const KEYS: &[&str] = &[
    "ticker:XNYS:T0",
    "XNYS:T1",
    "T0",
    "T1",
    "company-0",
    "company-2",
    "nobody",
    "cik:none",
];

/// What is said of the identifiers of three companies.
#[derive(Debug, Clone)]
enum Said {
    Listed {
        company: usize,
        ticker: usize,
        span: [Option<u32>; 2],
        occurred: Option<u32>,
        published: u32,
    },
    Retracted {
        target: usize,
    },
}

fn listed() -> impl Strategy<Value = Said> {
    let day = || prop::option::of(1..28_u32);
    let listed = (0..3_usize, 0..2_usize, [day(), day()], day(), 1..28_u32);
    listed.prop_map(
        |(company, ticker, span, occurred, published)| Said::Listed {
            company,
            ticker,
            span,
            occurred: occurred.filter(|day| *day <= published),
            published,
        },
    )
}

fn said() -> impl Strategy<Value = Said> {
    prop_oneof![
        4 => listed(),
        1 => any::<usize>().prop_map(|target| Said::Retracted { target }),
    ]
}

/// A day of January, and those after it.
fn day(number: u32) -> String {
    let first: Day = "2025-12-31".parse().unwrap();
    (first + Days::new(number.into())).to_string()
}

fn lines(said: &[Said]) -> Vec<Value> {
    let id = |number: usize| format!("00000000-0000-4000-8000-{number:012}");
    let mut lines: Vec<Value> = Vec::new();
    for (number, said) in said.iter().enumerate() {
        let mut line = json!({
            "id": id(number), "certainty": "official", "source": {"name": "us"},
        });
        match said {
            Said::Listed {
                company,
                ticker,
                span,
                occurred,
                published,
            } => {
                let [mut from, mut to] = *span;
                if from > to && to.is_some() {
                    (from, to) = (to, from);
                }
                line["company"] = json!(format!("company-{company}"));
                line["kind"] = json!("company");
                line["published"] = json!(day(*published));
                line["occurred"] = json!(occurred.map(day));
                line["data"] = json!({
                    "name": format!("Name {company}"),
                    "identifiers": [{
                        "scheme": "ticker", "value": format!("XNYS:T{ticker}"),
                        "from": from.map(day), "to": to.map(day),
                    }],
                });
            }
            Said::Retracted { target } => {
                let target = &lines[target % lines.len()];
                line["company"] = target["company"].clone();
                line["kind"] = json!("retraction");
                line["published"] = json!(day(28));
                line["fault"] = json!("record");
                line["data"] = json!({"target": target["id"]});
            }
        }
        for side in [
            "/occurred",
            "/data/identifiers/0/from",
            "/data/identifiers/0/to",
        ] {
            remove_if_null(&mut line, side);
        }
        lines.push(line);
    }
    lines
}

fn remove_if_null(line: &mut Value, path: &str) {
    let (parent, name) = path.rsplit_once('/').unwrap();
    let fields = line.pointer_mut(parent).and_then(Value::as_object_mut);
    if let Some(fields) = fields
        && fields.get(name).is_some_and(Value::is_null)
    {
        fields.remove(name);
    }
}

proptest! {
    #![proptest_config(crate::config(64))]

    #[test]
    fn a_key_means_its_company_on_the_day_of_the_row(
        first in listed(),
        said in prop::collection::vec(said(), 0..8),
        rows in prop::collection::vec((select(KEYS), 1..61_u32), 1..80),
        is_recorded in any::<bool>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        // The log grows while the rows have their days.
        let first_day: Instant = "2026-02-01T00:00:00Z".parse().unwrap();
        let now = Arc::new(AtomicI64::new(first_day.micros()));
        let clock = Arc::clone(&now);
        let clock = move || Instant::from_micros(clock.load(Ordering::SeqCst)).unwrap();
        let store = Store::create_or_open(&folder.path().join("store"), Arc::new(clock)).unwrap();
        for line in lines(&[vec![first], said].concat()) {
            append(&store, &[line]);
            now.fetch_add(3 * DAY, Ordering::SeqCst);
        }
        now.fetch_add(60 * DAY, Ordering::SeqCst);
        let question = JoinQuestion {
            fields: vec!["company.name".parse().unwrap()],
            clock: RowClock { time: RowTime::Start, zone: None },
            lag_us: 0,
            knowledge: if is_recorded { Knowledge::Recorded } else { Knowledge::Published },
        };
        let basis = store.basis(&Question::at(Moment::Instant(store.now()))).unwrap();
        let asked = rows.iter().map(|(key, number)| {
            Ok::<_, Error>(JoinRow {
                company: (*key).into(),
                moment: day(*number).into(),
                row: (*key, *number),
                row_bytes: 0,
            })
        });
        let mut told = Vec::new();
        store.join(asked, &question, &basis, <[Value]>::to_vec, |row, answered| {
            told.push((row, answered));
            Ok::<_, Error>(())
        }).unwrap();

        prop_assert_eq!(told.len(), rows.len());
        for ((key, number), answered) in told {
            let mut question = Question::at(Moment::parse(&day(number)).unwrap());
            if is_recorded {
                let start: Instant = format!("{}T00:00:00Z", day(number)).parse().unwrap();
                question.recorded = Some(RecordedCut::Moment(Moment::Instant(start)));
            }
            let cuts = store.basis(&question).unwrap().cuts;
            match (store.find(key, &cuts), answered) {
                (Ok(slug), Ok(values)) => {
                    let number = slug.as_str().rsplit('-').next().unwrap();
                    let name = json!(format!("Name {number}"));
                    // Before anything is published it has none.
                    prop_assert!(values[0].is_null() || values[0] == name, "{key} on {}", cuts.on);
                }
                (
                    Err(Error::AmbiguousCompany { matches: meant, .. }),
                    Err(RowProblem::AmbiguousCompany { matches, .. }),
                ) => prop_assert_eq!(matches, meant),
                (
                    Err(Error::UnknownCompany { .. } | Error::CompanyKey { .. }),
                    Err(RowProblem::UnknownCompany { .. }),
                ) => {}
                (meant, answered) => prop_assert!(
                    false,
                    "{key} on {} means {meant:?}, and was answered {answered:?}",
                    cuts.on
                ),
            }
        }
    }
}
