//! Values in words.

use annals::model::edtf::Edtf;
use annals::projection::thread::ThreadView;
use serde_json::Value;

/// A date in words; a text that is none stays as it is.
pub(crate) fn date(text: &str) -> String {
    Edtf::parse(text).map_or_else(|_| text.to_owned(), |date| date.in_words())
}

/// A stage: `under_way` is "under way".
pub(crate) fn stage(text: &str) -> String {
    text.replace('_', " ")
}

/// A name of a field: `period_span` is "period span".
pub(crate) fn field(text: &str) -> String {
    text.replace('_', " ")
}

/// How many: "40,000–50,000 units, shared with ByteDance".
pub(crate) fn quantity(value: &Value) -> String {
    let part = |name: &str| value.get(name);
    let hedge = part("hedge").and_then(Value::as_str);
    let number = |name: &str| part(name).map(|number| thousands(&number.to_string()));
    let range = match (number("min"), number("max")) {
        (Some(min), Some(max)) if min == max => min,
        (Some(min), Some(max)) => format!("{min}–{max}"),
        (Some(min), None) if hedge.is_some() => min,
        (Some(min), None) => format!("at least {min}"),
        (None, Some(max)) => format!("at most {max}"),
        (None, None) => String::new(),
    };
    let unit = part("unit")
        .and_then(Value::as_str)
        .filter(|unit| *unit != "units");
    let mut text = [hedge, Some(range.as_str()), unit]
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

/// A number with commas between its thousands.
fn thousands(number: &str) -> String {
    let (whole, rest) = number
        .split_once('.')
        .map_or((number, ""), |(whole, rest)| (whole, rest));
    let mut text = String::new();
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

/// An observation of the market: "about 128.60 EUR", "over 55 % in 2025".
pub(crate) fn observation(view: &ThreadView) -> String {
    let part = |name: &str| view.text(name).map(str::to_owned);
    let unit = match (part("unit").as_deref(), part("currency")) {
        (Some("percent"), _) => Some("%".to_owned()),
        (_, currency) => currency,
    };
    let measure = view.text("measure").filter(|measure| *measure != "price");
    let when = part("span")
        .or_else(|| view.occurred.clone())
        .map(|text| date(&text));
    let said = [
        measure.map(str::to_owned),
        part("hedge"),
        part("value"),
        unit,
        part("reference"),
    ];
    let mut text = said.into_iter().flatten().collect::<Vec<_>>().join(" ");
    if let Some(when) = when {
        text.push_str(&format!(" ({when})"));
    }
    text
}

/// A value of any field, in a few words.
pub(crate) fn value(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(self::value).collect::<Vec<_>>().join(", "),
        Value::Object(fields) if fields.contains_key("min") || fields.contains_key("max") => {
            quantity(value)
        }
        Value::Object(fields) => fields
            .values()
            .map(self::value)
            .collect::<Vec<_>>()
            .join(" "),
        other => other.to_string(),
    }
}

/// The symbol of a ticker.
pub(crate) fn symbol(identifier: &str) -> &str {
    identifier.rsplit(':').next().unwrap_or(identifier)
}
