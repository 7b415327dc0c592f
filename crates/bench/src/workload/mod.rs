//! The events of a run: [`Workload`], the same ones for the same seed.
//!
//! Companies come up as ranks of a Zipf distribution do; kinds are mixed as in
//! real sets ([`claims`]); events arrive in the order of their publication, but
//! for 5 % that come late; 2 % correct or retract an earlier one. Each line is
//! an event as annals would store it, so all systems store the same bytes.

mod calendar;
mod claims;
mod maker;
mod random;

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use annals::model::id::Slug;
use anyhow::Result;
use serde::Serialize;

use maker::Maker;

/// One company for so many events.
const EVENTS_OF_COMPANY: u64 = 50;

/// What a workload is made of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    /// The seed.
    pub(crate) seed: u64,
    /// How many events are taken in as one file.
    pub(crate) events: u64,
    /// How many more are made for single appends.
    pub(crate) more: u64,
}

/// Events in two files, and what is known of them.
#[derive(Debug)]
pub(crate) struct Workload {
    /// The file that is taken in whole.
    pub(crate) base: PathBuf,
    /// The file of which lines are appended one by one.
    pub(crate) more: PathBuf,
    /// The companies of the base, those with the most events first.
    pub(crate) companies: Vec<Slug>,
    /// What it is like.
    pub(crate) shape: Shape,
}

/// What the base of a workload is like.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(crate) struct Shape {
    pub(crate) events: u64,
    pub(crate) bytes: u64,
    pub(crate) companies: u64,
    pub(crate) events_of_largest: u64,
    pub(crate) events_of_median: u64,
    pub(crate) late: u64,
    pub(crate) striking: u64,
}

impl Workload {
    /// Makes a workload, and writes it into a folder.
    pub(crate) fn make(plan: Plan, dir: &Path) -> Result<Self> {
        let (base, more) = (dir.join("base.jsonl"), dir.join("more.jsonl"));
        let companies = (plan.events / EVENTS_OF_COMPANY).max(2);
        let mut maker = Maker::new(plan.seed, companies, plan.events + plan.more);
        let mut counts: HashMap<Slug, u64> = HashMap::new();
        let mut shape = Shape::default();
        let mut out = BufWriter::new(File::create(&base)?);
        for _ in 0..plan.events {
            let made = maker.next_event()?;
            let line = made.event.to_json();
            writeln!(out, "{line}")?;
            shape.events += 1;
            shape.bytes += line.len() as u64;
            shape.late += u64::from(made.late);
            shape.striking += u64::from(made.event.strikes().is_some());
            *counts.entry(made.event.company).or_default() += 1;
        }
        out.flush()?;
        let mut out = BufWriter::new(File::create(&more)?);
        maker.found_no_more();
        for _ in 0..plan.more {
            writeln!(out, "{}", maker.next_event()?.event.to_json())?;
        }
        out.flush()?;
        let mut counts: Vec<(Slug, u64)> = counts.into_iter().collect();
        counts.sort_by(|(a, a_count), (b, b_count)| b_count.cmp(a_count).then(a.cmp(b)));
        shape.companies = counts.len() as u64;
        let count_at = |at: usize| counts.get(at).map_or(0, |(_, count)| *count);
        shape.events_of_largest = count_at(0);
        shape.events_of_median = count_at(counts.len() / 2);
        Ok(Self {
            base,
            more,
            companies: counts.into_iter().map(|(slug, _)| slug).collect(),
            shape,
        })
    }

    /// The company with the most events.
    pub(crate) fn largest(&self) -> Option<&Slug> {
        self.companies.first()
    }

    /// A company with as many events as half of them have at most.
    pub(crate) fn median(&self) -> Option<&Slug> {
        self.companies.get(self.companies.len() / 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn make(seed: u64) -> (tempfile::TempDir, Workload) {
        let dir = tempfile::tempdir().unwrap();
        let plan = Plan {
            seed,
            events: 3_000,
            more: 100,
        };
        let workload = Workload::make(plan, dir.path()).unwrap();
        (dir, workload)
    }

    #[test]
    fn a_seed_makes_the_same_events_again() {
        let ((_a, a), (_b, b), (_c, c)) = (make(7), make(7), make(8));
        let read = |path: &Path| std::fs::read(path).unwrap();
        assert_eq!(read(&a.base), read(&b.base));
        assert_eq!(read(&a.more), read(&b.more));
        assert_ne!(read(&a.base), read(&c.base));
    }

    #[test]
    fn events_are_as_wide_and_as_mixed_as_real_ones() {
        let (_dir, workload) = make(1);
        let shape = workload.shape;
        let width = shape.bytes / shape.events;
        // The sample of press reports has 457, an import of filings 585.
        assert!((400..560).contains(&width), "{width} bytes");
        assert!((100..200).contains(&shape.late), "{shape:?}");
        assert!((35..85).contains(&shape.striking), "{shape:?}");
        assert!(shape.events_of_largest > 8 * shape.events_of_median);
    }
}
