//! Retractions and corrections: events that strike others.

use std::sync::Arc;

use event_model::draft::Draft;
use event_model::event::Event;
use event_model::id::EventId;
use event_model::kind::{Kind, Shape};
use event_model::kinds;
use event_model::own_kinds::Kinds;
use event_model::time::Instant;
use event_model::vocabulary::Fault;
use serde_json::{Map, Value, json};

use crate::append::{AppendOptions, Appended};
use crate::error::Error;
use crate::store::Store;

/// What a retraction or a correction says besides its target.
#[derive(Debug, Clone)]
pub struct Amendment {
    /// Whose error it mends.
    pub fault: Fault,
    /// Why.
    pub reason: Option<String>,
    /// When it was published. Missing: with the target for our own error, now
    /// for the source's.
    pub published: Option<String>,
    /// Where it is from. Missing: from where the target is.
    pub source_name: Option<String>,
    /// Where to read it.
    pub source_url: Option<String>,
    /// How it is to be appended.
    pub options: AppendOptions,
}

impl Store {
    /// Says that an event does not hold.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownEvent`], or what [`Store::append_lines`] says.
    pub fn retract(&self, id: EventId, amendment: &Amendment) -> Result<Appended, Error> {
        let target = self.target_event(id)?;
        let mut fields = amending(&target, amendment, self.now());
        fields.insert("kind".to_owned(), Value::from(kinds::RETRACTION));
        fields.insert("data".to_owned(), json!({"target": id}));
        self.append_value(&Value::Object(fields), amendment.options)
    }

    /// Says what an event should have said: the same claim with some fields
    /// set anew, each given as a path (`data.stage`) and a value.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownEvent`], [`Error::CorrectsRetraction`],
    /// [`Error::CannotSet`] for a path that is no field
    /// of the claim, [`Error::NothingChanged`], or what [`Store::append_lines`]
    /// says.
    pub fn correct(
        &self,
        id: EventId,
        settings: &[(String, String)],
        amendment: &Amendment,
    ) -> Result<Appended, Error> {
        let target = self.target_event(id)?;
        if target.is_retraction() {
            return Err(Error::CorrectsRetraction { id });
        }
        let kinds = self.kinds(self.head().position)?;
        let mut fields = as_object(&target);
        let before = fields.clone();
        for (path, value) in settings {
            set(&mut fields, kinds.named(&target.kind), path, value)?;
        }
        if fields == before {
            return Err(Error::NothingChanged);
        }
        let sets = |name: &str| settings.iter().any(|(path, _)| path == name);
        if keyed_thread(&target, &kinds) && !sets("thread") {
            fields.remove("thread");
        }
        for (name, value) in amending(&target, amendment, self.now()) {
            let keeps = matches!(name.as_str(), "company" | "certainty")
                || (name == "source" && amendment.source_name.is_none())
                || (name == "published" && sets("published"));
            if !keeps {
                fields.insert(name, value);
            }
        }
        let has_own = amendment.published.is_some() || sets("published");
        if amendment.fault == Fault::Record && !has_own {
            // Left out, it is that of the target.
            fields.remove("published");
        }
        for name in ["id", "repeats"] {
            fields.remove(name);
        }
        fields.insert("supersedes".to_owned(), json!(id));
        self.append_value(&Value::Object(fields), amendment.options)
    }

    /// Appends one event that is given as a JSON value. Without an id it gets one
    /// made of its content.
    ///
    /// # Errors
    ///
    /// As [`Store::append_lines`].
    pub fn append_value(&self, value: &Value, options: AppendOptions) -> Result<Appended, Error> {
        let line = value.to_string();
        self.append_lines("the event", &mut line.as_bytes(), options)
    }

    fn target_event(&self, id: EventId) -> Result<Event, Error> {
        let placed = self.placed(id)?;
        placed
            .map(|placed| Arc::unwrap_or_clone(placed.event))
            .ok_or_else(|| Error::UnknownEvent { id: id.to_string() })
    }
}

/// The envelope of an event that amends another.
fn amending(target: &Event, amendment: &Amendment, now: Instant) -> Map<String, Value> {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    put("company", json!(target.company));
    put("certainty", json!(target.certainty));
    put("fault", json!(amendment.fault));
    if let Some(reason) = &amendment.reason {
        put("reason", json!(reason));
    }
    match (&amendment.published, amendment.fault) {
        (Some(published), _) => drop(put("published", json!(published))),
        (None, Fault::Source) => drop(put("published", json!(now))),
        (None, Fault::Record) => {}
    }
    let source = match &amendment.source_name {
        Some(name) => json!({"name": name, "url": amendment.source_url}),
        None => json!(target.source),
    };
    put("source", source);
    fields
}

fn as_object(event: &Event) -> Map<String, Value> {
    match serde_json::to_value(event) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

/// Whether the thread of an event follows from its data, so that a correction
/// of the data may lead to another thread.
fn keyed_thread(event: &Event, kinds: &Kinds) -> bool {
    let derived = Event {
        thread: "".into(),
        ..event.clone()
    };
    let mut fields = as_object(&derived);
    for name in ["thread", "supersedes", "fault", "repeats"] {
        fields.remove(name);
    }
    let kind = kinds.named(&event.kind);
    let has_key = kind.is_some_and(|kind| !kind.thread_key.is_empty());
    let company = event.company.clone();
    let draft = Draft::read(&Value::Object(fields)).of_kinds(kinds);
    let again = draft.finish(Ok(company), |_| None, Instant::LAST);
    has_key && again.is_ok_and(|again| again.thread == event.thread)
}

/// Sets a field by its path.
fn set(
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
    if !ENVELOPE.contains(&first) || nests == rest.is_empty() {
        let known = kind.into_iter().flat_map(Kind::field_names);
        let known = known.map(|name| format!("data.{name}"));
        let envelope = ENVELOPE
            .iter()
            .filter(|name| **name != "data")
            .map(ToString::to_string);
        let settable = known.chain(envelope).collect();
        return Err(Error::CannotSet {
            path: path.to_owned(),
            settable,
        });
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
