//! What is measured: [`System`], and the three that are.
//!
//! - [`annals`]: the library, as people embed it
//! - [`sqlite`]: a table of the same events, with the same checks and answers
//! - [`raw`]: a file that lines are added to, as the floor beneath both

mod annals;
mod intake;
mod raw;
mod sqlite;

use std::fmt;
use std::path::Path;

use ::annals::model::id::{Position, Slug};
use ::annals::model::time::{Instant, Zone, parse_day};
use ::annals::projection::basis::Cuts;
use ::annals::projection::timeline::Timeline;
use anyhow::Result;
use serde::{Deserialize, Serialize};

pub(crate) use intake::{Past, check_line};

/// Takes one answer of many.
pub(crate) type Each<'e> = &'e mut dyn FnMut(&Timeline) -> Result<()>;

/// A store of events that was opened.
pub(crate) trait System: Sync {
    /// Takes in one event, and returns once it is on the disk.
    fn append(&self, line: &str) -> Result<()>;

    /// Takes in a file of events, all or nothing, and returns once they are on
    /// the disk.
    fn append_file(&self, path: &Path) -> Result<()>;

    /// Tells what could have been known of a company.
    fn at(&self, company: &Slug, asked: &Asked) -> Result<Timeline>;

    /// The same of each company in turn.
    fn at_all(&self, asked: &Asked, each: Each<'_>) -> Result<()> {
        for company in self.companies()? {
            each(&self.at(&company, asked)?)?;
        }
        Ok(())
    }

    /// All companies, in the order of their slugs.
    fn companies(&self) -> Result<Vec<Slug>>;

    /// Makes again from the events what is derived from them.
    fn rebuild(&self) -> Result<()>;

    /// How many events there are.
    fn events(&self) -> Result<u64>;

    /// Closes the store in order.
    fn close(self: Box<Self>) -> Result<()>;
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
    /// annals.
    Annals,
    /// SQLite.
    Sqlite,
    /// SQLite without the index by publication.
    SqliteLean,
    /// A raw file.
    Raw,
}

impl Name {
    /// Opens a store, and makes it first if there is none.
    pub(crate) fn open(self, dir: &Path) -> Result<Box<dyn System>> {
        Ok(match self {
            Self::Annals => Box::new(annals::Annals::open(dir)?),
            Self::Sqlite => Box::new(sqlite::Sqlite::open(dir, sqlite::Indexes::All)?),
            Self::SqliteLean => Box::new(sqlite::Sqlite::open(dir, sqlite::Indexes::ByCompany)?),
            Self::Raw => Box::new(raw::Raw::open(dir)?),
        })
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Annals => "annals",
            Self::Sqlite => "SQLite",
            Self::SqliteLean => "SQLite lean",
            Self::Raw => "raw file",
        })
    }
}

#[cfg(test)]
mod tests;
