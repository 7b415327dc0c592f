//! A [`Path`]: the name of a place in a timeline, such as
//! `chips[amd-mi308].quantity.min` or `earnings.next.date`.
//!
//! It names one thing or a list of things, and reads their values. What it can
//! name is in `docs/time-travel.md`.

mod grammar;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use event_model::event::Event;
use event_model::kind::{Kind, Section};
use event_model::kinds;
use event_model::limits::PATH_BYTES_MAX;
use event_model::thread::words_of;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::identity::Company;
use crate::item::Item;
use crate::listing::Listing;
use crate::timeline::Timeline;

/// The name of a place in a timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    text: String,
    place: Place,
    /// What stands between the brackets.
    chosen: Option<String>,
    /// The field, and the parts of its value.
    fields: Vec<String>,
}

/// A text that names no place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PathError {
    /// It is not shaped like a path.
    #[error("{path:?} is not a path; write section[thread].field, as chips[amd-mi308].stage")]
    Malformed {
        /// What was read.
        path: String,
    },
    /// Longer than a path may be.
    #[error("a path has {bytes} bytes; the most is {PATH_BYTES_MAX}")]
    TooLong {
        /// How many it has.
        bytes: usize,
    },
    /// A part of what has none.
    #[error("{path:?}: {field} has no parts")]
    NoParts {
        /// What was read.
        path: String,
        /// The field.
        field: String,
    },
    /// There is no such section, list, field or part.
    #[error("{path:?}: no {what} {name:?}{}", instead(near, known))]
    Unknown {
        /// What was read.
        path: String,
        /// What there is none of.
        what: &'static str,
        /// The name of it.
        name: String,
        /// Names that look like it.
        near: Vec<String>,
        /// All there are.
        known: Vec<String>,
    },
}

fn instead(near: &[String], known: &[String]) -> String {
    match near {
        [] => format!("; there are {}", known.join(", ")),
        near => format!("; did you mean {}?", near.join(" or ")),
    }
}

/// What a path begins with: one place, or a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Company,
    Current,
    Next,
    Pivots,
    Dates,
    Overdue,
    Upcoming,
    Closed,
    Reported,
    Chips,
    Regulation,
    Market,
    Other,
}

/// The sections, with what can stand after each; the first is what the section
/// means by itself.
const SECTIONS: &[(&str, &[(&str, Place)])] = &[
    ("company", &[("", Place::Company)]),
    (
        "strategy",
        &[
            ("", Place::Pivots),
            ("current", Place::Current),
            ("pivots", Place::Pivots),
        ],
    ),
    (
        "earnings",
        &[
            ("", Place::Dates),
            ("next", Place::Next),
            ("overdue", Place::Overdue),
            ("upcoming", Place::Upcoming),
            ("closed", Place::Closed),
            ("reported", Place::Reported),
        ],
    ),
    ("chips", &[("", Place::Chips)]),
    ("regulation", &[("", Place::Regulation)]),
    ("market", &[("", Place::Market)]),
    ("other", &[("", Place::Other)]),
];

const FIELDS_OF_COMPANY: &[&str] = &[
    "slug",
    "name",
    "aliases",
    "identifiers",
    "fiscal_year_end",
    "successor",
    "decided",
];

/// What stands at a path in a timeline.
#[derive(Debug)]
pub struct Found<'t> {
    /// Whether the path names a list.
    pub is_list: bool,
    /// What it found: at most one, unless it names a list.
    pub values: Vec<FoundValue<'t>>,
}

/// A value that a path found.
#[derive(Debug)]
pub struct FoundValue<'t> {
    /// The thread that it is of; `None` for the company itself.
    pub item: Option<Item<'t>>,
    /// The value; `null` where nothing is said.
    pub value: Value,
    /// The event behind it.
    pub event: Option<&'t Arc<Event>>,
}

impl Path {
    /// Whether events of a kind can change what stands at the path. Whatever strikes
    /// can, too.
    #[must_use]
    pub fn bears_on(&self, kind: &str) -> bool {
        let section = Kind::named(kind).map_or(Section::Other, |kind| kind.section);
        self.sections().contains(&section) || kind == kinds::THREAD_LINK
    }

