//! The JSON of a timeline: the shape that `docs/json.md` promises.
//!
//! What is not there is `null`, an empty list `[]`; a field once there stays.

use event_model::event::Event;
use event_model::kind::Kind;
use event_model::vocabulary::Certainty;
use serde::Serialize;
use serde::ser::{SerializeMap, SerializeStruct, Serializer};
use serde_json::{Map, Value, json};

use crate::earnings::{Earnings, ResultsDate};
use crate::regulation::{Force, Regulation};
use crate::timeline::{Answer, EventView, Strategy, Timeline};
use crate::view::{Decided, Fields, ThreadView};

impl Serialize for Answer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_map(None)?;
        fields.serialize_entry("basis", &self.basis)?;
        sections(&self.timeline, &mut fields)?;
        events(&self.timeline, &mut fields)?;
        fields.end()
    }
}

impl Serialize for Timeline {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_map(None)?;
        sections(self, &mut fields)?;
        events(self, &mut fields)?;
        fields.end()
    }
}

fn sections<M: SerializeMap>(timeline: &Timeline, fields: &mut M) -> Result<(), M::Error> {
    fields.serialize_entry("company", &timeline.company)?;
    fields.serialize_entry("strategy", &timeline.strategy)?;
    fields.serialize_entry("earnings", &timeline.earnings)?;
    fields.serialize_entry("chips", &timeline.chips)?;
    fields.serialize_entry("regulation", &timeline.regulation)?;
    fields.serialize_entry("market", &timeline.market)?;
    fields.serialize_entry("other", &timeline.other)
}

fn events<M: SerializeMap>(timeline: &Timeline, fields: &mut M) -> Result<(), M::Error> {
    match &timeline.events {
        Some(events) => fields.serialize_entry("events", events),
        None => Ok(()),
    }
}

impl Serialize for Strategy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_map(Some(2))?;
        fields.serialize_entry("current", &self.current())?;
        fields.serialize_entry("pivots", &self.pivots)?;
        fields.end()
    }
}

impl Serialize for Earnings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_map(Some(4))?;
        fields.serialize_entry("next", &self.next)?;
        fields.serialize_entry("overdue", &self.overdue)?;
        fields.serialize_entry("upcoming", &self.upcoming)?;
        fields.serialize_entry("closed", &self.closed)?;
        fields.serialize_entry("reported", &self.reported)?;
        fields.end()
    }
}

impl Serialize for ThreadView {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        thread(self).serialize(serializer)
    }
}

impl Serialize for Regulation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = thread(&self.view);
        fields.insert(
            "in_force".to_owned(),
            Value::from(self.force == Force::Certain),
        );
        fields.insert("force".to_owned(), json!(self.force));
        fields.serialize(serializer)
    }
}

impl Serialize for ResultsDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = thread(&self.view);
        fields.insert(
            "earliest".to_owned(),
            json!(self.bounds.earliest.map(|day| day.to_string())),
        );
        fields.insert(
            "latest".to_owned(),
            json!(self.bounds.latest.map(|day| day.to_string())),
        );
        fields.insert("overdue".to_owned(), Value::from(self.overdue));
        fields.insert("moves".to_owned(), json!(self.moves));
        fields.serialize(serializer)
    }
}

impl Serialize for EventView {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = match serde_json::to_value(&self.event) {
            Ok(Value::Object(fields)) => fields,
            _ => Map::new(),
        };
        for name in Event::FIELDS {
            fields.entry(*name).or_insert(Value::Null);
        }
        fields.insert("status".to_owned(), Value::from(self.status.as_str()));
        fields.serialize(serializer)
    }
}

fn thread(view: &ThreadView) -> Map<String, Value> {
    let mut fields = match view.kind() {
        Some(kind) => fields_of(view, kind),
        None => Map::new(),
    };
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    put("kind", json!(view.kind_name()));
    put("thread", json!(view.thread()));
    put("open", json!(view.is_open()));
    put("occurred", json!(view.occurred()));
    let bounds = view.bounds();
    put(
        "earliest",
        json!(bounds.earliest.map(|day| day.to_string())),
    );
    put("latest", json!(bounds.latest.map(|day| day.to_string())));
    put("occurrence", json!(view.occurrence));
    put("certainty", json!(view.certainty()));
    put("confirmation", json!(view.confirmation()));
    put("contested", json!(view.contested));
    put("published", json!(view.lead.published.text()));
    put("source", json!(view.lead.source.name));
    put("decided", json!(view.fields));
    put("events", json!(view.events()));
    if view.kind().is_none() {
        let value =
            |(name, decided): (&str, Decided<'_>)| (name.to_owned(), decided.value.to_value());
        put(
            "data",
            Value::Object(view.fields.iter().map(value).collect()),
        );
    }
    fields
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl Serialize for Decided<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Decided", 2)?;
        fields.serialize_field("certainty", &self.event.certainty)?;
        fields.serialize_field("event", &self.event.id)?;
        fields.end()
    }
}

/// Every field of the kind, with its value or `null`.
fn fields_of(view: &ThreadView, kind: &Kind) -> Map<String, Value> {
    let value = |name: &str| match (name, view.fields.get(name)) {
        (_, None) => Value::Null,
        ("quantity", Some(decided)) => quantity(&decided.value.to_value(), decided.event.certainty),
        (_, Some(decided)) => decided.value.to_value(),
    };
    kind.fields
        .iter()
        .map(|field| (field.name.to_owned(), value(field.name)))
        .collect()
}

fn quantity(stated: &Value, certainty: Certainty) -> Value {
    let part = |name: &str| stated.get(name).cloned().unwrap_or(Value::Null);
    json!({
        "min": part("min"),
        "max": part("max"),
        "unit": part("unit"),
        "hedge": part("hedge"),
        "shared_with": stated.get("shared_with").cloned().unwrap_or_else(|| json!([])),
        "certainty": certainty,
    })
}
