//! The flags for the `data` of a kind of one's own, made from its JSON Schema.

use annals::model::own_kinds::DataSchema;
use clap::{Arg, ArgAction, ArgMatches};
use serde_json::{Map, Value};

use super::{dashed, envelope, number};

/// A flag for each property.
pub(super) fn flags(schema: &'static DataSchema) -> impl Iterator<Item = Arg> {
    schema.field_names().map(|name| flag(schema, name))
}

fn flag(schema: &DataSchema, name: &'static str) -> Arg {
    let property = schema.property(name);
    let about = property.and_then(|property| property.get("description"));
    let about = about.and_then(Value::as_str).unwrap_or_default();
    let values = words(property);
    let must = schema.is_required(name).then_some("must be given");
    let words = (!values.is_empty()).then(|| values.join(", "));
    let about = Some(about).filter(|about| !about.is_empty());
    let told = [about, words.as_deref(), must];
    let help = told.into_iter().flatten().collect::<Vec<_>>().join("; ");
    let arg = Arg::new(format!("data.{name}"))
        .long(long(name))
        .value_name(value_name(property))
        .allow_hyphen_values(true)
        .help(help);
    match is(property, "array") {
        true => arg.action(ArgAction::Append),
        false => arg,
    }
}

/// The flag of a property; where the envelope has one of that name, it says that it
/// is of `data`.
fn long(name: &str) -> String {
    const SWITCHES: &[&str] = &[
        "store",
        "verbose",
        "dry-run",
        "expect-version",
        "json",
        "new-company",
        "quiet",
        "help",
        "file",
        "company",
    ];
    let name = dashed(name);
    let of_envelope = envelope();
    let mut taken = of_envelope.iter().filter_map(Arg::get_long);
    match taken.any(|taken| taken == name) || SWITCHES.contains(&name.as_str()) {
        true => format!("data-{name}"),
        false => name,
    }
}

fn is(property: Option<&Value>, sort: &str) -> bool {
    property.is_some_and(|property| property.get("type").is_some_and(|of| of == sort))
}

fn words(property: Option<&Value>) -> Vec<&str> {
    let words = property.and_then(|property| property.get("enum"));
    let words = words.and_then(Value::as_array).into_iter().flatten();
    words.filter_map(Value::as_str).collect()
}

fn value_name(property: Option<&Value>) -> &'static str {
    match property
        .and_then(|property| property.get("type"))
        .and_then(Value::as_str)
    {
        _ if !words(property).is_empty() => "WORD",
        Some("string") => "TEXT",
        Some("number" | "integer") => "NUMBER",
        Some("boolean") => "true|false",
        Some("array") => "VALUE (repeatable)",
        _ => "JSON",
    }
}

/// What the flags say, each value as its property wants it.
pub(super) fn data(schema: &DataSchema, matches: &ArgMatches) -> Map<String, Value> {
    let given = schema.field_names().filter_map(|name| {
        let values = matches.get_many::<String>(&format!("data.{name}"))?;
        let values: Vec<&str> = values.map(String::as_str).collect();
        Some((name.to_owned(), value(schema.property(name), &values)?))
    });
    given.collect()
}

fn value(property: Option<&Value>, values: &[&str]) -> Option<Value> {
    if is(property, "array") {
        let of = property.and_then(|property| property.get("items"));
        return values.iter().map(|text| value(of, &[text])).collect();
    }
    let text = *values.first()?;
    Some(
        match is(property, "string") || !words(property).is_empty() {
            true => Value::from(text),
            false if is(property, "number") || is(property, "integer") => number(text),
            false => serde_json::from_str(text).unwrap_or_else(|_| Value::from(text)),
        },
    )
}
