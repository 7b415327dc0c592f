//! Writes rows with columns added to them: [`RowWriter`].

use serde_json::Value;

use super::{Cells, Format, Row, RowError};

/// About how many bytes a line has.
const LINE_BYTES: usize = 128;

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
                let names = columns.map(String::as_str);
                Some(csv_text(names, begins_like_others(&self.columns)) + "\n")
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

/// Whether a heading of these columns would be taken for JSON, or for a mark of the
/// order of bytes, if it were not in quotes.
fn begins_like_others(columns: &[String]) -> bool {
    let first = columns.first();
    first.is_some_and(|name| name.starts_with(['{', '\u{feff}']))
}

/// Fields of CSV, without the end of the line.
fn csv_line<F: AsRef<[u8]>>(fields: impl IntoIterator<Item = F>) -> String {
    csv_text(fields, false)
}

fn csv_text<F: AsRef<[u8]>>(fields: impl IntoIterator<Item = F>, is_quoted: bool) -> String {
    let quotes = match is_quoted {
        true => csv::QuoteStyle::Always,
        false => csv::QuoteStyle::Necessary,
    };
    let mut writer = csv::WriterBuilder::new()
        .quote_style(quotes)
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
