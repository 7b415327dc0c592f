//! What is believed differently, a row each.

use crate::render::table::{Table, cell};
use crate::render::timeline::as_known;
use crate::render::words;
use annals::projection::diff::{Change, ChangeKind};
use annals::projection::timeline::Answer;

/// The rows, under a line that says what is compared.
pub(crate) fn changes(changes: &[Change], was: &Answer, is: &Answer, is_terminal: bool) -> String {
    let company = &is.timeline.company;
    let name = company
        .name
        .clone()
        .unwrap_or_else(|| company.slug.to_string());
    let mut page = format!(
        "{}\n{}, against\n{}\n\n",
        words::clean(&name),
        as_known(&is.basis),
        as_known(&was.basis)
    );
    if changes.is_empty() {
        page.push_str("Nothing is believed differently.\n");
        return page;
    }
    let mut table = Table::new(is_terminal);
    for change in changes {
        table.row([
            cell(&change.thread),
            cell(what(change)),
            cell(&change.published),
        ]);
    }
    page.push_str(&table.to_string());
    page
}

fn what(change: &Change) -> String {
    let value = |value: &serde_json::Value| match change.change {
        ChangeKind::Moved | ChangeKind::Narrowed | ChangeKind::Widened => {
            words::date(&words::value(value))
        }
        ChangeKind::Stage => words::stage(&words::value(value)),
        _ => words::value(value),
    };
    let (from, to) = (value(&change.from), value(&change.to));
    let kind = words::field(&change.kind);
    let stage = |said: &serde_json::Value| {
        let stage = said.get("stage").and_then(serde_json::Value::as_str);
        stage
            .map(|stage| format!(", {}", words::stage(stage)))
            .unwrap_or_default()
    };
    match change.change {
        ChangeKind::Added => format!("new: {kind}{}", stage(&change.to)),
        ChangeKind::Withdrawn => format!("gone: {kind}{}", stage(&change.from)),
        ChangeKind::Stage => format!("{from} → {to}"),
        ChangeKind::Moved => format!("moved: {from} → {to}{}", days(change.days)),
        ChangeKind::Narrowed => format!("narrowed: {from} → {to}"),
        ChangeKind::Widened => format!("said less exactly: {from} → {to}"),
        ChangeKind::InForce => format!("in force: {from} → {to}"),
        ChangeKind::Overdue if change.to == true => "results are overdue".to_owned(),
        ChangeKind::Overdue => "results are overdue no more".to_owned(),
        ChangeKind::Certainty => format!("certainty: {from} → {to}"),
        ChangeKind::Confirmation => format!("confirmation: {from} → {to}"),
        ChangeKind::Changed => {
            let field = words::field(change.field.as_deref().unwrap_or_default());
            format!("{field}: {from} → {to}")
        }
    }
}

fn days(days: Option<i64>) -> String {
    days.map(|days| format!(" ({days:+} days)"))
        .unwrap_or_default()
}
