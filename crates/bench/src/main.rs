//! The `annals-bench` command: annals beside SQLite and a raw file, in one run.
//!
//! A run makes a repeatable workload, has each system take it in and answer
//! the same questions, round by round and in turn, and compares the answers:
//! figures of systems that disagree are not printed.
//!
//! - [`workload`]: the events, made from a seed
//! - [`systems`]: what is measured, behind one trait
//! - [`job`]: one measurement, alone in a process of its own
//! - [`rounds`]: which jobs a run is made of, and in which order
//! - [`report`]: the figures, as a table for people and as JSON

mod cli;
mod group;
mod job;
mod meter;
mod process;
mod report;
mod rounds;
mod systems;
mod workload;

use clap::Parser;

use crate::cli::Cli;

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    if cli.job {
        return job::run_from_stdin();
    }
    let report = rounds::run(&cli)?;
    if !cli.json {
        return process::say(&report.to_string());
    }
    process::tell(&report.to_string());
    process::say(&serde_json::to_string_pretty(&report)?)
}
