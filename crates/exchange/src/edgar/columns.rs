//! The table of filings: columns of the same length, read as rows.

use std::collections::HashMap;
use std::fmt;

use event_model::json::sort_of;
use event_model::time::{Day, Instant, TimeError, parse_day};
use serde_json::{Map, Value};

use super::accepted::Accepted;
use super::crawl::Row;
use super::items::items_of;
use super::read::EdgarError;

const REQUIRED: [&str; 2] = ["accessionNumber", "form"];

/// A row with faults.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct BadRow {
    /// The row in the table, from 1.
    pub row: usize,
    /// Its accession number as written; empty if it has none.
    pub accession: String,
    /// What is wrong with it.
    pub problems: Vec<RowProblem>,
}

/// A fault of a row, and its column.
#[derive(Debug, Clone, PartialEq)]
pub struct RowProblem {
    /// The column.
    pub column: &'static str,
    /// What is wrong.
    pub what: RowDefect,
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RowDefect {
    /// Nothing where something must be.
    #[error("is empty")]
    Empty,
    /// A value of another type.
    #[error("must be {expected}, and is {found}")]
    WrongType {
        /// What it must be.
        expected: &'static str,
        /// What it is.
        found: String,
    },
    /// Not an accession number.
    #[error("{text:?} is not an accession number such as 0001318605-26-000005")]
    NotAnAccession {
        /// What was read.
        text: String,
    },
    /// Not an instant or a day.
    #[error(transparent)]
    Time(#[from] TimeError),
    /// The same filing stands in an earlier row with other content.
    #[error("stands in row {row} too, with other content")]
    Twice {
        /// The earlier row.
        row: usize,
    },
}

impl fmt::Display for RowProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.column, self.what)
    }
}

impl fmt::Display for BadRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "row {} ({}): ", self.row, self.accession)?;
        for (at, problem) in self.problems.iter().enumerate() {
            let joint = if at == 0 { "" } else { ", " };
            write!(f, "{joint}{problem}")?;
        }
        Ok(())
    }
}

impl BadRow {
    pub(super) fn list(rows: &[Self]) -> String {
        rows.iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("; ")
    }
}

/// Reads the rows of a table, each filing once, and tells what of them means nothing.
pub(super) fn rows(
    file: &str,
    locator: &str,
    table: &Map<String, Value>,
) -> Result<(Vec<Row>, Vec<String>), EdgarError> {
    let columns = Columns::check(file, locator, table)?;
    let mut rows: Vec<Row> = Vec::with_capacity(columns.len);
    let mut seen: HashMap<String, usize> = HashMap::new();
    let (mut bad, mut unread) = (Vec::new(), Vec::new());
    for at in 0..columns.len {
        let mut cells = Cells {
            columns: &columns,
            at,
            problems: Vec::new(),
            unread: Vec::new(),
        };
        let row = cells.row();
        unread.append(&mut cells.unread);
        let earlier = row
            .as_ref()
            .and_then(|row| rows.get(*seen.get(&row.accession)?));
        match (row, earlier) {
            (Some(row), None) => {
                seen.insert(row.accession.clone(), rows.len());
                rows.push(row);
            }
            (Some(row), Some(earlier)) if !is_same(&row, earlier) => {
                let what = RowDefect::Twice {
                    row: earlier.number,
                };
                cells.problems.push(RowProblem {
                    column: "accessionNumber",
                    what,
                });
            }
            _ => {}
        }
        if !cells.problems.is_empty() {
            let accession = cells.raw_accession();
            bad.push(BadRow {
                row: at + 1,
                accession,
                problems: cells.problems,
            });
        }
    }
    if bad.is_empty() {
        Ok((rows, unread))
    } else {
        Err(EdgarError::Rows {
            file: file.to_owned(),
            rows: bad,
        })
    }
}

fn is_same(row: &Row, other: &Row) -> bool {
    Row {
        number: other.number,
        ..row.clone()
    } == *other
}

struct Columns<'a> {
    table: &'a Map<String, Value>,
    len: usize,
}

impl<'a> Columns<'a> {
    /// Columns that are not known are not read, whatever they hold.
    fn check(file: &str, locator: &str, table: &'a Map<String, Value>) -> Result<Self, EdgarError> {
        let has = |name: &str| table.contains_key(name);
        let mut missing: Vec<_> = REQUIRED.into_iter().filter(|name| !has(name)).collect();
        if !has("acceptanceDateTime") && !has("filingDate") {
            missing.push("acceptanceDateTime");
        }
        if !missing.is_empty() {
            let (file, locator) = (file.to_owned(), locator.to_owned());
            return Err(EdgarError::MissingColumns {
                file,
                locator,
                columns: missing,
            });
        }
        let mut lengths = Vec::new();
        for (name, column) in table {
            match column {
                _ if !KNOWN.contains(&name.as_str()) => {}
                Value::Array(list) => lengths.push((name.clone(), list.len())),
                other => {
                    return Err(EdgarError::Field {
                        file: file.to_owned(),
                        field: format!("{locator}.{name}"),
                        expected: "a list",
                        found: sort_of(other).to_owned(),
                    });
                }
            }
        }
        let len = lengths
            .iter()
            .find(|(name, _)| name == "accessionNumber")
            .map_or(0, |(_, len)| *len);
        lengths.retain(|(_, other)| *other != len);
        if lengths.is_empty() {
            return Ok(Self { table, len });
        }
        let (file, locator) = (file.to_owned(), locator.to_owned());
        Err(EdgarError::Ragged {
            file,
            locator,
            expected: len,
            columns: lengths,
        })
    }

