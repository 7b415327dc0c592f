//! JSON as strictly as a log needs it: [`parse`].
//!
//! A field that stands twice in one object is refused, since any reading of it
//! would drop one of the two.

pub(crate) mod scan;
pub(crate) mod tree;

use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::limits;

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

/// What is wrong with a text that is no JSON, without the line and column.
#[must_use]
pub fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let at = text.rfind(" at line ").unwrap_or(text.len());
    match text.get(..at).unwrap_or(&text) {
        // So the parser says it, whatever its limit is.
        "recursion limit exceeded" => format!(
            "objects and lists are nested more than {} levels deep, the most that is read",
            limits::JSON_DEPTH_MAX
        ),
        "expected value" | "expected ident" => {
            "no JSON value begins here (texts stand in double quotes)".to_owned()
        }
        reason => match reason.strip_prefix("EOF while parsing ") {
            Some(unended) => format!("the text ends within {unended}"),
            None => reason.to_owned(),
        },
    }
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

/// Writes a text as JSON, as `serde_json` does.
pub(crate) fn write_text(text: &str, out: &mut String) {
    out.push('"');
    let mut rest = text;
    loop {
        let at = first_escaped(rest.as_bytes());
        let (plain, more) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(plain);
        let Some((escaped, more)) = more.split_at_checked(1) else {
            break;
        };
        write_escape(escaped, out);
        rest = more;
    }
    out.push('"');
}

/// Where the first byte stands that must be escaped in a string of JSON, or
/// ends it; the length if there is none.
#[inline]
fn first_escaped(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const HIGHS: u64 = ONES << 7;
    // The high bit of each byte that is zero, or less than so much; above the
    // lowest such byte it may be set without cause.
    let below = |word: u64, least: u64| word.wrapping_sub(ONES * least) & !word & HIGHS;
    let mut at = 0;
    let (words, tail) = bytes.as_chunks::<8>();
    for word in words {
        let word = u64::from_le_bytes(*word);
        let found = below(word, 0x20)
            | below(word ^ (ONES * u64::from(b'"')), 1)
            | below(word ^ (ONES * u64::from(b'\\')), 1);
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let is_escaped = |byte: &u8| matches!(byte, 0..0x20 | b'"' | b'\\');
    at + tail.iter().position(is_escaped).unwrap_or(tail.len())
}

fn write_escape(character: &str, out: &mut String) {
    let short = match character {
        "\"" => "\\\"",
        "\\" => "\\\\",
        "\u{8}" => "\\b",
        "\u{c}" => "\\f",
        "\n" => "\\n",
        "\r" => "\\r",
        "\t" => "\\t",
        _ => {
            let code = character.bytes().next().unwrap_or_default();
            return out.push_str(&format!("\\u{code:04x}"));
        }
    };
    out.push_str(short);
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
pub(crate) mod tests {
    use proptest::collection::{btree_map, vec};
    use proptest::prelude::*;
    use serde_json::Map;

    use super::*;

    /// Texts with what must be escaped, and of several scripts.
    pub(crate) fn any_text() -> impl Strategy<Value = String> {
        prop_oneof![
            "[a-z ]{0,12}",
            "[ -~]{0,40}",
            "[\u{0}-\u{1f}\"\\\\/\u{7f}a]{0,6}",
            "[äß中文🙂a\u{2028}]{0,30}",
        ]
    }

    /// Any value, numbers as people write them.
    pub(crate) fn any_value() -> impl Strategy<Value = Value> {
        let number = "-?(0|[1-9][0-9]{0,24})(\\.[0-9]{1,9})?(e[+-][0-9]{1,3})?";
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            number.prop_map(|text| serde_json::from_str(&text).unwrap()),
            any_text().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 16, 4, |inner| {
            prop_oneof![
                vec(inner.clone(), 0..4).prop_map(Value::from),
                btree_map(any_text(), inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    /// The fields of an event, whatever they are.
    pub(crate) fn any_map() -> impl Strategy<Value = Map<String, Value>> {
        btree_map(any_text(), any_value(), 0..6).prop_map(|map| map.into_iter().collect())
    }

    proptest! {
        #[test]
        fn a_text_is_written_as_serde_json_does(text in any_text()) {
            let mut out = String::new();
            write_text(&text, &mut out);
            prop_assert_eq!(out, serde_json::to_string(&text).unwrap());
        }
    }

    #[test]
    fn a_field_twice_is_refused_at_any_depth() {
        for text in [r#"{"a":1,"a":2}"#, r#"{"b":[{"a":1,"a":1}]}"#] {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.contains(r#"field "a" stands twice"#), "{error}");
        }
    }

    #[test]
    fn what_is_no_json_is_told_in_words() {
        for (text, told) in [
            (
                "nonsense",
                "no JSON value begins here (texts stand in double quotes)",
            ),
            (
                "'a'",
                "no JSON value begins here (texts stand in double quotes)",
            ),
            (r#"{"a":"#, "the text ends within a value"),
            (r#"{"a":1"#, "the text ends within an object"),
        ] {
            assert_eq!(reason(&parse(text).unwrap_err()), told);
        }
    }

    #[test]
    fn what_is_nested_too_deep_is_told_with_the_limit() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(parse(&nested(limits::JSON_DEPTH_MAX)).is_ok());
        for levels in [limits::JSON_DEPTH_MAX + 1, 100_000] {
            let error = parse(&nested(levels)).unwrap_err();
            let reason = reason(&error);
            assert!(reason.contains("more than 127 levels"), "{reason}");
        }
        let error = parse("[1,]").unwrap_err();
        assert_eq!(reason(&error), "trailing comma");
    }

    #[test]
    fn numbers_are_kept_as_written() {
        let text = r#"{"a":128.60,"b":12345678901234567890123,"c":[1e+400,-0.0]}"#;
        assert_eq!(parse(text).unwrap().to_string(), text);
    }
}
