//! `annals check --assert`: expectations as data.

use std::path::Path;

use annals::model::id::Slug;
use annals::projection::basis::Basis;
use annals::projection::expectation::{Expectation, Verdict};
use annals::projection::path::Path as FieldPath;
use annals::rows::{Column, Row, Rows, RowsError};
use annals::{Error, Store};
use serde_json::{Value, json};

use crate::cli::{AskArgs, CutArgs};
use crate::commands::append::{name_of, open_input};
use crate::error::CommandError;
use crate::exit_code::ExitCode;
use crate::output::{Output, say};
use crate::render::log::short_ids;
use crate::render::timeline::as_known;
use crate::render::words;
use crate::session::Session;

/// The columns of a file of expectations.
const COLUMNS: &[&str] = &[
    "company", "path", "expected", "op", "at", "known", "on", "recorded", "zone",
];
/// How wide a line is.
const WIDTH: usize = 80;
/// Those that cannot be left out.
const NEEDED: &[&str] = &["company", "path", "expected"];

/// Holds every expectation of a file, and tells which do not.
pub(crate) fn run(
    session: &Session,
    store: &Store,
    (file, ask, as_json): (&Path, &AskArgs, bool),
    out: &mut Output,
) -> Result<(), CommandError> {
    let name = name_of(file);
    let fault = |error: &RowsError| {
        CommandError::new(ExitCode::Data, format!("{name}: {error}"))
            .hint(format!("its columns are {}", COLUMNS.join(", ")))
    };
    let rows = Rows::read(open_input(file)?).map_err(|error| fault(&error))?;
    if let Some(columns) = rows.columns() {
        refuse_columns(&name, &columns)?;
    }
    let columns = Columns::of(&rows);
    let mut tally = Tally::default();
    for row in rows {
        tally.rows += 1;
        let (number, read) = match row.map_err(|error| fault(&error))? {
            Ok(row) => (
                row.number,
                Line::read((session, store), (&row, &columns), ask),
            ),
            Err((number, error)) => (number, Err(Fault::OfRow(error.to_string()))),
        };
        match read {
            Ok(line) => {
                let held = line.hold(store)?;
                tally.failed += u64::from(!held.holds);
                line.tell(store, (number, &held), as_json, out)?;
            }
            Err(Fault::OfRow(problem)) => {
                tally.faults += 1;
                say(&format!("{name}: row {number}: {problem}"));
            }
            Err(Fault::OfCommand(error)) => return Err(error),
        }
    }
    out.finish()?;
    tally.conclude(&name)
}

fn refuse_columns(name: &str, columns: &[String]) -> Result<(), CommandError> {
    let has = |column: &str| columns.iter().any(|it| it == column);
    let missing = NEEDED.iter().find(|column| !has(column));
    let unknown = columns
        .iter()
        .find(|column| !COLUMNS.contains(&column.as_str()));
    let twice = COLUMNS
        .iter()
        .find(|known| columns.iter().filter(|column| column == known).count() > 1);
    let what = match (missing, unknown) {
        (Some(missing), _) => format!("{name}: there is no column {missing:?}"),
        (None, Some(unknown)) => format!("{name}: no column is called {unknown:?}"),
        (None, None) => match twice {
            Some(twice) => format!("{name}: two columns are called {twice:?}"),
            None => return Ok(()),
        },
    };
    Err(CommandError::new(ExitCode::Data, what)
        .hint(format!("its columns are {}", COLUMNS.join(", "))))
}

/// How many there were.
#[derive(Default)]
struct Tally {
    rows: u64,
    failed: u64,
    faults: u64,
}

impl Tally {
    fn conclude(&self, name: &str) -> Result<(), CommandError> {
        let Self {
            rows,
            failed,
            faults,
        } = self;
        match (faults, failed) {
            (0, 0) => {
                let rows = match rows {
                    1 => "1 expectation holds".to_owned(),
                    many => format!("{many} expectations hold"),
                };
                say(&format!("{name}: {rows}"));
                Ok(())
            }
            (0, _) => Err(CommandError::new(
                ExitCode::CheckFailed,
                format!("{name}: {failed} of {rows} expectations do not hold"),
            )
            .hint("`annals why COMPANY PATH --at DATE` tells what a value follows from")),
            _ => Err(CommandError::new(
                ExitCode::Data,
                format!("{name}: {faults} of {rows} rows are at fault, {failed} do not hold"),
            )),
        }
    }
}

