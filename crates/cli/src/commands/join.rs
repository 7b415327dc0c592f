//! `annals join`

use std::collections::HashSet;
use std::ffi::OsStr;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use annals::Store;
use annals::join::{JoinQuestion, JoinRow, Knowledge, RowClock, RowTime, parse_lag};
use annals::model::text::Text;
use annals::model::time::Zone;
use annals::model::vocabulary::Certainty;
use annals::projection::path::Path as FieldPath;
use annals::rows::{Column, Format, Row, RowError, RowWriter, Rows, RowsError};
use clap::{Args, ValueEnum};
use serde_json::Value;

use crate::cli::{AskArgs, CutArgs, certainty};
use crate::commands::append::{name_of, open_input};
use crate::error::CommandError;
use crate::exit_code::ExitCode;
use crate::output::{Output, say};
use crate::session::Session;

/// How many rows at fault are told one by one.
const TOLD_MAX: u64 = 20;

/// The columns that can hold the moment of a row, the first of them first.
const DATE_COLUMNS: &[&str] = &["date", "time", "timestamp", "instant", "at"];

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  annals join rows.csv --field earnings.next.date --field chips.open
  annals join trades.jsonl --field 'chips[amd-mi308].stage' --lag 1d
  annals join rows.csv --field earnings.next.date --row-time 09:30 \\
         --zone America/New_York --date-column day -o joined.csv

A row has a company (a slug, or an identifier that was valid on its day) and a
date or an instant with its offset. A bare date is the first instant of that
day, so that nothing published later on it is known. A row without an answer has
empty fields; the first 20 are told by their numbers.")]
pub(crate) struct JoinArgs {
    /// CSV with a heading, or JSON Lines; - for standard input
    file: PathBuf,
    /// A path into the timeline: earnings.next.date (repeatable)
    #[arg(long, value_name = "PATH", required = true)]
    field: Vec<FieldPath>,
    /// The column that names the company
    #[arg(long, value_name = "COLUMN", default_value = "company")]
    company_column: String,
    /// The column with the date or instant [default: date, time, timestamp, instant
    /// or at]
    #[arg(long, value_name = "COLUMN")]
    date_column: Option<String>,
    /// The time that a bare date means: start, end, or HH:MM
    #[arg(long, value_name = "TIME", default_value = "start", value_parser = row_time)]
    row_time: RowTime,
    /// The zone of dates [default: UTC]; without it, times must say their offset. The
    /// day asked about is the day in UTC all the same
    #[arg(long, value_name = "ZONE", allow_hyphen_values = true)]
    zone: Option<String>,
    /// Leave out what was published so shortly before a row's moment (1d, 2h30m), on
    /// the clock of recording also what was recorded
    #[arg(long, value_name = "SPAN", default_value = "0s", value_parser = lag, allow_hyphen_values = true)]
    lag: i64,
    /// What the moment of a row cuts: publication, or our recording
    #[arg(long, value_enum, default_value = "published")]
    clock: ClockArg,
    /// Read the log up to a position (digits) or an instant, for every row
    #[arg(long, value_name = "POSITION|DATE")]
    recorded: Option<String>,
    /// Hear only claims of this source (repeatable)
    #[arg(long, value_name = "NAME")]
    source: Vec<String>,
    /// Hear only claims that are so sure, or surer
    #[arg(long, value_name = "WORD", value_parser = certainty())]
    min_certainty: Option<Certainty>,
    /// Stop at the first row that has no answer
    #[arg(long)]
    strict: bool,
    /// Write CSV or JSON Lines [default: as the input]
    #[arg(long, value_enum)]
    format: Option<FormatArg>,
    /// Write to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ClockArg {
    /// What was published by then is known
    Published,
    /// The log is read as it stood then
    Recorded,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FormatArg {
    /// Comma-separated values
    Csv,
    /// JSON Lines
    Jsonl,
}

fn row_time(text: &str) -> Result<RowTime, String> {
    RowTime::parse(text).ok_or_else(|| "give start, end, or a time such as 09:30".to_owned())
}

fn lag(text: &str) -> Result<i64, String> {
    parse_lag(text).ok_or_else(|| "give a span such as 1d, 36h or 2h30m".to_owned())
}

pub(crate) fn run(
    session: &Session,
    args: &JoinArgs,
    out: &mut Output,
) -> Result<(), CommandError> {
    let store = session.open_to_read()?;
    let path = args.output.as_deref();
    out.write_to(path, |out| join(session, &store, args, out))?;
    Ok(store.close()?)
}

fn join(
    session: &Session,
    store: &Store,
    args: &JoinArgs,
    out: &mut dyn Write,
) -> Result<(), CommandError> {
    let basis = session.basis_for_rows(store, &ask(args))?;
    let Some(table) = Table::open(args)? else {
        return Ok(());
    };
    let columns = &table.columns;
    let format = table.format(args);
    refuse_columns_twice(columns, args)?;
    if format == Format::JsonLines {
        refuse_fields_twice(columns, args)?;
    }
    let added = args.field.iter().map(ToString::to_string).collect();
    let writer = RowWriter::new(format, columns.clone(), added);
    let mut put = |text: &str| out.write_all(text.as_bytes()).map_err(CommandError::output);
    put(&writer.heading().unwrap_or_default())?;
    let rows = table.first.into_iter().chain(table.rows);
    let rows = rows.map(|read| {
        Ok(match read.map_err(|error| input(args, &error))? {
            Ok(row) => {
                let waiting = Waiting::of(&row, &writer);
                JoinRow {
                    company: row.text(&table.company).into(),
                    moment: row.text(&table.date).into(),
                    row_bytes: waiting.bytes(),
                    row: waiting,
                }
            }
            Err((number, error)) => JoinRow {
                company: Text::default(),
                moment: Text::default(),
                row: Waiting(number, Err(Box::new(error))),
                row_bytes: 0,
            },
        })
    });
    let question = question(args)?;
    let seen = Seen::of(&args.field);
    let end = |values: &[Value]| -> Arc<str> {
        seen.note(values);
        writer.end(values).into()
    };
    let mut faults = Faults::new(args);
    store.join(
        rows,
        &question,
        &basis,
        end,
        |Waiting(number, row), answered| {
            let begun = match row {
                Ok(begun) => begun,
                // It could not be read, and has no place to stand in.
                Err(error) => return faults.tell(number, &*error, "left out"),
            };
            let end = match answered {
                Ok(end) => end,
                Err(problem) => {
                    faults.tell(number, &problem, "no answer")?;
                    end(&[])
                }
            };
            put(&begun)?;
            put(&end)
        },
    )?;
    faults.sum_up();
    seen.tell();
    Ok(())
}

/// In which fields any row has a value. One without is often mistyped: the name of a thread
/// is one that some company can have.
struct Seen<'f>(Vec<(&'f FieldPath, AtomicBool)>);

