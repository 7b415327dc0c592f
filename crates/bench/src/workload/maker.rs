//! Events one after the other: [`Maker`].

use std::collections::VecDeque;

use annals::model::draft::Referent;
use annals::model::event::Event;
use annals::model::id::{EventId, Slug};
use annals::model::kinds;
use annals::model::time::Instant;
use anyhow::Result;
use serde_json::{Value, json};

use super::Plan;
use super::calendar::{DAYS, Date, FIRST_DAY, day_text};
use super::claims::{self, claim, claim_of_largest};
use super::random::{Random, Zipf};
use crate::systems::{Past, check_line};

/// How many of a thousand events come late, and how many strike another.
const LATE_PERMILLE: u64 = 50;
const STRIKING_PERMILLE: u64 = 20;
/// Among how many of the last events one is struck: those of the largest
/// company, and those of all others together.
const STRUCK_AMONG: usize = 10_000;
/// How many events the company in the middle has.
const MIDDLE_EVENTS: u64 = 16;
/// The company with the most events.
const LARGEST: usize = 0;

/// Makes events.
///
/// Memory is bounded: of the past it keeps which companies are declared, and
/// the last events as texts.
pub(super) struct Maker {
    random: Random,
    /// Which of the companies but the largest.
    zipf: Zipf,
    declared: Vec<bool>,
    last: VecDeque<String>,
    last_of_largest: VecDeque<String>,
    plan: Plan,
    made: u64,
}

/// An event that was made, and not checked yet.
pub(super) struct Made {
    text: String,
    /// What it strikes.
    struck: Option<Event>,
    /// It was published long before those around it.
    pub(super) late: bool,
}

impl Made {
    /// Has it checked as annals would, which also makes it canonical.
    pub(super) fn event(&self) -> Result<Event> {
        check(&self.text, self.struck.as_ref())
    }
}

/// What an event is checked against: that its company is declared was seen to,
/// and it strikes no other than this.
struct Known<'e> {
    struck: Option<&'e Event>,
}

impl Past for Known<'_> {
    fn has_company(&self, _: &Slug) -> bool {
        true
    }

    fn referent(&self, id: EventId) -> Option<Referent> {
        let struck = self.struck.filter(|struck| struck.id == id)?;
        Some(Referent::of(struck))
    }
}

impl Maker {
    pub(super) fn new(plan: Plan) -> Self {
        let others = plan.events - plan.of_largest();
        let zipf = Zipf::with_middle(plan.companies() - 1, share(MIDDLE_EVENTS, others));
        Self {
            random: Random::new(plan.seed),
            zipf,
            declared: Vec::new(),
            last: VecDeque::new(),
            last_of_largest: VecDeque::new(),
            plan,
            made: 0,
        }
    }

    /// Makes the next event of the base; after those, events that may come in
    /// any order: of declared companies, striking events of the base.
    pub(super) fn next_event(&mut self) -> Result<Made> {
        let Plan { events, more, .. } = self.plan;
        let is_base = self.made < events;
        let now = FIRST_DAY + self.made * DAYS / (events + more);
        let company = self.next_company(is_base);
        self.made += 1;
        let is_late = self.random.permille(LATE_PERMILLE);
        let day = match is_late {
            true => now - self.random.between(20, 900),
            false => now,
        };
        if self.declare(company) {
            let value = declaration(&mut self.random, company, now)?;
            return Ok(Made {
                text: value.to_string(),
                struck: None,
                late: false,
            });
        }
        let struck = self.struck(company)?;
        let value = match &struck {
            Some(struck) => strike(&mut self.random, struck, day),
            None => fresh(&mut self.random, company, day)?,
        };
        let text = value.to_string();
        if is_base && struck.is_none() {
            let last = self.last_of(company);
            last.push_back(text.clone());
            if last.len() > STRUCK_AMONG {
                last.pop_front();
            }
        }
        Ok(Made {
            text,
            struck,
            late: is_late,
        })
    }

    /// The largest company comes up evenly, the others as ranks do.
    fn next_company(&mut self, is_base: bool) -> usize {
        let upto = |made: u64| {
            u128::from(made) * u128::from(self.plan.of_largest()) / u128::from(self.plan.events)
        };
        if upto(self.made + 1) > upto(self.made) {
            return LARGEST;
        }
        loop {
            let company = LARGEST + 1 + self.zipf.rank(&mut self.random);
            let is_declared = self.declared.get(company).copied().unwrap_or_default();
            if is_base || is_declared {
                return company;
            }
        }
    }

    /// Tells whether a company is still to be declared, which is then done.
    fn declare(&mut self, company: usize) -> bool {
        if self.declared.len() <= company {
            self.declared.resize(company + 1, false);
        }
        let declared = self.declared.get_mut(company);
        declared.is_some_and(|declared| !std::mem::replace(declared, true))
    }

