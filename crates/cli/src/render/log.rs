//! Events of the log, a line each or one at length.

use annals::Recorded;
use annals::model::event::Event;
use annals::model::id::EventId;
use serde_json::{Value, json};

use crate::error::CommandError;
use crate::output::Output;
use crate::render::table::width;
use crate::render::words;

/// How much of an id a line shows, which `annals show` takes: of one that is
/// made by the clock, all that the clock gave.
const ID_CHARS: usize = 13;

/// So much of an id.
pub(crate) fn short_id(id: EventId) -> String {
    id.to_string().chars().take(ID_CHARS).collect()
}

/// Lines as they come, under a heading.
pub(crate) struct LogTable {
    started: bool,
    width: usize,
    names_company: bool,
}

impl LogTable {
    /// `names_company`: whether the lines say which company they are of.
    pub(crate) fn new(is_terminal: bool, names_company: bool) -> Self {
        Self {
            started: false,
            width: usize::from(width(is_terminal)),
            names_company,
        }
    }

    /// Writes an event.
    pub(crate) fn event(
        &mut self,
        recorded: &Recorded,
        as_json: bool,
        out: &mut Output,
    ) -> Result<(), CommandError> {
        if as_json {
            return out.json_line(&recorded_json(recorded));
        }
        if !self.started {
            self.started = true;
            out.line(&format!(
                "{:>8}  {:13}  {:10}  what",
                "position", "id", "published"
            ))?;
        }
        out.line(&self.line(recorded))
    }

    fn line(&self, recorded: &Recorded) -> String {
        let event = &recorded.event;
        let published = recorded.event.published.to_string();
        let day = published.get(..10).unwrap_or(&published);
        let id = short_id(event.id);
        let company = match self.names_company {
            true => format!("{} ", event.company),
            false => String::new(),
        };
        let kind = words::field(&event.kind);
        let summary = summary(recorded);
        let text = format!(
            "{:>8}  {id}  {day}  {company}{kind}: {summary}",
            recorded.position
        );
        let text = words::clean(&text);
        words::shortened(&text, self.width)
    }
}

fn summary(recorded: &Recorded) -> String {
    let Ok(event) = Event::from_stored(recorded.event.schema, &recorded.event.payload) else {
        return recorded.event.thread.to_string();
    };
    let stage = event.stage().map(words::stage);
    let told = ["date", "text", "name", "value", "form", "target"];
    let more = told
        .iter()
        .find_map(|name| event.text(name))
        .map(str::to_owned);
    let thread = [event.thread.to_string()]
        .into_iter()
        .filter(|_| !event.is_retraction());
    thread
        .chain(stage)
        .chain(more)
        .collect::<Vec<_>>()
        .join(", ")
}

/// An event with what the log gave it, as JSON.
pub(crate) fn recorded_json(recorded: &Recorded) -> Value {
    let mut value: Value =
        serde_json::from_slice(&recorded.event.payload).unwrap_or_else(|_| json!({}));
    if let Some(fields) = value.as_object_mut() {
        fields.insert("position".to_owned(), json!(recorded.position));
        fields.insert("version".to_owned(), json!(recorded.version));
        fields.insert("recorded".to_owned(), json!(recorded.recorded));
        fields.insert("hash".to_owned(), json!(recorded.hash.to_string()));
    }
    value
}

/// An event at length, a field a line.
pub(crate) fn recorded_text(recorded: &Recorded) -> String {
    let value = recorded_json(recorded);
    let mut text = String::new();
    let names = ["position", "version", "recorded", "hash"];
    for name in Event::FIELDS.iter().chain(&names) {
        match value.get(name) {
            None => {}
            Some(Value::Object(fields)) => {
                for (inner, value) in fields {
                    line(&mut text, &format!("{name}.{inner}"), value);
                }
            }
            Some(other) => line(&mut text, name, other),
        }
    }
    text
}

fn line(text: &mut String, name: &str, value: &Value) {
    let value = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    text.push_str(&format!("{name:20} {}\n", words::clean(&value)));
}
