//! What is measured, as rows of jobs: [`run`].
//!
//! A store of a size is loaded once and then read by all rows that read; rows
//! that append come last, and add to the same store.

use std::cell::Cell;
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};

use crate::aims;
use crate::cli::{Cli, Letter};
use crate::job::{Job, Order, Task, lines};
use crate::meter;
use crate::process::{forget, order, run_annals, run_job, run_job_whole, tell};
use crate::report::{Disk, Measured, Report, Row, SizeReport, Took, number};
use crate::rounds::{Effort, ROUNDS_MAX, measure};
use crate::systems::{Asked, Commit, Name, Store};
use crate::workload::{Plan, Workload, random_days};

/// The days on which answers are compared.
const COMPARED_DAYS: &[&str] = &[
    "2011-03-31",
    "2014-06-30",
    "2018-12-31",
    "2022-02-28",
    "2025-12-31",
];
/// The same for the largest company, of which an answer takes long.
const COMPARED_DAY_OF_LARGEST: &str = "2019-10-01";
/// About how many answers for all companies are compared.
const COMPARED_OF_ALL: u64 = 1_000;
/// The day that processes ask about.
const DAY: &str = "2024-06-30";
/// How a page cache is made cold.
const COLD: &str = "fsync and posix_fadvise(POSIX_FADV_DONTNEED) on every file of the store; \
    the program itself and the names of files stay warm";

/// Does all of a run.
pub(crate) fn run(cli: &Cli) -> Result<Report> {
    let mut report = Report {
        version: env!("CARGO_PKG_VERSION"),
        seed: cli.seed,
        cpus: std::thread::available_parallelism().map_or(1, usize::from),
        cold: COLD,
        sizes: Vec::new(),
        growth: Vec::new(),
        not_measured: vec!["(l) `join` of a million rows: not built yet".to_owned()],
    };
    let binary = binary(cli)?;
    if binary.is_none() {
        report.not_measured.push(
            "(g), (h), (j) and the processes of (c) and (f): there is no `annals` beside this \
             program; `cargo build --release -p annals-cli` makes it"
                .to_owned(),
        );
    }
    let mut sizes = cli.events.clone();
    sizes.sort_unstable();
    sizes.dedup();
    for events in sizes {
        let size = Run::new(cli, binary.as_deref(), events)?.run()?;
        report.sizes.push(size);
    }
    report.growth = aims::growth(&report.sizes);
    Ok(report)
}

/// The `annals` program.
fn binary(cli: &Cli) -> Result<Option<PathBuf>> {
    if let Some(binary) = &cli.binary {
        ensure!(binary.exists(), "there is no {}", binary.display());
        return Ok(Some(fs::canonicalize(binary)?));
    }
    let beside = std::env::current_exe()?.with_file_name("annals");
    Ok(Some(beside).filter(|binary| binary.exists()))
}

/// A run at one size.
struct Run<'c> {
    cli: &'c Cli,
    binary: Option<&'c Path>,
    effort: Effort,
    workload: Workload,
    folder: tempfile::TempDir,
    /// How SQLite takes in a file faster, once that is known.
    sqlite_commits: Cell<Option<Commit>>,
}

impl<'c> Run<'c> {
    fn new(cli: &'c Cli, binary: Option<&'c Path>, events: u64) -> Result<Self> {
        let effort = Effort::of(events, cli.rounds);
        let plan = Plan {
            seed: cli.seed,
            events,
            more: ROUNDS_MAX * effort.appended() as u64,
        };
        let dir = Workload::dir_of(plan, &cli.dir);
        let workload = match Workload::read(plan, &dir) {
            Some(workload) => workload,
            None => {
                tell(&format!("making {events} events in {}", dir.display()));
                // A process of its own, so that its memory is not counted as
                // that of processes started here.
                let dir = dir.clone();
                let made: Workload = order(&Order::Make { plan, dir })?;
                drop(made);
                Workload::read(plan, &Workload::dir_of(plan, &cli.dir))
                    .context("the workload was not written")?
            }
        };
        let folder = tempfile::Builder::new()
            .prefix("annals-bench-stores-")
            .tempdir_in(&cli.dir)
            .with_context(|| format!("cannot make a folder in {}", cli.dir.display()))?;
        Ok(Self {
            cli,
            binary,
            effort,
            workload,
            folder,
            sqlite_commits: Cell::new(None),
        })
    }

