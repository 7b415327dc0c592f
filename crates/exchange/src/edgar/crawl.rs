//! What one file says: [`Crawl`], its [`Row`]s and [`FormerName`]s.

use event_model::time::{Day, Instant};

use super::accepted::Accepted;

/// The locator of the table in a main file.
pub(super) const RECENT: &str = "filings.recent";

/// One file of one company, as EDGAR had it on some day.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Crawl {
    /// The name of the file, for messages.
    pub file: String,
    /// The company's key at the SEC, ten digits.
    pub cik: String,
    /// Its name; a page has none.
    pub name: Option<String>,
    /// Its legal entity identifier.
    pub lei: Option<String>,
    /// Its tickers, with their market where that is known: `XNAS:TSLA`.
    pub tickers: Vec<String>,
    /// The names that it had.
    pub former_names: Vec<FormerName>,
    /// The last day of its fiscal year, `MM-DD`.
    pub fiscal_year_end: Option<String>,
    /// Whether it is a page of older filings.
    pub page: bool,
    /// The table in EDGAR: `filings.recent`, `submissions-001`.
    pub locator: String,
    /// The newest acceptance in it, which dates the crawl.
    pub edition: Instant,
    /// Its filings in the order of the file, each once.
    pub rows: Vec<Row>,
    /// What it says that means nothing, and so is not read.
    pub unread: Vec<String>,
}

/// A filing as a file has it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Row {
    /// The row in the file's table, from 1.
    pub number: usize,
    /// The accession number, with its dashes.
    pub accession: String,
    /// When EDGAR accepted it.
    pub accepted: Accepted,
    /// The form: `8-K`.
    pub form: String,
    /// The day on which it counts as filed.
    pub filed: Option<Day>,
    /// The day that it reports on.
    pub report_date: Option<Day>,
    /// The codes of the items, of a form 8-K only.
    pub items: Vec<String>,
    /// The main document's file name.
    pub document: Option<String>,
    /// The main document's title.
    pub description: Option<String>,
    /// Its size, in bytes.
    pub size_bytes: Option<u64>,
    /// The SEC's file number.
    pub file_number: Option<String>,
}

/// A name that a company had.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FormerName {
    /// The name.
    pub name: String,
    /// Its first day.
    pub from: Option<Day>,
    /// Its last day.
    pub to: Option<Day>,
}

impl Crawl {
    /// How many of its filings have a time of day.
    #[must_use]
    pub fn times(&self) -> usize {
        let has_time = |row: &&Row| matches!(row.accepted, Accepted::At(_));
        self.rows.iter().filter(has_time).count()
    }

    /// The newest acceptance in it.
    pub(super) fn newest(&self) -> Option<Instant> {
        self.rows.iter().map(|row| row.accepted.instant()).max()
    }

    /// The first and the last day of its filings.
    #[must_use]
    pub fn covers(&self) -> Option<(Day, Day)> {
        let days = || self.rows.iter().map(Row::day);
        Some((days().min()?, days().max()?))
    }
}

impl Row {
    /// The day by which it is found: that of filing, or else of acceptance.
    #[must_use]
    pub fn day(&self) -> Day {
        self.filed.unwrap_or_else(|| self.accepted.day())
    }
}
