//! [`Data`]: what an event says, in the fields of its kind.

use std::borrow::Cow;
use std::fmt;

use serde::ser::{Error as _, SerializeMap};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::json::tree::{Fields, Json};
use crate::json::write_text;
use crate::span;
use crate::text::Text;

/// The fields of an event, sorted by name. It never changes and is cheap to
/// clone.
///
/// All fields stand one after another in one text: the `span` of its name,
/// the name, the span of its value, the value. Texts stand there as they are,
/// so that they can be borrowed; anything else as canonical JSON, which is read
/// only when it is asked for. What is equal has equal JSON, and nothing needs to
/// be read to tell.
#[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Data(Text);

/// The value of a field, borrowed from its [`Data`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field<'a> {
    /// A text, as it reads.
    Text(&'a str),
    /// Anything else, as canonical JSON.
    Json(&'a str),
}

impl<'a> Field<'a> {
    /// The text, if it is one.
    #[must_use]
    pub fn as_str(self) -> Option<&'a str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Json(_) => None,
        }
    }

    /// The value as canonical JSON.
    #[must_use]
    pub fn json(self) -> Cow<'a, str> {
        match self {
            Self::Json(json) => Cow::Borrowed(json),
            Self::Text(_) => {
                let mut json = String::new();
                self.write_json(&mut json);
                Cow::Owned(json)
            }
        }
    }

    /// The value. `null` stands for what is no JSON, which no [`Data`] made of
    /// values holds.
    #[must_use]
    pub fn to_value(self) -> Value {
        self.read().unwrap_or(Value::Null)
    }

    fn read(self) -> Result<Value, serde_json::Error> {
        match self {
            Self::Text(text) => Ok(Value::from(text)),
            Self::Json(json) => serde_json::from_str(json),
        }
    }

    fn write_json(self, out: &mut String) {
        match self {
            Self::Text(text) => write_text(text, out),
            Self::Json(json) => out.push_str(json),
        }
    }
}

impl Data {
    /// The value of a field.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Field<'_>> {
        self.iter()
            .find_map(|(known, field)| (known == name).then_some(field))
    }

    /// The text of a field that is a text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// The value of a field, to look into it.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<Value> {
        self.get(name).map(Field::to_value)
    }

    /// Whether it has a field.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Whether it has no field at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The names of the fields, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.iter().map(|(name, _)| name)
    }

    /// The fields, in the order of their names.
    #[must_use]
    pub fn iter(&self) -> Iter<'_> {
        Iter(&self.0)
    }

    /// The fields as a map that can be changed.
    #[must_use]
    pub fn to_map(&self) -> Map<String, Value> {
        let fields = self.iter();
        fields
            .map(|(name, field)| (name.to_owned(), field.to_value()))
            .collect()
    }

    /// All of it as one text, which [`Data::from_text`] reads.
    pub(crate) fn as_text(&self) -> &str {
        &self.0
    }

    /// Reads what [`Data::as_text`] gave. What is not shaped like it is refused;
    /// whether its JSON is JSON is told when it is asked for.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        let mut fields = Iter(text);
        let mut last = None;
        for (name, _) in fields.by_ref() {
            if last.is_some_and(|last| last >= name) {
                return None;
            }
            last = Some(name);
        }
        fields.0.is_empty().then(|| Self(text.into()))
    }

    /// Writes the fields as a JSON object.
    pub(crate) fn write_json(&self, out: &mut String) {
        out.push('{');
        for (at, (name, field)) in self.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            write_text(name, out);
            out.push(':');
            field.write_json(out);
        }
        out.push('}');
    }
}

/// The fields of a [`Data`], in the order of their names.
#[derive(Debug, Clone)]
pub struct Iter<'a>(&'a str);

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a str, Field<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let (length, rest) = span::split(self.0)?;
        let (name, rest) = rest.split_at_checked(length)?;
        let (mark, rest) = span::split(rest)?;
        let (value, rest) = rest.split_at_checked(mark >> 1)?;
        self.0 = rest;
        let is_text = mark & 1 == 0;
        let field = if is_text { Field::Text } else { Field::Json };
        Some((name, field(value)))
    }
}

impl<'a> IntoIterator for &'a Data {
    type Item = (&'a str, Field<'a>);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

/// Most data fit into so much.
const ROOM_BYTES: usize = 512;

/// Makes [`Data`] of fields that come sorted by name.
#[derive(Debug, Default)]
pub(crate) struct Builder(String);

impl Builder {
    pub(crate) fn push(&mut self, name: &str, field: Field<'_>) {
        let (value, mark) = match field {
            Field::Text(text) => (text, 0),
            Field::Json(json) => (json, 1),
        };
        span::push(name.len(), &mut self.0);
        self.0.push_str(name);
        span::push(value.len() << 1 | mark, &mut self.0);
        self.0.push_str(value);
    }

