//! Processes of their own for jobs and for programs, and what is said.

use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::job::{Job, Outcome};
use crate::meter;

/// Has a job done by a new process of this program.
pub(crate) fn run_job(job: &Job) -> Result<Outcome> {
    let text = talk(job)?;
    serde_json::from_slice(&text).with_context(|| format!("{job:?} gave no outcome"))
}

/// How many microseconds a new process needs for a job, from its start to its
/// end.
pub(crate) fn time_job(job: &Job) -> Result<f64> {
    meter::timed(|| talk(job)).map(|(_, took_us)| took_us)
}

fn talk(job: &Job) -> Result<Vec<u8>> {
    let mut child = Command::new(std::env::current_exe()?)
        .arg("--job")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(&serde_json::to_vec(job)?)?;
    }
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!("{job:?} failed: {}", output.status);
    }
    Ok(output.stdout)
}

/// How many microseconds the `annals` program needs for an answer.
pub(crate) fn time_annals(binary: &Path, store: &Path, company: &str, date: &str) -> Result<f64> {
    let (output, took_us) = meter::timed(|| {
        Command::new(binary)
            .args(["at", date, company, "--json", "--store"])
            .arg(store)
            .output()
            .with_context(|| format!("cannot run {}", binary.display()))
    })?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{} failed: {said}", binary.display());
    }
    Ok(took_us)
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
