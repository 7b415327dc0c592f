//! Which events of a log are wanted: [`EventFilter`].
//!
//! It looks at each event by itself. Nothing is folded: an event is wanted or not
//! whatever others say, and whether it counts or not.

use event_model::data::Field;
use event_model::edtf::Bounds;
use event_model::event::Event;
use event_model::thread::words_of;
use event_model::time::{Day, Instant};
use event_model::vocabulary::Certainty;
use serde_json::Value;

/// What an event must have to be wanted; the default wants all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// One of these kinds; any if there are none.
    pub kinds: Vec<String>,
    /// One of these threads, by name or by a text that makes the same name.
    pub threads: Vec<String>,
    /// One of these sources, whatever their case.
    pub sources: Vec<String>,
    /// It is so sure, or surer.
    pub min_certainty: Option<Certainty>,
    /// It was published within these instants.
    pub published: Range<Instant>,
    /// The same of what is published on a day and at no instant: on one of these days,
    /// as they are written. `None`: by the end of the day in the zone of its source.
    pub published_days: Option<Range<Day>>,
    /// It can have happened on one of these days.
    pub occurred: Range<Day>,
    /// This text stands in it, whatever its case: in the name of its source, its
    /// thread, its reason, or a text of its data.
    pub text: Option<String>,
}

/// From one on and up to another, both included; `None` is no bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range<T> {
    /// The first.
    pub from: Option<T>,
    /// The last.
    pub to: Option<T>,
}

impl<T> Default for Range<T> {
    fn default() -> Self {
        Self {
            from: None,
            to: None,
        }
    }
}

impl<T> Range<T> {
    /// From one and up to another.
    pub fn between(from: T, to: T) -> Self {
        Self {
            from: Some(from),
            to: Some(to),
        }
    }
}

impl<T: PartialOrd> Range<T> {
    /// Whether it lies within.
    pub fn has(&self, what: &T) -> bool {
        self.from.as_ref().is_none_or(|from| from <= what)
            && self.to.as_ref().is_none_or(|to| what <= to)
    }
}

/// No day ends further than this from where it ends in another zone, in microseconds.
const DAY_ANYWHERE_US: i64 = 36 * 3_600 * 1_000_000;

impl Range<Instant> {
    fn widened(self, micros: i64) -> Self {
        Self {
            from: self.from.map(|from| from.plus_micros(-micros)),
            to: self.to.map(|to| to.plus_micros(micros)),
        }
    }
}

impl Range<Day> {
    /// Whether one of these days lies within.
    #[must_use]
    pub fn overlaps(&self, days: Bounds) -> bool {
        let is_after = |earliest: Option<Day>, latest: Option<Day>| {
            earliest.zip(latest).is_some_and(|(a, b)| a > b)
        };
        !is_after(self.from, days.latest) && !is_after(days.earliest, self.to)
    }
}

impl EventFilter {
    /// Whether an event can be wanted, as far as its kind and its publication tell.
    #[must_use]
    pub fn may_want(&self, kind: &str, published: Instant) -> bool {
        let within = match self.published_days {
            None => self.published,
            Some(_) => self.published.widened(DAY_ANYWHERE_US),
        };
        is_one_of(&self.kinds, |wanted| wanted == kind) && within.has(&published)
    }

    fn is_published_within(&self, event: &Event) -> bool {
        match self.published_days.zip(event.published.written_day()) {
            Some((days, day)) => days.has(&day),
            None => self.published.has(&event.published.instant()),
        }
    }

    /// Whether kind and publication tell whether an event is wanted.
    #[must_use]
    pub fn asks_no_more(&self) -> bool {
        let told = Self {
            kinds: self.kinds.clone(),
            published: self.published,
            ..Self::default()
        };
        *self == told
    }

    /// Whether an event is wanted.
    #[must_use]
    pub fn wants(&self, event: &Event) -> bool {
        is_one_of(&self.kinds, |wanted| *wanted == *event.kind)
            && self.is_published_within(event)
            && self
                .min_certainty
                .is_none_or(|least| event.certainty >= least)
            && is_one_of(&self.threads, |wanted| is_name_of(wanted, &event.thread))
            && is_one_of(&self.sources, |wanted| is_same(wanted, &event.source.name))
            && self.occurred.overlaps(event.bounds())
            && self.text.as_deref().is_none_or(|text| says(event, text))
    }
}

fn is_one_of(wanted: &[String], is_it: impl Fn(&str) -> bool) -> bool {
    wanted.is_empty() || wanted.iter().any(|wanted| is_it(wanted))
}

/// Whether a text is the name of a thread, or makes it.
fn is_name_of(text: &str, thread: &str) -> bool {
    text == thread || (words_of(text) == words_of(thread) && !words_of(text).is_empty())
}

fn is_same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

/// Whether a text stands in an event.
fn says(event: &Event, text: &str) -> bool {
    let text = text.to_lowercase();
    let has = |said: &str| said.to_lowercase().contains(&text);
    has(&event.source.name)
        || has(&event.thread)
        || event.reason.as_deref().is_some_and(has)
        || event.data.iter().any(|(_, field)| match field {
            Field::Text(said) => has(said),
            Field::Json(_) => any_text(&field.to_value(), &has),
        })
}

fn any_text(value: &Value, has: &impl Fn(&str) -> bool) -> bool {
    match value {
        Value::String(said) => has(said),
        Value::Array(items) => items.iter().any(|item| any_text(item, has)),
        Value::Object(fields) => fields.values().any(|field| any_text(field, has)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
