//! Tables, row by row: CSV (RFC 4180) or JSON Lines.
//!
//! - [`Rows`]: reads a table, whichever of the two it is
//! - [`Row`]: a row, with everything that stood in it
//! - [`RowWriter`]: writes rows with columns added to them
//! - [`RowsError`], [`RowError`]: what is wrong with a table, or with a row

mod error;
#[cfg(test)]
mod tests;

use std::io::{self, BufRead, Read};

use serde_json::{Map, Value};

pub use self::error::{RowError, RowsError};

/// About how many bytes a line has.
const LINE_BYTES: usize = 128;
/// The longest line of a table, in bytes.
const LINE_BYTES_MAX: u64 = 1 << 20;

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

enum Source<'i> {
    Csv(csv::Reader<Box<dyn BufRead + 'i>>, csv::StringRecord),
    JsonLines(Box<dyn BufRead + 'i>),
}

impl<'i> Rows<'i> {
    /// Begins to read a table: JSON Lines if it begins with a brace, else CSV, whose
    /// first line names the columns.
    ///
    /// # Errors
    ///
    /// [`RowsError`] if there is no heading, or one that names a column twice.
    pub fn read(mut input: Box<dyn BufRead + 'i>) -> Result<Self, RowsError> {
        let source = match begins_with_brace(&mut input)? {
            true => Source::JsonLines(input),
            false => {
                let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(input);
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
    /// [`RowsError::NoColumn`] if the heading does not have it.
    pub fn column(&self, name: &str) -> Result<Column, RowsError> {
        match &self.source {
            Source::JsonLines(_) => Ok(Column::Named(name.to_owned())),
            Source::Csv(_, heading) => {
                let at = heading.iter().position(|column| column == name);
                at.map(Column::At).ok_or_else(|| RowsError::NoColumn {
                    name: name.to_owned(),
                    columns: heading.iter().map(str::to_owned).collect(),
                })
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

fn heading(
    reader: &mut csv::Reader<Box<dyn BufRead + '_>>,
) -> Result<csv::StringRecord, RowsError> {
    let mut heading = reader.headers().map_err(input_error)?.clone();
    heading.trim();
    if heading.is_empty() {
        return Err(RowsError::Empty);
    }
    for (at, name) in heading.iter().enumerate() {
        if heading.iter().take(at).any(|before| before == name) {
            let name = name.to_owned();
            return Err(RowsError::ColumnTwice { name });
        }
    }
    Ok(heading)
}

fn input_error(error: csv::Error) -> RowsError {
    RowsError::Input(io::Error::other(error))
}

impl Iterator for Rows<'_> {
    type Item = Result<Result<Row, BadRow>, RowsError>;

    fn next(&mut self) -> Option<Self::Item> {
        let read = match &mut self.source {
            Source::Csv(reader, heading) => next_csv(reader, heading.len()),
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
    reader: &mut csv::Reader<Box<dyn BufRead + '_>>,
    columns: usize,
) -> Result<Option<Result<Cells, RowError>>, RowsError> {
    let mut record = csv::StringRecord::new();
    match reader.read_record(&mut record) {
        Ok(false) => Ok(None),
        Ok(true) => {
            let fields = record.len();
            let first = record.position().map_or(0, csv::Position::line);
            // The reader stands at the begin of the next line, or at the end.
            let next = reader.position().line();
            let lines = (first, next.saturating_sub(1).max(first));
            Ok(Some(match fields == columns {
                true => Ok(Cells::Csv(record)),
                false => Err(RowError::Fields {
                    fields,
                    columns,
                    lines,
                }),
            }))
        }
        Err(error) => match error.kind() {
            csv::ErrorKind::Utf8 { .. } => Ok(Some(Err(RowError::NotUtf8))),
            _ => Err(input_error(error)),
        },
    }
}

fn next_json(input: &mut Box<dyn BufRead + '_>) -> io::Result<Option<Result<Cells, RowError>>> {
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        let read = input.take(LINE_BYTES_MAX).read_until(b'\n', &mut bytes)?;
        if read == 0 {
            return Ok(None);
        }
        if read as u64 == LINE_BYTES_MAX && bytes.last() != Some(&b'\n') {
            skip_line(input)?;
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
    let read = event_model::json::parse(text).map_err(|error| why(error.to_string()))?;
    match read {
        Value::Object(fields) => Ok(Cells::Json(fields, text.trim().to_owned())),
        other => Err(why(format!("it is {}", event_model::json::sort_of(&other)))),
    }
}

impl Row {
    /// What stands in a column, as a text; empty where nothing does.
    #[must_use]
    pub fn text(&self, column: &Column) -> String {
        match (&self.cells, column) {
            (Cells::Csv(record), Column::At(at)) => record.get(*at).unwrap_or_default().to_owned(),
            (Cells::Json(fields, _), Column::Named(name)) => match fields.get(name) {
                Some(Value::String(text)) => text.clone(),
                None | Some(Value::Null) => String::new(),
                Some(other) => other.to_string(),
            },
            _ => String::new(),
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
            (Cells::Csv(_), _) => Value::String(self.text(column)),
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

/// Writes rows, each with the same columns added.
///
/// A row is written in two halves, so that it can wait for its values in few bytes.
#[derive(Debug, Clone)]
pub struct RowWriter {
    format: Format,
    columns: Vec<String>,
    added: Vec<String>,
}

impl RowWriter {
    /// Of rows with these columns, and with those that are added.
    #[must_use]
    pub fn new(format: Format, columns: Vec<String>, added: Vec<String>) -> Self {
        Self {
            format,
            columns,
            added,
        }
    }

    /// Whether a row can be written with the columns that are added.
    ///
    /// # Errors
    ///
    /// [`RowError::FieldThere`] or [`RowError::NoColumn`] if not: JSON Lines can have
    /// other fields in each row.
    pub fn check(&self, row: &Row) -> Result<(), RowError> {
        let Cells::Json(fields, _) = &row.cells else {
            return Ok(());
        };
        if let Some(name) = self.added.iter().find(|name| fields.contains_key(*name)) {
            return Err(RowError::FieldThere { name: name.clone() });
        }
        let has_column = |name: &&String| self.columns.contains(name);
        let mut lost = fields.keys().filter(|name| !has_column(name));
        match (self.format, lost.next()) {
            (Format::Csv, Some(name)) => Err(RowError::NoColumn { name: name.clone() }),
            _ => Ok(()),
        }
    }

    /// The line that names the columns, if the format has one.
    #[must_use]
    pub fn heading(&self) -> Option<String> {
        match self.format {
            Format::JsonLines => None,
            Format::Csv => {
                let columns = self.columns.iter().chain(&self.added);
                Some(csv_line(columns.map(String::as_str)) + "\n")
            }
        }
    }

    /// The first half of a row: what stands in it.
    #[must_use]
    pub fn begin(&self, row: &Row) -> String {
        match (self.format, &row.cells) {
            (Format::Csv, Cells::Csv(record)) => csv_line(record),
            (Format::Csv, Cells::Json(fields, _)) => {
                let cells = self.columns.iter();
                let cells = cells.map(|name| fields.get(name).map_or_else(String::new, cell));
                csv_line(cells)
            }
            // As it was written, so that nothing of it changes.
            (Format::JsonLines, Cells::Json(fields, line)) => match fields.is_empty() {
                true => "{".to_owned(),
                false => format!("{},", line.strip_suffix('}').unwrap_or(line)),
            },
            (Format::JsonLines, Cells::Csv(record)) => {
                let texts: Vec<Value> = record.iter().map(Value::from).collect();
                let comma = if texts.is_empty() { "" } else { "," };
                format!("{{{}{comma}", json_fields(self.columns.iter().zip(&texts)))
            }
        }
    }

    /// The second half: the values of the columns that are added, one each; those
    /// that are not given are empty, or `null`.
    #[must_use]
    pub fn end(&self, values: &[Value]) -> String {
        let all = (0..self.added.len()).map(|at| values.get(at).unwrap_or(&Value::Null));
        match self.format {
            // After what stands before it.
            Format::Csv => csv_line(std::iter::once(String::new()).chain(all.map(cell))) + "\n",
            Format::JsonLines => format!("{}}}\n", json_fields(self.added.iter().zip(all))),
        }
    }
}

/// Fields of CSV, without the end of the line.
fn csv_line<F: AsRef<[u8]>>(fields: impl IntoIterator<Item = F>) -> String {
    let mut writer = csv::WriterBuilder::new()
        .buffer_capacity(LINE_BYTES)
        .from_writer(Vec::with_capacity(LINE_BYTES));
    // What is written into memory is written.
    let written = writer
        .write_record(fields)
        .and_then(|()| Ok(writer.flush()?));
    let line = written.ok().and_then(|()| writer.into_inner().ok());
    let mut line = String::from_utf8(line.unwrap_or_default()).unwrap_or_default();
    line.truncate(line.trim_end_matches('\n').len());
    line
}

/// The fields of an object of JSON, in their order.
fn json_fields<'v>(fields: impl Iterator<Item = (&'v String, &'v Value)>) -> String {
    let fields = fields.map(|(name, value)| format!("{}:{value}", Value::from(name.as_str())));
    fields.collect::<Vec<_>>().join(",")
}

/// A value in a field of CSV: a text as it is, a list with `;` between its items,
/// nothing for `null`, and JSON for the rest.
#[must_use]
pub fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(cell).collect::<Vec<_>>().join(";"),
        other => other.to_string(),
    }
}
