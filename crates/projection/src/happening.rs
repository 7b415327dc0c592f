//! What happens on a day, or within several: [`happenings`].
//!
//! - [`Days`]: the days that are asked about
//! - [`Happening`]: a date of a thread that can be one of them
//!
//! Of a date that leaves several days open, it is certain only that it is one of
//! these: it is certainly within the days that are asked about if all of its own
//! are, and possibly if some are.

use std::sync::Arc;

use event_model::edtf::{Bounds, Edtf};
use event_model::event::Event;
use event_model::time::Day;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::item::Item;
use crate::section::SectionName;
use crate::selection::Selected;
use crate::thread::Occurrence;
use crate::timeline::Answer;

/// The fields in which a thread tells of a day to come.
const TO_COME: &[&str] = &["effective", "expected", "expected_close", "horizon"];

/// Days that are asked about, from the first to the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    /// The first of them.
    pub first: Day,
    /// The last of them.
    pub last: Day,
}

impl Days {
    /// Whether something with these bounds happens within the days, if it can.
    #[must_use]
    pub fn occurrence(self, bounds: Bounds) -> Option<Occurrence> {
        let is_early = bounds.latest.is_some_and(|latest| latest < self.first);
        let is_late = bounds.earliest.is_some_and(|earliest| earliest > self.last);
        let whole = Bounds {
            earliest: Some(self.first),
            latest: Some(self.last),
        };
        match whole.encloses(bounds) {
            true => Some(Occurrence::Certain),
            false => (!is_early && !is_late).then_some(Occurrence::Possible),
        }
    }
}

/// A date of a thread that can be one of the days that are asked about.
#[derive(Debug)]
pub struct Happening<'a> {
    /// The section in which the thread stands.
    pub section: SectionName,
    /// The thread.
    pub item: Item<'a>,
    /// The field that holds the date.
    pub field: &'static str,
    /// The date.
    pub date: Edtf,
    /// The days that it leaves open, as far as the thread tells.
    pub bounds: Bounds,
    /// Whether it is certainly one of those that are asked about.
    pub happens: Occurrence,
    /// The answer that tells of it.
    pub answer: &'a Answer,
}

/// What a selected answer tells of these days, by sections and dates: if no section
/// is asked for, of when results come.
#[must_use]
pub fn happenings<'a>(selected: &Selected<'a>, days: Days) -> Vec<Happening<'a>> {
    let sections = match selected.sections() {
        [] => &[SectionName::Earnings],
        sections => sections,
    };
    let answer = selected.answer;
    let mut all = Vec::new();
    for (section, item) in selected.threads_of(sections) {
        let dates = dates(section, item).into_iter();
        all.extend(dates.filter_map(|Dated(field, date, bounds)| {
            Some(Happening {
                section,
                item,
                field,
                date,
                bounds,
                happens: days.occurrence(bounds)?,
                answer,
            })
        }));
    }
    all.sort_by_key(|happening| (happening.section, happening.bounds));
    all
}

/// A field that holds a date, the date, and its bounds.
struct Dated(&'static str, Edtf, Bounds);

/// The dates of a thread on which something happens. What was denied never was, and
/// what has come to its end has no days to come.
fn dates(section: SectionName, item: Item<'_>) -> Vec<Dated> {
    let view = item.view();
    let stated = |field: &'static str| {
        let date = Edtf::parse(view.text(field)?).ok()?;
        let bounds = date.bounds();
        Some(Dated(field, date, bounds))
    };
    if view.stage() == Some("denied") {
        return Vec::new();
    }
    match (section, item) {
        (SectionName::Earnings, Item::Date(date)) if date.is_open => {
            stated("date").into_iter().collect()
        }
        // When results came is told by their date, which they close.
        (SectionName::Earnings | SectionName::Company, _) => Vec::new(),
        (SectionName::Regulation, _) => stated("effective").into_iter().collect(),
        _ => {
            let occurred = view.occurred().cloned();
            let occurred = occurred.map(|date| Dated("occurred", date, view.bounds()));
            let to_come = TO_COME.iter().filter(|_| view.is_open());
            let to_come = to_come.filter_map(|field| stated(field));
            occurred.into_iter().chain(to_come).collect()
        }
    }
}

impl<'a> Happening<'a> {
    /// The event that says so.
    #[must_use]
    pub fn event(&self) -> &'a Arc<Event> {
        self.item.event(self.field)
    }

    /// Whether it is over without results, of a date of results.
    #[must_use]
    pub fn is_overdue(&self) -> bool {
        matches!(self.item, Item::Date(date) if date.overdue)
    }

    /// The list in which it stands, of a date of results: `next`, `overdue`,
    /// `upcoming` or `closed`.
    #[must_use]
    pub fn place(&self) -> Option<&'static str> {
        match self.item {
            Item::Date(date) => self.answer.timeline.earnings.place(date),
            Item::Thread(_) | Item::Rule(_) => None,
        }
    }
}

impl Serialize for Happening<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (view, event) = (self.item.view(), self.event());
        let day = |day: Option<Day>| day.map(|day| day.to_string());
        let mut fields = serializer.serialize_map(None)?;
        fields.serialize_entry("basis", &self.answer.basis)?;
        fields.serialize_entry("company", &self.answer.timeline.company.slug)?;
        fields.serialize_entry("name", &self.answer.timeline.company.name)?;
        fields.serialize_entry("section", self.section.as_str())?;
        fields.serialize_entry("kind", view.kind_name())?;
        fields.serialize_entry("thread", view.thread())?;
        fields.serialize_entry("happens", &self.happens)?;
        fields.serialize_entry("field", self.field)?;
        fields.serialize_entry("date", &self.date)?;
        fields.serialize_entry("earliest", &day(self.bounds.earliest))?;
        fields.serialize_entry("latest", &day(self.bounds.latest))?;
        fields.serialize_entry("stage", &view.stage())?;
        for name in ["period", "status", "session", "market"] {
            fields.serialize_entry(name, &view.text(name))?;
        }
        fields.serialize_entry("place", &self.place())?;
        fields.serialize_entry("overdue", &self.is_overdue())?;
        fields.serialize_entry("certainty", &event.certainty)?;
        fields.serialize_entry("level", &event.level)?;
        fields.serialize_entry("published", event.published.text())?;
        fields.serialize_entry("source", event.source.name.as_str())?;
        fields.serialize_entry("event", &event.id)?;
        fields.end()
    }
}
