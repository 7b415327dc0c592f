//! The JSON of an event, as the log keeps it: how it is written, and read again in
//! this or an older schema.

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Event, Source};
use crate::data::Data;
use crate::edtf::Edtf;
use crate::id::EventId;
use crate::json::write_text;
use crate::time::Published;
use crate::vocabulary::Fault;

/// The version of the event model: what `schema` says in an answer's basis.
///
/// When a field changes its meaning, the version rises and `upcast` learns to
/// read events of the older one.
pub const SCHEMA: u16 = 1;

/// The bytes of a stored event do not read as one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoredEventError {
    /// Not the JSON of an event.
    #[error("the stored bytes are not the JSON of an event")]
    Json(#[from] serde_json::Error),
    /// A field does not hold what it must.
    #[error("the stored event has no valid `{field}`")]
    Field {
        /// The field.
        field: &'static str,
    },
    /// Written by a newer version of this software.
    #[error("the stored event has schema {schema}, newer than {SCHEMA}")]
    Newer {
        /// The schema it was written in.
        schema: u16,
    },
}

impl Event {
    /// The event as one line of JSON without its end: fields in a fixed order,
    /// those of `data` sorted, what is not there left out.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.to_json_of(self.id)
    }

    /// What [`Event::to_json`] would give with another id. It is what
    /// serialising gives too; this way takes the fields of `data` as they are.
    pub(super) fn to_json_of(&self, of: EventId) -> String {
        let mut json = String::with_capacity(640);
        let out = &mut json;
        let mut id = Uuid::encode_buffer();
        out.push_str("{\"id\":\"");
        out.push_str(of.0.hyphenated().encode_lower(&mut id));
        out.push('"');
        write_field("company", self.company.as_str(), out);
        write_field("kind", &self.kind, out);
        write_field("thread", &self.thread, out);
        write_optional("occurred", self.occurred.as_ref().map(Edtf::text), out);
        write_field("published", self.published.text(), out);
        write_field("certainty", self.certainty.as_str(), out);
        write_field("confirmation", self.confirmation.as_str(), out);
        write_field("level", self.level.as_str(), out);
        out.push_str(",\"source\":");
        self.source.write_json(out);
        out.push_str(",\"data\":");
        self.data.write_json(out);
        for (name, event) in [("repeats", self.repeats), ("supersedes", self.supersedes)] {
            let written = event.map(|event| &*event.0.hyphenated().encode_lower(&mut id));
            write_optional(name, written, out);
        }
        write_optional("fault", self.fault.map(Fault::as_str), out);
        write_optional("reason", self.reason.as_deref(), out);
        out.push('}');
        json
    }

    /// Reads what [`Event::to_json`] wrote, in this or an older schema.
    ///
    /// # Errors
    ///
    /// [`StoredEventError`] if the bytes are anything else.
    pub fn from_stored(schema: u16, bytes: &[u8]) -> Result<Self, StoredEventError> {
        upcast(schema, serde_json::from_slice(bytes)?)?.try_into()
    }
}

/// Writes a field that is not the first of its object.
fn write_field(name: &'static str, text: &str, out: &mut String) {
    out.push_str(",\"");
    out.push_str(name);
    out.push_str("\":");
    write_text(text, out);
}

pub(super) fn write_optional(name: &'static str, text: Option<&str>, out: &mut String) {
    if let Some(text) = text {
        write_field(name, text, out);
    }
}

/// Brings the JSON of an event of an older schema to the present one.
fn upcast(schema: u16, value: Value) -> Result<Value, StoredEventError> {
    match schema {
        SCHEMA => Ok(value),
        newer => Err(StoredEventError::Newer { schema: newer }),
    }
}

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Event", Self::FIELDS.len())?;
        fields.serialize_field("id", &self.id)?;
        fields.serialize_field("company", &self.company)?;
        fields.serialize_field("kind", &self.kind)?;
        fields.serialize_field("thread", &self.thread)?;
        if let Some(occurred) = &self.occurred {
            fields.serialize_field("occurred", occurred.text())?;
        }
        fields.serialize_field("published", self.published.text())?;
        fields.serialize_field("certainty", &self.certainty)?;
        fields.serialize_field("confirmation", &self.confirmation)?;
        fields.serialize_field("level", &self.level)?;
        fields.serialize_field("source", &self.source)?;
        fields.serialize_field("data", &self.data)?;
        if let Some(id) = &self.repeats {
            fields.serialize_field("repeats", id)?;
        }
        if let Some(id) = &self.supersedes {
            fields.serialize_field("supersedes", id)?;
        }
        if let Some(fault) = &self.fault {
            fields.serialize_field("fault", fault)?;
        }
        if let Some(reason) = &self.reason {
            fields.serialize_field("reason", reason)?;
        }
        fields.end()
    }
}

impl TryFrom<Value> for Event {
    type Error = StoredEventError;

    fn try_from(value: Value) -> Result<Self, Self::Error> {
        let Value::Object(mut fields) = value else {
            return Err(StoredEventError::Field { field: "event" });
        };
        let source: Source = match fields.remove("source") {
            Some(source) => serde_json::from_value(source)?,
            None => return Err(StoredEventError::Field { field: "source" }),
        };
        let data = match fields.remove("data") {
            Some(Value::Object(data)) => Data::from(data),
            _ => return Err(StoredEventError::Field { field: "data" }),
        };
        let published = required(&fields, "published", |text| {
            Published::parse(text, source.zone())
        })?;
        Ok(Self {
            id: required(&fields, "id", str::parse)?,
            company: required(&fields, "company", str::parse)?,
            kind: required(&fields, "kind", |text| Ok::<_, ()>(text.into()))?,
            thread: required(&fields, "thread", |text| Ok::<_, ()>(text.into()))?,
            occurred: optional(&fields, "occurred", Edtf::parse)?,
            published,
            certainty: required(&fields, "certainty", str::parse)?,
            confirmation: required(&fields, "confirmation", str::parse)?,
            level: required(&fields, "level", str::parse)?,
            source,
            data,
            repeats: optional(&fields, "repeats", str::parse)?,
            supersedes: optional(&fields, "supersedes", str::parse)?,
            fault: optional(&fields, "fault", str::parse)?,
            reason: optional(&fields, "reason", |text| Ok::<_, ()>(text.into()))?,
        })
    }
}

fn optional<T, E>(
    fields: &Map<String, Value>,
    field: &'static str,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Result<Option<T>, StoredEventError> {
    match fields.get(field) {
        None => Ok(None),
        Some(value) => value
            .as_str()
            .and_then(|text| parse(text).ok())
            .map(Some)
            .ok_or(StoredEventError::Field { field }),
    }
}

fn required<T, E>(
    fields: &Map<String, Value>,
    field: &'static str,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Result<T, StoredEventError> {
    optional(fields, field, parse)?.ok_or(StoredEventError::Field { field })
}
