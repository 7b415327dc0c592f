//! Small crawls of our own making.

use exchange::edgar::{Crawl, read};
use serde_json::{Value, json};

use crate::store::{Store, permutations, planned};

pub(crate) const CIK: &str = "0000000007";

pub(crate) fn accession(number: usize) -> String {
    format!("0000000007-25-{number:06}")
}

/// A main file of `(number, day, title)`, the newest of which was accepted at noon
/// of `edition`.
pub(crate) fn main_file(edition: &str, tickers: &[&str], rows: &[(usize, &str, &str)]) -> Value {
    json!({
        "cik": "7", "name": "Seven, Inc.", "tickers": tickers,
        "exchanges": vec!["NYSE"; tickers.len()], "formerNames": [], "fiscalYearEnd": "0331",
        "filings": {"recent": table(edition, rows), "files": []},
    })
}

pub(crate) fn table(edition: &str, rows: &[(usize, &str, &str)]) -> Value {
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

pub(crate) fn crawl(value: &Value) -> Crawl {
    read("CIK0000000007.json", value.to_string().as_bytes(), None).unwrap()
}

pub(crate) fn page(value: &Value) -> Crawl {
    let name = "some/folder/CIK0000000007-submissions-002.abc.json";
    read(name, value.to_string().as_bytes(), None).unwrap()
}

/// Imports in every order, together and one by one, and tells what counts.
pub(crate) fn in_every_order(crawls: &[Crawl]) -> Store {
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

pub(crate) fn title(store: &Store, number: usize) -> String {
    let filings = store.filings();
    let data = filings[&accession(number)].splitn(3, ' ').nth(2).unwrap();
    let data: Value = serde_json::from_str(data).unwrap();
    data["description"].as_str().unwrap().to_owned()
}
