//! An [`Item`]: what stands in a list of a timeline, read field by field.
//!
//! The JSON of a timeline and its [paths](crate::path) read the same fields.

use std::sync::Arc;

use event_model::event::Event;
use event_model::kind::Kind;
use event_model::time::Day;
use event_model::vocabulary::Certainty;
use serde_json::{Map, Value, json};

use crate::earnings::ResultsDate;
use crate::regulation::{Force, Regulation};
use crate::view::{Decided, ThreadView};

/// A thread as it stands in a list of a timeline.
#[derive(Debug, Clone, Copy)]
pub enum Item<'t> {
    /// What a thread says, and no more.
    Thread(&'t ThreadView),
    /// When the results of a period are to come.
    Date(&'t ResultsDate),
    /// A rule.
    Rule(&'t Regulation),
}

/// The fields that every thread has besides those of its kind.
pub(crate) const FIELDS: &[&str] = &[
    "kind",
    "thread",
    "linked",
    "open",
    "occurred",
    "earliest",
    "latest",
    "occurrence",
    "certainty",
    "confirmation",
    "contested",
    "published",
    "source",
    "decided",
    "events",
];

/// The fields of every thread that are asked for by a path alone: an answer as JSON stays
/// byte for byte what it was before there were such.
pub(crate) const FIELDS_ASKED_FOR: &[&str] = &["level"];

/// The fields that the date of results has besides.
pub(crate) const FIELDS_OF_DATES: &[&str] = &["overdue", "moves"];

/// The fields that a rule has besides.
pub(crate) const FIELDS_OF_RULES: &[&str] = &["in_force", "force"];

/// The fields of a thread whose kind does not tell which there are.
const FIELDS_OF_ANY: &[&str] = &["stage", "data"];

/// Whether every thread has a field of this name.
pub(crate) fn is_of_every_thread(field: &str) -> bool {
    FIELDS.contains(&field) || FIELDS_ASKED_FOR.contains(&field)
}

impl<'t> Item<'t> {
    /// What its thread says.
    #[must_use]
    pub fn view(self) -> &'t ThreadView {
        match self {
            Self::Thread(view) => view,
            Self::Date(date) => &date.view,
            Self::Rule(rule) => &rule.view,
        }
    }

    /// The name of its thread.
    #[must_use]
    pub fn name(self) -> &'t str {
        self.view().thread()
    }

    /// The names of its fields, those of its kind first.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        let kind = self.view().kind().filter(|kind| kind.schema.is_none());
        let of_kind = kind.map_or(FIELDS_OF_ANY, |_| &[]);
        let described = kind.into_iter().flat_map(|kind| kind.fields);
        let further = match self {
            Self::Thread(_) => &[],
            Self::Date(_) => FIELDS_OF_DATES,
            Self::Rule(_) => FIELDS_OF_RULES,
        };
        let described = described.map(|field| field.name);
        let all = described.chain(FIELDS.iter().copied());
        all.chain(of_kind.iter().copied())
            .chain(further.iter().copied())
    }

    /// The value of a field: `null` if nothing is said of it, `None` if there is no
    /// such field.
    #[must_use]
    pub fn field(self, name: &str) -> Option<Value> {
        match (self, name) {
            (Self::Date(date), "open") => Some(Value::from(!date.is_closed)),
            (Self::Date(date), "earliest") => Some(day(date.bounds.earliest)),
            (Self::Date(date), "latest") => Some(day(date.bounds.latest)),
            (Self::Date(date), "overdue") => Some(Value::from(date.overdue)),
            (Self::Date(date), "moves") => Some(json!(date.moves)),
            (Self::Rule(rule), "in_force") => Some(Value::from(rule.force == Force::Certain)),
            (Self::Rule(rule), "force") => Some(json!(rule.force)),
            _ => field(self.view(), name),
        }
    }

    /// The event behind the value of a field: the one that decided it, or the one by
    /// which the thread is shown.
    #[must_use]
    pub fn event(self, name: &str) -> &'t Arc<Event> {
        let view = self.view();
        let decides = |field: &str| view.fields.get(field).map(|decided| decided.event);
        let found = match (self, name) {
            (_, "confirmation") => view.confirmed_by.as_ref(),
            (_, "contested") => view.contested_by.as_ref(),
            (Self::Date(_), "earliest" | "latest" | "overdue" | "moves") => decides("date"),
            (Self::Rule(rule), "in_force" | "force") => {
                rule.denied_by.as_ref().or_else(|| decides("effective"))
            }
            _ if is_of_every_thread(name) => None,
            _ => decides(name),
        };
        found.unwrap_or(&view.lead)
    }

    /// All fields as a JSON object.
    #[must_use]
    pub fn to_json(self) -> Map<String, Value> {
        let value = |name: &'static str| Some((name.to_owned(), self.field(name)?));
        self.names().filter_map(value).collect()
    }
}

fn field(view: &ThreadView, name: &str) -> Option<Value> {
    Some(match name {
        "kind" => json!(view.kind_name()),
        "thread" => json!(view.thread()),
        "linked" => json!(view.linked()),
        "open" => json!(view.is_open()),
        "occurred" => json!(view.occurred()),
        "earliest" => day(view.bounds().earliest),
        "latest" => day(view.bounds().latest),
        "occurrence" => json!(view.occurrence),
        "certainty" => json!(view.certainty()),
        "level" => json!(view.lead.level),
        "confirmation" => json!(view.confirmation()),
        "contested" => json!(view.is_contested()),
        "published" => json!(view.lead.published.text()),
        "source" => json!(view.lead.source.name),
        "decided" => json!(view.fields),
        "events" => json!(view.events().collect::<Vec<_>>()),
        _ => return field_of_data(view, name),
    })
}

fn field_of_data(view: &ThreadView, name: &str) -> Option<Value> {
    let decided = view.fields.get(name);
    match (view.kind(), name) {
        (Some(Kind { schema: None, .. }), "quantity") => {
            let quantity =
                |decided: Decided<'_>| quantity(&decided.value.to_value(), decided.event.certainty);
            Some(decided.map_or(Value::Null, quantity))
        }
        (Some(kind @ Kind { schema: None, .. }), _) => {
            kind.field(name)?;
            Some(decided.map_or(Value::Null, |decided| decided.value.to_value()))
        }
        (_, "stage") => Some(json!(view.stage())),
        (_, "data") => {
            let fields = view.fields.iter();
            let value =
                |(name, decided): (&str, Decided<'_>)| (name.to_owned(), decided.value.to_value());
            Some(Value::Object(fields.map(value).collect()))
        }
        _ => decided.map(|decided| decided.value.to_value()),
    }
}

fn day(day: Option<Day>) -> Value {
    day.map_or(Value::Null, |day| Value::from(day.to_string()))
}

fn quantity(stated: &Value, certainty: Certainty) -> Value {
    let part = |name: &str| stated.get(name).cloned().unwrap_or(Value::Null);
    json!({
        "min": part("min"),
        "max": part("max"),
        "unit": part("unit"),
        "hedge": part("hedge"),
        "shared_with": stated.get("shared_with").cloned().unwrap_or_else(|| json!([])),
        "certainty": certainty,
    })
}