    pub(crate) fn finish(self) -> Data {
        Data(self.0.into())
    }
}

impl From<&Map<String, Value>> for Data {
    fn from(map: &Map<String, Value>) -> Self {
        let mut builder = Builder::default();
        for (name, value) in map {
            match value {
                Value::String(text) => builder.push(name, Field::Text(text)),
                other => builder.push(name, Field::Json(&other.to_string())),
            }
        }
        builder.finish()
    }
}

impl From<&Fields<'_>> for Data {
    fn from(fields: &Fields<'_>) -> Self {
        let mut builder = Builder(String::with_capacity(ROOM_BYTES));
        let mut json = String::with_capacity(ROOM_BYTES);
        for (name, value) in fields.iter() {
            match value {
                Json::Text(text) => builder.push(name, Field::Text(text)),
                other => {
                    json.clear();
                    other.write(&mut json);
                    builder.push(name, Field::Json(&json));
                }
            }
        }
        builder.finish()
    }
}

impl From<Map<String, Value>> for Data {
    fn from(map: Map<String, Value>) -> Self {
        Self::from(&map)
    }
}

impl FromIterator<(String, Value)> for Data {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(fields: I) -> Self {
        Self::from(Map::from_iter(fields))
    }
}

impl Serialize for Data {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_map(None)?;
        for (name, field) in self {
            match field {
                Field::Text(text) => fields.serialize_entry(name, text)?,
                Field::Json(_) => {
                    fields.serialize_entry(name, &field.read().map_err(S::Error::custom)?)?;
                }
            }
        }
        fields.end()
    }
}

impl<'de> Deserialize<'de> for Data {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Map::deserialize(deserializer).map(Self::from)
    }
}

impl fmt::Debug for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::json::tests::any_map;

    #[test]
    fn fields_are_sorted_and_values_are_as_written() {
        let written = r#"{"b":{"z":1.50,"a":[1e+400,null]},"a":"tab\t \u0001 ü","":true}"#;
        let map: Map<String, Value> = serde_json::from_str(written).unwrap();
        let data = Data::from(&map);
        assert_eq!(data.names().collect::<Vec<_>>(), ["", "a", "b"]);
        assert_eq!(data.text("a"), Some("tab\t \u{1} ü"));
        assert_eq!(data.text("b"), None);
        assert_eq!(
            data.get("b"),
            Some(Field::Json(r#"{"a":[1e+400,null],"z":1.50}"#))
        );
        assert_eq!(data.get("a").unwrap().json(), r#""tab\t \u0001 ü""#);
        assert!(!data.contains("z") && data.value("z").is_none());
    }

    #[test]
    fn a_text_is_not_the_json_that_reads_the_same() {
        let data = |json: &str| serde_json::from_str::<Data>(json).unwrap();
        assert_ne!(data(r#"{"a":1}"#), data(r#"{"a":"1"}"#));
        assert_ne!(data(r#"{"a":1}"#), data(r#"{"a":1.0}"#));
        assert_ne!(data(r#"{"a":1}"#).get("a"), data(r#"{"a":"1"}"#).get("a"));
        assert_eq!(data(r#"{"a":1,"b":2}"#), data(r#"{"b":2,"a":1}"#));
    }

    proptest! {
        #[test]
        fn it_is_the_map_that_it_was_made_of(map in any_map()) {
            let data = Data::from(&map);
            let json = Value::Object(map.clone()).to_string();
            prop_assert_eq!(data.to_map(), map.clone());
            prop_assert_eq!(serde_json::to_string(&data).unwrap(), json.clone());
            prop_assert_eq!(serde_json::to_value(&data).unwrap(), Value::Object(map.clone()));
            prop_assert_eq!(serde_json::from_str::<Data>(&json).unwrap(), data.clone());
            let mut written = String::new();
            data.write_json(&mut written);
            prop_assert_eq!(written, json);
            prop_assert_eq!(data.is_empty(), map.is_empty());
            for (name, value) in &map {
                prop_assert_eq!(data.value(name), Some(value.clone()));
                prop_assert_eq!(data.text(name), value.as_str());
            }
        }

        #[test]
        fn equality_is_that_of_the_maps(one in any_map(), other in any_map()) {
            prop_assert_eq!(Data::from(&one) == Data::from(&other), one == other);
            for (name, value) in &one {
                let same = Data::from(&one).get(name) == Data::from(&other).get(name);
                prop_assert_eq!(same, other.get(name) == Some(value));
            }
        }
    }
}
