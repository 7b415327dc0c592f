//! Events one after the other: [`Maker`].

use std::collections::VecDeque;

use annals::model::draft::Target;
use annals::model::event::Event;
use annals::model::id::{EventId, Slug};
use annals::model::kinds;
use annals::model::time::Instant;
use anyhow::Result;
use serde_json::{Value, json};

use super::calendar::{Date, day_text};
use super::claims::{self, claim};
use super::random::{Random, Zipf};
use crate::systems::{Past, check_line};

/// 1 January 2010, and how many days the events spread over from there.
const FIRST_DAY: u64 = 14_610;
const DAYS: u64 = 5_800;
/// How many of a thousand events come late, and how many strike another.
const LATE_PERMILLE: u64 = 50;
const STRIKING_PERMILLE: u64 = 20;
/// How many of a company's last events may be struck.
const STRUCK_AMONG: usize = 32;

/// Makes events.
pub(super) struct Maker {
    random: Random,
    zipf: Zipf,
    companies: Vec<Company>,
    /// How many there will be.
    total: u64,
    made: u64,
    founds: bool,
}

/// An event that was made.
pub(super) struct Made {
    pub(super) event: Event,
    /// It was published long before those around it.
    pub(super) late: bool,
}

struct Company {
    slug: Option<Slug>,
    last: VecDeque<Event>,
}

/// What an event is checked against here: its own company.
struct OfCompany<'c> {
    company: &'c Slug,
    last: &'c VecDeque<Event>,
}

impl Past for OfCompany<'_> {
    fn has_company(&self, slug: &Slug) -> bool {
        slug == self.company
    }

    fn target(&self, id: EventId) -> Option<Target> {
        let event = self.last.iter().find(|event| event.id == id)?;
        Some(Target {
            company: event.company.clone(),
            kind: event.kind.clone(),
            thread: event.thread.clone(),
            published: event.published.clone(),
        })
    }
}

impl Maker {
    pub(super) fn new(seed: u64, companies: u64, total: u64) -> Self {
        let company = || Company {
            slug: None,
            last: VecDeque::new(),
        };
        Self {
            random: Random::new(seed),
            zipf: Zipf::new(companies),
            companies: (0..companies).map(|_| company()).collect(),
            total,
            made: 0,
            founds: true,
        }
    }

    /// From now on only companies come up that were declared, and only events
    /// from before are struck, so that the order of what comes is free.
    pub(super) fn found_no_more(&mut self) {
        self.founds = false;
        self.companies.retain(|company| company.slug.is_some());
        self.zipf = Zipf::new(self.companies.len() as u64);
    }

    /// Makes the next event.
    pub(super) fn next_event(&mut self) -> Result<Made> {
        let now = FIRST_DAY + self.made * DAYS / self.total;
        self.made += 1;
        let rank = self.zipf.rank(&mut self.random);
        let late = self.random.permille(LATE_PERMILLE);
        let day = match late {
            true => now - self.random.between(20, 900),
            false => now,
        };
        let random = &mut self.random;
        let Some(company) = self.companies.get_mut(rank) else {
            return self.next_event();
        };
        let (slug, value, late) = match &company.slug {
            Some(slug) => (slug.clone(), other(random, slug, &company.last, day), late),
            None => {
                let (slug, value) = declaration(random, rank, now)?;
                company.slug = Some(slug.clone());
                (slug, value, false)
            }
        };
        let past = OfCompany {
            company: &slug,
            last: &company.last,
        };
        let event = check_line(&value.to_string(), &past, Instant::LAST)?;
        if self.founds && event.strikes().is_none() && &*event.kind != kinds::COMPANY {
            company.last.push_back(event.clone());
            if company.last.len() > STRUCK_AMONG {
                company.last.pop_front();
            }
        }
        Ok(Made { event, late })
    }
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

fn declaration(random: &mut Random, rank: usize, day: u64) -> Result<(Slug, Value)> {
    let slug: Slug = format!("company-{rank:05}").parse()?;
    let cik = format!("{:010}", 1_000_000 + rank);
    let value = json!({
        "id": id(random),
        "company": slug,
        "kind": kinds::COMPANY,
        "published": day_text(day),
        "certainty": "official",
        "source": {"name": "SEC EDGAR", "locator": "company record", "zone": "America/New_York"},
        "data": {
            "name": format!("Company {rank} {}", claims::text(random, 2)),
            "identifiers": [{"scheme": "cik", "value": cik}],
            "fiscal_year_end": "12-31",
        },
    });
    Ok((slug, value))
}

/// A claim, a correction of one or a retraction.
fn other(random: &mut Random, slug: &Slug, last: &VecDeque<Event>, day: u64) -> Value {
    let strikes = random.permille(STRIKING_PERMILLE);
    let at = random.below(last.len() as u64);
    let struck = usize::try_from(at).ok().and_then(|at| last.get(at));
    let Some(struck) = struck.filter(|_| strikes) else {
        return fresh(random, slug, day);
    };
    let fault = random.pick(&["record", "source"]);
    let reason = claims::text(random, 8);
    if random.permille(500) {
        return json!({
            "id": id(random),
            "company": slug,
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

fn fresh(random: &mut Random, slug: &Slug, day: u64) -> Value {
    let claim = claim(random, Date::of(day));
    let mut value = json!({
        "id": id(random),
        "company": slug,
        "kind": claim.kind,
        "published": published(random, day),
        "certainty": claim.certainty,
        "source": claim.source,
        "data": claim.data,
    });
    if let (Some(fields), Some(occurred)) = (value.as_object_mut(), occurred(random, day)) {
        fields.insert("occurred".to_owned(), Value::from(occurred));
    }
    value
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
