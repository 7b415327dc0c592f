//! What is wrong with a table: [`RowsError`], and with a row: [`RowError`].

use std::io;

use event_model::limits::{TABLE_COLUMNS_MAX, TABLE_ROW_BYTES_MAX};

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
    /// A heading that is no text.
    #[error("the first line, which names the columns, is not UTF-8")]
    HeadingNotUtf8,
    /// A heading of too many columns.
    #[error("the table has {columns} columns; the most is {TABLE_COLUMNS_MAX}")]
    Columns {
        /// How many there are.
        columns: usize,
    },
    /// A row that goes on and on, so that nothing after it can be read.
    #[error(
        "what comes after row {after} is longer than {TABLE_ROW_BYTES_MAX} bytes, the most that a row may have; is a quote left open?"
    )]
    RowTooLong {
        /// The last row that could be read; 0: the heading.
        after: u64,
    },
    /// A quote that is not closed by the end of the table.
    #[error(
        "row {row}, from line {line} on, has a quote that is never closed, and takes in all that follows"
    )]
    QuoteOpen {
        /// The row.
        row: u64,
        /// The line that it begins on.
        line: u64,
    },
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
    #[error("has {} under {columns} columns{}", counted(fields), over(lines))]
    Fields {
        /// The fields.
        fields: usize,
        /// The columns.
        columns: usize,
        /// The first and the last line of it. A quote that is not closed takes in all
        /// lines up to the next.
        lines: (u64, u64),
    },
    /// A field that is to be added.
    #[error("has a field {name:?} already")]
    FieldThere {
        /// The name.
        name: String,
    },
    /// A field for which there is no column.
    #[error("has a field {name:?}, for which there is no column")]
    NoColumn {
        /// The name.
        name: String,
    },
    /// Not UTF-8.
    #[error("is not UTF-8")]
    NotUtf8,
    /// Not a JSON object.
    #[error("is not a JSON object: {why}")]
    NotAnObject {
        /// Why.
        why: String,
    },
    /// Longer than a line may be.
    #[error("is longer than {TABLE_ROW_BYTES_MAX} bytes, the most that a row may have")]
    TooLong,
}

fn counted(fields: &usize) -> String {
    match fields {
        1 => "1 field".to_owned(),
        many => format!("{many} fields"),
    }
}

fn over((first, last): &(u64, u64)) -> String {
    match first == last {
        true => String::new(),
        false => format!(" and goes from line {first} to {last}: is a quote left open?"),
    }
}
