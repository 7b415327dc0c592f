//! The JSON of an explanation: the shape that `docs/json.md` promises.

use event_model::event::Event;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Map, Value, json};

use super::{Aside, Evidence, Explanation, Lost, Struck, Why};

impl Why {
    /// The fields of the JSON: the value and what it follows from; of a list, what
    /// each of its threads follows from.
    #[must_use]
    pub fn to_json(&self) -> Map<String, Value> {
        let mut fields = Map::new();
        match (self.is_list, self.explanations.as_slice()) {
            (false, [one]) => fields = object(&json!(one)),
            _ => drop(fields.insert("threads".to_owned(), json!(self.explanations))),
        }
        fields.insert("value".to_owned(), self.value.clone());
        fields
    }
}

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

impl Serialize for Explanation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_map(None)?;
        fields.serialize_entry("kind", &self.kind)?;
        fields.serialize_entry("thread", &self.thread)?;
        fields.serialize_entry("value", &self.value)?;
        fields.serialize_entry("decided_by", &self.decided_by)?;
        fields.serialize_entry("made_by", &self.made_by)?;
        fields.serialize_entry("agrees", &self.agrees)?;
        fields.serialize_entry("lost", &self.lost)?;
        fields.serialize_entry("struck", &self.struck)?;
        fields.serialize_entry("narrowed_by", &self.narrowed_by)?;
        fields.serialize_entry("links", &self.links)?;
        fields.serialize_entry("others", &self.others)?;
        fields.end()
    }
}

fn of_event(event: &Event) -> Map<String, Value> {
    let fields = json!({
        "event": event.id,
        "occurred": event.occurred,
        "published": event.published.text(),
        "certainty": event.certainty,
        "confirmation": event.confirmation,
        "level": event.level,
        "source": event.source,
        "reason": event.reason,
    });
    object(&fields)
}

fn of_evidence(evidence: &Evidence) -> Map<String, Value> {
    let mut fields = of_event(&evidence.event);
    let again = evidence.repeated_by.iter().map(|event| of_event(event));
    let again: Vec<Value> = again.map(Value::Object).collect();
    fields.insert("states".to_owned(), evidence.states.clone());
    fields.insert("repeated_by".to_owned(), Value::Array(again));
    fields
}

impl Serialize for Evidence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        of_evidence(self).serialize(serializer)
    }
}

impl Serialize for Lost {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = of_evidence(&self.evidence);
        fields.insert("rule".to_owned(), json!(self.rule));
        fields.insert("against".to_owned(), json!(self.against));
        fields.serialize(serializer)
    }
}

impl Serialize for Struck {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = of_evidence(&self.evidence);
        let by = self.by.as_ref().map(|event| Value::Object(of_event(event)));
        fields.insert("by".to_owned(), by.unwrap_or_default());
        fields.insert("fault".to_owned(), json!(self.fault));
        fields.serialize(serializer)
    }
}

impl Serialize for Aside {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = json!({
            "kind": self.kind,
            "thread": self.thread,
            "because": self.because,
            "value": self.value,
            "event": of_event(&self.event),
        });
        fields.serialize(serializer)
    }
}
