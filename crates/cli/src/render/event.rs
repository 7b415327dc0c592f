//! One event at length, and how it stands.

use annals::inspect::Inspected;
use annals::model::event::Event;
use annals::model::vocabulary::Fault;
use annals::projection::basis::Basis;
use annals::projection::inspection::Seen;
use annals::projection::standing::Status;
use serde_json::{Value, json};

use crate::render::log::recorded_json;
use crate::render::table::{Table, cell};
use crate::render::timeline::as_known;
use crate::render::words;

/// The width of the column of names.
const NAME_WIDTH: u16 = 20;
/// What the log gives, in the order in which it is shown.
const GIVEN: [&str; 4] = ["position", "version", "recorded", "hash"];

/// The event with all its fields, and how it stands, as JSON.
pub(crate) fn event_json(inspected: &Inspected, basis: &Basis) -> Value {
    let mut value = recorded_json(&inspected.recorded);
    let inspection = &inspected.inspection;
    let struck_by = inspection.struck_by.iter().map(|strike| {
        json!({
            "event": strike.id,
            "kind": &*strike.kind,
            "fault": strike.fault,
            "reason": strike.reason,
            "published": strike.published.text(),
        })
    });
    let redacted_by = inspection
        .redacted_by
        .as_ref()
        .map(|by| json!({"event": by.id, "reason": by.reason, "published": by.published.text()}));
    if let Some(fields) = value.as_object_mut() {
        for name in Event::FIELDS {
            fields.entry(*name).or_insert(Value::Null);
        }
        let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
        put("status", json!(inspection.view.as_str()));
        put("struck_by", struck_by.collect());
        put("strikes", json!(inspection.strikes));
        put("redacted_by", redacted_by.unwrap_or_default());
        put("repeated_by", json!(inspection.repeated_by));
        put("told_as", json!(inspection.told_as));
        put("basis", json!(basis));
    }
    value
}

/// The event at length, a field a line.
pub(crate) fn event_page(inspected: &Inspected, basis: &Basis, is_terminal: bool) -> String {
    let mut table = Table::new(is_terminal);
    let mut row = |name: &str, value: String| table.row([cell(name), cell(value)]);
    row("status", status(inspected).to_owned());
    row("", as_known(basis));
    let inspection = &inspected.inspection;
    for strike in &inspection.struck_by {
        row("struck by", strike_in_words(strike));
    }
    if let Some(by) = &inspection.redacted_by {
        let reason = by.reason.as_deref().unwrap_or_default();
        row("redacted by", format!("{}: {reason}", by.id));
    }
    if let Some(target) = inspection.strikes {
        row("strikes", target.to_string());
    }
    for again in &inspection.repeated_by {
        row("told again by", again.to_string());
    }
    if let Some(name) = &inspection.told_as {
        row("told as", format!("thread {name}"));
    }
    let value = recorded_json(&inspected.recorded);
    for name in Event::FIELDS.iter().chain(&GIVEN) {
        match value.get(name) {
            None => {}
            Some(Value::Object(fields)) => {
                for (inner, value) in fields {
                    row(&format!("{name}.{inner}"), words::value(value));
                }
            }
            Some(other) => row(name, words::value(other)),
        }
    }
    table.widths(&[NAME_WIDTH, 0]);
    table.to_string()
}

/// How it stands, in words.
fn status(inspected: &Inspected) -> &'static str {
    let inspection = &inspected.inspection;
    let by_later = inspection.struck_by.is_empty();
    match inspection.view {
        Seen::Unpublished => "not yet published then",
        Seen::Unheard => "left out by --source or --min-certainty",
        Seen::As(Status::Counts) => "counts",
        Seen::As(Status::Lost) => "lost: others of its thread prevail",
        Seen::As(Status::Silent) => "silent: it says nothing on that day",
        Seen::As(Status::Struck) if !by_later => "struck: it does not hold",
        Seen::As(Status::Struck) if inspection.repeats.is_some() => {
            "struck, with what it tells again"
        }
        Seen::As(Status::Struck) => "struck, by what was published later",
        Seen::As(Status::Repeats) => "only tells another event again",
        Seen::As(Status::Strikes) => "strikes another event",
        Seen::As(Status::Redacted) => "redacted: what it said was erased",
        Seen::As(Status::Redacts) => "says that another event was redacted",
    }
}

/// "9f0c…: retraction, of the source's error: the outlet printed the wrong year"
fn strike_in_words(strike: &Event) -> String {
    let what = match strike.is_retraction() {
        true => "retraction",
        false => "correction",
    };
    let fault = match strike.fault {
        Some(Fault::Record) => " of our error",
        Some(Fault::Source) => " of the source's error",
        None => "",
    };
    let reason = strike.reason.as_deref();
    let reason = reason.map_or_else(String::new, |reason| format!(": {reason}"));
    format!("{} ({what}{fault}){reason}", strike.id)
}