    pub(crate) fn sections(&self) -> &'static [Section] {
        match self.place {
            Place::Company => &[Section::Company],
            Place::Current | Place::Pivots => &[Section::Strategy],
            // Which of them are closed depends on the results.
            Place::Next | Place::Dates | Place::Overdue | Place::Upcoming | Place::Closed => {
                &[Section::EarningsDate, Section::EarningsResult]
            }
            Place::Reported => &[Section::EarningsResult],
            Place::Chips => &[Section::Chips],
            Place::Regulation => &[Section::Regulation],
            Place::Market => &[Section::Market],
            Place::Other => &[Section::Other],
        }
    }

    /// Whether it chooses a thread of its own, so that no other thread has a part in
    /// its value; and if so, whether this is the one.
    pub(crate) fn chooses(&self, kind: &str, thread: &str) -> Option<bool> {
        let stands_alone = matches!(
            self.place,
            Place::Pivots
                | Place::Reported
                | Place::Chips
                | Place::Regulation
                | Place::Market
                | Place::Other
        );
        let chosen = self.chosen.as_ref().filter(|_| stands_alone)?;
        Some(is_named(chosen, kind, thread))
    }

    /// Whether it names this thread between its brackets.
    pub(crate) fn names_thread(&self, kind: &str, thread: &str) -> bool {
        let chosen = self.chosen.as_ref();
        self.bears_on(kind) && chosen.is_some_and(|chosen| is_named(chosen, kind, thread))
    }

    /// The names of the threads that stand at its place, whichever it chooses.
    #[must_use]
    pub fn names(&self, timeline: &Timeline) -> Vec<String> {
        let items = items(self.place, timeline);
        items
            .into_iter()
            .map(|item| item.name().to_owned())
            .collect()
    }

    /// The section that it is in, as a timeline names it.
    #[must_use]
    pub fn section(&self) -> &'static str {
        let holds = |lists: &[(&str, Place)]| lists.iter().any(|(_, place)| *place == self.place);
        let found = SECTIONS.iter().find(|(_, lists)| holds(lists));
        found.map_or("", |(name, _)| name)
    }

    /// The field that it names, if it does not name whole threads.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        self.fields.first().map(String::as_str)
    }

    /// The field that decides what stands there: of a kind of one's own `data.units` is
    /// decided by `units`, and of a company `decided.aliases` by `aliases`.
    pub(crate) fn deciding(&self) -> Option<&str> {
        match self.fields.as_slice() {
            [decided, name @ ..] if decided == "decided" && self.place == Place::Company => {
                Some(name.first().map_or("name", String::as_str))
            }
            [data, name, ..] if data == "data" && self.place == Place::Other => Some(name),
            [field, ..] => Some(field),
            [] => None,
        }
    }

    /// The field of all threads of a section, where a list of it has the name of that
    /// field: what is asked of `earnings.overdue` is whether a period is.
    pub(crate) fn into_field(self) -> Self {
        match (self.place, &self.chosen, self.fields.as_slice()) {
            (Place::Overdue, None, []) => Self {
                place: Place::Dates,
                fields: vec!["overdue".to_owned()],
                ..self
            },
            _ => self,
        }
    }

    /// The parts of the field's value that it names, from the outermost.
    #[must_use]
    pub fn parts(&self) -> &[String] {
        self.fields.get(1..).unwrap_or_default()
    }

    /// What stands between its brackets.
    #[must_use]
    pub fn chosen(&self) -> Option<&str> {
        self.chosen.as_deref()
    }

    /// The kind of the threads there, if all are of one.
    #[must_use]
    pub fn kind(&self) -> Option<&'static Kind> {
        Kind::named(kind_at(self.place)?)
    }

    /// What stands there.
    #[must_use]
    pub fn find<'t>(&self, timeline: &'t Timeline) -> Found<'t> {
        if self.place == Place::Company {
            return self.find_company(&timeline.company);
        }
        let is_list = !self.is_of_one() && self.chosen.is_none();
        let items = items(self.place, timeline);
        let chosen = items.into_iter().filter(|item| self.is_chosen(*item));
        let mut values: Vec<FoundValue<'t>> = chosen.map(|item| self.read(item)).collect();
        if !is_list {
            // Threads of several kinds can share a name.
            values.truncate(1);
        }
        Found { is_list, values }
    }

    /// The value that stands there: that of the one thing that is named, `null` if
    /// there is none; or a list. A field that is true or false is told, of a list,
    /// by the names of those threads of which it is true, and so are whole threads.
    #[must_use]
    pub fn value(&self, timeline: &Timeline) -> Value {
        self.value_of(self.find(timeline))
    }

    /// The value of what it found.
    pub(crate) fn value_of(&self, found: Found<'_>) -> Value {
        found.value(self.fields.is_empty())
    }

    fn is_of_one(&self) -> bool {
        matches!(self.place, Place::Company | Place::Current | Place::Next)
    }

    fn is_chosen(&self, item: Item<'_>) -> bool {
        let view = item.view();
        self.chosen.as_ref().is_none_or(|chosen| {
            let names = std::iter::once(view.thread());
            let mut names = names.chain(view.linked().iter().map(|name| &**name));
            names.any(|name| is_named(chosen, view.kind_name(), name))
        })
    }

    fn read<'t>(&self, item: Item<'t>) -> FoundValue<'t> {
        let Some((field, parts)) = self.fields.split_first() else {
            return FoundValue {
                item: Some(item),
                value: Value::Object(item.to_json()),
                event: Some(&item.view().lead),
            };
        };
        let value = item.field(field).unwrap_or_default();
        FoundValue {
            item: Some(item),
            value: part_of(value, parts),
            event: Some(item.event(self.deciding().unwrap_or(field))),
        }
    }

    fn find_company<'t>(&self, company: &'t Company) -> Found<'t> {
        let (field, parts) = match self.fields.split_first() {
            Some((field, parts)) => (field.as_str(), parts),
            None => ("", &[][..]),
        };
        let (value, event) = match (field, &self.chosen) {
            ("", _) => (json!(company), company.decided.get("name")),
            ("identifiers", Some(scheme)) => {
                let of_scheme = company.identifiers.iter();
                let of_scheme = of_scheme.filter(|identifier| identifier.scheme == *scheme);
                let values: Vec<&str> = of_scheme.map(|found| &*found.value).collect();
                (json!(values), None)
            }
            (field, _) => {
                let value = json!(company).get(field).cloned().unwrap_or_default();
                let deciding = self.deciding().unwrap_or(field);
                (part_of(value, parts), company.decided.get(deciding))
            }
        };
        Found {
            is_list: false,
            values: vec![FoundValue {
                item: None,
                value,
                event,
            }],
        }
    }
}

