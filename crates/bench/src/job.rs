//! One measurement, alone in a process of its own: [`Order`].
//!
//! The process is told the order as JSON on standard input, and says what came
//! of it as JSON in the last line of standard output. So its peak of memory is
//! that of one system at one task, and nothing is warm that another one warmed.

use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use annals::model::id::Slug;
use annals::projection::timeline::Timeline;
use anyhow::{Result, anyhow};
use serde::{Deserialize, Serialize};

use crate::meter::{self, Meter, Spent, timed};
use crate::process::{self, Program};
use crate::systems::{Answers, Asked, Commit, Name, Store, System};
use crate::workload::{Plan, Workload};

/// What a process is to do.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Order {
    /// Make a workload.
    Make { plan: Plan, dir: PathBuf },
    /// Measure a system.
    Measure(Job),
    /// Measure a program from its start to its end.
    Run(Program),
}

/// Which system does what, and where.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Job {
    pub(crate) system: Name,
    pub(crate) store: Store,
    pub(crate) task: Task,
}

/// What is to be done.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Task {
    /// Take in a file.
    AppendFile { path: PathBuf, commit: Commit },
    /// Take in some lines of a file one by one, each durably.
    Append {
        path: PathBuf,
        skip: usize,
        count: usize,
        threads: usize,
    },
    /// Answer for these companies in turn, once for each day or until the time
    /// is over.
    At {
        companies: Vec<String>,
        days: Vec<String>,
        seconds: f64,
    },
    /// Answer for all companies; to compare, keep one answer of so many.
    AtAll { day: String, kept_one_of: u64 },
    /// Make again what is derived.
    Rebuild,
    /// Join a table with the next date of results.
    Join { rows: PathBuf },
    /// Say an answer as JSON instead of an outcome.
    Say { company: String, day: String },
    /// Answer for several companies, to compare.
    Answers {
        companies: Vec<String>,
        asked: Vec<Asked>,
    },
    /// Count the events.
    Count,
}

/// What came of a job.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Outcome {
    /// How many events or answers.
    pub(crate) units: u64,
    /// How long each took, where each was timed.
    pub(crate) samples_us: Vec<f64>,
    /// How long the work took after the store was open.
    pub(crate) wall_s: f64,
    /// The processor time of the work.
    pub(crate) cpu_s: f64,
    /// The most memory of the process, from its start to the end of the work.
    pub(crate) peak_kib: Option<u64>,
    /// A hash of each answer.
    pub(crate) answers: Vec<u64>,
}

/// What the work itself tells.
#[derive(Default)]
struct Done {
    units: u64,
    samples_us: Vec<f64>,
    answers: Vec<u64>,
    /// Where only a part of the work counts.
    spent: Option<Spent>,
}

/// At least so many answers are timed, however long they take.
const ANSWERS_MIN: usize = 3;

/// Does what standard input orders.
pub(crate) fn run_from_stdin() -> Result<()> {
    match serde_json::from_reader(io::stdin().lock())? {
        Order::Make { plan, dir } => {
            let made = Workload::make(plan, &dir)?;
            process::say(&serde_json::to_string(&made)?)
        }
        Order::Measure(job) => measure(&job),
        Order::Run(program) => process::say(&serde_json::to_string(&program.run()?)?),
    }
}

fn measure(job: &Job) -> Result<()> {
    let system = job.system.open(&job.store)?;
    if let Task::Say { company, day } = &job.task {
        let answer = system.answers()?.at(&company.parse()?, &asked(day))?;
        process::say(&text(answer)?)?;
        return system.close();
    }
    let meter = Meter::start();
    let done = work(&*system, &job.task)?;
    let spent = done.spent.unwrap_or_else(|| meter.stop());
    let outcome = Outcome {
        units: done.units,
        samples_us: done.samples_us,
        wall_s: spent.wall_s,
        cpu_s: spent.cpu_s,
        peak_kib: meter::peak_kib(),
        answers: done.answers,
    };
    system.close()?;
    process::say(&serde_json::to_string(&outcome)?)
}

fn work(system: &dyn System, task: &Task) -> Result<Done> {
    match task {
        Task::AppendFile { path, commit } => {
            let meter = Meter::start();
            system.append_file(path, *commit)?;
            counted(system, meter.stop())
        }
        Task::Append {
            path,
            skip,
            count,
            threads,
        } => append(system, &lines(path, *skip, *count)?, *threads),
        Task::At {
            companies,
            days,
            seconds,
        } => at(system.answers()?, companies, days, *seconds),
        Task::AtAll { day, kept_one_of } => at_all(system.answers()?, &asked(day), *kept_one_of),
        Task::Rebuild => {
            let meter = Meter::start();
            system.answers()?.rebuild()?;
            counted(system, meter.stop())
        }
        Task::Join { rows } => join(system.answers()?, rows),
        Task::Answers { companies, asked } => answers(system.answers()?, companies, asked),
        Task::Count => counted(system, Meter::start().stop()),
        Task::Say { .. } => Ok(Done::default()),
    }
}

/// Counts the events, which is no part of the work.
fn counted(system: &dyn System, spent: Spent) -> Result<Done> {
    Ok(Done {
        units: system.events()?,
        spent: Some(spent),
        ..Done::default()
    })
}

