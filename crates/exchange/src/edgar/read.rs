//! Reads a submissions file: [`read`].

use event_model::identifier::Scheme;
use event_model::json::{self, sort_of};
use event_model::limits::IMPORT_FILE_BYTES_MAX;
use event_model::time::parse_day;
use serde_json::{Map, Value};

use super::columns::{self, BadRow, day_of};
use super::crawl::{Crawl, FormerName, RECENT};
use super::listing::ticker;

/// A file that is no submissions file, or one with faults.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EdgarError {
    /// Not UTF-8.
    #[error("{file}: not UTF-8 from byte {offset_bytes} on")]
    NotText {
        /// The file.
        file: String,
        /// Where it stops being UTF-8.
        offset_bytes: usize,
    },
    /// Larger than a file may be.
    #[error("{file}: has {bytes} bytes or more; the most of one file is {IMPORT_FILE_BYTES_MAX}")]
    TooLong {
        /// The file.
        file: String,
        /// How many bytes were read of it.
        bytes: usize,
    },
    /// Not JSON.
    #[error("{file}: not JSON: {why} at line {line} column {column}")]
    NotJson {
        /// The file.
        file: String,
        /// What is wrong.
        why: String,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// JSON of something else.
    #[error(
        "{file}: no submissions file: it has neither filings.recent nor an accessionNumber column"
    )]
    NotSubmissions {
        /// The file.
        file: String,
    },
    /// A value of another type, or that means nothing.
    #[error("{file}: {field} must be {expected}, and is {found}")]
    Field {
        /// The file.
        file: String,
        /// Where it stands.
        field: String,
        /// What it must be.
        expected: &'static str,
        /// What it is.
        found: String,
    },
    /// No CIK in the file, its name or beside it.
    #[error(
        "{file}: no CIK, neither in it nor in its name (CIK##########-submissions-NNN.json); give it"
    )]
    NoCik {
        /// The file.
        file: String,
    },
    /// Two CIKs that differ.
    #[error("{file}: is of CIK {found}, and {by} says {expected}")]
    OtherCik {
        /// The file.
        file: String,
        /// The CIK in it, or in its name.
        found: String,
        /// The other one.
        expected: String,
        /// Who says the other one.
        by: &'static str,
    },
    /// Columns that must be there.
    #[error("{file}: {locator} lacks {}", columns.join(", "))]
    MissingColumns {
        /// The file.
        file: String,
        /// The table.
        locator: String,
        /// The names of the columns.
        columns: Vec<&'static str>,
    },
    /// Columns of different lengths, so that rows cannot be told.
    #[error(
        "{file}: {locator}.accessionNumber has {expected} rows, and {}",
        columns.iter().map(|(name, rows)| format!("{name} has {rows}")).collect::<Vec<_>>().join(", ")
    )]
    Ragged {
        /// The file.
        file: String,
        /// The table.
        locator: String,
        /// How many rows there are.
        expected: usize,
        /// The columns that differ, with their lengths.
        columns: Vec<(String, usize)>,
    },
    /// No filing, so that nothing dates the crawl.
    #[error("{file}: {locator} has no filing, and so nothing says as of when it holds")]
    NoRows {
        /// The file.
        file: String,
        /// The table.
        locator: String,
    },
    /// Rows with faults, all of them.
    #[error("{file}: {}", BadRow::list(rows))]
    Rows {
        /// The file.
        file: String,
        /// The rows.
        rows: Vec<BadRow>,
    },
}