impl Found<'_> {
    fn value(self, is_whole: bool) -> Value {
        let mut values = self.values.into_iter();
        if !self.is_list {
            return values.next().map_or(Value::Null, |found| found.value);
        }
        let shown = |found: FoundValue<'_>| {
            let name = found.item.map(|item| Value::from(item.name()));
            match found.value {
                _ if is_whole => name,
                Value::Bool(true) => name,
                Value::Bool(false) | Value::Null => None,
                value => Some(value),
            }
        };
        Value::Array(values.filter_map(shown).collect())
    }
}

/// Whether a thread is meant by what stands between brackets: its name, or its kind
/// and its name.
fn is_named(chosen: &str, kind: &str, thread: &str) -> bool {
    let is_name = |name: &str| name == thread || words_of(name) == words_of(thread);
    let with_kind = chosen.split_once('/');
    is_name(chosen) || with_kind.is_some_and(|(of, name)| of == kind && is_name(name))
}

/// A part of a value; of a list, that part of each that has it.
fn part_of(value: Value, parts: &[String]) -> Value {
    let Some((part, rest)) = parts.split_first() else {
        return value;
    };
    match value {
        Value::Object(mut fields) => part_of(fields.remove(part).unwrap_or_default(), rest),
        Value::Array(items) => {
            let items = items.into_iter().map(|item| part_of(item, parts));
            Value::Array(items.filter(|part| !part.is_null()).collect())
        }
        _ => Value::Null,
    }
}

/// The threads that stand at a place.
fn items(place: Place, timeline: &Timeline) -> Vec<Item<'_>> {
    let earnings = &timeline.earnings;
    match place {
        Place::Company => Vec::new(),
        Place::Current => {
            let current = timeline.strategy.current();
            current.map(|view| Item::Thread(view)).into_iter().collect()
        }
        Place::Next => earnings.next.iter().map(Item::Date).collect(),
        Place::Pivots => threads(&timeline.strategy.pivots),
        Place::Dates => earnings.dates().map(Item::Date).collect(),
        Place::Overdue => earnings.overdue.iter().map(Item::Date).collect(),
        Place::Upcoming => earnings.upcoming.iter().map(Item::Date).collect(),
        Place::Closed => earnings.closed.iter().map(Item::Date).collect(),
        Place::Reported => threads(&earnings.reported),
        Place::Chips => threads(&timeline.chips),
        Place::Regulation => timeline.regulation.iter().map(Item::Rule).collect(),
        Place::Market => threads(&timeline.market),
        Place::Other => threads(&timeline.other),
    }
}

/// What stands in a list of plain threads.
pub(crate) fn threads(views: &Listing) -> Vec<Item<'_>> {
    views.iter().map(|view| Item::Thread(view)).collect()
}

/// The kind of the threads that stand at a place, if all are of one.
fn kind_at(place: Place) -> Option<&'static str> {
    Some(match place {
        Place::Company | Place::Other => return None,
        Place::Current | Place::Pivots => "strategy_pivot",
        Place::Reported => kinds::EARNINGS_RESULT,
        Place::Chips => "chip_interest",
        Place::Regulation => "regulatory_change",
        Place::Market => "price_observation",
        Place::Next | Place::Dates | Place::Overdue | Place::Upcoming | Place::Closed => {
            kinds::EARNINGS_DATE
        }
    })
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl Serialize for Path {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}
