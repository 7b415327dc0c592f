//! What a run is asked to do: [`Cli`].

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

use crate::rounds::ROUNDS_MAX;

/// Measure annals beside SQLite and the raw disk.
#[derive(Debug, Parser)]
#[command(version, after_help = AFTER_HELP)]
pub(crate) struct Cli {
    /// Take in so many events; several sizes one after the other.
    #[arg(long, value_name = "N,…", value_delimiter = ',', default_value = "10000",
        value_parser = clap::value_parser!(u64).range(1_000..))]
    pub(crate) events: Vec<u64>,
    /// Measure only these rows.
    #[arg(long, value_name = "ROW,…", value_delimiter = ',', value_enum)]
    pub(crate) rows: Vec<Letter>,
    /// Measure each row this many times, the systems in turn [default: 5, fewer
    /// from a million events on].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=ROUNDS_MAX))]
    pub(crate) rounds: Option<u64>,
    /// Make the events from this seed.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// The `annals` program [default: the one beside this program].
    #[arg(long, value_name = "FILE")]
    pub(crate) binary: Option<PathBuf>,
    /// Keep the workload in here, and put the stores in a new folder in here.
    #[arg(long, value_name = "DIR", default_value_os_t = std::env::temp_dir())]
    pub(crate) dir: PathBuf,
    /// Measure PostgreSQL, too: postgres://user@host/database. Its schema
    /// `annals_bench` is dropped and made.
    #[cfg(feature = "postgres")]
    #[arg(long, value_name = "URL")]
    pub(crate) postgres: Option<String>,
    /// Measure UmaDB, too.
    #[cfg(feature = "umadb")]
    #[arg(long)]
    pub(crate) umadb: bool,
    /// Print JSON, and the tables on standard error.
    #[arg(long)]
    pub(crate) json: bool,
    /// Do what is ordered on standard input.
    #[arg(long, hide = true)]
    pub(crate) job: bool,
}

impl Cli {
    /// Whether a row is to be measured.
    pub(crate) fn wants(&self, row: Letter) -> bool {
        self.rows.is_empty() || self.rows.contains(&row)
    }

    /// The server of PostgreSQL.
    #[cfg(feature = "postgres")]
    pub(crate) fn postgres(&self) -> Option<&str> {
        self.postgres.as_deref()
    }

    /// The server of PostgreSQL.
    #[cfg(not(feature = "postgres"))]
    #[expect(clippy::unused_self, reason = "it is used with the feature")]
    pub(crate) fn postgres(&self) -> Option<&str> {
        None
    }

    /// Whether UmaDB is measured.
    pub(crate) fn umadb(&self) -> bool {
        #[cfg(feature = "umadb")]
        return self.umadb;
        #[cfg(not(feature = "umadb"))]
        false
    }
}

/// The rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Letter {
    /// Durable appends by one client.
    A,
    /// The same by 8 and by 64.
    B,
    /// A file of up to a million lines.
    C,
    /// As of: one company.
    D,
    /// As of: all companies.
    E,
    /// Rebuild.
    F,
    /// A process that asks.
    G,
    /// A process that appends.
    H,
    /// Join.
    L,
}

const AFTER_HELP: &str = "\
Bytes on disk (i), peaks of memory (j) and growth (k) follow from the rows that
are measured. A run ends within about a minute at 10,000 events, 3 at 100,000,
12 at a million and an hour at ten million.

Examples:
  annals-bench
  annals-bench --events 10000,100000,1000000 --dir /var/tmp --json > figures.json
  annals-bench --events 10000000 --rows a,d,g --dir /var/tmp";
