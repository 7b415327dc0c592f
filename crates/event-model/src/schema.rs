//! JSON Schema (2020-12) of events, made from the descriptions of the kinds.

use serde_json::{Map, Value, json};

use crate::event::{Event, SCHEMA};
use crate::kind::{Field, Kind, Shape};
use crate::kinds;
use crate::limits;
use crate::vocabulary::{Certainty, Confirmation, Fault, Level};

/// The schema of an event of one kind, as it is appended.
#[must_use]
pub fn of_event(kind: &Kind) -> Value {
    let mut properties = envelope();
    properties.insert(
        "kind".to_owned(),
        json!({"const": kind.name, "description": kind.about}),
    );
    properties.insert("data".to_owned(), of_data(kind));
    let mut required = vec!["company", "kind", "certainty", "source"];
    let requires_data = match kind.schema {
        Some(schema) => schema.requires_fields(),
        None => kind.fields.iter().any(|field| field.required),
    };
    if requires_data {
        required.push("data");
    }
    if kind.name == kinds::RETRACTION {
        required.push("fault");
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("urn:annals:schema:{SCHEMA}:{}", kind.name),
        "title": kind.name,
        "description": kind.about,
        "type": "object",
        "properties": properties,
        "required": required,
        // A correction of our own error may leave it out: it is then that of its target.
        "if": {"properties": {"fault": {"const": Fault::Record}}, "required": ["fault"]},
        "else": {"required": ["published"]},
        "dependentRequired": {"supersedes": ["fault"]},
        "anyOf": naming(kind),
        "unevaluatedProperties": false,
    })
}

/// What names the thread: it is given, or is that of the event that is corrected, or one
/// field of each group of the key is there.
fn naming(kind: &Kind) -> Value {
    let is_there = |name: &str| json!({"required": [name]});
    let groups = kind.thread_key.iter().map(|group| {
        let fields: Vec<Value> = group.iter().map(|name| is_there(name)).collect();
        json!({"required": ["data"], "properties": {"data": {"anyOf": fields}}})
    });
    let groups: Vec<Value> = groups.collect();
    let derived = match groups.is_empty() {
        true => json!({}),
        false => json!({"allOf": groups}),
    };
    json!([is_there("thread"), is_there("supersedes"), derived])
}

/// The schema of `data` of one kind.
#[must_use]
pub fn of_data(kind: &Kind) -> Value {
    if let Some(schema) = kind.schema {
        return schema.json().clone();
    }
    let properties: Map<String, Value> = kind
        .fields
        .iter()
        .map(|field| (field.name.to_owned(), of_field(kind, field)))
        .collect();
    let required: Vec<&str> = kind
        .fields
        .iter()
        .filter(|field| field.required)
        .map(|field| field.name)
        .collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "unevaluatedProperties": false,
    })
}

fn envelope() -> Map<String, Value> {
    let text = |about: &str| json!({"type": "string", "minLength": 1, "description": about});
    let id = |about: &str| json!({"type": "string", "format": "uuid", "description": about});
    let words = |words: &[&str], about: &str| json!({"enum": words, "description": about});
    let mut properties = Map::new();
    for name in Event::FIELDS {
        let schema = match *name {
            "id" => id("made if it is not given"),
            "company" => text("a slug, or lei:… cik:… isin:… figi:… ticker:MIC:SYMBOL"),
            "thread" => text("the matter; derived from data if it is not given"),
            "occurred" => edtf("when it happened; missing: unknown"),
            "published" => {
                text("when the source made it public: an instant with its offset, or a day")
            }
            "certainty" => words(Certainty::WORDS, "who stands behind it, the surest last"),
            "confirmation" => words(
                Confirmation::WORDS,
                "what the parties say; unstated if missing",
            ),
            "level" => words(Level::WORDS, "what sort of claim it is; fact if missing"),
            "source" => source(),
            "repeats" => id("the event that this one only tells again"),
            "supersedes" => id("the earlier event whose claim this one corrects"),
            "fault" => words(
                Fault::WORDS,
                "whose error is mended: ours (record) or theirs (source)",
            ),
            "reason" => text("why"),
            _ => continue,
        };
        properties.insert((*name).to_owned(), schema);
    }
    properties
}

