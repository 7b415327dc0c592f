//! What a company's history says of its filings: [`Ledger`].
//!
//! The history and what is planned are taken in by the same code, in the order
//! of the log, so that a plan for several crawls equals one plan after another.

use std::collections::{BTreeMap, HashMap, HashSet};

use event_model::draft::Referent;
use event_model::edtf::{Bounds, Edtf};
use event_model::event::{Event, Source};
use event_model::id::EventId;
use event_model::kinds;
use event_model::time::{Day, Instant};
use serde_json::Value;

use super::crawl::{Crawl, RECENT};
use super::draft::{FIRST_NAME, SOURCE, content};
use super::ids::{correction_key, filing_key, is_of, retraction_key};

/// As of when a claim is made. What is greater is later, and right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct AsOf {
    place: Place,
    edition: Option<Instant>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Recent,
    Page,
    /// A correction by somebody else. No crawl knows better.
    Hand,
}

impl AsOf {
    const HAND: Self = Self {
        place: Place::Hand,
        edition: None,
    };

    pub(super) fn crawl(crawl: &Crawl) -> Self {
        let place = if crawl.page {
            Place::Page
        } else {
            Place::Recent
        };
        Self {
            place,
            edition: Some(crawl.edition),
        }
    }

    fn source(source: &Source) -> Self {
        if !is_crawl(source) {
            return Self::HAND;
        }
        let is_page = source
            .locator
            .as_deref()
            .is_some_and(|locator| locator != RECENT);
        let place = if is_page { Place::Page } else { Place::Recent };
        Self {
            place,
            edition: edition(source),
        }
    }

    /// Writes it into a source, so that it reads the same.
    pub(super) fn write(self, source: &mut Source) {
        let is_page = self.place == Place::Page;
        source.locator = Some(if is_page { "submissions" } else { RECENT }.into());
        source.edition = self.edition.map(|edition| edition.to_string().into());
        source.covers = None;
    }
}

/// Whether a claim is of a crawl, if it was not corrected.
fn is_crawl(source: &Source) -> bool {
    &*source.name == SOURCE && source.edition.is_some()
}

/// The CIK under which a claim was crawled: a company can have had several.
fn cik_of(source: &Source) -> Option<String> {
    let (_, path) = source.url.as_deref()?.split_once("/edgar/data/")?;
    let digits = path.split('/').next()?;
    let is_cik = digits.bytes().all(|byte| byte.is_ascii_digit());
    (is_cik && !digits.is_empty()).then(|| format!("{digits:0>10}"))
}

fn edition(source: &Source) -> Option<Instant> {
    source.edition.as_deref()?.parse().ok()
}

/// A claim about a filing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Claim {
    /// The event.
    pub(super) id: EventId,
    /// What it says, apart from where it was read.
    pub(super) content: EventId,
    /// The crawl that it was read from.
    pub(super) read: AsOf,
    /// The last crawl that is known to agree.
    pub(super) last: AsOf,
    /// It is published on a day, of which no time is known.
    is_of_day: bool,
    day: Day,
}

impl Claim {
    /// What a claim that is greater in this corrects. Of one crawl, what takes a midnight for
    /// a day is later than what took it for an instant.
    pub(super) fn order(&self) -> (AsOf, bool, EventId) {
        (self.last, self.is_of_day, self.content)
    }

    /// Whether it is a correction by somebody else.
    pub(super) fn is_by_hand(&self) -> bool {
        self.last == AsOf::HAND
    }
}

/// What a main file said of the company's tickers.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) event: EventId,
    pub(super) cik: String,
    pub(super) edition: Instant,
    pub(super) tickers: Vec<String>,
}

/// A name that an import told of the company.
#[derive(Debug)]
pub(super) struct Named {
    pub(super) event: EventId,
    pub(super) name: Box<str>,
    /// Since no other was known, it is told from the first filing on.
    pub(super) is_of_first_filing: bool,
}

/// A company's history, and what is planned to follow it.
pub(super) struct Ledger<'a> {
    cik: &'a str,
    history: &'a [Event],
    planned: Vec<Event>,
    places: HashMap<EventId, usize>,
    strikes: HashMap<EventId, Vec<EventId>>,
    filings: BTreeMap<Box<str>, Vec<Claim>>,
    /// The accession numbers of filings of which a claim was redacted.
    erased: HashSet<Box<str>>,
    listed: Vec<Listed>,
    names: Vec<Named>,
    /// The first day that a crawl covers.
    first_day: Option<Day>,
}

