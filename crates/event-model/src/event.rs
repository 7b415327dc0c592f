//! An [`Event`]: one claim that one source made about one company.

use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::data::Data;
use crate::edtf::{Bounds, Edtf};
use crate::id::{EventId, Slug};
use crate::json::write_text;
use crate::kind::Kind;
use crate::kinds;
use crate::redaction;
use crate::text::Text;
use crate::time::{Published, Zone};
use crate::vocabulary::{Certainty, Confirmation, Fault, Level};

/// The version of the event model: what `schema` says in an answer's basis.
///
/// When a field changes its meaning, the version rises and `upcast` learns to
/// read events of the older one.
pub const SCHEMA: u16 = 1;

const NO_ID: EventId = EventId(Uuid::nil());
/// Where the id stands in the JSON of an event.
const ID_AT: usize = "{\"id\":\"".len();

/// The id of content that is told by the JSON of an event with [`NO_ID`].
fn content_id_of(json: &str) -> EventId {
    // Made once for this purpose; it never changes.
    const NAMESPACE: Uuid = Uuid::from_u128(0x8a6f_5c1e_3b0d_5d55_9c0a_6e1f_7d29_4b60);
    EventId(Uuid::new_v5(&NAMESPACE, json.as_bytes()))
}

/// An event as the log keeps it: checked, its company a slug, its thread named.
///
/// What the log alone gives (position, version, recorded) is not part of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its id.
    pub id: EventId,
    /// The company it is about.
    pub company: Slug,
    /// The name of its kind. Kinds from elsewhere are kept.
    pub kind: Text,
    /// The matter it belongs to, within its company and kind.
    pub thread: Text,
    /// When it happened, as exactly as the source says. `None`: unknown.
    pub occurred: Option<Edtf>,
    /// When the source made it public.
    pub published: Published,
    /// Who stands behind it.
    pub certainty: Certainty,
    /// What the parties say of it.
    pub confirmation: Confirmation,
    /// What sort of claim it is.
    pub level: Level,
    /// Where it is from.
    pub source: Source,
    /// What happened, in the fields of its kind.
    pub data: Data,
    /// The event that this one only tells again.
    pub repeats: Option<EventId>,
    /// The earlier event whose claim this one corrects.
    pub supersedes: Option<EventId>,
    /// Whose error a correction or retraction mends.
    pub fault: Option<Fault>,
    /// Why: of a correction, or of a step back.
    pub reason: Option<Text>,
}

/// Where a claim is from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The medium, person or authority.
    pub name: Text,
    /// Where to read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<Text>,
    /// The place in the source: `paragraph 1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locator: Option<Text>,
    /// The zone in which its dates are meant: an IANA zone or an offset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<Text>,
    /// Who wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<Text>,
    /// The edition it was read from, where a source is published anew: a text
    /// that sorts as the editions follow one another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edition: Option<Text>,
    /// The dates that this edition covers, as EDTF.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covers: Option<Text>,
}

impl Source {
    /// The names of its fields.
    pub const FIELDS: &'static [&'static str] = &[
        "name", "url", "locator", "zone", "author", "edition", "covers",
    ];

    /// The zone in which its dates are meant; UTC if it does not say.
    #[must_use]
    pub fn zone(&self) -> Zone {
        let zone = self.zone.as_deref().and_then(|text| text.parse().ok());
        zone.unwrap_or(Zone::UTC)
    }

    /// What it says besides its name, in the order of [`Source::FIELDS`].
    pub(crate) fn further(&self) -> [&Option<Text>; 6] {
        [
            &self.url,
            &self.locator,
            &self.zone,
            &self.author,
            &self.edition,
            &self.covers,
        ]
    }

    fn write_json(&self, out: &mut String) {
        out.push_str("{\"name\":");
        write_text(&self.name, out);
        for (name, text) in Self::FIELDS.iter().skip(1).zip(self.further()) {
            write_optional(name, text.as_deref(), out);
        }
        out.push('}');
    }
}

/// Writes a field that is not the first of its object.
fn write_field(name: &'static str, text: &str, out: &mut String) {
    out.push_str(",\"");
    out.push_str(name);
    out.push_str("\":");
    write_text(text, out);
}

fn write_optional(name: &'static str, text: Option<&str>, out: &mut String) {
    if let Some(text) = text {
        write_field(name, text, out);
    }
}

/// The bytes of a stored event do not read as one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoredEventError {
    /// Not the JSON of an event.
    #[error("stored event is no JSON of an event")]
    Json(#[from] serde_json::Error),
    /// A field does not hold what it must.
    #[error("stored event has no valid `{field}`")]
    Field {
        /// The field.
        field: &'static str,
    },
    /// Written by a newer version of this software.
    #[error("stored event has schema {schema}, newer than {SCHEMA}")]
    Newer {
        /// The schema it was written in.
        schema: u16,
    },
}

