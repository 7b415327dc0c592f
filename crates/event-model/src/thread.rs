//! The name of the thread that an event belongs to, where none is given:
//! [`words_of`] the values of its kind's natural key, or else its own name.

use serde_json::Value;
use unicode_normalization::char::compose;
use uuid::Uuid;

use crate::data::{Data, Field};
use crate::edtf::Edtf;
use crate::event::Event;
use crate::id::EventId;
use crate::kind::Kind;
use crate::kinds;
use crate::limits;
use crate::problem::Defect;
use crate::text::Text;
use crate::time::Published;

/// What names a thread that is an event's alone: of a kind without a natural key.
///
/// It is a hash of the id that the event was given, and of what the event says only
/// where its id will be one too: a hash of little content can be guessed, and the name
/// of a thread stays when the content is redacted.
pub(crate) struct Own<'d> {
    pub(crate) id: Option<EventId>,
    pub(crate) kind: &'d str,
    pub(crate) data: &'d Data,
    pub(crate) occurred: Option<&'d Edtf>,
    pub(crate) published: Option<&'d Published>,
}

impl Own<'_> {
    fn name(&self) -> Text {
        let mut own = format!("{}\n", self.kind);
        match self.id {
            Some(id) => own.push_str(&id.to_string()),
            None => {
                self.data.write_json(&mut own);
                let occurred = self.occurred.map_or("", Edtf::text);
                let published = self.published.map_or("", Published::text);
                own.push_str(&format!("\n{occurred}\n{published}"));
            }
        }
        let digest = Uuid::new_v5(&Uuid::NAMESPACE_OID, own.as_bytes());
        let digest = digest.simple().to_string();
        digest.get(..12).unwrap_or_default().into()
    }
}

impl Event {
    fn own(&self, id: Option<EventId>) -> Own<'_> {
        Own {
            id,
            kind: &self.kind,
            data: &self.data,
            occurred: self.occurred.as_ref(),
            published: Some(&self.published),
        }
    }

    /// Whether its thread is named by a hash of its `data`, `occurred` and `published`:
    /// who guesses those can tell that the guess is right, also once it is redacted.
    #[must_use]
    pub fn has_content_thread(&self) -> bool {
        self.thread == self.own(None).name()
    }

    /// The same, if [`Event::has_content_thread`], with its thread named by its id.
    #[must_use]
    pub fn with_thread_of_id(mut self) -> Option<Self> {
        let of_id = self.own(Some(self.id)).name();
        self.has_content_thread().then(|| {
            self.thread = of_id;
            self
        })
    }
}

/// Derives the thread of an event from its kind's natural key, or names its own.
pub(crate) fn derive(kind: Option<&Kind>, own: &Own<'_>) -> Result<Text, Defect> {
    let Some(kind) = kind else {
        return Ok(own.name());
    };
    if kind.name == kinds::COMPANY {
        return Ok(Text::new_static(kinds::COMPANY));
    }
    if kind.thread_key.is_empty() {
        return Ok(own.name());
    }
    let mut parts = Vec::new();
    let mut missing = Vec::new();
    for group in kind.thread_key {
        match group.iter().find_map(|name| part_of(own.data.get(name)?)) {
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
/// what names a thread, and what two spellings of a period share. A letter and its accent
/// may be one character or two: two are taken for the one that Unicode composes of them.
#[must_use]
pub fn words_of(text: &str) -> String {
    if text.is_ascii() {
        return words_in(text.chars(), text.len());
    }
    let mut composed: Vec<char> = Vec::with_capacity(text.len());
    for character in text.chars() {
        let before = composed.last().copied();
        match before.and_then(|before| compose(before, character)) {
            Some(both) => {
                composed.pop();
                composed.push(both);
            }
            None => composed.push(character),
        }
    }
    words_in(composed.into_iter(), text.len())
}

fn words_in(characters: impl Iterator<Item = char>, bytes: usize) -> String {
    let mut words = String::with_capacity(bytes);
    for character in characters {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_has_one_thread_however_its_letters_are_composed() {
        for (text, words) in [
            ("Crédit Agricole", "crédit-agricole"),
            ("Cre\u{301}dit Agricole", "crédit-agricole"),
            ("  e\u{301} + e ", "é-e"),
            ("阿里巴巴 — AI", "阿里巴巴-ai"),
            ("ब\u{95c}ा", "ब\u{95c}ा"),
            ("MI308, 40,000!", "mi308-40-000"),
        ] {
            assert_eq!(words_of(text), words, "{text:?}");
        }
    }
}
