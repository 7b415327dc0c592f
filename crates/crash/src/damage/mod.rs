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
    let report = Mutex::new(Report::default());
    thread::scope(|scope| {
        let workers: Vec<_> = (0..plan.threads.max(1))
            .map(|number| {
                let dir = work.path().join(number.to_string());
                let (victim, harms, next, report) = (&victim, &harms, &next, &report);
                scope.spawn(move || worker(plan, (victim, harms), &dir, next, report))
            })
            .collect();
        let mut ends = workers.into_iter().map(thread::ScopedJoinHandle::join);
        ends.try_for_each(|end| end.unwrap_or_else(|_| Err(anyhow!("a thread panicked"))))
    })?;
    let mut report = report.into_inner().unwrap_or_else(PoisonError::into_inner);
    let panics = std::mem::take(&mut *PANICS.lock().unwrap_or_else(PoisonError::into_inner));
    report.found.extend(panics);
    Ok(report)
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
    report: &Mutex<Report>,
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
        let mut report = report.lock().unwrap_or_else(PoisonError::into_inner);
        note(&mut report, harm, outcome);
    }
}

fn note(report: &mut Report, harm: &Harm, outcome: Result<Outcome, Violation>) {
    let outcome = outcome.map_err(|Violation { check, what }| {
        let found = format!("{harm}: {check}: {what}");
        tell(&found);
        found
    });
    report.count(harm, outcome);
    if report.harms.is_multiple_of(TOLD_EVERY) {
        let (harms, violations) = (report.harms, report.found.len());
        tell(&format!("{harms} harms, {violations} violations"));
    }
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