    fn run(&self) -> Result<SizeReport> {
        let began = Instant::now();
        let Effort {
            rounds,
            heavy_rounds,
            ..
        } = self.effort;
        let mut report = SizeReport::new(self.workload.shape, [rounds, heavy_rounds]);
        let mut rows = self.load()?;
        report.disk = self.disk()?;
        report.compared = self.compare()?;
        rows.extend(self.readings()?);
        rows.extend(self.asking_processes()?);
        rows.extend(self.appends()?);
        self.count()?;
        // Within a letter they keep their order.
        rows.sort_by_key(|row| row.key.chars().next());
        report.rows = rows;
        report.sqlite_commits = self.sqlite_commits.get();
        report.aims = aims::aims(&report);
        report.load[1] = meter::load();
        report.took_s = began.elapsed().as_secs_f64();
        Ok(report)
    }

    /// The systems that take in events, and maybe others.
    fn systems(&self, others: &[Name]) -> Vec<Name> {
        let mut systems = vec![Name::Annals, Name::Sqlite];
        if self.cli.postgres().is_some() {
            systems.push(Name::Postgres);
        }
        if self.cli.umadb() {
            systems.push(Name::Umadb);
        }
        systems.extend(others);
        systems
    }

    /// The systems of rows in which the program is measured as well.
    fn with_program(&self, systems: &[Name]) -> Vec<Name> {
        let program = self.binary.map(|_| Name::AnnalsProgram);
        program.into_iter().chain(systems.iter().copied()).collect()
    }

    /// Where a system has its store.
    fn store(&self, system: Name) -> PathBuf {
        let name = match system {
            Name::Annals | Name::AnnalsProgram => "annals",
            Name::Sqlite => "sqlite",
            Name::Postgres => "postgres",
            Name::Umadb => "umadb",
            Name::Raw => "raw",
        };
        self.folder.path().join(name)
    }

    fn job(&self, system: Name, task: &Task) -> Job {
        Job {
            system,
            store: Store {
                dir: self.store(system),
                url: self.cli.postgres().map(str::to_owned),
            },
            task: task.clone(),
        }
    }

    fn took(&self, system: Name, task: &Task) -> Result<Took> {
        let mut took = Took::from(run_job(&self.job(system, task))?);
        if system == Name::Postgres {
            // The work is done by a server.
            took.timed.cpu_s = None;
            took.timed.peak_kib = None;
        }
        Ok(took)
    }

    fn annals(&self, args: &[&str]) -> Result<crate::process::Ran> {
        let binary = self.binary.context("there is no program")?;
        run_annals(binary, &self.store(Name::AnnalsProgram), args)
    }

    /// Row c, and what leaves all events in the stores.
    fn load(&self) -> Result<Vec<Row>> {
        let is_all = self.workload.first_million_events() == self.workload.plan.events;
        let wanted = self.cli.wants(Letter::C);
        let mut rows = Vec::new();
        if wanted || is_all {
            let path = self.workload.first_million();
            let events = self.workload.first_million_events();
            let title = match is_all {
                true => "a file of all events",
                false => "a file of a million events",
            };
            let rounds = if wanted { self.effort.heavy_rounds } else { 1 };
            let systems = match wanted {
                true => self.with_program(&self.systems(&[Name::Raw])),
                false => self.systems(&[]),
            };
            let row = Row::new("c", title, Measured::Whole);
            rows.push(measure(row, rounds, &systems, |system, _| {
                self.take_in(system, &path, events)
            })?);
        }
        if !is_all {
            let path = self.workload.base();
            let events = self.workload.plan.events;
            let row = Row::new("c-all", "a file of all events", Measured::Whole);
            let mut systems = self.with_program(&self.systems(&[]));
            if self.binary.is_some() {
                systems.retain(|system| *system != Name::Annals);
            }
            rows.push(measure(row, 1, &systems, |system, _| {
                self.take_in(system, &path, events)
            })?);
        }
        rows.retain(|_| wanted);
        Ok(rows)
    }

    /// Has a system take in a file, into a new store.
    fn take_in(&self, system: Name, path: &Path, events: u64) -> Result<Took> {
        let with = |commit| {
            let store = self.store(system);
            if store.exists() {
                fs::remove_dir_all(&store)?;
            }
            if system == Name::AnnalsProgram {
                let file = path.display().to_string();
                let ran = self.annals(&["append", "--quiet", "--file", &file])?;
                return Ok(Took::of_process(ran, events));
            }
            let path = path.to_owned();
            let took = self.took(system, &Task::AppendFile { path, commit })?;
            let count = took.timed.units;
            ensure!(count == events, "{system} has {count} events, not {events}");
            Ok(took)
        };
        if system != Name::Sqlite {
            return with(Commit::Whole);
        }
        if let Some(commit) = self.sqlite_commits.get() {
            return with(commit);
        }
        if !self.cli.wants(Letter::C) {
            return with(Commit::Parts);
        }
        let (whole, parts) = (with(Commit::Whole)?, with(Commit::Parts)?);
        let (commit, took) = match whole.timed.wall_s < parts.timed.wall_s {
            true => (Commit::Whole, whole),
            false => (Commit::Parts, parts),
        };
        self.sqlite_commits.set(Some(commit));
        Ok(took)
    }

