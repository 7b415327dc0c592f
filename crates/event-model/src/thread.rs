//! The name of the thread that an event belongs to, where none is given:
//! [`words_of`] the values of its kind's natural key.

use serde_json::Value;
use uuid::Uuid;

use crate::data::{Data, Field};
use crate::kind::Kind;
use crate::kinds;
use crate::limits;
use crate::problem::Defect;
use crate::text::Text;

/// Derives the thread of an event from its kind's natural key.
///
/// `own` is what makes the event different from others of its kind; it names
/// the thread of a kind that has no key.
pub(crate) fn derive(
    kind: Option<&Kind>,
    data: &Data,
    own: impl Fn() -> String,
) -> Result<Text, Defect> {
    let Some(kind) = kind else {
        return Ok(own_thread(&own()));
    };
    if kind.name == kinds::COMPANY {
        return Ok(Text::new_static(kinds::COMPANY));
    }
    if kind.thread_key.is_empty() {
        return Ok(own_thread(&own()));
    }
    let mut parts = Vec::new();
    let mut missing = Vec::new();
    for group in kind.thread_key {
        match group.iter().find_map(|name| part_of(data.get(name)?)) {
            Some(part) => parts.push(part),
            None => missing.push(group.join(" or ")),
        }
    }
    if missing.is_empty() {
        Ok(parts.join("-").into())
    } else {
        Err(Defect::NoThread { missing })
    }
}

fn own_thread(own: &str) -> Text {
    let digest = Uuid::new_v5(&Uuid::NAMESPACE_OID, own.as_bytes())
        .simple()
        .to_string();
    digest.get(..12).unwrap_or_default().into()
}

fn part_of(field: Field<'_>) -> Option<String> {
    let words = match field {
        Field::Text(text) => words_of(text),
        Field::Json(_) => match field.to_value() {
            Value::Array(items) => {
                let texts = items.iter().filter_map(Value::as_str);
                words_of(&texts.collect::<Vec<_>>().join("-"))
            }
            Value::Number(number) => words_of(&number.to_string()),
            _ => return None,
        },
    };
    Some(words).filter(|words| !words.is_empty())
}

/// A text in lower-case letters and digits of any script, joined by hyphens:
/// what names a thread, and what two spellings of a period share.
#[must_use]
pub fn words_of(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii_alphanumeric() {
            words.push(character.to_ascii_lowercase());
        } else if character.is_alphanumeric() {
            words.extend(character.to_lowercase());
        } else if !words.is_empty() && !words.ends_with('-') {
            words.push('-');
        }
    }
    let most = limits::THREAD_BYTES_MAX / 3;
    let end = (0..=most.min(words.len()))
        .rev()
        .find(|at| words.is_char_boundary(*at));
    words.truncate(end.unwrap_or(0));
    words.truncate(words.trim_end_matches('-').len());
    words
}
