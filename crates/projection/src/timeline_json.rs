//! The JSON of a timeline: the shape that `docs/json.md` promises.
//!
//! What is not there is `null`, an empty list `[]`; a field once there stays.

use event_model::event::Event;
use serde::Serialize;
use serde::ser::{SerializeMap, SerializeStruct, Serializer};
use serde_json::{Map, Value};

use crate::earnings::{Earnings, ResultsDate};
use crate::item::Item;
use crate::regulation::Regulation;
use crate::timeline::{Answer, EventView, Strategy, Timeline};
use crate::view::{Decided, Decider, Fields, ThreadView};

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
    fields.serialize_entry("other", &timeline.other)?;
    fields.serialize_entry("redacted", &timeline.redacted)
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
        let mut fields = serializer.serialize_map(Some(5))?;
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
        Item::Thread(self).to_json().serialize(serializer)
    }
}

impl Serialize for Regulation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Item::Rule(self).to_json().serialize(serializer)
    }
}

impl Serialize for ResultsDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Item::Date(self).to_json().serialize(serializer)
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

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl Serialize for Decided<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Decider(self.event).serialize(serializer)
    }
}

impl Serialize for Decider<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Decided", 2)?;
        fields.serialize_field("certainty", &self.0.certainty)?;
        fields.serialize_field("event", &self.0.id)?;
        fields.end()
    }
}
