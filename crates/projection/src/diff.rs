//! What is believed differently in two answers: [`diff`].

use std::collections::BTreeMap;

use event_model::edtf::{Bounds, Edtf};
use event_model::event::Event;
use event_model::id::EventId;
use event_model::kinds;
use serde::Serialize;
use serde_json::{Value, json};

use crate::regulation::Force;
use crate::timeline::Timeline;
use crate::view::{Decided, ThreadView};

/// One thing that is believed differently.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// The section of the timeline.
    pub section: &'static str,
    /// The kind of the thread.
    pub kind: String,
    /// The thread.
    pub thread: String,
    /// What sort of change it is.
    pub change: ChangeKind,
    /// The field that changed; `None` for a thread that came or went.
    pub field: Option<String>,
    /// What was believed.
    pub from: Value,
    /// What is believed.
    pub to: Value,
    /// From the earliest day of one date to that of the other.
    pub days: Option<i64>,
    /// The event that made the new value, or, of a thread that went, the old.
    pub event: EventId,
    /// Where that event's source is named.
    pub source: String,
    /// When it was published, as written.
    pub published: String,
}

/// What sort of change it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// A matter that was not known of.
    Added,
    /// A matter that is not known of any more.
    Withdrawn,
    /// Another stage.
    Stage,
    /// A date that the earlier one did not leave open.
    Moved,
    /// A date that is one of those the earlier one left open.
    Narrowed,
    /// A date that leaves the earlier one open among others.
    Widened,
    /// A rule comes into force, or out of it.
    InForce,
    /// A date of results is overdue, or no more.
    Overdue,
    /// Another certainty.
    Certainty,
    /// Another confirmation.
    Confirmation,
    /// Another value of any other field.
    Changed,
}

/// Tells what the second answer believes differently from the first.
#[must_use]
pub fn diff(before: &Timeline, after: &Timeline) -> Vec<Change> {
    let key = |view: &ThreadView| (view.kind_name().to_owned(), view.thread().to_owned());
    let old: BTreeMap<_, _> = before
        .threads()
        .map(|(section, view)| (key(view), (section, view)))
        .collect();
    let new: BTreeMap<_, _> = after
        .threads()
        .map(|(section, view)| (key(view), (section, view)))
        .collect();
    let mut changes = Vec::new();
    for (section, view) in after.threads() {
        match old.get(&key(view)) {
            None => changes.push(whole(section, view, ChangeKind::Added)),
            Some((_, was)) => changes.extend(between(section, was, view)),
        }
    }
    for (section, view) in before.threads() {
        if !new.contains_key(&key(view)) {
            changes.push(whole(section, view, ChangeKind::Withdrawn));
        }
    }
    changes.extend(force_changes(before, after));
    changes.extend(overdue_changes(before, after));
    changes
}

fn force_changes(before: &Timeline, after: &Timeline) -> Vec<Change> {
    let was: BTreeMap<_, _> = before
        .regulation
        .iter()
        .map(|rule| (rule.view.thread(), rule.force))
        .collect();
    let changed = after.regulation.iter().filter_map(|rule| {
        let from = was.get(rule.view.thread()).copied().unwrap_or(Force::No);
        let to = rule.force;
        let change = ChangeKind::InForce;
        (from != to).then(|| Change {
            field: Some("force".to_owned()),
            from: json!(from),
            to: json!(to),
            ..blank("regulation", &rule.view, change, &rule.view.lead)
        })
    });
    changed.collect()
}

fn overdue_changes(before: &Timeline, after: &Timeline) -> Vec<Change> {
    let was: BTreeMap<_, _> = before
        .earnings
        .dates()
        .map(|date| (date.view.thread(), date.overdue))
        .collect();
    let changed = after.earnings.dates().filter_map(|date| {
        let from = was.get(date.view.thread()).copied().unwrap_or(false);
        let to = date.overdue;
        let change = ChangeKind::Overdue;
        (from != to).then(|| Change {
            field: Some("overdue".to_owned()),
            from: json!(from),
            to: json!(to),
            ..blank("earnings", &date.view, change, &date.view.lead)
        })
    });
    changed.collect()
}

fn whole(section: &'static str, view: &ThreadView, change: ChangeKind) -> Change {
    let said = json!({
        "stage": view.stage(),
        "certainty": view.certainty(),
        "occurrence": view.occurrence,
    });
    let (from, to) = match change {
        ChangeKind::Withdrawn => (said, Value::Null),
        _ => (Value::Null, said),
    };
    Change {
        from,
        to,
        ..blank(section, view, change, &view.lead)
    }
}

fn between(section: &'static str, was: &ThreadView, is: &ThreadView) -> Vec<Change> {
    let mut changes = Vec::new();
    let life_field = is
        .kind()
        .and_then(|kind| kind.life.as_ref())
        .map(|life| life.field);
    let fields = was.fields.iter().chain(is.fields.iter());
    let mut names: Vec<&str> = fields.map(|(name, _)| name).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let (old, new) = (was.fields.get(name), is.fields.get(name));
        let value = |decided: Option<Decided<'_>>| {
            decided.map_or(Value::Null, |decided| decided.value.to_value())
        };
        let (from, to) = (value(old), value(new));
        let Some(event) = new.or(old).map(|decided| decided.event) else {
            continue;
        };
        if from == to {
            continue;
        }
        let (change, days) = if Some(name) == life_field {
            (ChangeKind::Stage, None)
        } else if is.kind_name() == kinds::EARNINGS_DATE && name == "date" {
            date_change(&from, &to)
        } else {
            (ChangeKind::Changed, None)
        };
        let field = Some(name.to_owned());
        changes.push(Change {
            field,
            from,
            to,
            days,
            ..blank(section, is, change, event)
        });
    }
    if was.certainty() != is.certainty() {
        let (from, to) = (json!(was.certainty()), json!(is.certainty()));
        changes.push(Change {
            from,
            to,
            ..blank(section, is, ChangeKind::Certainty, &is.lead)
        });
    }
    if was.confirmation() != is.confirmation() {
        let event = is.confirmed_by.as_ref().unwrap_or(&is.lead);
        let (from, to) = (json!(was.confirmation()), json!(is.confirmation()));
        changes.push(Change {
            from,
            to,
            ..blank(section, is, ChangeKind::Confirmation, event)
        });
    }
    changes
}

fn date_change(from: &Value, to: &Value) -> (ChangeKind, Option<i64>) {
    let bounds = |value: &Value| {
        let date = value.as_str().and_then(|text| Edtf::parse(text).ok());
        date.map_or(Bounds::ANY, |date| date.bounds())
    };
    let (from, to) = (bounds(from), bounds(to));
    let days = from.earliest.zip(to.earliest);
    let days = days.map(|(from, to)| to.signed_duration_since(from).num_days());
    let change = if from.encloses(to) {
        ChangeKind::Narrowed
    } else if to.encloses(from) {
        ChangeKind::Widened
    } else {
        ChangeKind::Moved
    };
    (change, days)
}

fn blank(section: &'static str, view: &ThreadView, change: ChangeKind, event: &Event) -> Change {
    Change {
        section,
        kind: view.kind_name().to_owned(),
        thread: view.thread().to_owned(),
        change,
        field: None,
        from: Value::Null,
        to: Value::Null,
        days: None,
        event: event.id,
        source: event.source.name.to_string(),
        published: event.published.text().to_owned(),
    }
}
