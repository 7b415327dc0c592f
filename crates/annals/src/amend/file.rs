//! A file that lists the events to amend: JSON Lines, CSV, or ids alone.

use std::io::Read;

use event_model::limits;
use serde_json::Value;

use super::Amending;
use crate::error::{Error, LineProblem};

/// An event to amend.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Listed {
    /// The line of the file, from 1.
    pub(super) line: u64,
    /// Its id, or the start of it.
    pub(super) id: String,
    /// The fields to set anew, by their paths; `None` to retract it.
    pub(super) settings: Option<Vec<(String, String)>>,
}

/// A line at fault.
pub(super) type Fault = (u64, LineProblem);

/// Reads a file to its end.
///
/// # Errors
///
/// [`Error::Input`] if it cannot be read, and [`Error::NoEvents`] if it lists
/// nothing.
pub(super) fn read(
    name: &str,
    input: &mut dyn Read,
    amending: Amending,
) -> Result<Vec<Result<Listed, Fault>>, Error> {
    let mut bytes = Vec::new();
    let most = limits::AMENDMENTS_BYTES_MAX;
    input
        .take(most as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|source| Error::Input {
            name: name.to_owned(),
            source,
        })?;
    if bytes.len() > most {
        return Err(Error::InputTooLong {
            name: name.to_owned(),
            most,
            unit: "bytes",
        });
    }
    let text = match std::str::from_utf8(&bytes) {
        Ok(text) => text.trim_start_matches('\u{feff}'),
        Err(error) => {
            let whole = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let feeds = whole.iter().filter(|byte| **byte == b'\n').count();
            let line = u64::try_from(feeds).unwrap_or_default() + 1;
            return Ok(vec![Err((line, refused("is not UTF-8")))]);
        }
    };
    let listed = match text.trim_start().starts_with('{') {
        true => json_lines(text, amending),
        false => csv(text, amending),
    };
    match listed.is_empty() {
        true => Err(Error::NoEvents {
            name: name.to_owned(),
        }),
        false => Ok(listed),
    }
}

fn refused(why: impl Into<String>) -> LineProblem {
    LineProblem::Refused { why: why.into() }
}

fn json_lines(text: &str, amending: Amending) -> Vec<Result<Listed, Fault>> {
    let lines = (1..).zip(text.lines());
    let lines = lines.filter(|(_, text)| !text.trim().is_empty());
    lines
        .map(|(line, text)| match event_model::json::parse(text) {
            Ok(value) => of_json(line, &value, amending).map_err(|problem| (line, problem)),
            Err(error) => {
                let column = error.column();
                let message = event_model::json::reason(&error);
                Err((line, LineProblem::NotJson { column, message }))
            }
        })
        .collect()
}

fn of_json(line: u64, value: &Value, amending: Amending) -> Result<Listed, LineProblem> {
    let fields = value.as_object();
    let part = |name: &str| fields.and_then(|fields| fields.get(name));
    let known = ["id", "set"];
    let mut names = fields.into_iter().flat_map(|fields| fields.keys());
    if let Some(name) = names.find(|name| !known.contains(&name.as_str())) {
        return Err(refused(format!(
            "no such field {name:?}; there are id, set"
        )));
    }
    let id = part("id").and_then(Value::as_str);
    let id = id.ok_or_else(|| refused("has no id of an event"))?;
    let as_text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let set = match part("set") {
        None | Some(Value::Null) => None,
        Some(Value::Object(set)) => Some(set),
        Some(_) => return Err(refused("set: must be an object of paths and values")),
    };
    let settings = set.map(|set| {
        let set = set.iter();
        set.map(|(path, value)| (path.clone(), as_text(value)))
            .collect()
    });
    amended(line, id, settings, amending)
}

/// One event of a file, if it says what is to become of it.
fn amended(
    line: u64,
    id: &str,
    settings: Option<Vec<(String, String)>>,
    amending: Amending,
) -> Result<Listed, LineProblem> {
    let (bytes, most) = (id.len(), limits::EVENT_ID_BYTES_MAX);
    if bytes > most {
        return Err(refused(format!(
            "has {bytes} bytes where an id belongs; the most is {most}"
        )));
    }
    let settings = match amending {
        Amending::Retract if settings.is_some() => {
            return Err(refused("sets fields, and is to be retracted"));
        }
        Amending::Retract => None,
        Amending::Correct => match settings {
            Some(settings) if !settings.is_empty() => Some(settings),
            _ => return Err(refused("sets no field")),
        },
    };
    Ok(Listed {
        line,
        id: id.to_owned(),
        settings,
    })
}

