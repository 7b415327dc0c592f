//! JSON as strictly as a log needs it: [`parse`].
//!
//! A field that stands twice in one object is refused, since any reading of it
//! would drop one of the two.

use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// Reads one JSON value.
///
/// # Errors
///
/// The error of `serde_json`, with line and column, if the text is no JSON or
/// has a field twice.
pub fn parse(text: &str) -> Result<Value, serde_json::Error> {
    serde_json::from_str::<NoFieldTwice>(text)?;
    serde_json::from_str(text)
}

/// What sort of JSON value it is, for people.
#[must_use]
pub fn sort_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

struct NoFieldTwice;

impl<'de> Deserialize<'de> for NoFieldTwice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NoFieldTwiceVisitor)
    }
}

struct NoFieldTwiceVisitor;

impl<'de> Visitor<'de> for NoFieldTwiceVisitor {
    type Value = NoFieldTwice;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<NoFieldTwice, A::Error> {
        let mut seen = HashSet::new();
        while let Some(name) = map.next_key::<String>()? {
            map.next_value::<NoFieldTwice>()?;
            if let Some(twice) = seen.replace(name) {
                return Err(A::Error::custom(format_args!(
                    "field {twice:?} stands twice"
                )));
            }
        }
        Ok(NoFieldTwice)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<NoFieldTwice, A::Error> {
        while list.next_element::<NoFieldTwice>()?.is_some() {}
        Ok(NoFieldTwice)
    }

    fn visit_unit<E>(self) -> Result<NoFieldTwice, E> {
        Ok(NoFieldTwice)
    }

    fn visit_bool<E>(self, _: bool) -> Result<NoFieldTwice, E> {
        Ok(NoFieldTwice)
    }

    fn visit_i64<E>(self, _: i64) -> Result<NoFieldTwice, E> {
        Ok(NoFieldTwice)
    }

    fn visit_u64<E>(self, _: u64) -> Result<NoFieldTwice, E> {
        Ok(NoFieldTwice)
    }

    fn visit_f64<E>(self, _: f64) -> Result<NoFieldTwice, E> {
        Ok(NoFieldTwice)
    }

    fn visit_str<E>(self, _: &str) -> Result<NoFieldTwice, E> {
        Ok(NoFieldTwice)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<NoFieldTwice, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| NoFieldTwice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_twice_is_refused_at_any_depth() {
        for text in [r#"{"a":1,"a":2}"#, r#"{"b":[{"a":1,"a":1}]}"#] {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.contains(r#"field "a" stands twice"#), "{error}");
        }
    }

    #[test]
    fn numbers_are_kept_as_written() {
        let text = r#"{"a":128.60,"b":12345678901234567890123,"c":[1e+400,-0.0]}"#;
        assert_eq!(parse(text).unwrap().to_string(), text);
    }
}
