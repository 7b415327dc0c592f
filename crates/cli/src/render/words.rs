//! Values in words.

use annals::model::edtf::{Edtf, MONTHS};
use annals::projection::happening::Days;
use annals::projection::view::ThreadView;
use serde_json::Value;

/// A date in words, with short names of months; a text that is none stays.
pub(crate) fn date(text: &str) -> String {
    let Ok(date) = Edtf::parse(text) else {
        return text.to_owned();
    };
    let mut words = date.in_words();
    for month in MONTHS {
        words = words.replace(month, month.get(..3).unwrap_or(month));
    }
    words
        .strip_prefix("one day of ")
        .unwrap_or(&words)
        .to_owned()
}

/// "on 2026-02-19", "from 2026-02-16 to 2026-02-20".
pub(crate) fn days(days: Days) -> String {
    match days.first == days.last {
        true => format!("on {}", days.first),
        false => format!("from {} to {}", days.first, days.last),
    }
}

/// A stage, or the name of a field or a kind: `under_way` is "under way".
pub(crate) fn spaced(word: &str) -> String {
    word.replace('_', " ")
}

/// How many, or how much: "40,000–50,000, shared with ByteDance", "1.2 USD".
pub(crate) fn quantity(value: &Value) -> String {
    let part = |name: &str| value.get(name).filter(|part| !part.is_null());
    let hedge = part("hedge").and_then(Value::as_str);
    let number = |name: &str| part(name).map(amount);
    let range = match (number("min"), number("max")) {
        (Some(min), Some(max)) if min == max => min,
        (Some(min), Some(max)) => format!("{min}–{max}"),
        (Some(min), None) if hedge.is_some() => min,
        (Some(min), None) => format!("at least {min}"),
        (None, Some(max)) => format!("at most {max}"),
        (None, None) => String::new(),
    };
    let text_of = |name: &str| part(name).and_then(Value::as_str);
    let unit = text_of("unit").filter(|unit| *unit != "units");
    let exact = number("value");
    let range = exact.unwrap_or(range);
    let mut text = [hedge, Some(range.as_str()), text_of("currency"), unit]
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    let others: Vec<&str> = part("shared_with")
        .and_then(Value::as_array)
        .map(|others| others.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    if !others.is_empty() {
        text.push_str(&format!(", shared with {}", others.join(" and ")));
    }
    text
}

/// An amount, written as a number or as a decimal text.
fn amount(value: &Value) -> String {
    thousands(value.as_str().unwrap_or(&value.to_string()))
}

/// A number with commas between its thousands.
fn thousands(number: &str) -> String {
    if number.contains(['e', 'E']) {
        return number.to_owned();
    }
    let (sign, number) = match number.strip_prefix('-') {
        Some(number) => ("-", number),
        None => ("", number),
    };
    let (whole, rest) = number.split_once('.').unwrap_or((number, ""));
    let mut text = sign.to_owned();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    if rest.is_empty() {
        text
    } else {
        format!("{text}.{rest}")
    }
}

/// An observation of the market: "about 128.60 EUR", "performance over 55 %".
pub(crate) fn observation(view: &ThreadView) -> String {
    let part = |name: &str| view.text(name);
    let unit = match (part("unit"), part("currency")) {
        (Some("percent"), _) => Some("%"),
        (_, currency) => currency,
    };
    let value = part("value");
    let reference = part("reference").filter(|_| value.is_none());
    [part("measure"), part("hedge"), value, unit, reference]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ")
}

/// A text with nothing in it that a terminal would obey: no control characters,
/// and no marks that turn the direction of writing.
pub(crate) fn clean(text: &str) -> String {
    let is_obeyed = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.replace(is_obeyed, "\u{fffd}")
}

/// A text of one line: what is too much of it is left out.
pub(crate) fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some(_) => {
            let kept: String = text.chars().take(most.saturating_sub(1)).collect();
            format!("{}…", kept.trim_end())
        }
        None => text.to_owned(),
    }
}

/// A value of any field, in a few words.
pub(crate) fn value(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(self::value).collect::<Vec<_>>().join(", "),
        Value::Object(fields)
            if ["min", "max", "currency"]
                .iter()
                .any(|name| fields.contains_key(*name)) =>
        {
            quantity(value)
        }
        Value::Object(fields) => {
            let identifier = fields.get("scheme").zip(fields.get("value"));
            identifier.map_or_else(
                || parts(fields.values()),
                |(scheme, value)| parts([scheme, value]),
            )
        }
        other => other.to_string(),
    }
}

fn parts<'v>(values: impl IntoIterator<Item = &'v Value>) -> String {
    let said = values.into_iter().filter(|value| !value.is_null());
    said.map(value).collect::<Vec<_>>().join(" ")
}

/// A value of any field where it stands alone: a date in words, a word of the
/// vocabulary with its spaces.
pub(crate) fn said(told: &Value) -> String {
    let is_word = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    match told {
        Value::String(text) if is_word(text) => spaced(text),
        Value::String(text) => date(text),
        Value::Array(items) => items.iter().map(said).collect::<Vec<_>>().join(", "),
        other => value(other),
    }
}

/// Whether the name of a thread was made for it, and says nothing to a person.
pub(crate) fn is_made(thread: &str) -> bool {
    thread.len() == 12 && thread.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A word as a shell reads it.
pub(crate) fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,+@%".contains(c);
    match word.chars().all(is_plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', "'\\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_stand_between_thousands_alone() {
        for (number, text) in [
            ("150", "150"),
            ("-150", "-150"),
            ("1500", "1,500"),
            ("-123456.789", "-123,456.789"),
            ("0.5", "0.5"),
            ("1e9", "1e9"),
        ] {
            assert_eq!(thousands(number), text);
        }
    }
}
