//! Every value that a field has had, a row each.

use std::collections::HashMap;

use annals::model::id::{EventId, Slug};
use annals::projection::basis::Basis;
use annals::projection::history::Revision;
use annals::projection::path::Path;
use annals::vintages::{Point, Vintage, Vintages};
use serde_json::Value;

use crate::render::table::{Table, cell};
use crate::render::timeline::as_known;
use crate::render::words;

/// How much of a value and of a source a row shows.
const VALUE_CHARS: usize = 60;
const SOURCE_CHARS: usize = 18;
/// How wide a line is.
const WIDTH: usize = 80;

/// The page. `ids` holds the first id of each value, as short as it is shown.
pub(crate) fn history(
    told: &Vintages,
    (company, path, basis): (&Slug, &Path, &Basis),
    ids: &HashMap<EventId, String>,
    is_terminal: bool,
) -> String {
    let mut page = format!("{company} · {path}\n{}\n\n", as_known(basis));
    let mut table = Table::new(is_terminal);
    let from = match told.steps.first().map(|step| step.from) {
        Some(Point::Recorded(..)) => "recorded from",
        _ => "known from",
    };
    table.header([from, "value", "event", "source"]);
    for step in &told.steps {
        table.row([
            cell(point(step.from)),
            cell(value(&step.value)),
            cell(event(step, ids)),
            cell(source(step)),
        ]);
    }
    page.push_str(&table.to_string());
    let is_whole = |value: &Value| value.is_object() || value.is_array();
    let revision = told.revision.as_ref();
    // Of whole threads and of lists the rows tell more.
    if let Some(revision) = revision.filter(|it| !is_whole(&it.first) || path.field().is_some()) {
        let line = words::shortened(&words::clean(&revised(revision)), WIDTH);
        page.push_str(&format!("\n{line}\n"));
    }
    page
}

fn point(point: Point) -> String {
    match point {
        // Most are published on a day, and known at its end.
        Point::Known(known) => {
            let (day, text) = (known.day(), known.to_string());
            if text.ends_with("T23:59:59.999999Z") {
                format!("end of {day}")
            } else if text.ends_with("T00:00:00Z") {
                day.to_string()
            } else {
                text
            }
        }
        Point::Recorded(position, _) => format!("position {position}"),
    }
}

fn value(value: &Value) -> String {
    let text = match value {
        // A whole thread.
        Value::Object(fields) if fields.contains_key("thread") => {
            let text = |name: &str| fields.get(name).filter(|value| !value.is_null());
            let told = ["thread", "stage", "status", "date", "quantity"];
            let told = told.iter().filter_map(|name| text(name));
            told.map(words::said).collect::<Vec<_>>().join(", ")
        }
        other => words::said(other),
    };
    words::shortened(&text, VALUE_CHARS)
}

fn event(step: &Vintage, ids: &HashMap<EventId, String>) -> String {
    let id = step.event().and_then(|event| ids.get(&event.id));
    let id = id.map(String::as_str).unwrap_or_default();
    match step.events.len() {
        0 | 1 => id.to_owned(),
        more => format!("{id} +{}", more - 1),
    }
}

fn source(step: &Vintage) -> String {
    let name = step.event().map(|event| &*event.source.name);
    words::shortened(name.unwrap_or_default(), SOURCE_CHARS)
}

/// The first release against the latest.
fn revised(revision: &Revision) -> String {
    let Revision { first, latest, .. } = revision;
    let is_zero = |bound: &Option<String>| bound.as_ref().is_none_or(|bound| bound == "0");
    let mut text = format!("First {}, latest {}", value(first), value(latest));
    if let Some(days) = revision.days {
        text.push_str(&format!(" ({days:+} days)"));
    }
    let difference = revision.difference.as_ref();
    let difference = difference.filter(|it| !(is_zero(&it.min) && is_zero(&it.max)));
    if let Some(difference) = difference {
        let bounds = [&difference.min, &difference.max];
        let bounds: Vec<&str> = bounds.into_iter().flatten().map(String::as_str).collect();
        text.push_str(&format!(" ({} more)", bounds.join(" to ")));
    }
    let stages = revision.stages.as_deref().unwrap_or_default();
    if let Some((_, between @ [_, ..])) = stages.split_last() {
        let between: Vec<String> = between.iter().map(|stage| words::spaced(stage)).collect();
        text.push_str(&format!(" (by {})", between.join(", ")));
    }
    text
}