impl<'f> Seen<'f> {
    fn of(fields: &'f [FieldPath]) -> Self {
        let unseen = |field| (field, AtomicBool::new(false));
        Self(fields.iter().map(unseen).collect())
    }

    fn note(&self, values: &[Value]) {
        let is_said = |value: &Value| match value {
            Value::Null => false,
            Value::Array(list) => !list.is_empty(),
            _ => true,
        };
        for ((_, seen), _) in self
            .0
            .iter()
            .zip(values)
            .filter(|(_, value)| is_said(value))
        {
            seen.store(true, Ordering::Relaxed);
        }
    }

    fn tell(self) {
        for (field, seen) in self.0 {
            if !seen.into_inner() {
                say(&format!("note: no row has a value in {field}"));
            }
        }
    }
}

/// A row on its way to its answer: its number, and what is written of it or what is
/// wrong with it.
struct Waiting(u64, Result<Box<str>, Box<RowError>>);

impl Waiting {
    fn of(row: &Row, writer: &RowWriter) -> Self {
        let checked = writer.check(row).map_err(Box::new);
        // Copied, so that it takes no more than it needs.
        let begun = checked.map(|()| writer.begin(row).as_str().into());
        Self(row.number, begun)
    }

    fn bytes(&self) -> usize {
        self.1.as_ref().map_or(0, |begun| begun.len())
    }
}

/// How far the log is read, and which claims are heard.
fn ask(args: &JoinArgs) -> AskArgs {
    AskArgs {
        at: None,
        cuts: CutArgs {
            recorded: args.recorded.clone(),
            zone: args.zone.clone().unwrap_or_else(|| "UTC".to_owned()),
            source: args.source.clone(),
            min_certainty: args.min_certainty,
            ..CutArgs::default()
        },
    }
}

fn question(args: &JoinArgs) -> Result<JoinQuestion, CommandError> {
    let zone = args.zone.as_deref().map(str::parse::<Zone>).transpose();
    Ok(JoinQuestion {
        fields: args.field.clone(),
        clock: RowClock {
            time: args.row_time,
            zone: zone.map_err(annals::Error::Time)?,
        },
        lag_us: args.lag,
        knowledge: match args.clock {
            ClockArg::Published => Knowledge::Published,
            ClockArg::Recorded => Knowledge::Recorded,
        },
    })
}

/// The table that is read.
struct Table {
    /// The names of the columns: those of the heading, or of the first row.
    columns: Vec<String>,
    company: Column,
    date: Column,
    first: Option<ReadRow>,
    rows: Rows<'static>,
}

type ReadRow = <Rows<'static> as Iterator>::Item;

