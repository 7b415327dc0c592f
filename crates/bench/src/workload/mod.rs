//! The events of a run: [`Workload`], the same ones for the same plan.
//!
//! One company has a fixed share of the events, the others come up as ranks of
//! a Zipf distribution do, with the company in the middle of the same size at
//! every scale. Kinds are mixed as in real sets ([`claims`]); events arrive in
//! the order of their publication, but for 5 % that come late; 2 % correct or
//! retract an earlier one. Each line is an event as annals would store it, so
//! all systems store the same bytes.

mod calendar;
mod claims;
mod maker;
mod random;

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc;

use annals::model::id::Slug;
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use calendar::{DAYS, FIRST_DAY, day_text};
use maker::{Made, Maker};
use random::Random;

/// Counts up when the same plan makes other events than before.
const VERSION: u32 = 1;
/// One company for so many events, up to a number of companies.
const EVENTS_OF_COMPANY: u64 = 50;
const COMPANIES_MAX: u64 = 50_000;
/// How many events the largest company has: from a million on this, and below
/// that one of so many.
const OF_LARGEST: u64 = 100_000;
const MILLION: u64 = 1_000_000;
const SMALLER_PART: u64 = 20;
/// How many events are made ahead of those that are written.
const WAITING_MAX: usize = 4_096;
/// How many companies of about the middle size are kept, and how many of all
/// sizes.
const MIDDLE: usize = 15;
const SAMPLE: usize = 40;

/// What a workload is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Plan {
    /// The seed.
    pub(crate) seed: u64,
    /// How many events are taken in as a file.
    pub(crate) events: u64,
    /// How many more are made for single appends.
    pub(crate) more: u64,
}

impl Plan {
    /// How many companies there are.
    fn companies(self) -> u64 {
        (self.events / EVENTS_OF_COMPANY).clamp(3, COMPANIES_MAX)
    }

    /// How many events the largest one has.
    fn of_largest(self) -> u64 {
        match self.events >= MILLION {
            true => OF_LARGEST,
            false => self.events / SMALLER_PART,
        }
    }
}

/// Events in files, and what is known of them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Workload {
    version: u32,
    pub(crate) plan: Plan,
    /// What it is like.
    pub(crate) shape: Shape,
    /// The company with the most events.
    pub(crate) largest: String,
    /// Those in the middle, by the number of their events.
    pub(crate) middle: Vec<String>,
    /// Some of every size.
    pub(crate) sample: Vec<String>,
    #[serde(skip)]
    dir: PathBuf,
}

/// What the base of a workload is like.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Shape {
    pub(crate) events: u64,
    pub(crate) bytes: u64,
    pub(crate) companies: u64,
    pub(crate) events_of_largest: u64,
    pub(crate) events_of_second: u64,
    pub(crate) events_of_middle: u64,
    pub(crate) late: u64,
    pub(crate) striking: u64,
}

impl Workload {
    /// The folder of a plan's files.
    pub(crate) fn dir_of(plan: Plan, dir: &Path) -> PathBuf {
        let Plan { seed, events, .. } = plan;
        dir.join(format!("annals-bench-workload-{events}-{seed}"))
    }

    /// A workload that was made before, if it is of this plan.
    pub(crate) fn read(plan: Plan, dir: &Path) -> Option<Self> {
        let text = fs::read(dir.join("manifest.json")).ok()?;
        let read: Self = serde_json::from_slice(&text).ok()?;
        let fits = read.version == VERSION && read.plan == plan;
        fits.then(|| Self {
            dir: dir.to_owned(),
            ..read
        })
    }

    /// Makes a workload, and writes it into a folder: line by line, so that
    /// memory is bounded, and the manifest last. One thread makes events, the
    /// other one checks and writes them.
    pub(crate) fn make(plan: Plan, dir: &Path) -> Result<Self> {
        fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
        let (sender, receiver) = mpsc::sync_channel(WAITING_MAX);
        let made = std::thread::scope(|scope| {
            scope.spawn(move || {
                let mut maker = Maker::new(plan);
                for _ in 0..plan.events + plan.more {
                    // A receiver that is gone tells itself why.
                    if sender.send(maker.next_event()).is_err() {
                        break;
                    }
                }
            });
            Self::write(plan, receiver, dir)
        })?;
        fs::write(dir.join("manifest.json"), serde_json::to_vec(&made)?)?;
        Ok(made)
    }

    fn write(plan: Plan, made: mpsc::Receiver<Result<Made>>, dir: &Path) -> Result<Self> {
        let mut made = made.into_iter();
        let mut counts: HashMap<Slug, u64> = HashMap::new();
        let mut shape = Shape::default();
        let mut base = writer(&dir.join(BASE))?;
        let mut million = match plan.events > MILLION {
            true => Some(writer(&dir.join(FIRST_MILLION))?),
            false => None,
        };
        for made in made.by_ref().take(usize::try_from(plan.events)?) {
            let made = made?;
            let event = made.event()?;
            let line = event.to_json();
            writeln!(base, "{line}")?;
            if let Some(million) = million.as_mut().filter(|_| shape.events < MILLION) {
                writeln!(million, "{line}")?;
            }
            shape.events += 1;
            shape.bytes += line.len() as u64;
            shape.late += u64::from(made.late);
            shape.striking += u64::from(event.strikes().is_some());
            *counts.entry(event.company).or_default() += 1;
        }
        base.flush()?;
        million.map(|mut million| million.flush()).transpose()?;
        let mut more = writer(&dir.join(MORE))?;
        for made in made {
            writeln!(more, "{}", made?.event()?.to_json())?;
        }
        more.flush()?;
        Self::told(plan, shape, counts, dir)
    }

