//! Submissions files of EDGAR.

use exchange::edgar::{self, Crawl};

use crate::dates::now;

/// Reads a file, plans it for a company, and plans it again over what came of it.
pub fn target(bytes: &[u8]) {
    // A page does not say of which company it is.
    let read = edgar::read("CIK0001318605-submissions-001.json", bytes, None);
    let read = read.or_else(|_| edgar::read("file.json", bytes, None));
    let crawl = match read {
        Ok(crawl) => crawl,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    assert!(!crawl.rows.is_empty() && crawl.covers().is_some());
    let slug = edgar::slug_for(&crawl).ok().or_else(|| "acme".parse().ok());
    let Some(slug) = slug else { return };
    let crawls: [Crawl; 1] = [crawl];
    let plan = match edgar::plan(&slug, &crawls, &[], now()) {
        Ok(plan) => plan,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    let rows: usize = crawls.iter().map(|crawl| crawl.rows.len()).sum();
    assert_eq!(plan.report.rows, rows);
    for event in &plan.events {
        assert_eq!(event.company, slug);
    }
    match edgar::plan(&slug, &crawls, &plan.events, now()) {
        Ok(again) => assert!(again.events.is_empty(), "a file says nothing twice"),
        Err(error) => panic!("what was planned is refused: {error}"),
    }
}