impl Table {
    /// Begins to read it. JSON Lines that are none have no columns either, and nothing is
    /// written of them.
    fn open(args: &JoinArgs) -> Result<Option<Self>, CommandError> {
        let mut rows = match Rows::read(open_input(&args.file)?) {
            Ok(rows) => rows,
            Err(RowsError::Empty) if is_json_lines(args) => return Ok(None),
            Err(error) => return Err(input(args, &error)),
        };
        let first = rows.next();
        let columns = rows.columns().unwrap_or_else(|| match &first {
            Some(Ok(Ok(row))) => row.names(),
            _ => Vec::new(),
        });
        let column = |name: &str, flag: &str| {
            let found = rows.column(name);
            found.map_err(|error| {
                input(args, &error).hint(match columns.as_slice() {
                    [one] if one.contains([';', '\t', '|']) => {
                        "columns are set apart by commas, and nothing else".to_owned()
                    }
                    _ => format!("name it with {flag}"),
                })
            })
        };
        let date = args.date_column.as_deref();
        let date = date.unwrap_or_else(|| date_column(&columns));
        Ok(Some(Self {
            company: column(&args.company_column, "--company-column")?,
            date: column(date, "--date-column")?,
            columns,
            first,
            rows,
        }))
    }

    fn format(&self, args: &JoinArgs) -> Format {
        match args.format {
            Some(FormatArg::Csv) => Format::Csv,
            Some(FormatArg::Jsonl) => Format::JsonLines,
            None => self.rows.format(),
        }
    }
}

/// Whether the table is JSON Lines, by its name or by what is to be made of it.
fn is_json_lines(args: &JoinArgs) -> bool {
    let ending = args.file.extension().and_then(OsStr::to_str);
    args.format == Some(FormatArg::Jsonl) || matches!(ending, Some("jsonl" | "ndjson"))
}

/// The first of the columns that can hold a moment; the others are named to whoever
/// takes a time of day for a part of it.
fn date_column(columns: &[String]) -> &'static str {
    let is_there = |name: &&&str| columns.iter().any(|column| column == **name);
    let mut found = DATE_COLUMNS.iter().filter(is_there);
    let date = found.next().unwrap_or(&"date");
    let others: Vec<&str> = found.copied().collect();
    if !others.is_empty() {
        say(&format!(
            "note: the moment of a row is its `{date}`, and not its `{}`; --date-column \
             names another",
            others.join("` or `")
        ));
    }
    date
}

fn refuse_columns_twice(columns: &[String], args: &JoinArgs) -> Result<(), CommandError> {
    let added: Vec<String> = args.field.iter().map(ToString::to_string).collect();
    for (at, name) in added.iter().enumerate() {
        let before = added.iter().take(at).chain(columns);
        if before.into_iter().any(|column| column == name) {
            return Err(
                CommandError::usage(format!("there would be two columns called {name:?}"))
                    .hint("give each --field once, and rename the column of the table"),
            );
        }
    }
    Ok(())
}

/// A heading may have a name twice, and an object may not.
fn refuse_fields_twice(columns: &[String], args: &JoinArgs) -> Result<(), CommandError> {
    let mut names = HashSet::new();
    match columns.iter().find(|name| !names.insert(*name)) {
        None => Ok(()),
        Some(name) => {
            let name = name.clone();
            Err(input(args, &RowsError::ColumnTwice { name })
                .hint("write CSV with --format csv, or rename one of them"))
        }
    }
}

fn input(args: &JoinArgs, error: &RowsError) -> CommandError {
    let code = match error {
        RowsError::Input(_) => ExitCode::Machine,
        RowsError::NoColumn { .. } => ExitCode::Usage,
        _ => ExitCode::Data,
    };
    let told = CommandError::new(code, format!("{}: {error}", name_of(&args.file)));
    match std::error::Error::source(error) {
        Some(cause) => told.detail(cause.to_string()),
        None => told,
    }
}

/// The rows at fault.
struct Faults {
    name: String,
    strict: bool,
    count: u64,
}

impl Faults {
    fn new(args: &JoinArgs) -> Self {
        Self {
            name: name_of(&args.file),
            strict: args.strict,
            count: 0,
        }
    }

    /// Tells of a row, or ends it all.
    fn tell(
        &mut self,
        number: u64,
        problem: &dyn std::error::Error,
        outcome: &str,
    ) -> Result<(), CommandError> {
        let told = format!("{}: row {number}: {problem}", self.name);
        if self.strict {
            return Err(CommandError::new(ExitCode::Data, told)
                .hint("without --strict such a row is told, and the rest goes on"));
        }
        self.count += 1;
        if self.count <= TOLD_MAX {
            say(&format!("{told}; {outcome}"));
        }
        Ok(())
    }

    fn sum_up(&self) {
        if self.count > TOLD_MAX {
            let (more, count) = (self.count - TOLD_MAX, self.count);
            say(&format!("and {more} more; {count} rows have no answer"));
        }
    }
}