    fn told(plan: Plan, shape: Shape, counts: HashMap<Slug, u64>, dir: &Path) -> Result<Self> {
        let mut counts: Vec<(Slug, u64)> = counts.into_iter().collect();
        counts.sort_by(|(a, a_count), (b, b_count)| b_count.cmp(a_count).then(a.cmp(b)));
        let count_at = |at: usize| counts.get(at).map_or(0, |(_, count)| *count);
        let half = counts.len() / 2;
        let shape = Shape {
            companies: counts.len() as u64,
            events_of_largest: count_at(0),
            events_of_second: count_at(1),
            events_of_middle: count_at(half),
            ..shape
        };
        let slugs = || counts.iter().map(|(slug, _)| slug.to_string());
        let step = counts.len().div_ceil(SAMPLE).max(1);
        Ok(Self {
            version: VERSION,
            plan,
            shape,
            largest: slugs().next().context("there is a company")?,
            middle: slugs()
                .skip(half.saturating_sub(MIDDLE / 2))
                .take(MIDDLE)
                .collect(),
            // But the largest, of which an answer takes long.
            sample: slugs().skip(1).step_by(step).collect(),
            dir: dir.to_owned(),
        })
    }

    /// The file of all events of the base.
    pub(crate) fn base(&self) -> PathBuf {
        self.dir.join(BASE)
    }

    /// The first million of them, or all if there are fewer.
    pub(crate) fn first_million(&self) -> PathBuf {
        match self.plan.events > MILLION {
            true => self.dir.join(FIRST_MILLION),
            false => self.base(),
        }
    }

    /// The file of which lines are appended one by one.
    pub(crate) fn more(&self) -> PathBuf {
        self.dir.join(MORE)
    }

    /// How many lines [`Self::first_million`] has.
    pub(crate) fn first_million_events(&self) -> u64 {
        self.plan.events.min(MILLION)
    }
}

const BASE: &str = "base.jsonl";
const FIRST_MILLION: &str = "first-million.jsonl";
const MORE: &str = "more.jsonl";

fn writer(path: &Path) -> Result<BufWriter<File>> {
    let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(BufWriter::with_capacity(1 << 20, file))
}

/// Days at random of those on which something is published.
pub(crate) fn random_days(seed: u64, count: usize) -> Vec<String> {
    let mut random = Random::new(seed);
    (0..count)
        .map(|_| day_text(FIRST_DAY + random.below(DAYS)))
        .collect()
}

/// A table of companies and days: what a back-test asks about.
pub(crate) fn random_rows(seed: u64, companies: u64, count: usize) -> String {
    let mut random = Random::new(seed);
    let mut rows = String::from("company,date\n");
    for _ in 0..count {
        let company = maker::slug_text(random.below(companies));
        let day = day_text(FIRST_DAY + random.below(DAYS));
        rows.push_str(&format!("{company},{day}\n"));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn make(seed: u64, events: u64) -> (tempfile::TempDir, Workload) {
        let dir = tempfile::tempdir().unwrap();
        let more = 100;
        let plan = Plan { seed, events, more };
        let workload = Workload::make(plan, dir.path()).unwrap();
        (dir, workload)
    }

    #[test]
    fn a_seed_makes_the_same_events_again() {
        let ((_a, a), (_b, b), (_c, c)) = (make(7, 3_000), make(7, 3_000), make(8, 3_000));
        let read = |path: PathBuf| fs::read(path).unwrap();
        assert_eq!(read(a.base()), read(b.base()));
        assert_eq!(read(a.more()), read(b.more()));
        assert_ne!(read(a.base()), read(c.base()));
    }

    #[test]
    fn a_workload_is_found_again_by_its_plan_alone() {
        let (dir, made) = make(7, 1_000);
        let found = Workload::read(made.plan, dir.path()).unwrap();
        assert_eq!(found.middle, made.middle);
        assert_eq!(found.base(), made.base());
        let other = Plan {
            more: 101,
            ..made.plan
        };
        assert!(Workload::read(other, dir.path()).is_none());
    }

    #[test]
    fn events_are_as_wide_and_as_mixed_as_real_ones() {
        let (_dir, workload) = make(1, 20_000);
        let shape = workload.shape;
        let width = shape.bytes / shape.events;
        // The sample of press reports has 457, an import of filings 585.
        assert!((400..560).contains(&width), "{width} bytes");
        assert!((800..1_200).contains(&shape.late), "{shape:?}");
        assert!((300..500).contains(&shape.striking), "{shape:?}");
    }

    #[test]
    fn the_company_in_the_middle_is_as_large_at_every_scale() {
        for events in [10_000, 50_000] {
            let (_dir, workload) = make(1, events);
            let shape = workload.shape;
            assert!((10..=20).contains(&shape.events_of_middle), "{shape:?}");
            assert_eq!(shape.events_of_largest, events / 20);
            assert!(shape.events_of_second < events / 20, "{shape:?}");
        }
    }
}