    fn cell(&self, column: &str, at: usize) -> Option<&'a Value> {
        self.table.get(column)?.as_array()?.get(at)
    }
}

/// The columns that are read.
const KNOWN: &[&str] = &[
    "accessionNumber",
    "acceptanceDateTime",
    "form",
    "filingDate",
    "reportDate",
    "items",
    "primaryDocument",
    "primaryDocDescription",
    "size",
    "fileNumber",
];

/// The cells of one row, and what is wrong with them.
struct Cells<'a> {
    columns: &'a Columns<'a>,
    at: usize,
    problems: Vec<RowProblem>,
    /// What means nothing, and is no fault.
    unread: Vec<String>,
}

impl Cells<'_> {
    fn row(&mut self) -> Option<Row> {
        let accession = self.required("accessionNumber", accession);
        let form = self.required("form", |text| Ok(text.to_owned()));
        let filed = self.parsed("filingDate", |text| Ok(day_of(text)?));
        let accepted = self.accepted(filed);
        let report_date = self.report_date();
        let items = self.text("items").unwrap_or_default();
        let document = self.text("primaryDocument");
        let description = self.text("primaryDocDescription");
        let size_bytes = self.size();
        let file_number = self.text("fileNumber");
        let form = form?;
        let row = Row {
            number: self.at + 1,
            accession: accession?,
            accepted: accepted?,
            filed,
            report_date,
            items: items_of(&form, &items),
            form,
            document,
            description,
            size_bytes,
            file_number,
        };
        self.problems.is_empty().then_some(row)
    }

    fn raw_accession(&self) -> String {
        let cell = self.columns.cell("accessionNumber", self.at);
        cell.and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    fn add(&mut self, column: &'static str, what: RowDefect) {
        self.problems.push(RowProblem { column, what });
    }

    /// The text of a cell. EDGAR writes an empty text for what is not there.
    fn text(&mut self, column: &'static str) -> Option<String> {
        match self.columns.cell(column, self.at)? {
            Value::Null => None,
            Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            other => {
                let found = sort_of(other).to_owned();
                self.add(
                    column,
                    RowDefect::WrongType {
                        expected: "a text",
                        found,
                    },
                );
                None
            }
        }
    }

    fn parsed<T>(
        &mut self,
        column: &'static str,
        parse: impl Fn(&str) -> Result<T, RowDefect>,
    ) -> Option<T> {
        let text = self.text(column)?;
        parse(&text).map_err(|what| self.add(column, what)).ok()
    }

    fn required<T>(
        &mut self,
        column: &'static str,
        parse: impl Fn(&str) -> Result<T, RowDefect>,
    ) -> Option<T> {
        let before = self.problems.len();
        let value = self.parsed(column, parse);
        if value.is_none() && self.problems.len() == before {
            self.add(column, RowDefect::Empty);
        }
        value
    }

    /// Where there is no time of acceptance, the day of filing is all that is known.
    fn accepted(&mut self, filed: Option<Day>) -> Option<Accepted> {
        let before = self.problems.len();
        let parse = |text: &str| Ok(Accepted::parse(text, filed)?);
        let accepted = match self.parsed("acceptanceDateTime", parse) {
            None if self.problems.len() == before => filed.map(Accepted::On),
            accepted => accepted,
        };
        if accepted.is_none() && self.problems.len() == before {
            self.add("acceptanceDateTime", RowDefect::Empty);
        }
        accepted
    }

    /// A day that is none says nothing.
    fn report_date(&mut self) -> Option<Day> {
        let text = self.text("reportDate")?;
        let day = day_of(&text).ok();
        if day.is_none() {
            self.pass_over("reportDate", &format!("{text:?} is no day"));
        }
        day
    }

    /// A size is a number; some dumps write it as a text.
    fn size(&mut self) -> Option<u64> {
        let cell = self.columns.cell("size", self.at)?;
        let text = match cell {
            Value::Null => return None,
            Value::String(text) => text.trim().to_owned(),
            other => other.to_string(),
        };
        if text.is_empty() {
            return None;
        }
        let size = text.strip_suffix(".0").unwrap_or(&text).parse().ok();
        if size.is_none() {
            self.pass_over("size", &format!("{cell} is no number of bytes"));
        }
        size
    }

    fn pass_over(&mut self, column: &str, why: &str) {
        let row = self.at + 1;
        self.unread.push(format!("{column} of row {row}: {why}"));
    }
}

/// An accession number with its dashes, which some dumps leave out.
fn accession(text: &str) -> Result<String, RowDefect> {
    let digits: String = text.chars().filter(|c| *c != '-').collect();
    let is_number = digits.len() == 18 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let parts = (digits.get(..10), digits.get(10..12), digits.get(12..));
    if let (true, (Some(filer), Some(year), Some(number))) = (is_number, parts) {
        let dashed = format!("{filer}-{year}-{number}");
        if text == dashed || text == digits {
            return Ok(dashed);
        }
    }
    Err(RowDefect::NotAnAccession {
        text: text.to_owned(),
    })
}

/// The UTC day of an instant, or a day as written.
pub(super) fn day_of(text: &str) -> Result<Day, TimeError> {
    parse_day(text).or_else(|why| {
        let instant = text.parse::<Instant>();
        instant.map(Instant::day).map_err(|_| why)
    })
}
