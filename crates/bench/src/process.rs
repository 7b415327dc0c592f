//! Processes of their own for jobs and for programs, and what is said.

use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use rustix::fs::{Advice, fadvise};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wait4::Wait4;

use crate::job::{Job, Order, Outcome};

/// The flag by which this program is told to carry out an order.
const JOB: &str = "--job";

/// A program to run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Program {
    path: PathBuf,
    args: Vec<String>,
    input: Vec<u8>,
}

/// What a process took, from its start to its end.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Ran {
    pub(crate) wall_us: f64,
    pub(crate) cpu_s: f64,
    /// Its largest resident set, as `wait4` tells it.
    pub(crate) peak_kib: u64,
}

/// Has a job done by a new process of this program.
pub(crate) fn run_job(job: &Job) -> Result<Outcome> {
    order(&Order::Measure(job.clone()))
}

/// Has an order carried out by a new process of this program.
pub(crate) fn order<T: DeserializeOwned>(order: &Order) -> Result<T> {
    let said = talk(order)?;
    // A system may print lines of its own before.
    let said = said.trim_ascii_end().rsplit(|byte| *byte == b'\n').next();
    serde_json::from_slice(said.unwrap_or_default())
        .with_context(|| format!("{order:?} gave no outcome"))
}

/// What a new process of this program takes for a job, from its start to its
/// end.
pub(crate) fn run_job_whole(job: &Job) -> Result<Ran> {
    order(&Order::Run(Program {
        path: std::env::current_exe()?,
        args: vec![JOB.to_owned()],
        input: serde_json::to_vec(&Order::Measure(job.clone()))?,
    }))
}

/// Runs the `annals` program on a store.
pub(crate) fn run_annals(binary: &Path, store: &Path, args: &[&str]) -> Result<Ran> {
    let store = store.to_str().context("a folder that is no text")?;
    let args = args.iter().copied().chain(["--store", store]);
    order(&Order::Run(Program {
        path: binary.to_owned(),
        args: args.map(str::to_owned).collect(),
        input: Vec::new(),
    }))
}

fn talk(order: &Order) -> Result<Vec<u8>> {
    let mut command = Command::new(std::env::current_exe()?);
    let mut said = Vec::new();
    let input = serde_json::to_vec(order)?;
    run(command.arg(JOB), &input, &mut said)?;
    Ok(said)
}

impl Program {
    /// Runs it, and tells what it took.
    ///
    /// A new process begins with the peak of the one that starts it, so that one has to
    /// be small: this program is, as long as it was told to do nothing else.
    pub(crate) fn run(&self) -> Result<Ran> {
        let mut command = Command::new(&self.path);
        run(command.args(&self.args), &self.input, &mut io::sink())
    }
}

fn run(command: &mut Command, input: &[u8], said: &mut impl Write) -> Result<Ran> {
    let mut errors = tempfile::tempfile()?;
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(errors.try_clone()?);
    let began = Instant::now();
    let mut child = command
        .spawn()
        .with_context(|| format!("cannot run {}", command.get_program().display()))?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input)?;
    }
    if let Some(mut stdout) = child.stdout.take() {
        io::copy(&mut stdout, said)?;
    }
    let used = child.wait4()?;
    let wall_us = began.elapsed().as_secs_f64() * 1e6;
    if !used.status.success() {
        let mut text = String::new();
        errors.rewind()?;
        errors.read_to_string(&mut text)?;
        bail!("{command:?} failed: {text}");
    }
    Ok(Ran {
        wall_us,
        cpu_s: (used.rusage.utime + used.rusage.stime).as_secs_f64(),
        peak_kib: used.rusage.maxrss / 1024,
    })
}

/// Has the system forget what it holds of the files of a folder in memory.
pub(crate) fn forget(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.metadata()?.is_dir() {
            forget(&entry.path())?;
            continue;
        }
        let file = File::open(entry.path())?;
        // What is not written yet is not forgotten.
        file.sync_all()?;
        fadvise(&file, 0, None, Advice::DontNeed)?;
    }
    Ok(())
}

/// Writes what a run is for.
pub(crate) fn say(text: &str) -> Result<()> {
    Ok(writeln!(io::stdout().lock(), "{text}")?)
}

/// Tells how far a run has come.
pub(crate) fn tell(text: &str) {
    // Nothing depends on it.
    writeln!(io::stderr().lock(), "{text}").ok();
}