/// Reads one file: a main one, or a page of older filings.
///
/// A page does not say of which company it is; its name does, or `cik`. Where
/// several say it they must agree.
///
/// # Errors
///
/// [`EdgarError`] if the bytes are something else or have faults; all faults
/// of rows are told at once.
pub fn read(file_name: &str, bytes: &[u8], cik: Option<&str>) -> Result<Crawl, EdgarError> {
    let file = File { name: file_name };
    let value = file.json(bytes)?;
    let fields = value.as_object().ok_or_else(|| file.not_submissions())?;
    let is_page = !fields.contains_key("filings");
    let table = if is_page {
        Some(fields)
    } else {
        file.recent(fields)?
    };
    let table = table.ok_or_else(|| file.not_submissions())?;
    let locator = if is_page {
        file.page_locator()
    } else {
        RECENT.to_owned()
    };
    if is_page && !table.contains_key("accessionNumber") {
        return Err(file.not_submissions());
    }
    let cik = file.cik(fields.get("cik").filter(|_| !is_page), cik)?;
    let (rows, unread) = columns::rows(file_name, &locator, table)?;
    let Some(edition) = rows.iter().map(|row| row.accepted.instant()).max() else {
        return Err(EdgarError::NoRows {
            file: file.name(),
            locator,
        });
    };
    let mut crawl = Crawl {
        file: file.name(),
        cik,
        name: None,
        lei: None,
        tickers: Vec::new(),
        former_names: Vec::new(),
        fiscal_year_end: None,
        page: is_page,
        locator,
        edition,
        rows,
        unread,
    };
    if !is_page {
        file.header(fields, &mut crawl)?;
    }
    Ok(crawl)
}

struct File<'a> {
    name: &'a str,
}

