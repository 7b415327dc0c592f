//! Submissions files of EDGAR.

use std::collections::HashSet;

use event_model::event::Event;
use event_model::id::Slug;
use exchange::edgar::{self, Crawl, Plan};

use crate::dates::now;

/// No more files are read of one input.
const FILES_MAX: usize = 3;

/// Reads files, which a zero byte separates, plans them for a company, and plans them
/// again over what came of it.
pub fn target(bytes: &[u8]) {
    let files = bytes.split(|byte| *byte == 0).take(FILES_MAX);
    let crawls: Vec<Crawl> = files.filter_map(read).collect();
    let Some(first) = crawls.first() else { return };
    let slug = first
        .name
        .as_deref()
        .and_then(edgar::slug_of_name)
        .or_else(|| "acme".parse().ok());
    let Some(slug) = slug else { return };
    at_once(&slug, &crawls);
    one_by_one(&slug, &crawls);
}

fn read(bytes: &[u8]) -> Option<Crawl> {
    // A page does not say of which company it is.
    let read = edgar::read("CIK0001318605-submissions-001.json", bytes, None);
    match read.or_else(|_| edgar::read("file.json", bytes, None)) {
        Ok(crawl) => {
            assert!(!crawl.rows.is_empty() && crawl.covers().is_some());
            Some(crawl)
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            None
        }
    }
}

/// Plans crawls; `None` where they are refused, which is told.
fn plan(slug: &Slug, crawls: &[Crawl], history: &[Event]) -> Option<Plan> {
    match edgar::plan(slug, crawls, history, &HashSet::new(), now()) {
        Ok(plan) => {
            let rows: usize = crawls.iter().map(|crawl| crawl.rows.len()).sum();
            assert_eq!(plan.report.rows, rows);
            assert!(plan.events.iter().all(|event| event.company == *slug));
            Some(plan)
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            None
        }
    }
}

fn at_once(slug: &Slug, crawls: &[Crawl]) {
    if let Some(planned) = plan(slug, crawls, &[]) {
        says_nothing_more(slug, crawls, &planned.events);
    }
}

/// As if each were imported on a day of its own.
fn one_by_one(slug: &Slug, crawls: &[Crawl]) {
    let mut history = Vec::new();
    for crawl in crawls {
        match plan(slug, std::slice::from_ref(crawl), &history) {
            Some(planned) => history.extend(planned.events),
            None => return,
        }
    }
    for crawl in crawls {
        says_nothing_more(slug, std::slice::from_ref(crawl), &history);
    }
}

fn says_nothing_more(slug: &Slug, crawls: &[Crawl], history: &[Event]) {
    let Some(again) = plan(slug, crawls, history) else {
        panic!("what was planned is refused");
    };
    assert!(again.events.is_empty(), "a file says nothing twice");
}
