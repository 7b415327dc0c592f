//! Thousands of power cuts: [`run`].

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::{Context, Result, anyhow};

use crate::check::{Violation, check_by_program};
use crate::group::{Crash, Group, Made, pick_model};
use crate::random::Random;
use crate::recording::Runner;
use crate::say::tell;

mod report;

pub use report::{Found, Report};

/// How many cycles share a recording.
pub const GROUP_CYCLES: u64 = 20;

/// In how many of a hundred cycles the program is asked as well.
const ASKS_PROGRAM: usize = 3;

/// After how many cycles it is told how far it has come.
const TOLD_EVERY: u64 = 1_000;

/// What is to be run.
#[derive(Debug, Clone)]
pub struct Plan {
    /// All choices follow from it.
    pub seed: u64,
    /// How many cycles.
    pub cycles: u64,
    /// Only this one of them.
    pub only: Option<u64>,
    /// Where the folder of a store that is at fault is kept, as the cut left it.
    pub keep: Option<PathBuf>,
    /// End with the first violation.
    pub stops: bool,
    /// How many at once.
    pub threads: usize,
    /// The folder in which stores are made.
    pub dir: PathBuf,
    /// How workloads are run.
    pub runner: Runner,
    /// The built program, to be asked as well.
    pub program: Option<PathBuf>,
}

/// Runs cycles.
///
/// # Errors
///
/// If they cannot be run; what they find is in the report.
pub fn run(plan: &Plan) -> Result<Report> {
    let work = tempfile::Builder::new()
        .prefix("annals-crash-")
        .tempdir_in(&plan.dir)
        .with_context(|| format!("cannot work in {}", plan.dir.display()))?;
    let next = AtomicU64::new(0);
    let report = Mutex::new(Report::default());
    thread::scope(|scope| {
        let work = |number: usize| {
            let dir = work.path().join(number.to_string());
            let (next, report) = (&next, &report);
            scope.spawn(move || worker(plan, &dir, next, report))
        };
        let workers: Vec<_> = (0..plan.threads.max(1)).map(work).collect();
        let mut ends = workers.into_iter().map(thread::ScopedJoinHandle::join);
        ends.try_for_each(|end| end.unwrap_or_else(|_| Err(anyhow!("a thread panicked"))))
    })?;
    Ok(report.into_inner().unwrap_or_else(PoisonError::into_inner))
}

fn worker(plan: &Plan, dir: &Path, next: &AtomicU64, report: &Mutex<Report>) -> Result<()> {
    loop {
        let group = next.fetch_add(1, Ordering::Relaxed);
        let first = group * GROUP_CYCLES;
        let ends = plan.stops && report.lock().is_ok_and(|report| !report.found.is_empty());
        if first >= plan.cycles || ends {
            return Ok(());
        }
        if plan.only.is_some_and(|only| only / GROUP_CYCLES != group) {
            continue;
        }
        let random = Random::of(plan.seed, group);
        let made = Group::make(&plan.runner, &dir.join("recorded"), random)
            .with_context(|| format!("the recording of cycle {first}"))?;
        match made {
            Made::Failed(name, violation) => {
                let found = Found::new(first, &name, "", 0, violation);
                add(report, |report| report.fail(found));
                fs::remove_dir_all(dir)?;
            }
            Made::Group(group) => {
                let upto = (first + GROUP_CYCLES).min(plan.cycles);
                let cycles = (first..upto).filter(|cycle| plan.only.is_none_or(|o| o == *cycle));
                for number in cycles {
                    cycle(plan, &group, number, dir, report)?;
                }
            }
        }
    }
}

fn add(report: &Mutex<Report>, change: impl FnOnce(&mut Report)) {
    change(&mut report.lock().unwrap_or_else(PoisonError::into_inner));
}

/// Cuts the power once.
fn cycle(
    plan: &Plan,
    group: &Group,
    number: u64,
    dir: &Path,
    report: &Mutex<Report>,
) -> Result<()> {
    let mut random = Random::of(plan.seed ^ 0x00c0_ffee, number);
    let model = pick_model(&mut random);
    let crash = group.crash(model, &mut random)?;
    let store = dir.join("image");
    crash.tree.write(&store)?;
    let mut checked = group.check(&crash, &store, &mut random);
    fs::remove_dir_all(&store)?;
    if checked.is_ok() && random.percent(ASKS_PROGRAM) {
        checked = by_program(plan, group, &crash, &store)?;
    }
    let found = checked
        .err()
        .map(|violation| Found::new(number, &group.name, model.name(), crash.call, violation));
    if let Some(found) = &found {
        tell(&found.to_string());
    }
    if let (Some(_), Some(keep)) = (&found, &plan.keep) {
        crash.tree.write(&keep.join(format!("cycle-{number}")))?;
    }
    add(report, |report| {
        report.count(&group.name, model, found);
        if report.cycles % TOLD_EVERY == 0 {
            let violations = report.found.len();
            tell(&format!(
                "{} cycles, {violations} violations",
                report.cycles
            ));
        }
    });
    Ok(())
}

fn by_program(
    plan: &Plan,
    group: &Group,
    crash: &Crash,
    store: &Path,
) -> Result<Result<(), Violation>> {
    let Some(program) = &plan.program else {
        return Ok(Ok(()));
    };
    crash.tree.write(store)?;
    let checked = check_by_program(program, store, &group.recording.history, &crash.told);
    fs::remove_dir_all(store)?;
    Ok(checked)
}
