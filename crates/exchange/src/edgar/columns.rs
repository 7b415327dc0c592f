//! The table of filings: columns of the same length, read as rows.

use std::collections::HashMap;
use std::fmt;

use event_model::json::sort_of;
use event_model::time::{Day, Instant, TimeError, parse_day};
use serde_json::{Map, Value};

use super::crawl::Row;
use super::items::items_of;
use super::read::EdgarError;

const REQUIRED: [&str; 3] = ["accessionNumber", "acceptanceDateTime", "form"];

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

/// Reads the rows of a table, each filing once.
pub(super) fn rows(
    file: &str,
    locator: &str,
    table: &Map<String, Value>,
) -> Result<Vec<Row>, EdgarError> {
    let columns = Columns::check(file, locator, table)?;
    let mut rows: Vec<Row> = Vec::with_capacity(columns.len);
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut bad = Vec::new();
    for at in 0..columns.len {
        let mut cells = Cells {
            columns: &columns,
            at,
            problems: Vec::new(),
        };
        let row = cells.row();
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
        Ok(rows)
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
    /// Columns that are not known are not read, but one of another length shows
    /// that the table is damaged.
    fn check(file: &str, locator: &str, table: &'a Map<String, Value>) -> Result<Self, EdgarError> {
        let missing: Vec<_> = REQUIRED
            .into_iter()
            .filter(|name| !table.contains_key(*name))
            .collect();
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
                Value::Array(list) => lengths.push((name.clone(), list.len())),
                other if KNOWN.contains(&name.as_str()) => {
                    return Err(EdgarError::Field {
                        file: file.to_owned(),
                        field: format!("{locator}.{name}"),
                        expected: "a list",
                        found: sort_of(other).to_owned(),
                    });
                }
                _ => {}
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
}

impl Cells<'_> {
    fn row(&mut self) -> Option<Row> {
        let accession = self.required("accessionNumber", accession);
        let accepted = self.required("acceptanceDateTime", acceptance);
        let form = self.required("form", |text| Ok(text.to_owned()));
        let filed = self.parsed("filingDate", day);
        let report_date = self.parsed("reportDate", day);
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

    /// A size is a number; some dumps write it as a text.
    fn size(&mut self) -> Option<u64> {
        let cell = self.columns.cell("size", self.at)?;
        let size = match cell {
            Value::Null => return None,
            Value::String(text) if text.trim().is_empty() => return None,
            Value::String(text) => text.trim().parse().ok(),
            Value::Number(number) => number.as_u64(),
            _ => None,
        };
        if size.is_none() {
            let found = cell.to_string();
            self.add(
                "size",
                RowDefect::WrongType {
                    expected: "a number of bytes",
                    found,
                },
            );
        }
        size
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

/// An instant of acceptance; one that does not say its offset is UTC.
fn acceptance(text: &str) -> Result<Instant, RowDefect> {
    if text.len() == 14 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
        let day = [part(0, 4), part(4, 6), part(6, 8)].join("-");
        let time = [part(8, 10), part(10, 12), part(12, 14)].join(":");
        return Ok(format!("{day}T{time}Z").parse()?);
    }
    match text.parse() {
        Err(TimeError::NoOffset { .. }) => Ok(format!("{text}Z").parse()?),
        read => Ok(read?),
    }
}

fn day(text: &str) -> Result<Day, RowDefect> {
    Ok(parse_day(text)?)
}
