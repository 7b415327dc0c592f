//! A [`Change`]: one field that is believed differently.

use std::sync::Arc;

use event_model::event::Event;
use event_model::id::EventId;
use event_model::kinds;
use event_model::thread::words_of;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::field::{self, Sort};
use super::{Diff, List, Place, Told};
use crate::earnings::ResultsDate;
use crate::identity::Company;
use crate::item::Item;
use crate::view::ThreadView;

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
    /// The field that changed; `None` where more than one did.
    pub field: Option<String>,
    /// What was believed.
    pub from: Value,
    /// What is believed.
    pub to: Value,
    /// Which way it went, if it went one way.
    pub direction: Option<Direction>,
    /// From the earliest day of one date to that of the other.
    pub days: Option<i64>,
    /// The event that made the new value, or, of what is told no more, the old.
    pub event: EventId,
    /// Where that event's source is named.
    pub source: String,
    /// When it was published, as written.
    pub published: String,
}

/// What sort of change it is, what matters most first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// A matter that was not known of; it is told whole.
    Added,
    /// A matter that is not known of any more; it is told whole.
    Withdrawn,
    /// A matter that is told under another name now; it is told whole.
    Linked,
    /// Another stage.
    Stage,
    /// A date that the earlier one did not leave open.
    Moved,
    /// A date or an amount that is one of those the earlier one left open.
    Narrowed,
    /// A date or an amount that leaves the earlier one open among others.
    Widened,
    /// A rule comes into force, or out of it.
    InForce,
    /// A date of results is overdue, or no more.
    Overdue,
    /// It stands elsewhere: among the periods of results, or as the current pivot.
    Place,
    /// Another certainty.
    Certainty,
    /// Another confirmation.
    Confirmation,
    /// Another value of any other field.
    Changed,
    /// Who says so, and what follows from the other changes.
    Evidence,
}

/// Which way a value went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Further on, more, or surer.
    Up,
    /// Back, less, or less sure.
    Down,
}

impl Change {
    fn of(section: &'static str, item: Item<'_>, change: ChangeKind, event: &Event) -> Self {
        let view = item.view();
        let thread = view.thread();
        Self::by(section, (view.kind_name(), thread), change, event)
    }

    fn by(
        section: &'static str,
        (kind, thread): (&str, &str),
        change: ChangeKind,
        event: &Event,
    ) -> Self {
        Self {
            section,
            kind: kind.to_owned(),
            thread: thread.to_owned(),
            change,
            field: None,
            from: Value::Null,
            to: Value::Null,
            direction: None,
            days: None,
            event: event.id,
            source: event.source.name.to_string(),
            published: event.published.text().to_owned(),
        }
    }

    fn with(self, field: Option<String>, from: Value, to: Value) -> Self {
        Self {
            field,
            from,
            to,
            ..self
        }
    }
}

/// Everything that is believed differently, in the order of the timeline.
pub(super) fn changes(diff: &Diff) -> Vec<Change> {
    let mut pairs: Vec<_> = diff.threads.values().collect();
    pairs.sort_by_key(|(was, is)| {
        let told = is.as_ref().or(was.as_ref());
        told.map(|told| (told.section(), told.item().view().order))
    });
    let mut changes = of_company(&diff.company.0, &diff.company.1);
    for (was, is) in pairs {
        match (was, is) {
            (None, Some(is)) => changes.push(whole(is, ChangeKind::Added)),
            (Some(was), None) => changes.push(match told_as(diff, was) {
                None => whole(was, ChangeKind::Withdrawn),
                Some(other) => linked(was, other),
            }),
            (Some(was), Some(is)) => changes.extend(between(diff, was, is)),
            (None, None) => {}
        }
    }
    changes
}

/// A thread that is told under the name of another, by the link that says so.
fn linked(was: &Told, other: &ThreadView) -> Change {
    let change = whole(was, ChangeKind::Linked);
    let to = json!(other.thread());
    match other.link_of(was.item().view().thread()) {
        None => Change { to, ..change },
        Some(link) => Change {
            to,
            event: link.id,
            source: link.source.name.to_string(),
            published: link.published.text().to_owned(),
            ..change
        },
    }
}

/// The thread under whose name one is told that is told no more under its own.
fn told_as<'d>(diff: &'d Diff, was: &Told) -> Option<&'d ThreadView> {
    let view = was.item().view();
    let others = diff.threads.values().filter_map(|(_, is)| is.as_ref());
    let mut others = others.map(|other| other.item().view());
    others.find(|other| {
        let mut names = other.linked().iter();
        other.kind_name() == view.kind_name() && names.any(|name| **name == *view.thread())
    })
}

fn whole(told: &Told, change: ChangeKind) -> Change {
    let item = told.item();
    let mut said = item.to_json();
    if let Some(place) = told.place() {
        said.insert("place".to_owned(), json!(place));
    }
    let said = Value::Object(said);
    let (from, to) = match change {
        ChangeKind::Added => (Value::Null, said),
        _ => (said, Value::Null),
    };
    Change::of(told.section().1, item, change, &item.view().lead).with(None, from, to)
}

