//! An [`Expectation`]: what somebody wrote down that a timeline is to tell.
//!
//! It differs from a [`Condition`], which asks which companies meet it: an
//! expectation is about the value at its path as a whole.

use event_model::id::EventId;
use serde_json::Value;

use crate::condition::{Condition, ConditionError};
use crate::path::{Found, Path};
use crate::same::{are_equal, is_nothing};
use crate::timeline::Timeline;

/// What is to stand at a path.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    path: Path,
    wanted: Wanted,
}

#[derive(Debug, Clone, PartialEq)]
enum Wanted {
    /// This value.
    Value(Value),
    /// Any other.
    Other(Value),
    /// One that compares so.
    Meets(Box<Condition>),
}

/// What became of an expectation.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The value that stands there.
    pub actual: Value,
    /// Whether it is as expected.
    pub holds: bool,
    /// The event behind the value, if it is of one.
    pub event: Option<EventId>,
}

impl Expectation {
    /// Expects the value at a path to compare so with another. An empty operator
    /// means `=`.
    ///
    /// # Errors
    ///
    /// [`ConditionError`] if there is no such operator, or it cannot be asked of this
    /// value.
    pub fn new(path: Path, operator: &str, expected: Value) -> Result<Self, ConditionError> {
        let wanted = match operator {
            "" | "=" | "==" => Wanted::Value(expected),
            "!=" => Wanted::Other(expected),
            other => {
                let expected = match &expected {
                    Value::String(text) => text.clone(),
                    value => value.to_string(),
                };
                Wanted::Meets(Box::new(format!("{path}{other}{expected}").parse()?))
            }
        };
        Ok(Self { path, wanted })
    }

    /// The path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Holds it against a timeline.
    #[must_use]
    pub fn hold(&self, timeline: &Timeline) -> Verdict {
        let actual = self.path.value(timeline);
        let found = self.path.find(timeline);
        Verdict {
            holds: match &self.wanted {
                Wanted::Value(expected) => is(expected, &actual),
                Wanted::Other(expected) => !is(expected, &actual),
                Wanted::Meets(condition) => {
                    found.values.iter().any(|found| condition.holds_of(found))
                }
            },
            event: event(&found),
            actual,
        }
    }
}

fn event(found: &Found<'_>) -> Option<EventId> {
    match found.values.as_slice() {
        [one] => one.event.map(|event| event.id),
        _ => None,
    }
}

/// Whether a value is the one that is expected.
///
/// What is not there is `null`, an empty text or an empty list. A list holds the same
/// in any order. Of an object only the fields that are expected are looked at. A text
/// can stand for any value, as JSON, and with `;` for a list.
fn is(expected: &Value, actual: &Value) -> bool {
    if is_nothing(actual) {
        let read = expected
            .as_str()
            .and_then(|text| serde_json::from_str(text).ok());
        return is_nothing(expected) || read.is_some_and(|read: Value| is_nothing(&read));
    }
    if is_nothing(expected) {
        return false;
    }
    match (expected, actual) {
        (Value::Array(expected), Value::Array(actual)) => same_items(expected, actual),
        (Value::Object(expected), Value::Object(actual)) => {
            let mut fields = expected.iter();
            fields.all(|(name, value)| is(value, actual.get(name).unwrap_or(&Value::Null)))
        }
        (Value::String(expected), Value::String(actual)) if expected == actual => true,
        (Value::String(text), actual) => stands_for(text, actual),
        (Value::Number(_), Value::Number(_) | Value::String(_)) => are_equal(expected, actual),
        (expected, actual) => expected == actual,
    }
}

fn same_items(expected: &[Value], actual: &[Value]) -> bool {
    let mut left: Vec<&Value> = actual.iter().collect();
    expected.len() == actual.len()
        && expected.iter().all(|item| {
            let found = left.iter().position(|actual| is(item, actual));
            found.map(|at| left.swap_remove(at)).is_some()
        })
}

fn stands_for(text: &str, actual: &Value) -> bool {
    let read: Option<Value> = serde_json::from_str(text).ok();
    let read = read.filter(|value| !value.is_string());
    match (read, actual) {
        (Some(read), _) => is(&read, actual),
        (None, Value::Array(items)) => {
            let listed = text.split(';').map(|item| Value::from(item.trim()));
            same_items(&listed.collect::<Vec<_>>(), items)
        }
        (None, _) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_text_stands_for_any_value() {
        let holds = [
            (json!("2026-02-19"), json!("2026-02-19")),
            (json!("true"), json!(true)),
            (json!("40000"), json!(40_000)),
            (json!(40_000), json!("40000.0")),
            (json!("a; b"), json!(["b", "a"])),
            (json!("[\"a\",\"b\"]"), json!(["b", "a"])),
            (json!(""), json!([])),
            (json!(null), json!(null)),
            (json!("null"), json!(null)),
            (json!("null"), json!("null")),
            (json!("[]"), json!([])),
            (
                json!({"min": 40_000}),
                json!({"min": 40_000, "max": 50_000}),
            ),
            (
                json!("{\"min\":40000}"),
                json!({"min": 40_000, "unit": "units"}),
            ),
        ];
        for (expected, actual) in holds {
            assert!(is(&expected, &actual), "{expected} {actual}");
        }
    }

    #[test]
    fn another_value_is_another() {
        let fails = [
            (json!("2026-02-19"), json!("2026-02-18")),
            (json!("2026-02"), json!("2026-02-18")),
            (json!(""), json!("2026")),
            (json!("a"), json!(null)),
            (json!("null"), json!("a")),
            (json!("[]"), json!(["a"])),
            (json!("a"), json!(["a", "b"])),
            (json!(["a", "a"]), json!(["a", "b"])),
            (json!("false"), json!(true)),
            (json!({"min": 40_000}), json!({"max": 40_000})),
        ];
        for (expected, actual) in fails {
            assert!(!is(&expected, &actual), "{expected} {actual}");
        }
    }
}