    fn disk(&self) -> Result<Vec<Disk>> {
        let disk = |system: Name| {
            let store = self.store(system);
            let bytes = folder_bytes(&store)?;
            Ok(Disk {
                system,
                bytes,
                bytes_an_event: number(bytes) / number(self.workload.plan.events),
                cache_bytes: folder_bytes(&store.join("cache"))?,
            })
        };
        let mut systems = self.systems(&[]);
        systems.retain(|system| *system != Name::Postgres);
        systems.into_iter().map(disk).collect()
    }

    /// Asks the systems that answer the same, and tells how many answers were
    /// compared.
    fn compare(&self) -> Result<u64> {
        let asked = |day: &&str, recorded| Asked {
            day: (*day).to_owned(),
            recorded,
        };
        let half = self.workload.plan.events / 2;
        let days = [None, Some(half)].into_iter().flat_map(|recorded| {
            let of_day = move |day| asked(day, recorded);
            COMPARED_DAYS.iter().map(of_day)
        });
        let tasks = [
            Task::Answers {
                companies: self.workload.sample.clone(),
                asked: days.collect(),
            },
            Task::Answers {
                companies: vec![self.workload.largest.clone()],
                asked: vec![
                    asked(&COMPARED_DAY_OF_LARGEST, None),
                    asked(&COMPARED_DAY_OF_LARGEST, Some(half)),
                ],
            },
        ];
        let mut compared = 0;
        for task in &tasks {
            let ours = run_job(&self.job(Name::Annals, task))?.answers;
            for system in self.answering() {
                let theirs = run_job(&self.job(system, task))?.answers;
                let differing = ours.iter().zip(&theirs).position(|(a, b)| a != b);
                if let Some(at) = differing {
                    bail!("{system} and annals differ in answer {at} of {task:?}");
                }
                ensure!(ours.len() == theirs.len(), "{system} left out answers");
            }
            let distinct: HashSet<_> = ours.iter().collect();
            ensure!(distinct.len() > 1, "all answers are the same");
            compared += ours.len() as u64;
        }
        Ok(compared)
    }

    /// The systems that answer for one company.
    fn answering(&self) -> Vec<Name> {
        let mut systems = self.systems(&[]);
        systems.retain(|system| *system != Name::Umadb);
        systems
    }

    /// Rows d, e and f.
    fn readings(&self) -> Result<Vec<Row>> {
        let (rounds, heavy) = (self.effort.rounds, self.effort.heavy_rounds);
        let shape = self.workload.shape;
        let mut rows = Vec::new();
        if self.cli.wants(Letter::D) {
            let middle = (&self.workload.middle, shape.events_of_middle);
            let largest = (
                &vec![self.workload.largest.clone()],
                shape.events_of_largest,
            );
            let of = [
                ("d", "the median", middle),
                ("d-large", "the largest", largest),
            ];
            for ((key, which, (companies, events)), answers) in
                of.into_iter().zip(self.effort.answers)
            {
                let title = format!("as of: {which} company ({events} events)");
                let row = Row::new(key, title, Measured::Each);
                rows.push(measure(row, rounds, &self.answering(), |system, round| {
                    let task = Task::At {
                        companies: companies.clone(),
                        days: random_days(self.seed_of(round), answers),
                        seconds: self.effort.answering_s,
                    };
                    self.took(system, &task)
                })?);
            }
        }
        let both = [Name::Annals, Name::Sqlite];
        if self.cli.wants(Letter::E) {
            let row = Row::new("e", "as of: all companies", Measured::Whole);
            rows.push(measure(row, heavy, &both, |system, round| {
                let day = random_days(self.seed_of(round), 1).concat();
                let kept = (shape.companies / COMPARED_OF_ALL).max(1);
                self.took(system, &Task::AtAll { day, kept })
            })?);
        }
        if self.cli.wants(Letter::F) {
            let row = Row::new("f", "rebuild", Measured::Whole);
            let systems = self.with_program(&both);
            rows.push(measure(row, heavy, &systems, |system, _| match system {
                Name::AnnalsProgram => {
                    Ok(Took::of_process(self.annals(&["rebuild"])?, shape.events))
                }
                _ => self.took(system, &Task::Rebuild),
            })?);
        }
        Ok(rows)
    }

    fn seed_of(&self, round: usize) -> u64 {
        self.cli.seed + round as u64
    }