fn source() -> Value {
    let properties: Map<String, Value> = crate::event::Source::FIELDS
        .iter()
        .map(|name| {
            (
                (*name).to_owned(),
                json!({"type": "string", "minLength": 1}),
            )
        })
        .collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": ["name"],
        "unevaluatedProperties": false,
    })
}

fn edtf(about: &str) -> Value {
    json!({
        "type": "string",
        "minLength": 1,
        "$comment": "EDTF level 1, and of level 2 sets and sub-year codes",
        "description": about,
    })
}

fn of_field(kind: &Kind, field: &Field) -> Value {
    let mut schema = of_shape(kind, field.shape);
    if let Value::Object(parts) = &mut schema {
        parts.insert("description".to_owned(), Value::from(field.about));
    }
    schema
}

fn of_shape(kind: &Kind, shape: Shape) -> Value {
    let text = json!({"type": "string", "minLength": 1, "maxLength": limits::TEXT_CHARS_MAX});
    match shape {
        Shape::Text | Shape::Company | Shape::KindName => text,
        Shape::Texts => list(text),
        Shape::Date => edtf(""),
        Shape::Stage => {
            let stages: Vec<&str> = kind.life.iter().flat_map(|life| life.all()).collect();
            json!({"enum": stages})
        }
        Shape::Word(words) => json!({"enum": words}),
        Shape::Decimal => decimal(),
        Shape::Currency => currency(),
        Shape::Number => json!({"type": "number"}),
        Shape::Schema => json!({
            "type": "object",
            "minProperties": 1,
            "$comment": "a JSON Schema (2020-12)",
        }),
        Shape::MonthDay => json!({"type": "string", "pattern": "^[01][0-9]-[0-3][0-9]$"}),
        Shape::EventId => json!({"type": "string", "format": "uuid"}),
        Shape::Quantity => quantity(text),
        Shape::Money => json!({"anyOf": [decimal(), object(&[
            ("value", decimal()),
            ("min", decimal()),
            ("max", decimal()),
            ("currency", currency()),
            ("unit", text.clone()),
            ("hedge", text),
        ], &[])]}),
        Shape::Items => list(object(&[("code", text.clone()), ("type", text)], &["code"])),
        Shape::Identifiers => list(object(
            &[
                ("scheme", text.clone()),
                ("value", text),
                ("from", edtf("the first day")),
                ("to", edtf("the last day")),
            ],
            &["scheme", "value"],
        )),
    }
}

/// It says how much, if only in words.
fn quantity(text: Value) -> Value {
    let mut schema = object(
        &[
            ("min", json!({"type": "number", "minimum": 0})),
            ("max", json!({"type": "number", "minimum": 0})),
            ("unit", text.clone()),
            ("hedge", text.clone()),
            ("shared_with", list(text)),
        ],
        &[],
    );
    if let Value::Object(parts) = &mut schema {
        let said = ["min", "max", "hedge"].map(|name| json!({"required": [name]}));
        parts.insert("anyOf".to_owned(), json!(said));
    }
    schema
}

fn decimal() -> Value {
    json!({"type": "string", "pattern": r"^-?([0-9]+\.?[0-9]*|\.[0-9]+)$"})
}

fn currency() -> Value {
    json!({"type": "string", "pattern": "^[A-Z]{3}$", "$comment": "ISO 4217"})
}

fn list(of: Value) -> Value {
    json!({"type": "array", "items": of, "maxItems": limits::DATA_ITEMS_MAX})
}

fn object(fields: &[(&str, Value)], required: &[&str]) -> Value {
    let properties: Map<String, Value> = fields
        .iter()
        .map(|(name, schema)| ((*name).to_owned(), schema.clone()))
        .collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "minProperties": 1,
        "unevaluatedProperties": false,
    })
}
