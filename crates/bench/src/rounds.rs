//! Which jobs a run is made of, and in which order: [`run`].
//!
//! Each row is measured in rounds; within a round the systems take turns, and
//! another one begins each time, so that what else the machine does falls on
//! all alike. Ratios are taken within a round, and then their median.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::cli::Cli;
use crate::job::{Job, Outcome, Task, store_of};
use crate::process::{run_job, tell, time_annals, time_job};
use crate::report::{Measured, Report, Row, Size, Timed, Took};
use crate::systems::{Asked, Name};
use crate::workload::{Plan, Workload};

/// What one round appends singly, and how often processes are started in it.
const SINGLE_EVENTS: usize = 300;
const THREADS: usize = 8;
const THREAD_EVENTS: usize = 600;
const PROCESSES: usize = 8;
/// How many answers of one company are timed in a round, but for large ones.
const ANSWERS: u64 = 400;
const ANSWERED_EVENTS_MAX: u64 = 40_000;
/// How many companies are asked about to compare the answers.
const COMPARED: usize = 40;
/// The days that are asked about.
const DAYS: &[&str] = &[
    "2011-03-31",
    "2014-06-30",
    "2018-12-31",
    "2022-02-28",
    "2025-12-31",
];
const DAY_OF_ALL: &str = "2024-06-30";

/// Does all of a run.
pub(crate) fn run(cli: &Cli) -> Result<Report> {
    let folder = tempfile::Builder::new()
        .prefix("annals-bench-")
        .tempdir_in(&cli.dir)
        .with_context(|| format!("cannot make a folder in {}", cli.dir.display()))?;
    let single = SINGLE_EVENTS + THREAD_EVENTS;
    let plan = Plan {
        seed: cli.seed,
        events: cli.events,
        more: cli.rounds * single as u64,
    };
    let workload = Workload::make(plan, folder.path())?;
    let sqlite = match cli.lean_sqlite {
        true => Name::SqliteLean,
        false => Name::Sqlite,
    };
    let run = Run {
        cli,
        dir: folder.path().to_owned(),
        systems: [Name::Annals, sqlite, Name::Raw],
        workload,
    };
    let mut report = Report::new(cli, run.workload.shape);
    report.rows.push(run.append_file()?);
    report.rows.push(run.check()?);
    report.sizes = run.sizes()?;
    report.compared = run.compare()?;
    report.rows.extend(run.readings()?);
    match &cli.binary {
        Some(binary) => report.rows.push(run.processes(binary)?),
        None => report
            .skipped
            .push("(g), as no --binary was given".to_owned()),
    }
    report.rows.push(run.openings()?);
    report.rows.extend(run.singles()?);
    run.count()?;
    report.end();
    Ok(report)
}

struct Run<'c> {
    cli: &'c Cli,
    dir: PathBuf,
    systems: [Name; 3],
    workload: Workload,
}