    fn last_of(&mut self, company: usize) -> &mut VecDeque<String> {
        match company == LARGEST {
            true => &mut self.last_of_largest,
            false => &mut self.last,
        }
    }

    /// The event that the next one strikes, if it strikes any.
    fn struck(&mut self, company: usize) -> Result<Option<Event>> {
        if !self.random.permille(STRIKING_PERMILLE) {
            return Ok(None);
        }
        let count = self.last_of(company).len();
        let at = usize::try_from(self.random.below(count as u64))?;
        let text = self.last_of(company).get(at);
        text.map(|text| check(text, None)).transpose()
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts here are below 2^53")]
fn share(events: u64, of: u64) -> f64 {
    events as f64 / of as f64
}

fn check(text: &str, struck: Option<&Event>) -> Result<Event> {
    check_line(text, &Known { struck }, Instant::LAST)
}

fn id(random: &mut Random) -> Value {
    let (high, low) = (random.next(), random.next());
    Value::from(format!(
        "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        low >> 52,
        low & 0xffff_ffff_ffff,
    ))
}

fn slug(company: usize) -> Result<Slug> {
    Ok(slug_text(company as u64).parse()?)
}

/// The slug of a company by its number.
pub(super) fn slug_text(company: u64) -> String {
    format!("company-{company:05}")
}

fn declaration(random: &mut Random, company: usize, day: u64) -> Result<Value> {
    let cik = format!("{:010}", 1_000_000 + company);
    Ok(json!({
        "id": id(random),
        "company": slug(company)?,
        "kind": kinds::COMPANY,
        "published": day_text(day),
        "certainty": "official",
        "source": {"name": "SEC EDGAR", "locator": "company record", "zone": "America/New_York"},
        "data": {
            "name": format!("Company {company} {}", claims::text(random, 2)),
            "identifiers": [{"scheme": "cik", "value": cik}],
            "fiscal_year_end": "12-31",
        },
    }))
}

/// A correction of an event, or its retraction.
fn strike(random: &mut Random, struck: &Event, day: u64) -> Value {
    let fault = random.pick(&["record", "source"]);
    let reason = claims::text(random, 8);
    if random.permille(500) {
        return json!({
            "id": id(random),
            "company": struck.company,
            "kind": kinds::RETRACTION,
            "published": published(random, day),
            "certainty": "asserted",
            "source": claims::medium(random),
            "data": {"target": struck.id},
            "fault": fault,
            "reason": reason,
        });
    }
    let mut value = json!(struck);
    let again = [
        ("id", id(random)),
        ("published", json!(struck.published.text())),
        ("supersedes", json!(struck.id)),
        ("fault", json!(fault)),
        ("reason", json!(reason)),
    ];
    if let Some(fields) = value.as_object_mut() {
        fields.extend(again.map(|(name, value)| (name.to_owned(), value)));
    }
    value
}

fn fresh(random: &mut Random, company: usize, day: u64) -> Result<Value> {
    let date = Date::of(day);
    let claim = match company == LARGEST {
        true => claim_of_largest(random, date),
        false => claim(random, date),
    };
    let mut value = json!({
        "id": id(random),
        "company": slug(company)?,
        "kind": claim.kind,
        "published": published(random, day),
        "certainty": claim.certainty,
        "source": claim.source,
        "data": claim.data,
    });
    if let Some(fields) = value.as_object_mut() {
        let texts = [
            ("occurred", occurred(random, day)),
            ("thread", claim.thread),
        ];
        for (name, text) in texts {
            if let Some(text) = text {
                fields.insert(name.to_owned(), Value::from(text));
            }
        }
    }
    Ok(value)
}

/// A day, or more often an instant of it.
fn published(random: &mut Random, day: u64) -> String {
    let day = day_text(day);
    match random.below(5) {
        0 | 1 => day,
        _ => format!(
            "{day}T{:02}:{:02}:{:02}Z",
            random.between(8, 21),
            random.below(60),
            random.below(60),
        ),
    }
}

/// When it happened, as exactly as sources say it.
fn occurred(random: &mut Random, day: u64) -> Option<String> {
    let text = day_text(day);
    let before = day_text(day - random.between(1, 20));
    let month = text.get(..7).unwrap_or(&text);
    let year = text.get(..4).unwrap_or(&text);
    match random.below(20) {
        0..3 => None,
        3..13 => Some(text),
        13..16 => Some(format!("{before}/{text}")),
        16..18 => Some(month.to_owned()),
        18 => Some(format!("{year}~")),
        _ => Some(format!("[{before}..{text}]")),
    }
}
