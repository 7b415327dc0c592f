//! A workload run under the recorder: [`Recording`].

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use annals::model::id::Position;
use annals::{Recorded, Store};
use anyhow::{Context, Result, bail};

use crate::disk::Disk;
use crate::gate;
use crate::marks::Mark;
use crate::model::{Model, image};
use crate::random::Random;
use crate::session::clock;
use crate::trace::{Op, Trace};
use crate::tree::Tree;
use crate::workload::Workload;

/// Where the recorder is; empty where it could not be made.
const RECORDER: &str = env!("ANNALS_CRASH_RECORDER");

/// The recorder, if there is one.
///
/// # Errors
///
/// Why there is none.
pub fn recorder() -> Result<&'static Path> {
    match RECORDER.is_empty() {
        true => bail!("the recorder is only made on 64-bit Linux with a C compiler"),
        false => Ok(Path::new(RECORDER)),
    }
}

/// What a workload did to the files of a store, and what the store held in the end.
pub struct Recording {
    /// What was there for sure before.
    pub start: Tree,
    /// The calls.
    pub trace: Trace,
    /// All events of the log, in order.
    pub history: Vec<Recorded>,
}

/// The process that ran a workload ended with an error, and said this.
#[derive(Debug)]
pub struct DriveFailed(pub String);

impl std::fmt::Display for DriveFailed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for DriveFailed {}

/// How workloads are run.
#[derive(Debug, Clone)]
pub struct Runner {
    /// This program, which is run again as the process whose calls are recorded.
    pub program: PathBuf,
    /// Makes what the system gives as random repeatable.
    pub random: u64,
}

impl Runner {
    /// Runs a workload in a folder, which is not there yet, on a store that is as in
    /// `start`.
    ///
    /// # Errors
    ///
    /// If the workload fails, or the trace does not tell all that became of the files.
    pub fn record(
        &self,
        dir: &Path,
        (workload, seed): (&Workload, u64),
        start: Tree,
    ) -> Result<Recording> {
        start.write(&dir.join("store"))?;
        let dir = dir.canonicalize()?;
        self.drive(&dir, workload, seed)?;
        let trace = Trace::read(&dir.join("trace"))?;
        let store = dir.join("store");
        let end = Tree::read(&store)?;
        check_trace(&start, &trace, &end)?;
        let history = history(&store)?;
        fs::remove_dir_all(&dir)?;
        Ok(Recording {
            start,
            trace,
            history,
        })
    }

    fn drive(&self, dir: &Path, workload: &Workload, seed: u64) -> Result<()> {
        let (store, marks) = (dir.join("store"), dir.join("marks"));
        let mut command = Command::new(&self.program);
        command
            .args(["drive", "--workload", workload.name, "--seed"])
            .arg(seed.to_string())
            .arg("--store")
            .arg(&store)
            .arg("--marks")
            .arg(&marks)
            .env("LD_PRELOAD", recorder()?)
            .env("ANNALS_CRASH_ROOT", &store)
            .env("ANNALS_CRASH_MARKS", &marks)
            .env("ANNALS_CRASH_TRACE", dir.join("trace"))
            .env("ANNALS_CRASH_RANDOM", (self.random ^ seed).to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let output = gate::start(&mut command)?.wait_with_output()?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            let status = output.status;
            let said = format!("{} ended with {status}: {said}", workload.name);
            return Err(DriveFailed(said).into());
        }
        Ok(())
    }
}

/// Holds that the calls, with nothing lost, give the files that the run left.
fn check_trace(start: &Tree, trace: &Trace, end: &Tree) -> Result<()> {
    let disk = played(start, &trace.ops)?;
    let replayed = image(&disk, Model::Kept, &mut Random::new(0));
    match replayed.difference(end) {
        None => Ok(()),
        Some(path) => bail!("the recorder missed what became of {path}"),
    }
}

/// The disk after some calls.
///
/// # Errors
///
/// If they do not fit what was there before.
pub fn played(start: &Tree, ops: &[Op]) -> Result<Disk> {
    let mut disk = Disk::of(start)?;
    ops.iter().try_for_each(|op| disk.apply(op))?;
    Ok(disk)
}

/// All events of a store, in order.
///
/// # Errors
///
/// If they cannot be read.
pub fn history(store: &Path) -> Result<Vec<Recorded>> {
    gate::with_store(|| {
        let store = Store::open_to_read(store, clock()).context("reading a store")?;
        let read = store.read(Position(0), store.head().position);
        Ok(read.collect::<Result<_, _>>()?)
    })
}

/// What a client was told, by a moment.
#[derive(Debug, Clone, Default)]
pub struct Told {
    /// That there is a store.
    pub made: bool,
    /// That the log has this position and all before it.
    pub upto: u64,
    /// First and last positions of what is there whole or not at all, of the whole run.
    pub units: Vec<(u64, u64)>,
}

impl Told {
    /// What it was told before a call of a trace.
    ///
    /// # Errors
    ///
    /// If the trace has a mark that is none.
    pub fn before(trace: &Trace, call: usize) -> Result<Self> {
        let mut told = Self::default();
        for (number, op) in trace.ops.iter().enumerate() {
            let Op::Mark(text) = op else { continue };
            match Mark::parse(text)? {
                Mark::Made => told.made |= number < call,
                Mark::Answered { upto, stored } => {
                    told.units.extend(stored);
                    if number < call {
                        told.upto = told.upto.max(upto);
                    }
                }
            }
        }
        Ok(told)
    }
}