fn csv(text: &str, amending: Amending) -> Vec<Result<Listed, Fault>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut columns: Option<Columns> = None;
    let mut listed = Vec::new();
    let mut lines = Lines::of(text);
    let mut last: Option<(u64, usize)> = None;
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = lines.at(error.position());
                listed.push(Err((line, refused(error.to_string()))));
                break;
            }
        };
        let line = lines.at(record.position());
        let begin = record
            .position()
            .and_then(|it| usize::try_from(it.byte()).ok());
        last = begin.map(|begin| (line, begin));
        let is_heading = columns.is_none() && record.iter().any(|cell| cell == ID);
        if is_heading {
            match Columns::named(&record) {
                Ok(named) => columns = Some(named),
                Err(problem) => return vec![Err((line, problem))],
            }
            continue;
        }
        let columns = columns.get_or_insert_with(Columns::ids_alone);
        listed.push(of_cells(line, columns, &record, amending).map_err(|it| (line, it)));
    }
    // Only the last can take in all that follows.
    if let Some((line, begin)) = last
        && takes_in_all(text.get(begin..).unwrap_or_default())
    {
        let why = "has a quote that is never closed, and takes in all that follows";
        listed.pop();
        listed.push(Err((line, refused(why))));
    }
    listed
}

/// Whether a record would go on, whatever comes after it.
fn takes_in_all(record: &str) -> bool {
    let more = format!("{record}\nmore");
    let reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(more.as_bytes());
    reader.into_records().take(2).count() < 2
}

/// The column of ids.
const ID: &str = "id";

/// The columns of a table: that of ids, and the paths of the others.
struct Columns {
    paths: Vec<String>,
    id: usize,
}

impl Columns {
    fn ids_alone() -> Self {
        Self {
            paths: vec![ID.to_owned()],
            id: 0,
        }
    }

    fn named(record: &csv::StringRecord) -> Result<Self, LineProblem> {
        let mut paths: Vec<String> = Vec::with_capacity(record.len());
        for name in record {
            if paths.iter().any(|known| known == name) {
                return Err(refused(format!("names the column {name:?} twice")));
            }
            paths.push(name.to_owned());
        }
        let id = paths.iter().position(|name| name == ID).unwrap_or_default();
        Ok(Self { paths, id })
    }
}

/// The numbers of the lines of a text, asked for in order.
///
/// A record begins where the one before it ended: before the line feed of a `\r\n`, and
/// before blank lines, which the reader counts as if they came after it.
struct Lines<'t> {
    rest: &'t str,
    read: usize,
    line: u64,
}

impl<'t> Lines<'t> {
    fn of(text: &'t str) -> Self {
        Self {
            rest: text,
            read: 0,
            line: 1,
        }
    }

    /// The line of the record that begins at a position.
    fn at(&mut self, position: Option<&csv::Position>) -> u64 {
        let begin = position.and_then(|it| usize::try_from(it.byte()).ok());
        let before = begin.unwrap_or(self.read).saturating_sub(self.read);
        let after = self.rest.get(before..).unwrap_or_default();
        let blank = after.len() - after.trim_start().len();
        if let Some((passed, rest)) = self.rest.split_at_checked(before + blank) {
            let feeds = passed.bytes().filter(|byte| *byte == b'\n').count();
            self.line += u64::try_from(feeds).unwrap_or_default();
            self.read += passed.len();
            self.rest = rest;
        }
        self.line
    }
}

