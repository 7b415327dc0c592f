//! What is believed differently, a row each.

use annals::projection::basis::Basis;
use annals::projection::diff::{Change, ChangeKind, Direction};
use serde_json::Value;

use crate::render::table::{Table, cell};
use crate::render::timeline::as_known;
use crate::render::words;

/// What is told where nothing is.
pub(crate) const NOTHING: &str = "Nothing is believed differently.\n";
/// The same where only some changes are asked for.
pub(crate) const NOTHING_OF_THAT: &str = "Nothing of that is believed differently.\n";

/// The lines that say what is compared.
pub(crate) fn heading(name: &str, (before, after): (&Basis, &Basis)) -> String {
    format!(
        "{}\n{}, against\n{}\n\n",
        words::clean(name),
        as_known(after),
        as_known(before)
    )
}

/// The rows, under the name of their thread.
pub(crate) fn changes(changes: &[Change], is_terminal: bool) -> String {
    let told: Vec<&Change> = changes
        .iter()
        .filter(|change| change.change != ChangeKind::Evidence)
        .collect();
    if told.is_empty() {
        return "Only who says so is different; --json tells.\n".to_owned();
    }
    let mut table = Table::new(is_terminal);
    let mut thread = None;
    for change in told {
        let this = (&change.kind, &change.thread);
        let name = match thread.replace(this) == Some(this) {
            true => String::new(),
            false => words::shortened(&name_of(change), THREAD_CHARS),
        };
        let published = change.published.get(..10).unwrap_or(&change.published);
        let by = words::shortened(&change.source, SOURCE_CHARS);
        table.row([
            cell(name),
            cell(what(change)),
            cell(format!("{published} {by}")),
        ]);
    }
    table.widths(&[0, 0, PUBLISHED_WIDTH]);
    table.to_string()
}

/// How much a row shows of a name of a thread, of a value, and of a source.
const THREAD_CHARS: usize = 22;
const VALUE_CHARS: usize = 60;
const SOURCE_CHARS: usize = 14;
/// A day and a source, and the space around them.
const PUBLISHED_WIDTH: u16 = 27;

/// The name of a thread; one that was made for it says nothing.
fn name_of(change: &Change) -> String {
    match words::is_made(&change.thread) {
        true => words::spaced(&change.kind),
        false => change.thread.clone(),
    }
}

fn what(change: &Change) -> String {
    let field = change.field.as_deref().unwrap_or_default();
    let value = |value: &Value| match (change.change, field) {
        (_, "stage" | "status") => words::spaced(&words::value(value)),
        (ChangeKind::Place | ChangeKind::InForce, _) if value.is_null() => "no".to_owned(),
        _ if value.is_string() => words::shortened(&words::date(&words::value(value)), VALUE_CHARS),
        _ => words::shortened(&words::value(value), VALUE_CHARS),
    };
    let (from, to) = (value(&change.from), value(&change.to));
    let named = |what: &str| format!("{}{what}: {from} → {to}", of_field(field));
    match change.change {
        ChangeKind::Added => format!("new: {}", whole(change, &change.to)),
        ChangeKind::Withdrawn => format!("gone: {}", whole(change, &change.from)),
        ChangeKind::Linked => {
            let told_as = words::value(&change.to);
            format!("told as {told_as} now: {}", whole(change, &change.from))
        }
        ChangeKind::Stage if change.direction == Some(Direction::Down) => {
            format!("back: {from} → {to}")
        }
        ChangeKind::Stage => format!("{from} → {to}"),
        ChangeKind::Moved => format!("{}{}", named("moved"), days(change.days)),
        ChangeKind::Narrowed => named("narrowed"),
        ChangeKind::Widened => named("less exact"),
        ChangeKind::InForce => format!("in force: {from} → {to}"),
        ChangeKind::Overdue if change.to == true => "results are overdue".to_owned(),
        ChangeKind::Overdue => "results are overdue no more".to_owned(),
        ChangeKind::Place => format!("place: {from} → {to}"),
        ChangeKind::Certainty => format!("certainty {}: {from} → {to}", went(change)),
        ChangeKind::Confirmation => format!("confirmation {}: {from} → {to}", went(change)),
        ChangeKind::Changed | ChangeKind::Evidence => {
            format!("{}: {from} → {to}", words::spaced(field))
        }
    }
}

/// The field, where it is not plain which is meant.
fn of_field(field: &str) -> String {
    match field {
        "date" | "quantity" => String::new(),
        _ => format!("{} ", words::spaced(field)),
    }
}

fn went(change: &Change) -> &'static str {
    match change.direction {
        Some(Direction::Up) => "up",
        Some(Direction::Down) => "down",
        None => "changed",
    }
}

/// A thread in a few words: its kind, and its stage or date.
fn whole(change: &Change, said: &Value) -> String {
    let text = |name: &str| said.get(name).and_then(Value::as_str);
    let stage = text("stage").or_else(|| text("status")).map(words::spaced);
    let date = text("date").map(words::date);
    let text = text("text").map(|text| words::shortened(text, VALUE_CHARS));
    let parts = [Some(words::spaced(&change.kind)), date, stage, text];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join(", ")
}

fn days(days: Option<i64>) -> String {
    days.map(|days| format!(" ({days:+} days)"))
        .unwrap_or_default()
}