/// Where the columns of a file stand.
struct Columns(Vec<(&'static str, Column)>);

impl Columns {
    fn of(rows: &Rows<'_>) -> Self {
        let column = |name: &&'static str| Some((*name, rows.column(name).ok()?));
        Self(COLUMNS.iter().filter_map(column).collect())
    }

    fn value(&self, row: &Row, name: &str) -> Value {
        let found = self.0.iter().find(|(known, _)| *known == name);
        found.map_or(Value::Null, |(_, column)| row.value(column))
    }

    fn text(&self, row: &Row, name: &str) -> Option<String> {
        let found = self.0.iter().find(|(known, _)| *known == name);
        let text = found.map(|(_, column)| row.text(column).trim().to_owned());
        text.filter(|text| !text.is_empty())
    }
}

/// Why a row cannot be held.
enum Fault {
    /// The row itself is at fault; the others go on.
    OfRow(String),
    /// Nothing goes on.
    OfCommand(CommandError),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        match error {
            Error::UnknownCompany { .. } | Error::AmbiguousCompany { .. } => {
                Self::OfRow(error.to_string())
            }
            error => Self::OfCommand(error.into()),
        }
    }
}

impl From<CommandError> for Fault {
    fn from(error: CommandError) -> Self {
        match error.code {
            ExitCode::Usage => Self::OfRow(error.what().to_owned()),
            _ => Self::OfCommand(error),
        }
    }
}

/// A row that could be read.
struct Line {
    company: Slug,
    basis: Basis,
    expectation: Expectation,
    operator: String,
    expected: Value,
}

impl Line {
    /// Reads a row.
    fn read(
        (session, store): (&Session, &Store),
        (row, columns): (&Row, &Columns),
        ask: &AskArgs,
    ) -> Result<Self, Fault> {
        let of_row = |what: String| Fault::OfRow(what);
        let mut names = row.names().into_iter();
        if let Some(unknown) = names.find(|name| !COLUMNS.contains(&name.as_str())) {
            return Err(of_row(format!("no field is called {unknown:?}")));
        }
        let text = |name: &str| columns.text(row, name);
        let (Some(key), Some(path)) = (text("company"), text("path")) else {
            return Err(of_row("company and path cannot be left out".to_owned()));
        };
        let path: FieldPath = path.parse().map_err(|error| of_row(format!("{error}")))?;
        let operator = text("op").unwrap_or_else(|| "=".to_owned());
        let expected = columns.value(row, "expected");
        let expectation = Expectation::new(path, &operator, expected.clone())
            .map_err(|error| of_row(format!("{error}")))?;
        let basis = session.basis_of(store, &asked(&text, ask))?;
        Ok(Self {
            company: store.find(&key, &basis.cuts)?,
            basis,
            expectation,
            operator,
            expected,
        })
    }

    fn hold(&self, store: &Store) -> Result<Verdict, CommandError> {
        let answer = store.at_without_events(&self.company, &self.basis)?;
        Ok(self.expectation.hold(&answer.timeline))
    }

    fn tell(
        &self,
        store: &Store,
        (number, held): (u64, &Verdict),
        as_json: bool,
        out: &mut Output,
    ) -> Result<(), CommandError> {
        let Self {
            company,
            basis,
            expectation,
            operator,
            expected,
        } = self;
        let path = expectation.path();
        if as_json {
            return out.json_line(&json!({
                "row": number,
                "company": company,
                "path": path,
                "basis": basis,
                "op": operator,
                "expected": expected,
                "actual": held.actual,
                "holds": held.holds,
                "event": held.event,
            }));
        }
        if held.holds {
            return Ok(());
        }
        let event = held.event.map(short_ids(store));
        let event = event.map_or_else(String::new, |id| format!(" ({id})"));
        let not = match operator.as_str() {
            "=" | "==" => String::new(),
            operator => format!("{operator} "),
        };
        let told = [
            format!("row {number}: {company} {path}"),
            format!("  {}", as_known(basis)),
            format!("  expected {not}{}", plain(expected)),
            format!("  is      {event} {}", plain(&held.actual)),
        ];
        let line = |text: &String| words::shortened(&words::clean(text), WIDTH);
        told.iter().try_for_each(|text| out.line(&line(text)))
    }
}

/// What a row asks, and the command line where the row says nothing.
fn asked(text: &impl Fn(&str) -> Option<String>, ask: &AskArgs) -> AskArgs {
    let cuts = &ask.cuts;
    AskArgs {
        at: text("at").or_else(|| ask.at.clone()),
        cuts: CutArgs {
            known: text("known").or_else(|| cuts.known.clone()),
            on: text("on").or_else(|| cuts.on.clone()),
            recorded: text("recorded").or_else(|| cuts.recorded.clone()),
            zone: text("zone").unwrap_or_else(|| cuts.zone.clone()),
            ..cuts.clone()
        },
    }
}

/// A value as it is written in a file of expectations.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) if text.is_empty() => "nothing".to_owned(),
        Value::Null => "nothing".to_owned(),
        Value::Array(items) if items.is_empty() => "nothing".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
