//! Damage to the files of a store, one at a time: [`run`].
//!
//! A small store that has everything in it is made once. Each harm is done to a copy of
//! its files, which must then answer right or say that it is damaged.
//!
//! - `victim` makes the store; `harm` is what is done to a file; `places` lists all harms
//! - `held` is what must hold; `ask` are the questions, `salvaged` what can be saved
//! - `blocks` finds the parts of files; `report` counts

mod ask;
mod blocks;
mod harm;
mod held;
mod places;
mod report;
mod salvaged;
mod victim;

use std::collections::BTreeSet;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, Once, PoisonError};
use std::thread;

use anyhow::{Context, Result, anyhow};

use crate::check::Violation;
use crate::gate;
use crate::say::tell;
use harm::Harm;
use held::Outcome;
use victim::Victim;

pub use report::Report;

/// After how many harms it is told how far it has come.
const TOLD_EVERY: u64 = 5_000;

/// What is to be run.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What the store holds follows from it.
    pub seed: u64,
    /// One flip or cut in so many.
    pub every: usize,
    /// After one harm in so many an append is tried.
    pub writes_every: usize,
    /// Only what is done to paths that begin so.
    pub only: Option<String>,
    /// How many at once.
    pub threads: usize,
    /// The folder in which stores are made.
    pub dir: PathBuf,
}

/// Does one harm after the other.
///
/// # Errors
///
/// If that cannot be done; what it finds is in the report.
pub fn run(plan: &Plan) -> Result<Report> {
    let work = tempfile::Builder::new()
        .prefix("annals-damage-")
        .tempdir_in(&plan.dir)
        .with_context(|| format!("cannot work in {}", plan.dir.display()))?;
    listen();
    let victim = gate::with_store(|| Victim::make(&work.path().join("made"), plan.seed))?;
    let harms = harms(plan, &victim);
    let next = AtomicUsize::new(0);
    let told = Mutex::new(Told::default());
    thread::scope(|scope| {
        let workers: Vec<_> = (0..plan.threads.max(1))
            .map(|number| {
                let dir = work.path().join(number.to_string());
                let (victim, harms, next, told) = (&victim, &harms, &next, &told);
                scope.spawn(move || worker(plan, (victim, harms), &dir, next, told))
            })
            .collect();
        let mut ends = workers.into_iter().map(thread::ScopedJoinHandle::join);
        ends.try_for_each(|end| end.unwrap_or_else(|_| Err(anyhow!("a thread panicked"))))
    })?;
    let mut told = told.into_inner().unwrap_or_else(PoisonError::into_inner);
    let panics = std::mem::take(&mut *PANICS.lock().unwrap_or_else(PoisonError::into_inner));
    told.report.found.extend(panics);
    if plan.every == 1 {
        let missed = unseen(&victim, &told.seen, plan);
        told.report.found.extend(missed);
    }
    Ok(told.report)
}

/// What has been told of so far.
#[derive(Default)]
struct Told {
    report: Report,
    /// The bytes of sled's file of which `verify` found the flip.
    seen: BTreeSet<u64>,
}

fn harms(plan: &Plan, victim: &Victim) -> Vec<Harm> {
    let every = plan.every.max(1);
    let mut harms = places::exchanges(victim);
    harms.extend(places::cuts(&victim.tree).into_iter().step_by(every));
    harms.extend(places::flips(&victim.tree).into_iter().step_by(every));
    if let Some(only) = &plan.only {
        harms.retain(|harm| harm.path().starts_with(only));
    }
    harms
}

fn worker(
    plan: &Plan,
    (victim, harms): (&Victim, &[Harm]),
    dir: &Path,
    next: &AtomicUsize,
    told: &Mutex<Told>,
) -> Result<()> {
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let Some(harm) = harms.get(number) else {
            return Ok(());
        };
        let writes =
            !matches!(harm, Harm::Flip { .. }) || number.is_multiple_of(plan.writes_every.max(1));
        let checked = catch_unwind(AssertUnwindSafe(|| {
            gate::with_store(|| held::check(dir, victim, harm, writes))
        }));
        let outcome = match checked {
            Ok(checked) => checked?,
            Err(_) => {
                std::fs::remove_dir_all(dir)?;
                Err(Violation::new("no panic", "it panicked"))
            }
        };
        let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
        told.note(harm, outcome);
    }
}

impl Told {
    fn note(&mut self, harm: &Harm, outcome: Result<Outcome, Violation>) {
        if let (Harm::Flip { path, at, .. }, Ok(Outcome { is_found: true, .. })) = (harm, &outcome)
            && path == "/log/db"
        {
            self.seen.insert(*at);
        }
        let outcome = outcome.map_err(|Violation { check, what }| {
            let found = format!("{harm}: {check}: {what}");
            tell(&found);
            found
        });
        self.report.count(harm, outcome);
        if self.report.harms.is_multiple_of(TOLD_EVERY) {
            let (harms, violations) = (self.report.harms, self.report.found.len());
            tell(&format!("{harms} harms, {violations} violations"));
        }
    }
}

/// The blocks of the log of which a flipped byte was not found. Of each there may be
/// older copies in sled's file; one of them is what counts.
fn unseen(victim: &Victim, seen: &BTreeSet<u64>, plan: &Plan) -> Vec<String> {
    let path = "/log/db";
    if plan
        .only
        .as_ref()
        .is_some_and(|only| !path.starts_with(only.as_str()))
    {
        return Vec::new();
    }
    let bytes = victim.tree.0.get(path).and_then(Option::as_ref);
    let blocks = blocks::blocks(bytes.map_or(&[], Vec::as_slice));
    let mut missed = Vec::new();
    let firsts: BTreeSet<u64> = blocks.iter().map(|block| block.first).collect();
    for first in firsts {
        let mut copies = blocks.iter().filter(|block| block.first == first);
        let is_seen =
            |block: &blocks::Found| block.at.clone().all(|at| seen.contains(&(at as u64)));
        if !copies.any(is_seen) {
            missed.push(format!(
                "{path}: not every flip in the block of position {first} was found"
            ));
        }
    }
    missed
}

static PANICS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Takes down every panic that is not contained. Those of sled that are do not come here.
fn listen() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let mut panics = PANICS.lock().unwrap_or_else(PoisonError::into_inner);
            panics.push(format!("a panic: {info}"));
            previous(info);
        }));
    });
}