impl Run<'_> {
    fn job(&self, system: Name, task: &Task) -> Result<Job> {
        Ok(Job {
            system,
            store: store_of(&self.dir, system)?,
            task: task.clone(),
        })
    }

    /// Measures a row: in each round, all systems in turn.
    fn row(
        &self,
        row: Row,
        systems: &[Name],
        mut measure: impl FnMut(Name, usize) -> Result<Took>,
    ) -> Result<Row> {
        let mut row = row;
        for round in 0..usize::try_from(self.cli.rounds)? {
            let mut answers: Option<(Name, Vec<u64>)> = None;
            for turn in 0..systems.len() {
                let Some(&system) = systems.get((round + turn) % systems.len()) else {
                    continue;
                };
                let mut took = measure(system, round)?;
                let these = std::mem::take(&mut took.answers);
                match &answers {
                    Some((other, those)) if *those != these => {
                        bail!("({}): {system} and {other} answer differently", row.key);
                    }
                    _ => answers = Some((system, these)),
                }
                row.add(system, took);
            }
            tell(&format!("({}) {}: round {}", row.key, row.title, round + 1));
        }
        Ok(row)
    }

    /// The same where one task is one job.
    fn task_row(&self, row: Row, task: &Task) -> Result<Row> {
        self.row(row, &self.systems, |system, _| {
            Ok(run_job(&self.job(system, task)?)?.into())
        })
    }

    fn append_file(&self) -> Result<Row> {
        let task = Task::AppendFile {
            path: self.workload.base.clone(),
        };
        let row = Row::new("c", "a file of all events", "event", Measured::Whole);
        self.row(row, &self.systems, |system, _| {
            let job = self.job(system, &task)?;
            if job.store.exists() {
                fs::remove_dir_all(&job.store)?;
            }
            let outcome = run_job(&job)?;
            self.ensure_count(&outcome, self.cli.events)?;
            Ok(outcome.into())
        })
    }

    /// Reading and checking the same file, which both systems do.
    fn check(&self) -> Result<Row> {
        let task = Task::Check {
            path: self.workload.base.clone(),
        };
        let row = Row::new("c'", "checking its lines alone", "event", Measured::Whole);
        self.row(row, &[Name::Raw], |system, _| {
            Ok(run_job(&self.job(system, &task)?)?.into())
        })
    }

    fn ensure_count(&self, outcome: &Outcome, events: u64) -> Result<()> {
        let count = outcome.units;
        ensure!(count == events, "{count} events are there, not {events}");
        Ok(())
    }

    fn sizes(&self) -> Result<Vec<Size>> {
        let size = |&system: &Name| {
            let store = store_of(&self.dir, system)?;
            Ok(Size {
                system,
                bytes: folder_bytes(&store)?,
                cache_bytes: folder_bytes(&store.join("cache"))?,
            })
        };
        self.systems.iter().map(size).collect()
    }

    /// Asks all systems the same, and tells how many answers were compared.
    fn compare(&self) -> Result<u64> {
        let companies = &self.workload.companies;
        let step = companies.len().div_ceil(COMPARED).max(1);
        let companies: Vec<String> = companies
            .iter()
            .step_by(step)
            .map(ToString::to_string)
            .collect();
        let asked: Vec<Asked> = [None, Some(self.cli.events / 2)]
            .into_iter()
            .flat_map(|recorded| DAYS.iter().map(move |day| asked(day, recorded)))
            .collect();
        let task = Task::Answers {
            companies: companies.clone(),
            asked: asked.clone(),
        };
        let mut first: Option<(Name, Vec<u64>)> = None;
        for system in self.systems {
            let answers = run_job(&self.job(system, &task)?)?.answers;
            ensure!(
                answers.len() == companies.len() * asked.len(),
                "{system} left out answers"
            );
            let distinct: HashSet<_> = answers.iter().collect();
            ensure!(
                distinct.len() > companies.len(),
                "{system} gives the same answer to all"
            );
            let Some((other, those)) = &first else {
                first = Some((system, answers));
                continue;
            };
            if let Some(at) = answers
                .iter()
                .zip(those)
                .position(|(one, other)| one != other)
            {
                let company = companies.get(at / asked.len());
                let asked = asked.get(at % asked.len());
                bail!("{system} and {other} differ on {company:?}, {asked:?}");
            }
        }
        Ok((companies.len() * asked.len()) as u64)
    }

    fn readings(&self) -> Result<Vec<Row>> {
        let shape = self.workload.shape;
        let median = self.workload.median().context("there is a company")?;
        let largest = self.workload.largest().context("there is a company")?;
        let at = |company: &annals::model::id::Slug, events: u64| {
            let days = DAYS.len() as u64;
            let answers = (ANSWERED_EVENTS_MAX / events.max(1)).clamp(days * 2, ANSWERS);
            Ok::<_, anyhow::Error>(Task::At {
                company: company.to_string(),
                asked: DAYS.iter().map(|day| asked(day, None)).collect(),
                times: usize::try_from(answers / days)?,
            })
        };
        let title = |which: &str, events: u64| format!("as of: {which} company ({events} events)");
        let row = |key, title: &str, unit, measured| Row::new(key, title, unit, measured);
        let of_median = title("the median", shape.events_of_median);
        let of_largest = title("the largest", shape.events_of_largest);
        Ok(vec![
            self.task_row(
                row("d", &of_median, "answer", Measured::Each),
                &at(median, shape.events_of_median)?,
            )?,
            self.task_row(
                row("d'", &of_largest, "answer", Measured::Each),
                &at(largest, shape.events_of_largest)?,
            )?,
            self.task_row(
                row("e", "as of: all companies", "answer", Measured::Whole),
                &Task::AtAll {
                    asked: asked(DAY_OF_ALL, None),
                },
            )?,
            self.task_row(
                row("f", "rebuild", "event", Measured::Whole),
                &Task::Rebuild,
            )?,
        ])
    }

    /// Opening the store in a new process.
    fn openings(&self) -> Result<Row> {
        let row = Row::new("h", "opening the store", "opening", Measured::Each);
        self.row(row, &self.systems, |system, _| {
            let job = self.job(system, &Task::Count)?;
            let open = |_| run_job(&job).map(|outcome| outcome.open_us);
            let samples_us = (0..PROCESSES).map(open).collect::<Result<Vec<f64>>>()?;
            Ok(Took::of_samples(samples_us))
        })
    }

    /// Answers for the median company, each by a new process.
    fn processes(&self, binary: &Path) -> Result<Row> {
        let company = self.workload.median().context("there is a company")?;
        let company = company.to_string();
        let (annals, sqlite) = (Name::Annals, self.systems[1]);
        let row = Row::new("g", "a process that answers (d)", "process", Measured::Each);
        self.row(row, &[annals, sqlite], |system, _| {
            let store = store_of(&self.dir, system)?;
            let job = self.job(
                system,
                &Task::Say {
                    company: company.clone(),
                    asked: asked(DAY_OF_ALL, None),
                },
            )?;
            let samples_us = (0..PROCESSES)
                .map(|_| match system {
                    Name::Annals => time_annals(binary, &store, &company, DAY_OF_ALL),
                    _ => time_job(&job),
                })
                .collect::<Result<Vec<f64>>>()?;
            Ok(Took::of_samples(samples_us))
        })
    }

    fn singles(&self) -> Result<Vec<Row>> {
        let round_events = SINGLE_EVENTS + THREAD_EVENTS;
        let append = |skip, count, threads| Task::Append {
            path: self.workload.more.clone(),
            skip,
            count,
            threads,
        };
        let one = Row::new("a", "single appends, 1 client", "event", Measured::Each);
        let one = self.row(one, &self.systems, |system, round| {
            let task = append(round * round_events, SINGLE_EVENTS, 1);
            Ok(run_job(&self.job(system, &task)?)?.into())
        })?;
        let many = Row::new("b", "single appends, 8 threads", "event", Measured::Whole);
        let many = self.row(many, &self.systems, |system, round| {
            let skip = round * round_events + SINGLE_EVENTS;
            let task = append(skip, THREAD_EVENTS, THREADS);
            Ok(run_job(&self.job(system, &task)?)?.into())
        })?;
        Ok(vec![one, many])
    }

    /// Makes sure that nothing was lost on the way.
    fn count(&self) -> Result<()> {
        let more = self.cli.rounds * (SINGLE_EVENTS + THREAD_EVENTS) as u64;
        for system in self.systems {
            let outcome = run_job(&self.job(system, &Task::Count)?)?;
            self.ensure_count(&outcome, self.cli.events + more)?;
        }
        Ok(())
    }
}

fn asked(day: &str, recorded: Option<u64>) -> Asked {
    Asked {
        day: day.to_owned(),
        recorded,
    }
}

impl From<Outcome> for Took {
    fn from(outcome: Outcome) -> Self {
        Self {
            timed: Timed {
                units: outcome.units,
                wall_s: outcome.wall_s,
                open_us: Some(outcome.open_us),
                cpu_s: Some(outcome.cpu_s),
                peak_kib: outcome.peak_kib,
            },
            samples_us: outcome.samples_us,
            answers: outcome.answers,
        }
    }
}

/// What the files of a folder take on the disk.
fn folder_bytes(folder: &Path) -> Result<u64> {
    use std::os::unix::fs::MetadataExt;
    const BLOCK_BYTES: u64 = 512;
    let mut bytes = 0;
    if !folder.exists() {
        return Ok(0);
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        bytes += match metadata.is_dir() {
            true => folder_bytes(&entry.path())?,
            false => metadata.blocks() * BLOCK_BYTES,
        };
    }
    Ok(bytes)
}