impl<'a> Ledger<'a> {
    /// What a history says of the filings of a CIK.
    pub(super) fn of(cik: &'a str, history: &'a [Event]) -> Self {
        let mut ledger = Self {
            cik,
            history,
            planned: Vec::new(),
            places: HashMap::new(),
            strikes: HashMap::new(),
            filings: BTreeMap::new(),
            erased: HashSet::new(),
            listed: Vec::new(),
            names: Vec::new(),
            first_day: None,
        };
        for (place, event) in history.iter().enumerate() {
            ledger.take_in(place, event);
        }
        ledger
    }

    pub(super) fn push(&mut self, event: Event) {
        self.take_in(self.history.len() + self.planned.len(), &event);
        self.planned.push(event);
    }

    pub(super) fn into_planned(self) -> Vec<Event> {
        self.planned
    }

    pub(super) fn get(&self, id: EventId) -> Option<&Event> {
        let place = *self.places.get(&id)?;
        self.history
            .get(place)
            .or_else(|| self.planned.get(place - self.history.len()))
    }

    pub(super) fn referent(&self, id: EventId) -> Option<Referent> {
        self.get(id).map(Referent::of)
    }

    /// The claims about a filing in the order of the log, struck ones too.
    pub(super) fn claims(&self, accession: &str) -> &[Claim] {
        self.filings
            .get(accession)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    /// Whether a claim about a filing was redacted.
    pub(super) fn is_erased(&self, accession: &str) -> bool {
        self.erased.contains(accession)
    }

    /// Whether a claim about a filing was retracted, and by no import.
    pub(super) fn is_retracted_by_hand(&self, accession: &str) -> bool {
        let by_hand = |claim: &Claim| {
            let key = retraction_key(claim.id);
            let mut strikers = self.strikers(claim.id);
            strikers.any(|by| by.is_retraction() && !is_of(&key, by.id))
        };
        self.claims(accession).iter().any(by_hand)
    }

    /// The claim about a filing that counts.
    pub(super) fn standing(&self, accession: &str) -> Option<Claim> {
        self.last_standing(self.claims(accession))
    }

    fn last_standing(&self, claims: &[Claim]) -> Option<Claim> {
        let standing = claims.iter().filter(|claim| !self.is_struck(claim.id));
        standing.max_by_key(|claim| claim.order()).copied()
    }

    /// The filings of these days whose standing claim is from before a crawl.
    pub(super) fn before(&self, crawl: AsOf, first: Day, last: Day) -> Vec<(&str, Claim)> {
        let standing = self.filings.iter().filter_map(|(accession, claims)| {
            let claim = self.last_standing(claims)?;
            let is_due = (first..=last).contains(&claim.day) && claim.last < crawl;
            is_due.then_some((&**accession, claim))
        });
        standing.collect()
    }

    pub(super) fn listed(&self) -> &[Listed] {
        &self.listed
    }

    /// The names of the company that were told, other ones too.
    pub(super) fn names(&self) -> &[Named] {
        &self.names
    }

    /// The first day that a crawl covers.
    pub(super) fn first_day(&self) -> Option<Day> {
        self.first_day
    }

    pub(super) fn is_struck(&self, id: EventId) -> bool {
        self.strikers(id).next().is_some()
    }

    /// The events in force that strike an event. A retracted strike is not; a
    /// corrected one still is.
    pub(super) fn strikers(&self, id: EventId) -> impl Iterator<Item = &Event> {
        let all = self.strikes.get(&id).map(Vec::as_slice).unwrap_or_default();
        let events = all.iter().filter_map(|id| self.get(*id));
        events.filter(|event| !self.is_retracted(event.id))
    }

    /// Whether a retraction strikes it that is not retracted itself. They can be many, one
    /// retracting the other.
    fn is_retracted(&self, id: EventId) -> bool {
        // Each with the number of what it strikes, which comes before it.
        let mut found = vec![(id, 0)];
        let mut next = 0;
        while let Some((id, _)) = found.get(next).copied() {
            let strikes = self.strikes.get(&id).into_iter().flatten();
            let is_retraction = |id: &&EventId| self.get(**id).is_some_and(Event::is_retraction);
            found.extend(strikes.filter(is_retraction).map(|id| (*id, next)));
            next += 1;
        }
        let mut retracted = vec![false; found.len()];
        for (at, (_, target)) in found.iter().enumerate().skip(1).rev() {
            if retracted.get(at) == Some(&false)
                && let Some(target) = retracted.get_mut(*target)
            {
                *target = true;
            }
        }
        retracted.first() == Some(&true)
    }

    fn take_in(&mut self, place: usize, event: &Event) {
        self.places.insert(event.id, place);
        if let Some(target) = event.strikes() {
            self.strikes.entry(target).or_default().push(event.id);
        }
        if &*event.kind == "filing" {
            self.take_in_filing(event);
        } else if event.is_redacted() && event.text("was") == Some("filing") {
            // Of a filing, the thread is named by its accession number.
            self.erased.insert(event.thread.as_str().into());
        } else if &*event.kind == kinds::COMPANY && &*event.source.name == SOURCE {
            self.take_in_names(event);
            self.take_in_marker(event);
        }
    }

    fn take_in_names(&mut self, event: &Event) {
        let is_of_first_filing = event.source.locator.as_deref() == Some(FIRST_NAME);
        let aliases = event.data.value("aliases");
        let aliases = aliases.iter().filter_map(Value::as_array).flatten();
        let aliases = aliases.filter_map(Value::as_str);
        self.names.extend(
            event
                .text("name")
                .into_iter()
                .chain(aliases)
                .map(|name| Named {
                    event: event.id,
                    name: name.into(),
                    is_of_first_filing,
                }),
        );
    }

    /// Claims of other sources are none of ours, unless they correct ours.
    fn take_in_filing(&mut self, event: &Event) {
        let Some(accession) = event.text("accession") else {
            return;
        };
        let claims = self.filings.entry(accession.into()).or_default();
        let corrects = |claim: &Claim| Some(claim.id) == event.supersedes;
        if !is_crawl(&event.source) && !claims.iter().any(corrects) {
            return;
        }
        let content = content(event);
        // Whoever corrects a claim by hand may leave it its source.
        let is_by_hand = event.supersedes.is_some_and(|corrected| {
            let cik = cik_of(&event.source).unwrap_or_else(|| self.cik.to_owned());
            let filing = filing_key(&cik, accession);
            let key = edition(&event.source)
                .map(|edition| correction_key(&filing, content, corrected, edition));
            key.is_none_or(|key| !is_of(&key, event.id))
        });
        let read = match is_by_hand {
            true => AsOf::HAND,
            false => AsOf::source(&event.source),
        };
        if let Some(told) = event.repeats {
            let claim = claims.iter_mut().find(|claim| claim.id == told);
            claim.into_iter().for_each(|claim| claim.last = read);
            return;
        }
        let filed = event
            .date("filed")
            .and_then(|filed| filed.bounds().earliest);
        let day = filed.unwrap_or_else(|| event.published.day());
        claims.push(Claim {
            id: event.id,
            content,
            read,
            last: read,
            is_of_day: event.published.written_day().is_some(),
            day,
        });
    }

    fn take_in_marker(&mut self, event: &Event) {
        let Some(covers) = event.source.covers.as_deref() else {
            return;
        };
        let Ok(covers) = Edtf::parse(covers) else {
            return;
        };
        let as_of = AsOf::source(&event.source);
        let earliest = covers.bounds().earliest;
        self.first_day = [self.first_day, earliest].into_iter().flatten().min();
        self.confirm(as_of, covers.bounds());
        if let (Place::Recent, Some(edition)) = (as_of.place, as_of.edition) {
            let cik = identifiers(event, "cik").next().unwrap_or_default();
            let tickers = identifiers(event, "ticker").collect();
            self.listed.push(Listed {
                event: event.id,
                cik,
                edition,
                tickers,
            });
        }
    }

    /// What counts for these days counts as of this crawl.
    fn confirm(&mut self, as_of: AsOf, days: Bounds) {
        let mut filings = std::mem::take(&mut self.filings);
        for claims in filings.values_mut() {
            let standing = self.last_standing(claims).map(|claim| claim.id);
            let claim = claims.iter_mut().find(|claim| Some(claim.id) == standing);
            for claim in claim
                .into_iter()
                .filter(|claim| days.possibly_on(claim.day))
            {
                claim.last = claim.last.max(as_of);
            }
        }
        self.filings = filings;
    }
}

fn identifiers<'e>(event: &'e Event, scheme: &'static str) -> impl Iterator<Item = String> + 'e {
    let list = match event.data.value("identifiers") {
        Some(Value::Array(list)) => list,
        _ => Vec::new(),
    };
    list.into_iter().filter_map(move |identifier| {
        let part = |name: &str| identifier.get(name)?.as_str();
        (part("scheme")? == scheme).then(|| part("value").map(str::to_owned))?
    })
}
