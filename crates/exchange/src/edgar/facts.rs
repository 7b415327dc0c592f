//! What is told of the company itself: its facts, its names, and which tickers
//! ended as of which crawl.

use std::collections::{BTreeMap, BTreeSet};

use event_model::event::Event;
use event_model::id::EventId;
use event_model::time::Instant;

use super::crawl::Crawl;
use super::draft::{self, Fields};
use super::ids::{facts_key, id_of, is_of, retraction_key};
use super::listing::may_be_same;
use super::plan::Planner;

impl Planner<'_> {
    /// The marker of a crawl with its facts, and the names.
    pub(super) fn take_facts(&mut self, crawl: &Crawl) {
        self.state(crawl, draft::facts(self.company, crawl), &facts_key(crawl));
        for former in &crawl.former_names {
            let Some(from) = former.from else { continue };
            let key = format!("name/{}/{}/{from}", crawl.cik, former.name);
            let fields = draft::name_since(self.company, crawl, &former.name, from);
            self.state(crawl, fields, &key);
        }
        let Some(name) = &crawl.name else { return };
        let others = crawl
            .former_names
            .iter()
            .filter(|former| former.name != *name);
        // The present name, from the day on which the last former one ended.
        let since = others.filter_map(|former| former.to).max();
        if let Some(since) = since.filter(|since| *since <= crawl.edition.day()) {
            let key = format!("present/{}/{name}/{since}", crawl.cik);
            let fields = draft::name_since(self.company, crawl, name, since);
            self.state(crawl, fields, &key);
        }
    }

    /// Appends a fact of the company, unless the store has it.
    fn state(&mut self, crawl: &Crawl, fields: Fields, key: &str) {
        let Some(event) = self.event(crawl, None, fields.clone(), id_of(key)) else {
            return;
        };
        let known = match self.ledger.get(event.id) {
            None if self.is_free(event.id) => {
                self.ledger.push(event);
                false
            }
            // What was redacted does not come back.
            Some(same) if is_same(same, &event) || same.is_redacted() => true,
            // Another file of the same edition, or another company's by now.
            _ => {
                let id = id_of(&format!("{key}/{}", event.content_id()));
                let is_known = self.ledger.get(id).is_some();
                if !is_known && let Some(event) = self.event(crawl, None, fields, id) {
                    self.ledger.push(event);
                }
                is_known
            }
        };
        let count = if known {
            &mut self.report.facts_known
        } else {
            &mut self.report.facts_new
        };
        *count += 1;
    }

    /// Says that a company of which no crawl knows another name had it from its first filing
    /// on; or, if another name turned up, that this was not known.
    pub(super) fn begin_name(&mut self, crawl: &Crawl) {
        let names = self.ledger.names();
        let mut distinct: Vec<&str> = names.iter().map(|named| &*named.name).collect();
        distinct.sort_unstable();
        distinct.dedup();
        if distinct.len() < 2 {
            // What of a crawl was redacted, tells neither.
            if let Some((name, since)) = distinct.first().zip(self.ledger.first_day()) {
                let key = format!("first/{}/{name}/{since}", crawl.cik);
                let fields = draft::first_name(self.company, crawl, name, since);
                self.state(crawl, fields, &key);
            }
            return;
        }
        let first = names.iter().filter(|named| named.is_of_first_filing);
        let first: Vec<EventId> = first.map(|named| named.event).collect();
        for event in first {
            if !self.ledger.is_struck(event) {
                self.retract(crawl, None, event, "a crawl of EDGAR has another name");
                self.report.facts_new += 1;
            }
        }
    }

    /// Says which tickers ended, as of all crawls that the store knows of.
    pub(super) fn end_tickers(&mut self, crawl: &Crawl) {
        let mut listings = Listings::new();
        for listed in self.ledger.listed() {
            if listed.cik == crawl.cik && !self.ledger.is_struck(listed.event) {
                let tickers = listings.entry(listed.edition).or_default();
                tickers.extend(listed.tickers.iter().cloned());
            }
        }
        let ends = ends(&listings);
        let tickers: BTreeSet<String> = listings.values().flatten().cloned().collect();
        for ticker in &tickers {
            for edition in listings.keys() {
                let is_end = ends.contains(&(ticker.clone(), *edition));
                self.end_ticker(crawl, ticker, *edition, is_end);
            }
        }
    }

    fn end_ticker(&mut self, crawl: &Crawl, ticker: &str, edition: Instant, is_end: bool) {
        let key = format!("ended/{}/{ticker}/{edition}", crawl.cik);
        let id = id_of(&key);
        let is_told = self.ledger.get(id).is_some();
        let is_struck = self.ledger.is_struck(id);
        if is_end && !is_told {
            self.state(
                crawl,
                draft::ended(self.company, &crawl.cik, ticker, edition),
                &key,
            );
        } else if is_end && is_struck {
            let key = retraction_key(id);
            let strikers = self.ledger.strikers(id);
            let ours = strikers.filter(|event| is_of(&key, event.id));
            let ours: Vec<EventId> = ours.map(|event| event.id).collect();
            for striker in ours {
                self.retract(
                    crawl,
                    None,
                    striker,
                    "a crawl of EDGAR in between has the ticker",
                );
                self.report.facts_new += 1;
            }
        } else if !is_end && is_told && !is_struck {
            self.retract(
                crawl,
                None,
                id,
                "a crawl of EDGAR in between shows another end",
            );
            self.report.facts_new += 1;
        }
    }
}

/// Whether two events are the same, but for the zone of their day.
fn is_same(one: &Event, other: &Event) -> bool {
    let mut moved = other.clone();
    moved.source.zone.clone_from(&one.source.zone);
    if one.published.text() == other.published.text() {
        moved.published = one.published.clone();
    }
    moved == *one
}

/// The tickers of each crawl, by edition; crawls of one edition are as one.
type Listings = BTreeMap<Instant, BTreeSet<String>>;

/// Each ticker with the edition of each crawl that was the first to lack it.
fn ends(listings: &Listings) -> BTreeSet<(String, Instant)> {
    let all: BTreeSet<&String> = listings.values().flatten().collect();
    let mut ends = BTreeSet::new();
    for ticker in all {
        let mut is_listed = false;
        for (edition, tickers) in listings {
            if tickers.contains(ticker) {
                is_listed = true;
            } else if is_listed && !tickers.iter().any(|other| may_be_same(ticker, other)) {
                // A crawl that has the symbol without its market says nothing.
                is_listed = false;
                ends.insert((ticker.clone(), *edition));
            }
        }
    }
    ends
}
