//! Compares crawls with a company's history: [`plan`], [`Plan`], [`Report`].

use std::collections::HashSet;
use std::fmt;

use event_model::draft::Draft;
use event_model::event::Event;
use event_model::id::{EventId, Slug};
use event_model::problem::Problem;
use event_model::time::Instant;
use serde_json::Value;

use super::crawl::{Crawl, Row};
use super::draft::{self, Fields, content, set};
use super::ids::{correction_key, filing_key, id_of, ids_of, retraction_key};
use super::ledger::{AsOf, Claim, Ledger};

/// What to append for a company.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Plan {
    /// The events in the order in which they are to be appended.
    pub events: Vec<Event>,
    /// What they are.
    pub report: Report,
}

/// What became of the rows and facts of an import.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// The rows of all files.
    pub rows: usize,
    /// Filings that the store did not have.
    pub new: usize,
    /// Rows that say what the store has already.
    pub known: usize,
    /// Rows that correct what counted.
    pub corrected: usize,
    /// Rows of an older crawl that say otherwise; kept, and retracted at once.
    pub older: usize,
    /// Filings told again, so that it stays known as of which crawl they count.
    pub told_again: usize,
    /// Events about the company itself that are new, and retractions of such.
    pub facts_new: usize,
    /// Events about the company itself that the store has already.
    pub facts_known: usize,
}

/// Crawls of which no plan could be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// Crawls of two companies.
    #[error("{file}: is of CIK {found}, and the files before it are of {expected}")]
    OtherCik {
        /// The file.
        file: String,
        /// Its CIK.
        found: String,
        /// The CIK of the others.
        expected: String,
    },
    /// Events that do not hold, all of them.
    #[error("{}", refusals.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Refused {
        /// What was refused.
        refusals: Vec<Refusal>,
    },
}

/// An event that does not hold.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Refusal {
    /// The file.
    pub file: String,
    /// The row and the accession number, if it is of a filing; or else it is
    /// of the company itself.
    pub row: Option<(usize, String)>,
    /// Everything that is wrong.
    pub problems: Vec<Problem>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.file)?;
        match &self.row {
            Some((number, accession)) => write!(f, "row {number} ({accession})")?,
            None => f.write_str("the company's facts")?,
        }
        for (at, problem) in self.problems.iter().enumerate() {
            write!(f, "{}{problem}", if at == 0 { ": " } else { ", " })?;
        }
        Ok(())
    }
}

/// Plans what to append for one company.
///
/// `crawls` may be any number in any order, `history` is all that the store
/// has of the company, oldest first, and `taken` are ids that events of other companies
/// have. Which claim of a filing counts in the end
/// does not depend on the order in which crawls come in, in one call or many.
///
/// # Errors
///
/// [`PlanError`] if the crawls are of several companies, or an event does not
/// hold; all that do not are told at once.
pub fn plan(
    company: &Slug,
    crawls: &[Crawl],
    history: &[Event],
    taken: &HashSet<EventId>,
    now: Instant,
) -> Result<Plan, PlanError> {
    let mut crawls: Vec<&Crawl> = crawls.iter().collect();
    let cik = crawls.first().map_or("", |crawl| &crawl.cik);
    if let Some((first, rest)) = crawls.split_first()
        && let Some(other) = rest.iter().find(|crawl| crawl.cik != first.cik)
    {
        return Err(PlanError::OtherCik {
            file: other.file.clone(),
            found: other.cik.clone(),
            expected: first.cik.clone(),
        });
    }
    crawls.sort_by_key(|crawl| AsOf::crawl(crawl));
    let mut planner = Planner {
        company,
        now,
        taken,
        ledger: Ledger::of(cik, history),
        report: Report::default(),
        refusals: Vec::new(),
    };
    for crawl in &crawls {
        planner.take(crawl);
    }
    if let Some(last) = crawls.last() {
        planner.end_tickers(last);
        planner.begin_name(last);
    }
    if planner.refusals.is_empty() {
        Ok(Plan {
            events: planner.ledger.into_planned(),
            report: planner.report,
        })
    } else {
        Err(PlanError::Refused {
            refusals: planner.refusals,
        })
    }
}