impl Event {
    /// The names of its fields, in the order in which they are written.
    pub const FIELDS: &'static [&'static str] = &[
        "id",
        "company",
        "kind",
        "thread",
        "occurred",
        "published",
        "certainty",
        "confirmation",
        "level",
        "source",
        "data",
        "repeats",
        "supersedes",
        "fault",
        "reason",
    ];

    /// The event as one line of JSON without its end: fields in a fixed order,
    /// those of `data` sorted, what is not there left out.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.to_json_of(self.id)
    }

    /// What [`Event::to_json`] would give with another id. It is what
    /// serialising gives too; this way takes the fields of `data` as they are.
    fn to_json_of(&self, of: EventId) -> String {
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

    /// The id of an event that came without one: the same for the same content.
    #[must_use]
    pub fn content_id(&self) -> EventId {
        content_id_of(&self.to_json_of(NO_ID))
    }

    /// Gives it the id of its content, and tells its JSON.
    pub(crate) fn take_content_id(&mut self) -> String {
        let mut json = self.to_json_of(NO_ID);
        self.id = content_id_of(&json);
        let at = ID_AT..ID_AT + uuid::fmt::Hyphenated::LENGTH;
        json.replace_range(at, &self.id.to_string());
        json
    }

    /// The description of its kind, if that is built in.
    #[must_use]
    pub fn kind(&self) -> Option<&'static Kind> {
        Kind::named(&self.kind)
    }

    /// The stage that it says its thread has reached, if its kind is built in.
    #[must_use]
    pub fn stage(&self) -> Option<&str> {
        let field = self.kind()?.life.as_ref()?.field;
        self.data.text(field)
    }

    /// A text of `data`.
    #[must_use]
    pub fn text(&self, field: &str) -> Option<&str> {
        self.data.text(field)
    }

    /// A date of `data`.
    #[must_use]
    pub fn date(&self, field: &str) -> Option<Edtf> {
        Edtf::parse(self.text(field)?).ok()
    }

    /// The event that it strikes: the target of a retraction, or what it
    /// supersedes.
    #[must_use]
    pub fn strikes(&self) -> Option<EventId> {
        match self.is_retraction() {
            true => self.target(),
            false => self.supersedes,
        }
    }

    /// Whether it is a retraction, or what is left of one.
    #[must_use]
    pub fn is_retraction(&self) -> bool {
        redaction::was(&self.kind, &self.data) == kinds::RETRACTION
    }

    /// Whether it is what is left of an event that was redacted.
    #[must_use]
    pub fn is_redacted(&self) -> bool {
        &*self.kind == kinds::REDACTED
    }

    /// The event of which it says that it was redacted, and the hash of what is left
    /// of that.
    #[must_use]
    pub fn redacts(&self) -> Option<(EventId, &str)> {
        let is_redaction = redaction::was(&self.kind, &self.data) == kinds::REDACTION;
        is_redaction.then(|| Some((self.target()?, self.text("left")?)))?
    }

    fn target(&self) -> Option<EventId> {
        self.text("target")?.parse().ok()
    }

    /// The first and the last day on which it can have happened. It cannot have
    /// happened after it was published.
    #[must_use]
    pub fn bounds(&self) -> Bounds {
        let stated = self.occurred.as_ref().map_or(Bounds::ANY, Edtf::bounds);
        stated.cut_latest(self.published.day())
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

#[cfg(test)]
pub(crate) mod tests {
    use proptest::option::of;
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;
    use crate::json::tests::{any_map, any_text};

    fn any_source() -> impl Strategy<Value = Source> {
        let zone = of(select(vec![
            "UTC",
            "Asia/Shanghai",
            "-05:00",
            "America/Santiago",
            "nowhere",
        ]));
        let text = || of(any_text().prop_map(Text::from));
        (any_text(), text(), text(), zone, text(), text(), text()).prop_map(
            |(name, url, locator, zone, author, edition, covers)| Source {
                name: name.into(),
                url,
                locator,
                zone: zone.map(Text::new_static),
                author,
                edition,
                covers,
            },
        )
    }

    /// Events of all sorts, as a log may hold them.
    pub(crate) fn any_event() -> impl Strategy<Value = Event> {
        let names: Vec<&str> = kinds::KINDS.iter().map(|kind| kind.name).collect();
        let kind = prop_oneof![
            select(names).prop_map(str::to_owned),
            "[a-z][a-z0-9_]{0,40}"
        ];
        let dates = [
            "2025-12-23",
            "2025-12",
            "2025~",
            "2025-24",
            "2025-12-22/2025-12-23",
            "/2025",
            "[2025-12-01..2025-12-22]",
            "2025-12-23T10:00:00Z",
            "-0044-03-15",
            "{2025-11,2025-12}",
        ];
        let published = [
            "2025-12-23",
            "2025-09-06",
            "2025-12-23T09:30:00Z",
            "2025-12-23T09:30+08:00",
            "2025-12-23T09:30:00.5-05:00",
            "1969-12-31T23:59:59.999999Z",
        ];
        let id = || any::<u128>().prop_map(|id| EventId(Uuid::from_u128(id)));
        let words = (
            select(Certainty::ALL),
            select(Confirmation::ALL),
            select(Level::ALL),
            of(select(Fault::ALL)),
        );
        let texts = (
            kind,
            any_text(),
            of(any_text()),
            "[a-z0-9]{1,9}(-[a-z0-9]{1,9}){0,3}",
        );
        let when = (of(select(dates.to_vec())), select(published.to_vec()));
        let ids = (id(), of(id()), of(id()));
        (ids, texts, when, words, any_source(), any_map()).prop_map(
            |(ids, texts, when, words, source, data)| Event {
                id: ids.0,
                company: texts.3.parse().unwrap(),
                kind: texts.0.into(),
                thread: texts.1.into(),
                occurred: when.0.map(|text| Edtf::parse(text).unwrap()),
                published: Published::parse(when.1, source.zone()).unwrap(),
                certainty: words.0,
                confirmation: words.1,
                level: words.2,
                source,
                data: data.into(),
                repeats: ids.1,
                supersedes: ids.2,
                fault: words.3,
                reason: texts.2.map(Text::from),
            },
        )
    }

    proptest! {
        #[test]
        fn what_is_stored_is_what_serialising_gives(event in any_event()) {
            let json = event.to_json();
            prop_assert_eq!(&json, &serde_json::to_string(&event).unwrap());
            prop_assert_eq!(Event::from_stored(SCHEMA, json.as_bytes()).unwrap(), event);
        }
    }
}