impl File<'_> {
    fn name(&self) -> String {
        self.name.to_owned()
    }

    fn not_submissions(&self) -> EdgarError {
        EdgarError::NotSubmissions { file: self.name() }
    }

    fn json(&self, bytes: &[u8]) -> Result<Value, EdgarError> {
        if bytes.len() > IMPORT_FILE_BYTES_MAX {
            return Err(EdgarError::TooLong {
                file: self.name(),
                bytes: bytes.len(),
            });
        }
        let text = std::str::from_utf8(bytes).map_err(|error| EdgarError::NotText {
            file: self.name(),
            offset_bytes: error.valid_up_to(),
        })?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        json::parse(text).map_err(|error| EdgarError::NotJson {
            file: self.name(),
            why: json::reason(&error),
            line: error.line(),
            column: error.column(),
        })
    }

    fn field(&self, field: &str, expected: &'static str, found: &Value) -> EdgarError {
        let found = match found {
            Value::String(text) => format!("{text:?}"),
            other => sort_of(other).to_owned(),
        };
        EdgarError::Field {
            file: self.name(),
            field: field.to_owned(),
            expected,
            found,
        }
    }

    fn recent<'v>(
        &self,
        fields: &'v Map<String, Value>,
    ) -> Result<Option<&'v Map<String, Value>>, EdgarError> {
        let Some(filings) = fields.get("filings") else {
            return Ok(None);
        };
        let filings = filings
            .as_object()
            .ok_or_else(|| self.field("filings", "an object", filings))?;
        let Some(recent) = filings.get("recent") else {
            return Ok(None);
        };
        let recent = recent
            .as_object()
            .ok_or_else(|| self.field(RECENT, "an object of columns", recent))?;
        Ok(Some(recent))
    }

    /// `submissions-001` of `CIK0001318605-submissions-001.980ba2.json`.
    fn page_locator(&self) -> String {
        const WORD: &str = "submissions";
        let number: String = match base(self.name).split_once("-submissions-") {
            Some((_, rest)) => rest.chars().take_while(char::is_ascii_digit).collect(),
            None => String::new(),
        };
        if number.is_empty() {
            WORD.to_owned()
        } else {
            format!("{WORD}-{number}")
        }
    }

    /// The CIK by the file itself, its name and whoever asked for it.
    fn cik(&self, inside: Option<&Value>, given: Option<&str>) -> Result<String, EdgarError> {
        let inside = match inside {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) if text.is_empty() => None,
            Some(value) => Some(self.cik_of("cik", value)?),
        };
        let given = given
            .map(|text| self.cik_of("the given CIK", &Value::from(text)))
            .transpose()?;
        let named = digits_of_name(self.name).and_then(|digits| padded(&digits));
        let mut found: Option<String> = None;
        for (by, cik) in [
            ("", inside),
            ("its name", named),
            ("what was asked for", given),
        ] {
            match (&found, cik) {
                (Some(found), Some(expected)) if *found != expected => {
                    let found = found.clone();
                    return Err(EdgarError::OtherCik {
                        file: self.name(),
                        found,
                        expected,
                        by,
                    });
                }
                (None, cik) => found = cik,
                _ => {}
            }
        }
        found.ok_or_else(|| EdgarError::NoCik { file: self.name() })
    }

    fn cik_of(&self, field: &str, value: &Value) -> Result<String, EdgarError> {
        let text = match value {
            Value::String(text) => Some(text.trim().to_owned()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        text.and_then(|text| padded(&text))
            .ok_or_else(|| self.field(field, "a CIK of 1 to 10 digits", value))
    }

    fn header(&self, fields: &Map<String, Value>, crawl: &mut Crawl) -> Result<(), EdgarError> {
        let text = |name: &str| match fields.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.trim().to_owned()).filter(|t| !t.is_empty())),
            Some(other) => Err(self.field(name, "a text", other)),
        };
        crawl.name = text("name")?;
        crawl.lei = text("lei")?.filter(|lei| is_read(&Scheme::Lei, lei, &mut crawl.unread));
        crawl.fiscal_year_end = text("fiscalYearEnd")?.and_then(|text| month_day(&text));
        let exchanges = self.list(fields, "exchanges")?;
        for (at, symbol) in self.list(fields, "tickers")?.iter().enumerate() {
            let symbol = match symbol {
                Value::Null => continue,
                Value::String(symbol) => symbol.trim(),
                other => return Err(self.field("tickers", "a list of texts", other)),
            };
            let exchange = exchanges.get(at).and_then(Value::as_str);
            let ticker = ticker(symbol, exchange);
            if !symbol.is_empty()
                && !crawl.tickers.contains(&ticker)
                && is_read(&Scheme::Ticker, &ticker, &mut crawl.unread)
            {
                crawl.tickers.push(ticker);
            }
        }
        for former in self.list(fields, "formerNames")? {
            crawl.former_names.extend(self.former_name(former)?);
        }
        Ok(())
    }

    fn list<'v>(
        &self,
        fields: &'v Map<String, Value>,
        name: &str,
    ) -> Result<&'v [Value], EdgarError> {
        match fields.get(name) {
            None | Some(Value::Null) => Ok(&[]),
            Some(Value::Array(list)) => Ok(list),
            Some(other) => Err(self.field(name, "a list", other)),
        }
    }

    fn former_name(&self, value: &Value) -> Result<Option<FormerName>, EdgarError> {
        let day = |side: &str| match value.get(side) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(other) => other
                .as_str()
                .and_then(|text| day_of(text).ok())
                .map(Some)
                .ok_or_else(|| {
                    self.field(&format!("formerNames.{side}"), "a day or an instant", other)
                }),
        };
        let name = value.get("name").and_then(Value::as_str).map(str::trim);
        let Some(name) = name.filter(|name| !name.is_empty()) else {
            return Ok(None);
        };
        Ok(Some(FormerName {
            name: name.to_owned(),
            from: day("from")?,
            to: day("to")?,
        }))
    }
}

/// The last part of a path, of either style.
fn base(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or(name)
}

fn digits_of_name(name: &str) -> Option<String> {
    let rest = base(name).strip_prefix("CIK")?;
    Some(rest.chars().take_while(char::is_ascii_digit).collect())
}

/// A CIK with its ten digits. There is no company zero.
fn padded(text: &str) -> Option<String> {
    let is_cik = (1..=10).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && text.bytes().any(|byte| byte != b'0');
    is_cik.then(|| format!("{text:0>10}"))
}

/// `12-31` of `1231`. One that no year has says nothing.
fn month_day(text: &str) -> Option<String> {
    let (month, day) = (text.get(..2)?, text.get(2..)?);
    parse_day(&format!("2024-{month}-{day}")).ok()?;
    Some(format!("{month}-{day}"))
}

/// Whether a value is one of its scheme. One that is none is left out.
fn is_read(scheme: &Scheme, value: &str, unread: &mut Vec<String>) -> bool {
    let read = scheme.parse_value(value);
    if let Err(why) = &read {
        unread.push(why.to_string());
    }
    read.is_ok()
}
