//! One measurement, alone in a process of its own: [`Job`].
//!
//! The process is told the job as JSON on standard input and says its
//! [`Outcome`] as JSON on standard output. So its peak of memory is that of one
//! system at one task, and nothing is warm that another one warmed.

use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use annals::model::draft::Target;
use annals::model::event::Event;
use annals::model::id::{EventId, Slug};
use annals::model::time::Instant;
use annals::projection::timeline::Timeline;
use anyhow::{Context, Result, anyhow};
use serde::{Deserialize, Serialize};

use crate::meter::{self, Meter, Spent, timed};
use crate::process;
use crate::systems::{Asked, Name, Past, System, check_line};

/// Which system does what, and where.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Job {
    pub(crate) system: Name,
    pub(crate) store: PathBuf,
    pub(crate) task: Task,
}

/// What is to be done.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Task {
    /// Take in a file, all or nothing.
    AppendFile { path: PathBuf },
    /// Take in some lines of a file one by one, each durably.
    Append {
        path: PathBuf,
        skip: usize,
        count: usize,
        threads: usize,
    },
    /// Answer for one company, each question so many times.
    At {
        company: String,
        asked: Vec<Asked>,
        times: usize,
    },
    /// Answer for all companies.
    AtAll { asked: Asked },
    /// Make again what is derived.
    Rebuild,
    /// Read a file and check its lines, and store nothing.
    Check { path: PathBuf },
    /// Say an answer as JSON instead of an outcome.
    Say { company: String, asked: Asked },
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
    /// How long it took to open the store.
    pub(crate) open_us: f64,
    /// How long the work took after that.
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

/// Does the job that standard input describes.
pub(crate) fn run_from_stdin() -> Result<()> {
    let job: Job = serde_json::from_reader(io::stdin().lock())?;
    let (system, open_us) = timed(|| job.system.open(&job.store))?;
    if let Task::Say { company, asked } = &job.task {
        let answer = system.at(&company.parse()?, asked)?;
        process::say(&serde_json::to_string(&answer)?)?;
        return system.close();
    }
    let meter = Meter::start();
    let done = work(&*system, &job.task)?;
    let spent = done.spent.unwrap_or_else(|| meter.stop());
    let outcome = Outcome {
        units: done.units,
        samples_us: done.samples_us,
        open_us,
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
        Task::AppendFile { path } => {
            let meter = Meter::start();
            system.append_file(path)?;
            counted(system, meter.stop())
        }
        Task::Append {
            path,
            skip,
            count,
            threads,
        } => append(system, &lines(path, *skip, *count)?, *threads),
        Task::At {
            company,
            asked,
            times,
        } => at(system, &company.parse()?, asked, *times),
        Task::AtAll { asked } => at_all(system, asked),
        Task::Rebuild => {
            let meter = Meter::start();
            system.rebuild()?;
            counted(system, meter.stop())
        }
        Task::Check { path } => check(path),
        Task::Answers { companies, asked } => answers(system, companies, asked),
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

fn lines(path: &Path, skip: usize, count: usize) -> Result<Vec<String>> {
    let lines = BufReader::new(File::open(path)?).lines();
    Ok(lines.skip(skip).take(count).collect::<io::Result<_>>()?)
}

fn append(system: &dyn System, lines: &[String], threads: usize) -> Result<Done> {
    let share = lines.len().div_ceil(threads.max(1)).max(1);
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

fn at(system: &dyn System, company: &Slug, asked: &[Asked], times: usize) -> Result<Done> {
    let mut answers = Vec::new();
    for asked in asked {
        answers.push(hash(&system.at(company, asked)?)?);
    }
    let meter = Meter::start();
    let mut samples_us = Vec::new();
    for asked in std::iter::repeat_n(asked, times).flatten() {
        samples_us.push(timed(|| system.at(company, asked))?.1);
    }
    Ok(Done {
        units: samples_us.len() as u64,
        samples_us,
        answers,
        spent: Some(meter.stop()),
    })
}

/// Only the answering counts; the answers are hashed in between.
fn at_all(system: &dyn System, asked: &Asked) -> Result<Done> {
    let mut answers = Vec::new();
    let (mut hashing_s, mut hashing_cpu_s) = (0.0, 0.0);
    let meter = Meter::start();
    system.at_all(asked, &mut |answer| {
        let meter = Meter::start();
        answers.push(hash(answer)?);
        let spent = meter.stop();
        hashing_s += spent.wall_s;
        hashing_cpu_s += spent.cpu_s;
        Ok(())
    })?;
    let mut spent = meter.stop();
    spent.wall_s -= hashing_s;
    spent.cpu_s -= hashing_cpu_s;
    Ok(Done {
        units: answers.len() as u64,
        answers,
        spent: Some(spent),
        ..Done::default()
    })
}

fn answers(system: &dyn System, companies: &[String], asked: &[Asked]) -> Result<Done> {
    let mut answers = Vec::new();
    for company in companies {
        let company = company.parse()?;
        for asked in asked {
            answers.push(hash(&system.at(&company, asked)?)?);
        }
    }
    Ok(Done {
        units: answers.len() as u64,
        answers,
        ..Done::default()
    })
}

fn hash(answer: &Timeline) -> Result<u64> {
    let mut hasher = DefaultHasher::new();
    serde_json::to_string(answer)?.hash(&mut hasher);
    Ok(hasher.finish())
}

/// Checks lines once, as both systems do; the company is believed, and what is
/// struck is looked for nowhere.
fn check(path: &Path) -> Result<Done> {
    struct Nothing;
    impl Past for Nothing {
        fn has_company(&self, _: &Slug) -> bool {
            true
        }
        fn target(&self, _: EventId) -> Option<Target> {
            None
        }
    }
    let mut units = 0;
    for line in BufReader::new(File::open(path)?).lines() {
        let line = line?;
        if !line.contains("\"fault\":") {
            let event: Event = check_line(&line, &Nothing, Instant::LAST)?;
            std::hint::black_box(event.to_json());
        }
        units += 1;
    }
    Ok(Done {
        units,
        ..Done::default()
    })
}

/// The file in which a store of this name lies.
pub(crate) fn store_of(dir: &Path, system: Name) -> Result<PathBuf> {
    let name = serde_json::to_value(system)?;
    let name = name.as_str().context("a system has a name")?;
    Ok(dir.join(name))
}
