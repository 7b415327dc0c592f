//! Tables, row by row: CSV (RFC 4180) or JSON Lines.
//!
//! - [`Rows`]: reads a table, whichever of the two it is
//! - [`Row`]: a row, with everything that stood in it
//! - [`RowWriter`]: writes rows with columns added to them

use std::io::{self, BufRead, Read};

use serde_json::{Map, Value};

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
    Json(Map<String, Value>),
}

/// Why a table cannot be read on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RowsError {
    /// The input gives no more.
    #[error("the table cannot be read")]
    Input(#[from] io::Error),
    /// A table without a heading.
    #[error("the table is empty; its first line must name its columns")]
    Empty,
    /// Two columns of one name.
    #[error("two columns are called {name:?}")]
    ColumnTwice {
        /// The name.
        name: String,
    },
    /// No column of a name.
    #[error("there is no column {name:?}; there are {}", columns.join(", "))]
    NoColumn {
        /// The name.
        name: String,
        /// The columns there are.
        columns: Vec<String>,
    },
}

/// What is wrong with a row that cannot be read; the rows after it can.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RowError {
    /// Another number of fields than there are columns.
    #[error("has {fields} fields under {columns} columns")]
    Fields {
        /// The fields.
        fields: usize,
        /// The columns.
        columns: usize,
    },
    /// Not UTF-8.
    #[error("is not UTF-8")]
    NotUtf8,
    /// Not a JSON object.
    #[error("is no JSON object: {why}")]
    NotAnObject {
        /// Why.
        why: String,
    },
    /// Longer than a line may be.
    #[error("is longer than {LINE_BYTES_MAX} bytes")]
    TooLong,
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
            Ok(Some(match fields == columns {
                true => Ok(Cells::Csv(record)),
                false => Err(RowError::Fields { fields, columns }),
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
    let read: Result<Map<String, Value>, _> = serde_json::from_str(text);
    let why = |error: serde_json::Error| RowError::NotAnObject {
        why: error.to_string(),
    };
    read.map(Cells::Json).map_err(why)
}

impl Row {
    /// What stands in a column, as a text; empty where nothing does.
    #[must_use]
    pub fn text(&self, column: &Column) -> String {
        match (&self.cells, column) {
            (Cells::Csv(record), Column::At(at)) => record.get(*at).unwrap_or_default().to_owned(),
            (Cells::Json(fields), Column::Named(name)) => match fields.get(name) {
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
            (Cells::Json(fields), Column::Named(name)) => {
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
            Cells::Json(fields) => fields.keys().cloned().collect(),
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
            (Format::Csv, Cells::Json(fields)) => {
                let cells = self.columns.iter();
                let cells = cells.map(|name| fields.get(name).map_or_else(String::new, cell));
                csv_line(cells)
            }
            (Format::JsonLines, Cells::Json(fields)) => json_line(fields.iter()),
            (Format::JsonLines, Cells::Csv(record)) => {
                let texts: Vec<Value> = record.iter().map(Value::from).collect();
                json_line(self.columns.iter().zip(&texts))
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
            Format::JsonLines => {
                let fields = json_line(self.added.iter().zip(all));
                let comma = if self.columns.is_empty() { "" } else { "," };
                format!("{comma}{}}}\n", fields.strip_prefix('{').unwrap_or(&fields))
            }
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

/// An object of JSON without its end.
fn json_line<'v>(fields: impl Iterator<Item = (&'v String, &'v Value)>) -> String {
    let fields: Map<String, Value> = fields
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let mut line = Value::Object(fields).to_string();
    line.pop();
    line
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rows(text: &str) -> Vec<String> {
        let rows = Rows::read(Box::new(text.as_bytes())).unwrap();
        let column = rows.column("b").unwrap();
        rows.map(|row| match row.unwrap() {
            Ok(row) => format!("{} {}", row.number, row.text(&column)),
            Err((number, error)) => format!("{number}! {error}"),
        })
        .collect()
    }

    #[test]
    fn a_table_is_csv_or_json_lines() {
        assert_eq!(
            rows("\u{feff}a,b\n1,x\r\n2,\"y\nz\"\n3\n4,\"p, q\"\n"),
            ["1 x", "2 y\nz", "3! has 1 fields under 2 columns", "4 p, q"]
        );
        assert_eq!(
            rows("{\"a\":1,\"b\":\"x\"}\n\n{\"b\":2}\n[]\n{\"a\":3}"),
            [
                "1 x",
                "2 2",
                "3! is no JSON object: invalid type: sequence, expected a map at line 1 column 0",
                "4 "
            ]
        );
    }

    #[test]
    fn what_has_no_proper_heading_is_refused() {
        let told = |text: &str| match Rows::read(Box::new(text.as_bytes())) {
            Ok(rows) => rows.column("c").unwrap_err().to_string(),
            Err(error) => error.to_string(),
        };
        assert!(told("").contains("empty"));
        assert!(told("a,b,a\n").contains("two columns are called \"a\""));
        assert!(told("a,b\n").contains("there are a, b"));
    }

    fn written(text: &str, format: Format) -> String {
        let rows = Rows::read(Box::new(text.as_bytes())).unwrap();
        let columns = rows.columns().unwrap_or_else(|| vec!["a".to_owned()]);
        let added = vec!["x".to_owned(), "y".to_owned()];
        let writer = RowWriter::new(format, columns, added);
        let values = [vec![json!("s, t"), json!(["u", "v"])], vec![]];
        let mut text = writer.heading().unwrap_or_default();
        for (row, values) in rows.zip(values.iter().cycle()) {
            text += &writer.begin(&row.unwrap().unwrap());
            text += &writer.end(values);
        }
        text
    }

    #[test]
    fn columns_are_added_in_either_format() {
        assert_eq!(
            written("a\n001\n2\n", Format::Csv),
            "a,x,y\n001,\"s, t\",u;v\n2,,\n"
        );
        assert_eq!(
            written("a\n001\n2\n", Format::JsonLines),
            "{\"a\":\"001\",\"x\":\"s, t\",\"y\":[\"u\",\"v\"]}\n{\"a\":\"2\",\"x\":null,\"y\":null}\n"
        );
        assert_eq!(
            written("{\"a\":1.50}", Format::Csv),
            "a,x,y\n1.50,\"s, t\",u;v\n"
        );
    }
}