    /// Row g: an answer by a new process.
    fn asking_processes(&self) -> Result<Vec<Row>> {
        if self.binary.is_none() || !self.cli.wants(Letter::G) {
            return Ok(Vec::new());
        }
        let median = self.workload.middle.first().context("there is a company")?;
        let ask = |system, company: &str, is_cold: bool| {
            if is_cold {
                forget(&self.store(system))?;
            }
            match system {
                Name::AnnalsProgram => self.annals(&["at", DAY, company, "--json", "--no-events"]),
                _ => run_job_whole(&self.job(
                    system,
                    &Task::Say {
                        company: company.to_owned(),
                        day: DAY.to_owned(),
                    },
                )),
            }
        };
        let (many, few) = (self.effort.processes, self.effort.slow_processes);
        let rows = [
            ("g-warm", "a process that answers (d)", median, false, many),
            ("g-cold", "the same, nothing in memory", median, true, few),
            (
                "g-large",
                "a process that answers (d-large)",
                &self.workload.largest,
                false,
                few,
            ),
        ];
        let systems = [Name::AnnalsProgram, Name::Sqlite];
        let of_row = |(key, title, company, is_cold, count): (_, _, &String, _, usize)| {
            let row = Row::new(key, title, Measured::Each);
            measure(row, self.effort.rounds, &systems, |system, _| {
                let runs = (0..count).map(|_| ask(system, company, is_cold));
                Ok(Took::of_processes(&runs.collect::<Result<Vec<_>>>()?))
            })
        };
        rows.into_iter().map(of_row).collect()
    }

    /// Rows h, a and b.
    fn appends(&self) -> Result<Vec<Row>> {
        let [one, eight, many] = self.effort.appends;
        let rounds = self.effort.rounds;
        let processes = self.effort.processes;
        let mut rows = Vec::new();
        if self.appends_by_processes() {
            let row = Row::new("h", "a process that appends an event", Measured::Each);
            let systems = [Name::AnnalsProgram, Name::Sqlite];
            rows.push(measure(row, rounds, &systems, |system, round| {
                let skip = self.skipped(round);
                let lines = lines(&self.workload.more(), skip, processes)?;
                let runs = lines
                    .iter()
                    .map(|line| self.append_by_process(system, line));
                Ok(Took::of_processes(&runs.collect::<Result<Vec<_>>>()?))
            })?);
        }
        let of = [
            (
                Letter::A,
                "a",
                "durable appends, 1 client",
                processes,
                one,
                1,
            ),
            (
                Letter::B,
                "b8",
                "durable appends, 8 clients",
                processes + one,
                eight,
                8,
            ),
            (
                Letter::B,
                "b64",
                "durable appends, 64 clients",
                processes + one + eight,
                many,
                64,
            ),
        ];
        for (letter, key, title, skip, count, threads) in of {
            if !self.cli.wants(letter) {
                continue;
            }
            let measured = match threads {
                1 => Measured::Each,
                _ => Measured::Whole,
            };
            let row = Row::new(key, title, measured);
            let systems = self.systems(&[Name::Raw]);
            rows.push(measure(row, rounds, &systems, |system, round| {
                let task = Task::Append {
                    path: self.workload.more(),
                    skip: self.skipped(round) + skip,
                    count,
                    threads,
                };
                self.took(system, &task)
            })?);
        }
        Ok(rows)
    }

    fn appends_by_processes(&self) -> bool {
        self.binary.is_some() && self.cli.wants(Letter::H)
    }

    /// How many of the further events earlier rounds appended.
    fn skipped(&self, round: usize) -> usize {
        round * self.effort.appended()
    }

    fn append_by_process(&self, system: Name, line: &str) -> Result<crate::process::Ran> {
        let path = self.folder.path().join("event.jsonl");
        fs::write(&path, format!("{line}\n"))?;
        match system {
            Name::AnnalsProgram => {
                let file = path.display().to_string();
                self.annals(&["append", "--quiet", "--file", &file])
            }
            _ => run_job_whole(&self.job(
                system,
                &Task::Append {
                    path,
                    skip: 0,
                    count: 1,
                    threads: 1,
                },
            )),
        }
    }

    /// Makes sure that nothing was lost on the way.
    fn count(&self) -> Result<()> {
        let [one, eight, many] = self.effort.appends;
        let of = |letter, count: usize| match self.cli.wants(letter) {
            true => count as u64,
            false => 0,
        };
        let by_threads = of(Letter::A, one) + of(Letter::B, eight + many);
        for system in self.systems(&[]) {
            let has_processes = matches!(system, Name::Annals | Name::Sqlite);
            let by_processes = match has_processes && self.appends_by_processes() {
                true => self.effort.processes as u64,
                false => 0,
            };
            let appended = self.effort.rounds * (by_threads + by_processes);
            let expected = self.workload.plan.events + appended;
            let count = run_job(&self.job(system, &Task::Count))?.units;
            ensure!(
                count == expected,
                "{system} has {count} events, not {expected}"
            );
        }
        Ok(())
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