fn of_cells(
    line: u64,
    columns: &Columns,
    cells: &csv::StringRecord,
    amending: Amending,
) -> Result<Listed, LineProblem> {
    let Columns { paths, id } = columns;
    if cells.len() > paths.len() {
        let (cells, columns) = (cells.len(), paths.len());
        return Err(refused(format!(
            "has {cells} fields under {columns} columns"
        )));
    }
    let set = paths.iter().zip(cells).enumerate();
    let set = set.filter(|(at, (_, value))| at != id && !value.is_empty());
    let set: Vec<_> = set
        .map(|(_, (path, value))| (path.clone(), value.to_owned()))
        .collect();
    let id = cells.get(*id).unwrap_or_default();
    amended(line, id, Some(set).filter(|set| !set.is_empty()), amending)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(text: &str, amending: Amending) -> Vec<String> {
        let listed = read("file", &mut text.as_bytes(), amending).unwrap();
        let told = listed.into_iter().map(|listed| match listed {
            Ok(Listed { line, id, settings }) => {
                let set = settings.unwrap_or_default();
                let set: Vec<String> = set.iter().map(|(k, v)| format!("{k}={v}")).collect();
                format!("{line}: {id} {}", set.join(" "))
            }
            Err((line, problem)) => format!("{line}! {problem}"),
        });
        told.collect()
    }

    #[test]
    fn corrections_come_as_json_lines_or_csv() {
        let json = "{\"id\":\"a1\",\"set\":{\"data.stage\":\"ordered\",\"data.quantity.max\":5}}\n\n{\"id\":\"a2\"}\n{\"set\":{}}\n{\"id\":1\n";
        let told = listed(json, Amending::Correct);
        assert_eq!(told[0], "1: a1 data.quantity.max=5 data.stage=ordered");
        assert_eq!(told[1], "3! sets no field");
        assert_eq!(told[2], "4! has no id of an event");
        assert!(told[3].starts_with("5! "), "{told:?}");
        let csv = "id,data.stage,published\na1,ordered,\na2,,2026-01-01\na3,,\na4,a,b,c\n";
        assert_eq!(
            listed(csv, Amending::Correct),
            [
                "2: a1 data.stage=ordered",
                "3: a2 published=2026-01-01",
                "4! sets no field",
                "5! has 4 fields under 3 columns",
            ]
        );
    }

    #[test]
    fn what_would_be_read_otherwise_than_it_looks_is_refused() {
        let one = |text: &[u8]| -> Vec<String> {
            let listed = read("file", &mut &*text, Amending::Correct).unwrap();
            let told = listed.into_iter().map(|listed| match listed {
                Ok(Listed { line, id, .. }) => format!("{line}: {id}"),
                Err((line, problem)) => format!("{line}! {problem}"),
            });
            told.collect()
        };
        let open = one(b"id,data.a\na1,x\na2,\"for AI\na3,y\n");
        assert_eq!(open[0], "2: a1");
        assert!(
            open[1].starts_with("3! has a quote that is never closed"),
            "{open:?}"
        );
        for open in ["\"training\n", "\"training", "\"for\nAI\n"] {
            let open = one(format!("id,data.a\na1,{open}").as_bytes());
            assert!(open[0].starts_with("2! has a quote"), "{open:?}");
        }
        for closed in ["5\" wafers\n", "\"5 \"\" wafers\"", "\"for\nAI\"\n"] {
            let closed = one(format!("id,data.a\na1,{closed}").as_bytes());
            assert_eq!(closed, ["2: a1"]);
        }
        let open = one(b"id,data.a\na1,5\" wafers\na2,\"for AI\na3,y\n");
        assert!(open[1].starts_with("3! has a quote"), "{open:?}");
        let closed = one(b"id,data.a\na1,5\" wafers\na2,\"for\nAI\"\n");
        assert_eq!(closed, ["2: a1", "3: a2"]);
        let text = one(b"{\"id\":\"a1\",\"set\":\"data.a=x\"}");
        assert_eq!(text, ["1! set: must be an object of paths and values"]);
        assert_eq!(one(b"id,data.a\na1,\xff\n"), ["2! is not UTF-8"]);
        assert_eq!(one(b"data.a,id\nx,a1\n"), ["2: a1"]);
        let twice = one(b"id,data.a,data.a\na1,x,y\n");
        assert_eq!(twice, ["1! names the column \"data.a\" twice"]);
        let twice = one(b"{\"id\":\"a1\",\"id\":\"a2\",\"set\":{}}");
        assert!(twice[0].contains("\"id\" stands twice"), "{twice:?}");
    }

    #[test]
    fn to_retract_the_ids_are_enough() {
        let expected = ["1: a1 ", "2: a2 "];
        assert_eq!(listed("a1\na2\n", Amending::Retract), expected);
        assert_eq!(
            listed("{\"id\":\"a1\"}\n{\"id\":\"a2\"}", Amending::Retract),
            expected
        );
        assert_eq!(
            listed("id,data.stage\na1,\na2,x\n", Amending::Retract),
            ["2: a1 ", "3! sets fields, and is to be retracted"]
        );
        assert!(read("file", &mut "\n".as_bytes(), Amending::Retract).is_err());
    }

    #[test]
    fn lines_are_counted_as_an_editor_counts_them() {
        let lines = |text: &str| -> Vec<u64> {
            let mut input = text.as_bytes();
            let listed = read("a test", &mut input, Amending::Correct).unwrap();
            let line = |it: Result<Listed, Fault>| it.map_or_else(|(line, _)| line, |it| it.line);
            listed.into_iter().map(line).collect()
        };
        for (text, told) in [
            ("id,data.a\na,1\nb,2\n", vec![2, 3]),
            ("id,data.a\r\na,1\r\nb,2\r\n", vec![2, 3]),
            ("\u{feff}\n\nid,data.a\n\r\na,1\n\n\nb,2", vec![5, 8]),
            ("id,data.a\r\na,\"1\r\n2\"\r\nb,2", vec![2, 4]),
            ("a\n\nb\n", vec![1, 3]),
        ] {
            assert_eq!(lines(text), told, "{text:?}");
        }
    }
}
