//! Tables, row by row: CSV (RFC 4180) or JSON Lines.
//!
//! - [`Rows`]: reads a table, whichever of the two it is
//! - [`Row`]: a row, with everything that stood in it
//! - [`RowWriter`]: writes rows with columns added to them
//! - [`RowsError`], [`RowError`]: what is wrong with a table, or with a row

mod error;
mod ration;
#[cfg(test)]
mod tests;
mod writer;

use std::borrow::Cow;
use std::io::{self, BufRead, Read};

use event_model::limits::{TABLE_COLUMNS_MAX, TABLE_ROW_BYTES_MAX};

use serde_json::{Map, Value};

pub use self::error::{RowError, RowsError};
use self::ration::{Rationed, is_too_long};
pub use self::writer::{RowWriter, cell};

/// A line ends with so many bytes at most, which do not count.
const LINE_END_MAX: usize = 2;
/// About how many bytes a row has.
const ROW_BYTES: usize = 64;

/// How a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values under a heading.
    Csv,
    /// One JSON object a line.
    JsonLines,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its number, from 1; neither the heading nor blank lines are counted.
    pub number: u64,
    cells: Cells,
}

#[derive(Debug, Clone, PartialEq)]
enum Cells {
    Csv(csv::StringRecord),
    /// The fields, and the line as it was written.
    Json(Map<String, Value>, String),
}

/// A row that cannot be read, with its number.
pub type BadRow = (u64, RowError);

/// The rows of a table.
pub struct Rows<'i> {
    source: Source<'i>,
    number: u64,
}

type CsvReader<'i> = csv::Reader<Rationed<'i>>;

enum Source<'i> {
    Csv(CsvReader<'i>, csv::StringRecord),
    JsonLines(Box<dyn BufRead + 'i>),
}

impl<'i> Rows<'i> {
    /// Begins to read a table: JSON Lines if it begins with a brace, else CSV, whose
    /// first line names the columns.
    ///
    /// # Errors
    ///
    /// [`RowsError`] if there is no heading.
    pub fn read(mut input: Box<dyn BufRead + 'i>) -> Result<Self, RowsError> {
        let source = match begins_with_brace(&mut input)? {
            true => Source::JsonLines(input),
            false => {
                let mut reader = csv::ReaderBuilder::new()
                    .flexible(true)
                    .from_reader(Rationed::new(input));
                let heading = heading(&mut reader)?;
                Source::Csv(reader, heading)
            }
        };
        Ok(Self { source, number: 0 })
    }

    /// How the table is written.
    #[must_use]
    pub fn format(&self) -> Format {
        match self.source {
            Source::Csv(..) => Format::Csv,
            Source::JsonLines(_) => Format::JsonLines,
        }
    }

    /// The names of the columns, of a table that has a heading.
    #[must_use]
    pub fn columns(&self) -> Option<Vec<String>> {
        match &self.source {
            Source::Csv(_, heading) => Some(heading.iter().map(str::to_owned).collect()),
            Source::JsonLines(_) => None,
        }
    }

    /// Where a column stands.
    ///
    /// # Errors
    ///
    /// [`RowsError::NoColumn`] if the heading does not have it, and
    /// [`RowsError::ColumnTwice`] if it has it twice.
    pub fn column(&self, name: &str) -> Result<Column, RowsError> {
        match &self.source {
            Source::JsonLines(_) => Ok(Column::Named(name.to_owned())),
            Source::Csv(_, heading) => {
                let columns = heading.iter().enumerate();
                let mut found = columns.filter(|(_, column)| *column == name);
                let first = found.next().ok_or_else(|| RowsError::NoColumn {
                    name: name.to_owned(),
                    columns: heading.iter().map(str::to_owned).collect(),
                });
                match found.next() {
                    Some(_) => Err(RowsError::ColumnTwice {
                        name: name.to_owned(),
                    }),
                    None => first.map(|(at, _)| Column::At(at)),
                }
            }
        }
    }
}

/// Where a column stands in the rows of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Column {
    /// By its place.
    At(usize),
    /// By its name.
    Named(String),
}

fn begins_with_brace(input: &mut impl BufRead) -> io::Result<bool> {
    const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
    if input.fill_buf()?.starts_with(BYTE_ORDER_MARK) {
        input.consume(BYTE_ORDER_MARK.len());
    }
    loop {
        let Some(&byte) = input.fill_buf()?.first() else {
            return Ok(false);
        };
        if !byte.is_ascii_whitespace() {
            return Ok(byte == b'{');
        }
        input.consume(1);
    }
}

fn heading(reader: &mut CsvReader<'_>) -> Result<csv::StringRecord, RowsError> {
    let mut heading = reader
        .headers()
        .map_err(|error| input_error(error, 0))?
        .clone();
    heading.trim();
    if heading.is_empty() {
        return Err(RowsError::Empty);
    }
    let columns = heading.len();
    if columns > TABLE_COLUMNS_MAX {
        return Err(RowsError::Columns { columns });
    }
    Ok(heading)
}

