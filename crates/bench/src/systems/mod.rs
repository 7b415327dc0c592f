//! What is measured: [`System`], and those that are.
//!
//! - [`annals`]: the library, as people embed it
//! - [`sqlite`]: a table of the same events, with the same checks and answers
//! - [`raw`]: a file that lines are added to, as the floor beneath both
//! - `postgres` and `umadb`: further columns, if built with those features

mod annals;
mod intake;
#[cfg(feature = "postgres")]
mod postgres;
mod raw;
mod sqlite;
#[cfg(feature = "umadb")]
mod umadb;

use std::fmt;
use std::path::Path;

use ::annals::model::id::{Position, Slug};
use ::annals::model::time::{Instant, Zone, parse_day};
use ::annals::projection::basis::Cuts;
use ::annals::projection::timeline::Timeline;
use anyhow::{Result, bail};
use serde::{Deserialize, Serialize};

pub(crate) use intake::{Past, check_line};

/// Takes one answer of many, or hears that there was one that is not kept.
pub(crate) type Each<'e> = &'e mut dyn FnMut(Option<Timeline>) -> Result<()>;
/// Of which companies answers are kept.
pub(crate) type Kept<'k> = &'k (dyn Fn(&Slug) -> bool + Sync);

/// A store of events that was opened.
pub(crate) trait System: Sync {
    /// Gets ready for as many threads, before the time counts.
    fn expect_threads(&self, _threads: usize) -> Result<()> {
        Ok(())
    }

    /// Takes in one event, and returns once it is on the disk.
    fn append(&self, line: &str) -> Result<()>;

    /// Takes in a file of events, and returns once they are on the disk. Systems
    /// that can commit so many lines at a time do.
    fn append_file(&self, path: &Path, commit: Commit) -> Result<()>;

    /// How many events there are.
    fn events(&self) -> Result<u64>;

    /// The same as a system that answers, if it does so here.
    fn answers(&self) -> Result<&dyn Answers> {
        bail!("this system only takes in events here");
    }

    /// Closes the store in order.
    fn close(self: Box<Self>) -> Result<()>;
}

/// How much of a file is committed at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Commit {
    /// All or nothing.
    Whole,
    /// 10,000 lines.
    Parts,
}

impl Commit {
    /// How many lines are in one commit.
    pub(crate) fn lines(self) -> usize {
        match self {
            Self::Whole => usize::MAX,
            Self::Parts => 10_000,
        }
    }
}

/// A system that answers questions.
pub(crate) trait Answers {
    /// Tells what could have been known of a company; the list of its events may
    /// be empty.
    fn at(&self, company: &Slug, asked: &Asked) -> Result<Timeline>;

    /// The same of each company of which something was known, in the order of
    /// their slugs. An answer that is not kept ends on the thread that made it.
    fn at_all(&self, asked: &Asked, kept: Kept<'_>, each: Each<'_>) -> Result<()>;

    /// Makes again from the events what is derived from them.
    fn rebuild(&self) -> Result<()>;

    /// Gets ready to join, before the time counts.
    fn expect_join(&self) -> Result<()> {
        Ok(())
    }

    /// Reads a table of companies and days, and writes it into another file, with the
    /// date of the next results as known when each day began; tells how many rows
    /// there were.
    fn join(&self, _rows: &Path, _out: &Path) -> Result<u64> {
        bail!("this system does not join here");
    }
}

/// What is asked: a day, and how far the log is read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Asked {
    /// The day: known up to its end, and on that day.
    pub(crate) day: String,
    /// The last position that is read; missing, all are.
    pub(crate) recorded: Option<u64>,
}

impl Asked {
    /// The same as cuts.
    pub(crate) fn cuts(&self) -> Result<Cuts> {
        let on = parse_day(&self.day)?;
        Ok(Cuts {
            known: Instant::end_of(on, Zone::UTC),
            on,
            recorded: Position(self.recorded.unwrap_or(i64::MAX.unsigned_abs())),
        })
    }
}

/// Which system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Name {
    /// annals, the library.
    Annals,
    /// annals, the program, as a process.
    AnnalsProgram,
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
    /// UmaDB.
    Umadb,
    /// A raw file.
    Raw,
}

impl Name {
    /// Whether it is annals in some form.
    pub(crate) fn is_ours(self) -> bool {
        matches!(self, Self::Annals | Self::AnnalsProgram)
    }

    /// Opens a store, and makes it first if there is none.
    pub(crate) fn open(self, store: &Store) -> Result<Box<dyn System>> {
        let dir = &store.dir;
        Ok(match self {
            Self::Annals | Self::AnnalsProgram => Box::new(annals::Annals::open(dir)?),
            Self::Sqlite => Box::new(sqlite::Sqlite::open(dir)?),
            Self::Raw => Box::new(raw::Raw::open(dir)?),
            #[cfg(feature = "postgres")]
            Self::Postgres => Box::new(postgres::Postgres::open(dir, store.url.as_deref())?),
            #[cfg(feature = "umadb")]
            Self::Umadb => Box::new(umadb::Umadb::open(dir)?),
            #[cfg(not(all(feature = "postgres", feature = "umadb")))]
            other => bail!("{other} is not built in"),
        })
    }
}

/// Where a store is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Store {
    pub(crate) dir: std::path::PathBuf,
    /// The server, of a system that is one.
    pub(crate) url: Option<String>,
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Annals => "annals",
            Self::AnnalsProgram => "annals, process",
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
            Self::Umadb => "UmaDB",
            Self::Raw => "raw file",
        })
    }
}

#[cfg(test)]
mod tests;
