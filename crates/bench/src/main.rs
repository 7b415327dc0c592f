//! The `annals-bench` command: annals beside SQLite and the raw disk, in one
//! run.
//!
//! A run makes a repeatable workload, has each system take it in and answer
//! the same questions, round by round and in turn, and compares the answers:
//! figures of systems that disagree are not printed.
//!
//! - [`workload`]: the events, made from a seed
//! - [`systems`]: what is measured, behind two traits
//! - [`job`]: one measurement, alone in a process of its own
//! - [`rows`]: what is measured, as rows of jobs
//! - [`rounds`]: how often, and in which order
//! - [`report`]: the figures, as JSON and (`table`) for people
//! - [`aims`]: what the figures are held to

mod aims;
mod cli;
mod group;
mod job;
mod meter;
mod process;
mod report;
mod rounds;
mod rows;
mod systems;
mod table;
mod workload;

use clap::Parser;

use crate::cli::Cli;

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    if cli.job {
        return job::run_from_stdin();
    }
    let report = rows::run(&cli)?;
    if !cli.json {
        return process::say(&report.to_string());
    }
    process::tell(&report.to_string());
    process::say(&serde_json::to_string_pretty(&report)?)
}