/// `row` is the last that could be read.
fn input_error(error: csv::Error, row: u64) -> RowsError {
    match error.into_kind() {
        csv::ErrorKind::Io(error) if is_too_long(&error) => RowsError::RowTooLong { after: row },
        csv::ErrorKind::Io(error) => RowsError::Input(error),
        // Of a row that is read, it is told with its number.
        csv::ErrorKind::Utf8 { .. } => RowsError::HeadingNotUtf8,
        other => RowsError::Input(io::Error::other(format!("{other:?}"))),
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<Result<Row, BadRow>, RowsError>;

    fn next(&mut self) -> Option<Self::Item> {
        let read = match &mut self.source {
            Source::Csv(reader, heading) => next_csv(reader, heading.len(), self.number),
            Source::JsonLines(input) => next_json(input).map_err(RowsError::Input),
        };
        let cells = read.transpose()?;
        self.number += 1;
        let number = self.number;
        Some(cells.map(|cells| match cells {
            Ok(cells) => Ok(Row { number, cells }),
            Err(error) => Err((number, error)),
        }))
    }
}

fn next_csv(
    reader: &mut CsvReader<'_>,
    columns: usize,
    row: u64,
) -> Result<Option<Result<Cells, RowError>>, RowsError> {
    let mut record = csv::ByteRecord::with_capacity(ROW_BYTES, columns);
    reader.get_ref().begin_row();
    let is_there = reader.read_byte_record(&mut record);
    if !is_there.map_err(|error| input_error(error, row))? {
        return Ok(None);
    }
    let first = record.position().map_or(0, csv::Position::line);
    // The reader stands at the begin of the next line, or at the end.
    let next = reader.position().line();
    let lines = (first, next.saturating_sub(1).max(first));
    let begin = record.position().map_or(0, csv::Position::byte);
    if reader.position().byte() - begin > (TABLE_ROW_BYTES_MAX + LINE_END_MAX) as u64 {
        return Err(RowsError::RowTooLong { after: row });
    }
    let last = record.iter().next_back().unwrap_or_default();
    if last.contains(&b'\n') && reader.get_ref().ended_in_quotes() {
        let (row, line) = (row + 1, first);
        return Err(RowsError::QuoteOpen { row, line });
    }
    let fields = record.len();
    Ok(Some(match csv::StringRecord::from_byte_record(record) {
        Err(_) => Err(RowError::NotUtf8),
        Ok(record) if fields == columns => Ok(Cells::Csv(record)),
        Ok(_) => Err(RowError::Fields {
            fields,
            columns,
            lines,
        }),
    }))
}

fn next_json(input: &mut Box<dyn BufRead + '_>) -> io::Result<Option<Result<Cells, RowError>>> {
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        let most = TABLE_ROW_BYTES_MAX + LINE_END_MAX;
        let read = input.take(most as u64).read_until(b'\n', &mut bytes)?;
        if read == 0 {
            return Ok(None);
        }
        if read == most && bytes.last() != Some(&b'\n') {
            skip_line(input)?;
            return Ok(Some(Err(RowError::TooLong)));
        }
        if bytes.trim_ascii_end().len() > TABLE_ROW_BYTES_MAX {
            return Ok(Some(Err(RowError::TooLong)));
        }
        if !bytes.trim_ascii().is_empty() {
            return Ok(Some(of_json(&bytes)));
        }
    }
}

fn skip_line(input: &mut Box<dyn BufRead + '_>) -> io::Result<()> {
    loop {
        let buffer = input.fill_buf()?;
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let used = end.map_or(buffer.len(), |end| end + 1);
        input.consume(used);
        if end.is_some() || used == 0 {
            return Ok(());
        }
    }
}

fn of_json(bytes: &[u8]) -> Result<Cells, RowError> {
    let text = std::str::from_utf8(bytes).map_err(|_| RowError::NotUtf8)?;
    let why = |why: String| RowError::NotAnObject { why };
    // A field that stands twice is refused: which of the two is meant?
    let read = event_model::json::parse(text).map_err(|error| {
        let column = error.column();
        why(format!(
            "{} (column {column})",
            event_model::json::reason(&error)
        ))
    })?;
    match read {
        Value::Object(fields) => Ok(Cells::Json(fields, text.trim().to_owned())),
        other => Err(why(format!("it is {}", event_model::json::sort_of(&other)))),
    }
}

impl Row {
    /// What stands in a column, as a text; empty where nothing does.
    #[must_use]
    pub fn text(&self, column: &Column) -> Cow<'_, str> {
        match (&self.cells, column) {
            (Cells::Csv(record), Column::At(at)) => record.get(*at).unwrap_or_default().into(),
            (Cells::Json(fields, _), Column::Named(name)) => match fields.get(name) {
                Some(Value::String(text)) => text.into(),
                None | Some(Value::Null) => Cow::default(),
                Some(other) => other.to_string().into(),
            },
            _ => Cow::default(),
        }
    }

    /// What stands in a column; of CSV always a text, `null` where there is no such
    /// field.
    #[must_use]
    pub fn value(&self, column: &Column) -> Value {
        match (&self.cells, column) {
            (Cells::Json(fields, _), Column::Named(name)) => {
                fields.get(name).cloned().unwrap_or_default()
            }
            (Cells::Csv(_), _) => Value::String(self.text(column).into_owned()),
            _ => Value::Null,
        }
    }

    /// The names of its fields, where the row itself says them.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        match &self.cells {
            Cells::Csv(_) => Vec::new(),
            Cells::Json(fields, _) => fields.keys().cloned().collect(),
        }
    }
}
