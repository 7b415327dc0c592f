//! Setting a field of an event by its path.

use event_model::event::Source;
use event_model::kind::{Kind, Shape};
use event_model::limits::PATH_BYTES_MAX;
use event_model::problem::brief;
use serde_json::{Map, Value, json};

use crate::error::Error;

/// Sets a field by its path.
pub(super) fn set(
    fields: &mut Map<String, Value>,
    kind: Option<&Kind>,
    path: &str,
    text: &str,
) -> Result<(), Error> {
    const ENVELOPE: &[&str] = &[
        "occurred",
        "published",
        "certainty",
        "confirmation",
        "level",
        "source",
        "data",
        "thread",
    ];
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    let nests = matches!(first, "source" | "data");
    let is_long = path.len() > PATH_BYTES_MAX;
    if is_long || !ENVELOPE.contains(&first) || nests == rest.is_empty() {
        return Err(Error::CannotSet {
            path: brief(path).into_owned(),
            settable: settable(kind, ENVELOPE),
        });
    }
    if first == "published" && text == "null" {
        // It is always said when; without it, it is that of the target.
        return Ok(());
    }
    let value = match first {
        "data" => value_of(kind, rest, text),
        _ if text == "null" => Value::Null,
        _ => Value::from(text),
    };
    if !nests {
        fields.insert(first.to_owned(), value);
        return Ok(());
    }
    let mut inner = fields.entry(first).or_insert_with(|| json!({}));
    let names: Vec<&str> = rest.split('.').collect();
    let (last, parents) = names.split_last().unwrap_or((&"", &[]));
    for name in parents {
        if !inner.get(*name).is_some_and(Value::is_object) {
            inner[*name] = json!({});
        }
        inner = &mut inner[*name];
    }
    inner[*last] = value;
    Ok(())
}

/// The paths of the fields that an event of a kind can have.
fn settable(kind: Option<&Kind>, envelope: &[&str]) -> Vec<String> {
    let data = kind.into_iter().flat_map(Kind::field_names);
    let data = data.map(|name| format!("data.{name}"));
    let nests = |name: &&&str| ["data", "source"].contains(*name);
    let envelope = envelope.iter().filter(|name| !nests(name));
    let envelope = envelope.chain(&["company"]).map(ToString::to_string);
    let source = Source::FIELDS.iter().map(|name| format!("source.{name}"));
    data.chain(envelope).chain(source).collect()
}

/// The value that a text stands for: JSON where the field holds more than a
/// text, else the text itself.
fn value_of(kind: Option<&Kind>, path: &str, text: &str) -> Value {
    let as_text = || Value::from(text);
    if text == "null" {
        return Value::Null;
    }
    let as_json = || serde_json::from_str(text).unwrap_or_else(|_| as_text());
    let field = path.split('.').next().unwrap_or_default();
    if kind.is_some_and(|kind| kind.schema.is_some_and(|schema| schema.is_text(field))) {
        return as_text();
    }
    let shape = kind
        .and_then(|kind| kind.field(field))
        .map(|field| field.shape);
    match shape {
        Some(
            Shape::Number
            | Shape::Quantity
            | Shape::Texts
            | Shape::Items
            | Shape::Identifiers
            | Shape::Schema,
        )
        | None => as_json(),
        Some(Shape::Money) if text.starts_with('{') => as_json(),
        Some(_) => as_text(),
    }
}
