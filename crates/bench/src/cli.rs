//! What a run is asked to do: [`Cli`].

use std::path::PathBuf;

use clap::Parser;

/// Measure annals beside SQLite and a raw file.
#[derive(Debug, Parser)]
#[command(version, after_help = AFTER_HELP)]
pub(crate) struct Cli {
    /// Take in this many events.
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(100..))]
    pub(crate) events: u64,
    /// Measure each row this many times, the systems in turn.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=99))]
    pub(crate) rounds: u64,
    /// Make the events from this seed.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Measure this `annals` program as a process, too.
    #[arg(long, value_name = "FILE")]
    pub(crate) binary: Option<PathBuf>,
    /// Put the stores in a new folder in here.
    #[arg(long, value_name = "DIR", default_value_os_t = std::env::temp_dir())]
    pub(crate) dir: PathBuf,
    /// Leave out SQLite's index by publication, which no row here reads by.
    #[arg(long)]
    pub(crate) lean_sqlite: bool,
    /// Print JSON, and the table on standard error.
    #[arg(long)]
    pub(crate) json: bool,
    /// Do one job that is described on standard input.
    #[arg(long, hide = true)]
    pub(crate) job: bool,
}

const AFTER_HELP: &str = "\
Examples:
  annals-bench --events 10000
  annals-bench --events 100000 --rounds 5 --binary target/release/annals --json";