/// The event by which a date of results stands where it does.
fn placing<'d>(diff: &'d Diff, is: &'d Told) -> &'d Event {
    let Told::Date(place, date) = is else {
        return &is.item().view().lead;
    };
    let result = match place {
        Place::Closed if date.is_open => result_of(diff, date),
        _ => None,
    };
    let by = |field: &str| Item::Date(date).event(field);
    match (place, result) {
        (_, Some(result)) => &result.lead,
        (Place::Closed, None) => by("status"),
        (Place::Next | Place::Overdue | Place::Upcoming, None) => by("date"),
    }
}

/// What is told anew of the results that close a period.
fn result_of<'d>(diff: &'d Diff, date: &ResultsDate) -> Option<&'d ThreadView> {
    let told = diff.threads.values().filter_map(|(_, is)| is.as_ref());
    let mut results = told.filter_map(|told| match told {
        Told::Thread(List::Reported, view) => Some(&**view),
        _ => None,
    });
    results.find(|result| {
        let period = result.text("period").map(words_of);
        period.is_some_and(|period| date.is_of(&period))
    })
}

fn between(diff: &Diff, was: &Told, is: &Told) -> Vec<Change> {
    let section = is.section().1;
    let (old, new) = (was.item(), is.item());
    let mut changes = Vec::new();
    let (mut evidence_from, mut evidence_to) = (Map::new(), Map::new());
    for (name, from, to) in differing(old, new) {
        let said = field::compare(old, new, &name, [&from, &to]);
        if said.sort == Sort::Evidence {
            evidence_from.insert(name.clone(), from);
            evidence_to.insert(name, to);
            continue;
        }
        let event = match &*name {
            "overdue" => placing(diff, is),
            _ => deciding(old, new, &name, &to),
        };
        changes.push(Change {
            direction: said.direction,
            days: said.days,
            ..Change::of(section, new, said.sort.into(), event).with(Some(name), from, to)
        });
    }
    if was.place() != is.place() {
        let (from, to) = (json!(was.place()), json!(is.place()));
        let place = Change::of(section, new, ChangeKind::Place, placing(diff, is));
        changes.push(place.with(Some("place".to_owned()), from, to));
    }
    changes.sort_by_key(|change| change.change);
    if !evidence_to.is_empty() {
        let (from, to) = (Value::Object(evidence_from), Value::Object(evidence_to));
        let lead = &new.view().lead;
        let evidence = Change::of(section, new, ChangeKind::Evidence, lead);
        changes.push(evidence.with(None, from, to));
    }
    changes
}

/// The fields that differ, those of `data` of a kind of one's own each by itself.
fn differing(old: Item<'_>, new: Item<'_>) -> Vec<(String, Value, Value)> {
    let (old, new) = (field::flat(old.to_json()), field::flat(new.to_json()));
    let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let value = |fields: &Map<String, Value>, name: &str| fields.get(name).cloned();
    let pairs = names.into_iter().map(|name| {
        let (from, to) = (value(&old, name), value(&new, name));
        (
            name.clone(),
            from.unwrap_or_default(),
            to.unwrap_or_default(),
        )
    });
    pairs.filter(|(_, from, to)| from != to).collect()
}

/// The event behind the new value, or behind the old one where there is none now.
fn deciding<'t>(old: Item<'t>, new: Item<'t>, name: &str, to: &Value) -> &'t Arc<Event> {
    let name = name.strip_prefix("data.").unwrap_or(name);
    match to.is_null() {
        true => old.event(name),
        false => new.event(name),
    }
}

/// What is told of the company itself.
fn of_company(was: &Company, is: &Company) -> Vec<Change> {
    let (old, new) = (json!(was), json!(is));
    let mut changes = Vec::new();
    for name in [
        "name",
        "aliases",
        "identifiers",
        "fiscal_year_end",
        "successor",
        "decided",
    ] {
        let value = |company: &Value| company.get(name).cloned().unwrap_or_default();
        let (from, to) = (value(&old), value(&new));
        let event = deciding_company(was, is, name);
        let Some(event) = event.filter(|_| from != to) else {
            continue;
        };
        let matter = (kinds::COMPANY, kinds::COMPANY);
        changes.push(match name {
            "decided" => Change::by("company", matter, ChangeKind::Evidence, event).with(
                None,
                json!({ name: from }),
                json!({ name: to }),
            ),
            _ => Change::by("company", matter, ChangeKind::Changed, event).with(
                Some(name.to_owned()),
                from,
                to,
            ),
        });
    }
    changes
}

fn deciding_company<'c>(was: &'c Company, is: &'c Company, name: &str) -> Option<&'c Arc<Event>> {
    match name {
        "identifiers" => {
            let (old, new) = (&was.identifiers, &is.identifiers);
            let added = new.iter().find(|identifier| !old.contains(identifier));
            let gone = || old.iter().find(|identifier| !new.contains(identifier));
            added.or_else(gone).map(|identifier| &identifier.by)
        }
        "decided" => is.decided.any().or_else(|| was.decided.any()),
        _ => is.decided.get(name).or_else(|| was.decided.get(name)),
    }
}