/// What a row is to the store.
enum Verdict {
    New,
    Known,
    /// It says what counts.
    Agrees(EventId),
    /// It says otherwise than this claim, and is later.
    Corrects(EventId),
    /// It says otherwise than what counts, and does not: for this reason.
    Outdone(&'static str),
}

/// The way of crawls into the log. What is about the company itself is in
/// [`super::facts`].
pub(super) struct Planner<'a> {
    pub(super) company: &'a Slug,
    now: Instant,
    /// The ids of events of other companies.
    taken: &'a HashSet<EventId>,
    pub(super) ledger: Ledger<'a>,
    pub(super) report: Report,
    refusals: Vec<Refusal>,
}

impl Planner<'_> {
    fn take(&mut self, crawl: &Crawl) {
        let missing = self.missing(crawl);
        let rows: Vec<(&Row, Event)> = crawl
            .rows
            .iter()
            .filter_map(|row| Some((row, self.claim(crawl, row)?)))
            .collect();
        // The marker is about what counted before this crawl, and so are these.
        let verdicts: Vec<Verdict> = rows
            .iter()
            .map(|(row, claim)| self.verdict(crawl, row, claim))
            .collect();
        self.take_facts(crawl);
        for ((row, claim), verdict) in rows.into_iter().zip(verdicts) {
            self.settle(crawl, row, claim, &verdict);
        }
        self.tell_missing(crawl, &missing);
        self.report.rows += crawl.rows.len();
    }

    /// The claim of a row as if it were the first of its filing.
    fn claim(&mut self, crawl: &Crawl, row: &Row) -> Option<Event> {
        let fields = draft::filing(self.company, crawl, row);
        let key = filing_key(&crawl.cik, &row.accession);
        self.event(crawl, Some(row), fields, id_of(&key))
    }

    fn verdict(&self, crawl: &Crawl, row: &Row, event: &Event) -> Verdict {
        let (as_of, content) = (AsOf::crawl(crawl), content(event));
        let is_of_day = event.published.written_day().is_some();
        let claims = self.ledger.claims(&row.accession);
        if claims
            .iter()
            .any(|claim| claim.content == content && claim.read == as_of)
        {
            return Verdict::Known;
        }
        if self.ledger.is_erased(&row.accession) {
            return Verdict::Known;
        }
        let is_told = claims.iter().any(|claim| claim.content == content);
        match self.ledger.standing(&row.accession) {
            Some(standing) if standing.content == content => Verdict::Agrees(standing.id),
            Some(standing) if standing.order() < (as_of, is_of_day, content) => {
                Verdict::Corrects(standing.id)
            }
            // Struck by a later crawl, or by hand.
            _ if is_told => Verdict::Known,
            Some(standing) if standing.is_by_hand() => {
                Verdict::Outdone("EDGAR says otherwise than a correction that was made by hand")
            }
            Some(_) => Verdict::Outdone("an older crawl of EDGAR; a later one says otherwise"),
            None if self.ledger.is_retracted_by_hand(&row.accession) => Verdict::Known,
            None => Verdict::New,
        }
    }

    fn settle(&mut self, crawl: &Crawl, row: &Row, claim: Event, verdict: &Verdict) {
        match verdict {
            Verdict::New => {
                self.report.new += 1;
                if self.is_free(claim.id) {
                    self.ledger.push(claim);
                } else {
                    self.append_other(crawl, row, &claim, None);
                }
            }
            Verdict::Known => self.report.known += 1,
            Verdict::Agrees(standing) => {
                self.report.known += 1;
                self.confirm(crawl, row, *standing, &claim);
            }
            Verdict::Corrects(standing) => {
                self.report.corrected += 1;
                self.append_other(crawl, row, &claim, Some(*standing));
            }
            Verdict::Outdone(reason) => {
                self.report.older += 1;
                if let Some(id) = self.append_other(crawl, row, &claim, None) {
                    self.retract(crawl, Some(row), id, reason);
                }
            }
        }
    }

    /// Appends a claim other than the first about its filing.
    fn append_other(
        &mut self,
        crawl: &Crawl,
        row: &Row,
        claim: &Event,
        supersedes: Option<EventId>,
    ) -> Option<EventId> {
        let mut fields = draft::filing(self.company, crawl, row);
        let filing = filing_key(&crawl.cik, &row.accession);
        let mut key = format!("{filing}/{}", content(claim));
        if let Some(standing) = supersedes {
            let reason = format!(
                "a later crawl of EDGAR ({}, newest acceptance {}) says otherwise",
                crawl.locator, crawl.edition
            );
            key = correction_key(&filing, content(claim), standing, crawl.edition);
            set(&mut fields, "supersedes", standing.to_string());
            set(&mut fields, "fault", "record");
            set(&mut fields, "reason", reason);
        }
        self.append(crawl, Some(row), fields, &key)
    }

    /// The marker says as of when a filing counts. A file like another one of
    /// its edition has no marker of its own, so the filing is told again.
    fn confirm(&mut self, crawl: &Crawl, row: &Row, standing: EventId, claim: &Event) {
        let claims = self.ledger.claims(&row.accession);
        let last = claims
            .iter()
            .find(|claim| claim.id == standing)
            .map(|claim| claim.last);
        let Some(event) = self.ledger.get(standing) else {
            return;
        };
        if last.is_some_and(|last| last < AsOf::crawl(crawl)) {
            let fields = draft::told_again(event, claim.source.clone(), None);
            let key = format!("seen/{standing}/{}/{}", crawl.locator, crawl.edition);
            self.append(crawl, Some(row), fields, &key);
            self.report.told_again += 1;
        }
    }

    /// What a crawl should have and lacks.
    fn missing(&self, crawl: &Crawl) -> Vec<(String, Claim)> {
        let Some((first, last)) = crawl.covers() else {
            return Vec::new();
        };
        let has: HashSet<&str> = crawl
            .rows
            .iter()
            .map(|row| row.accession.as_str())
            .collect();
        let due = self
            .ledger
            .before(AsOf::crawl(crawl), first, last)
            .into_iter();
        due.filter(|(accession, _)| !has.contains(accession))
            .map(|(accession, claim)| (accession.to_owned(), claim))
            .collect()
    }

    /// Undoes what the marker says of filings that the crawl does not have.
    fn tell_missing(&mut self, crawl: &Crawl, missing: &[(String, Claim)]) {
        for (accession, before) in missing {
            let is_confirmed = |claim: &&Claim| claim.id == before.id && claim.last != before.last;
            if !self
                .ledger
                .claims(accession)
                .iter()
                .any(|claim| is_confirmed(&claim))
            {
                continue;
            }
            let Some(event) = self.ledger.get(before.id) else {
                continue;
            };
            let mut source = event.source.clone();
            before.last.write(&mut source);
            let reason = format!(
                "EDGAR's {} with newest acceptance {} does not have it",
                crawl.locator, crawl.edition
            );
            let fields = draft::told_again(event, source, Some(&reason));
            let key = format!("absent/{}/{}/{}", before.id, crawl.locator, crawl.edition);
            self.append(crawl, None, fields, &key);
            self.report.told_again += 1;
        }
    }

    pub(super) fn retract(
        &mut self,
        crawl: &Crawl,
        row: Option<&Row>,
        target: EventId,
        reason: &str,
    ) {
        let Some(event) = self.ledger.get(target) else {
            return;
        };
        let fields = draft::retraction(self.company, event, reason);
        self.append(crawl, row, fields, &retraction_key(target));
    }

    /// Appends an event under the first id of its key that is free.
    fn append(
        &mut self,
        crawl: &Crawl,
        row: Option<&Row>,
        fields: Fields,
        key: &str,
    ) -> Option<EventId> {
        let id = ids_of(key).find(|id| self.is_free(*id))?;
        let event = self.event(crawl, row, fields, id)?;
        self.ledger.push(event);
        Some(id)
    }

    /// Whether no event has an id.
    pub(super) fn is_free(&self, id: EventId) -> bool {
        self.ledger.get(id).is_none() && !self.taken.contains(&id)
    }

    /// Checks an event; what is wrong with it is noted.
    pub(super) fn event(
        &mut self,
        crawl: &Crawl,
        row: Option<&Row>,
        mut fields: Fields,
        id: EventId,
    ) -> Option<Event> {
        set(&mut fields, "id", id.to_string());
        let draft = Draft::read(&Value::Object(fields));
        match draft.finish(
            Ok(self.company.clone()),
            |id| self.ledger.referent(id),
            self.now,
        ) {
            Ok(event) => Some(event),
            Err(problems) => {
                let file = crawl.file.clone();
                let row = row.map(|row| (row.number, row.accession.clone()));
                self.refusals.push(Refusal {
                    file,
                    row,
                    problems,
                });
                None
            }
        }
    }
}
