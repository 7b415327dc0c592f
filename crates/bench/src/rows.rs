//! What is measured, as rows of jobs: [`run`].
//!
//! - `compare`: whether the systems answer the same
//! - `readings`: rows d, e, f and l; `processes`: g; `appends`: a, b and h
//!
//! A store of a size is loaded once and then read by all rows that read; rows
//! that append come last, and add to the same store.

mod appends;
mod compare;
mod processes;
mod readings;

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use crate::aims;
use crate::cli::{Cli, Letter};
use crate::job::{Job, Order, Task};
use crate::meter;
use crate::process::{order, run_annals, run_job, tell};
use crate::report::{Disk, Measured, Report, Row, SizeReport, Took, number};
use crate::rounds::{Effort, ROUNDS_MAX, measure};
use crate::systems::{Commit, Name, Store};
use crate::workload::{Plan, Workload};

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
        not_measured: Vec::new(),
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

    fn seed_of(&self, round: usize) -> u64 {
        self.cli.seed + round as u64
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