/// Some lines of a file.
pub(crate) fn lines(path: &Path, skip: usize, count: usize) -> Result<Vec<String>> {
    let lines = BufReader::new(File::open(path)?).lines();
    Ok(lines.skip(skip).take(count).collect::<io::Result<_>>()?)
}

fn append(system: &dyn System, lines: &[String], threads: usize) -> Result<Done> {
    let share = lines.len().div_ceil(threads.max(1)).max(1);
    system.expect_threads(threads)?;
    let meter = Meter::start();
    let append_share = |lines: &[String]| -> Result<Vec<f64>> {
        let timed_append = |line: &String| timed(|| system.append(line)).map(|((), us)| us);
        lines.iter().map(timed_append).collect()
    };
    let samples_us = if threads == 1 {
        append_share(lines)?
    } else {
        std::thread::scope(|scope| {
            let threads: Vec<_> = lines
                .chunks(share)
                .map(|lines| scope.spawn(move || append_share(lines)))
                .collect();
            let joined = threads.into_iter().map(|thread| {
                let panicked = |_| anyhow!("a thread that appends panicked");
                thread.join().map_err(panicked)?
            });
            joined.collect::<Result<Vec<_>>>()
        })?
        .concat()
    };
    Ok(Done {
        units: lines.len() as u64,
        samples_us,
        spent: Some(meter.stop()),
        ..Done::default()
    })
}

/// Each company is asked about once before the time counts.
fn at(system: &dyn Answers, companies: &[String], days: &[String], seconds: f64) -> Result<Done> {
    let companies = slugs(companies)?;
    for (company, day) in companies.iter().zip(days.iter().cycle()) {
        system.at(company, &asked(day))?;
    }
    let end = Instant::now() + Duration::from_secs_f64(seconds);
    let meter = Meter::start();
    let mut samples_us = Vec::new();
    for (day, company) in days.iter().zip(companies.iter().cycle()) {
        if samples_us.len() >= ANSWERS_MIN && Instant::now() >= end {
            break;
        }
        let asked = asked(day);
        samples_us.push(timed(|| system.at(company, &asked))?.1);
    }
    Ok(Done {
        units: samples_us.len() as u64,
        samples_us,
        spent: Some(meter.stop()),
        ..Done::default()
    })
}

/// Only the answering counts; what is kept to compare is hashed in between. Which
/// companies' answers are kept follows from their slugs.
fn at_all(system: &dyn Answers, asked: &Asked, one_of: u64) -> Result<Done> {
    let mut units = 0;
    let mut answers = Vec::new();
    let (mut hashing_s, mut hashing_cpu_s) = (0.0, 0.0);
    let kept = |company: &Slug| {
        let mut hasher = DefaultHasher::new();
        company.as_str().hash(&mut hasher);
        hasher.finish().is_multiple_of(one_of)
    };
    let meter = Meter::start();
    system.at_all(asked, &kept, &mut |answer| {
        units += 1;
        if let Some(answer) = answer {
            let meter = Meter::start();
            answers.push(hash(answer)?);
            let spent = meter.stop();
            hashing_s += spent.wall_s;
            hashing_cpu_s += spent.cpu_s;
        }
        Ok(())
    })?;
    let mut spent = meter.stop();
    spent.wall_s -= hashing_s;
    spent.cpu_s -= hashing_cpu_s;
    answers.push(units);
    Ok(Done {
        units,
        answers,
        spent: Some(spent),
        ..Done::default()
    })
}

/// Joins; the answers are hashed after the time counted.
fn join(system: &dyn Answers, rows: &Path) -> Result<Done> {
    system.expect_join()?;
    let out = rows.with_extension("joined");
    let meter = Meter::start();
    let units = system.join(rows, &out)?;
    let spent = meter.stop();
    Ok(Done {
        units,
        spent: Some(spent),
        answers: hashes_of_lines(&out)?,
        ..Done::default()
    })
}

/// Hashes of a file, each of some thousand lines, in order.
fn hashes_of_lines(path: &Path) -> Result<Vec<u64>> {
    const LINES: usize = 4_096;
    let mut lines = BufReader::new(File::open(path)?).lines().peekable();
    let mut hashes = Vec::new();
    while lines.peek().is_some() {
        let mut hasher = DefaultHasher::new();
        for line in lines.by_ref().take(LINES) {
            line?.hash(&mut hasher);
        }
        hashes.push(hasher.finish());
    }
    Ok(hashes)
}

fn answers(system: &dyn Answers, companies: &[String], asked: &[Asked]) -> Result<Done> {
    let mut answers = Vec::new();
    for company in slugs(companies)? {
        for asked in asked {
            answers.push(hash(system.at(&company, asked)?)?);
        }
    }
    Ok(Done {
        units: answers.len() as u64,
        answers,
        ..Done::default()
    })
}

fn slugs(names: &[String]) -> Result<Vec<Slug>> {
    Ok(names
        .iter()
        .map(|name| name.parse())
        .collect::<Result<_, _>>()?)
}

fn asked(day: &str) -> Asked {
    Asked {
        day: day.to_owned(),
        recorded: None,
    }
}

/// An answer as JSON, without the list of events.
fn text(answer: Timeline) -> Result<String> {
    Ok(serde_json::to_string(&answer)?)
}

fn hash(answer: Timeline) -> Result<u64> {
    let mut hasher = DefaultHasher::new();
    text(answer)?.hash(&mut hasher);
    Ok(hasher.finish())
}
