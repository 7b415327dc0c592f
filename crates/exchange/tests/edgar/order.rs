//! What counts, in whichever order crawls come.

use std::collections::BTreeMap;

use exchange::edgar::Crawl;
use serde_json::json;

use crate::made::{CIK, crawl, in_every_order, main_file, page, table, title};

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
