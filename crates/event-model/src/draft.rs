//! A [`Draft`]: what somebody wrote down as an event, read and checked as far
//! as it goes by itself, with every problem noted.
//!
//! A draft becomes an [`Event`] in two steps. [`Draft::read`] checks what the
//! text alone tells. [`Draft::finish`] adds what only a store knows: which
//! company a key means, and which events it refers to.

mod reader;

use serde_json::{Map, Value};

use self::reader::{Reader, kind_name, thread_name};
use crate::data::Data;
use crate::edtf::Edtf;
use crate::event::{Event, Source};
use crate::id::{EventId, Slug};
use crate::identifier::CompanyKey;
use crate::json::sort_of;
use crate::kind::Kind;
use crate::kinds;
use crate::limits;
use crate::problem::{Defect, Problem, Problems};
use crate::shape;
use crate::text::Text;
use crate::thread;
use crate::time::{Instant, Published};
use crate::vocabulary::{Certainty, Confirmation, Fault, Level};

/// An event as written, with what is wrong with it.
#[derive(Debug, Default)]
pub struct Draft {
    id: Option<EventId>,
    company: Option<CompanyKey>,
    kind: Option<Text>,
    thread: Option<Text>,
    occurred: Option<Edtf>,
    published: Option<Published>,
    published_missing: bool,
    certainty: Option<Certainty>,
    confirmation: Option<Confirmation>,
    level: Option<Level>,
    source: Source,
    data: Map<String, Value>,
    repeats: Option<EventId>,
    supersedes: Option<EventId>,
    target: Option<EventId>,
    fault: Option<Fault>,
    reason: Option<Text>,
    problems: Problems,
}

/// What a store knows of an event that a draft refers to.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// The company it is about.
    pub company: Slug,
    /// Its kind.
    pub kind: Text,
    /// Its thread.
    pub thread: Text,
    /// When it was published.
    pub published: Published,
}

impl Draft {
    /// Reads a JSON value as an event.
    #[must_use]
    pub fn read(value: &Value) -> Self {
        let mut draft = Self::default();
        let Value::Object(fields) = value else {
            let found = sort_of(value);
            draft.problems.add("", Defect::NotAnObject { found });
            return draft;
        };
        let mut reader = Reader {
            fields,
            problems: &mut draft.problems,
        };
        reader.check_names();
        draft.id = reader.parsed("id", shape::event_id);
        draft.company = reader.required("company", CompanyKey::parse);
        draft.kind = reader.required("kind", kind_name);
        draft.thread = reader.parsed("thread", thread_name);
        draft.occurred = reader.parsed("occurred", Edtf::parse);
        draft.certainty = reader.required("certainty", str::parse);
        draft.confirmation = reader.parsed("confirmation", str::parse);
        draft.level = reader.parsed("level", str::parse);
        draft.source = reader.source();
        let zone = draft.source.zone();
        draft.published = reader.parsed("published", |text| Published::parse(text, zone));
        draft.published_missing = !reader.has("published");
        draft.repeats = reader.parsed("repeats", shape::event_id);
        draft.supersedes = reader.parsed("supersedes", shape::event_id);
        draft.fault = reader.parsed("fault", str::parse);
        draft.reason = reader.parsed("reason", |text| Ok::<_, Defect>(text.into()));
        draft.data = reader.data(draft.kind.as_deref());
        draft.check_together();
        draft
    }

    /// The company, as it was written.
    #[must_use]
    pub fn company(&self) -> Option<&CompanyKey> {
        self.company.as_ref()
    }

    /// The kind.
    #[must_use]
    pub fn kind(&self) -> Option<&str> {
        self.kind.as_deref()
    }

    /// When it was published, if it says so.
    #[must_use]
    pub fn published(&self) -> Option<&Published> {
        self.published.as_ref()
    }

    /// The events that it refers to.
    pub fn targets(&self) -> impl Iterator<Item = EventId> {
        [self.strikes(), self.repeats].into_iter().flatten()
    }

    /// The event that it strikes, if any.
    #[must_use]
    pub fn strikes(&self) -> Option<EventId> {
        self.target.or(self.supersedes)
    }

    /// Makes the event, with what a store knows.
    ///
    /// `target` finds the events that came before this one, and `now` is the
    /// clock. The id is made from the content where none is given.
    ///
    /// # Errors
    ///
    /// Every problem, in the order of the fields.
    pub fn finish(
        mut self,
        company: Result<Slug, Defect>,
        target: impl Fn(EventId) -> Option<Target>,
        now: Instant,
    ) -> Result<Event, Vec<Problem>> {
        let company = match company {
            Ok(company) => Some(company),
            Err(defect) => {
                if self.company.is_some() {
                    self.problems.add("company", defect);
                }
                None
            }
        };
        let struck = self.check_targets(company.as_ref(), target);
        self.settle_published(struck.as_ref(), now);
        let thread = self.settle_thread(struck.as_ref());
        let event = self.build(company, thread);
        let problems = &mut self.problems;
        if let Some(event) = &event {
            let bytes = event.to_json().len();
            problems.limit("", bytes, "bytes", limits::EVENT_BYTES_MAX);
        }
        match event {
            Some(event) if self.problems.0.is_empty() => Ok(event),
            _ => Err(self.problems.0),
        }
    }

    /// Checks what concerns several fields.
    fn check_together(&mut self) {
        let is_retraction = self.kind.as_deref() == Some(kinds::RETRACTION);
        if is_retraction {
            let target = self.data.get("target").and_then(Value::as_str);
            self.target = target.and_then(|text| text.parse().ok());
        }
        let strikes = is_retraction || self.supersedes.is_some();
        let problems = &mut self.problems;
        if is_retraction && self.supersedes.is_some() {
            problems.add(
                "supersedes",
                Defect::Excludes {
                    other: "kind retraction",
                },
            );
        }
        if self.repeats.is_some() && strikes {
            let other = if is_retraction {
                "kind retraction"
            } else {
                "supersedes"
            };
            problems.add("repeats", Defect::Excludes { other });
        }
        if strikes && self.fault.is_none() && !problems.0.iter().any(|p| p.path == "fault") {
            problems.add("fault", Defect::NoFault);
        }
        if !strikes && self.fault.is_some() {
            problems.add("fault", Defect::FaultWithoutStrike);
        }
        if self.published_missing && !(strikes && self.fault == Some(Fault::Record)) {
            problems.add("published", Defect::Missing);
        }
        let confirms = self
            .confirmation
            .is_some_and(|word| word != Confirmation::Unstated);
        // That a company is declared is a statement in itself.
        let declares = self.kind.as_deref() == Some(kinds::COMPANY);
        if self.data.is_empty()
            && !confirms
            && !declares
            && !problems.0.iter().any(|p| p.path == "data")
        {
            problems.add("data", Defect::StatesNothing);
        }
    }

    /// Checks the events that it refers to, and tells of the struck one.
    fn check_targets(
        &mut self,
        company: Option<&Slug>,
        find: impl Fn(EventId) -> Option<Target>,
    ) -> Option<Target> {
        let strikes_at = if self.target.is_some() {
            "data.target"
        } else {
            "supersedes"
        };
        let mut struck = None;
        for (path, id) in [(strikes_at, self.strikes()), ("repeats", self.repeats)] {
            let Some(id) = id else { continue };
            let Some(target) = find(id) else {
                self.problems.add(path, Defect::NoSuchTarget { id });
                continue;
            };
            if company.is_some_and(|company| *company != target.company) {
                let company = target.company.clone();
                self.problems
                    .add(path, Defect::TargetOfOther { id, company });
            }
            if path == "supersedes" && &*target.kind == kinds::RETRACTION {
                self.problems.add(path, Defect::SupersedesRetraction { id });
            }
            if path == strikes_at {
                struck = Some(target);
            }
        }
        struck
    }

    fn settle_published(&mut self, struck: Option<&Target>, now: Instant) {
        if self.published_missing {
            let zone = self.source.zone();
            self.published = struck.map(|target| target.published.restated_in(zone));
        }
        let Some(published) = &self.published else {
            return;
        };
        if published.instant() > now.plus_micros(limits::PUBLISHED_AHEAD_US_MAX) {
            let published = published.text().to_owned();
            let now = now.to_string();
            self.problems
                .add("published", Defect::PublishedAhead { published, now });
        }
        let earliest = self
            .occurred
            .as_ref()
            .and_then(|occurred| occurred.bounds().earliest);
        if let (Some(earliest), Some(published)) = (earliest, &self.published)
            && earliest > published.day_furthest_ahead()
        {
            let published = published.text().to_owned();
            let earliest = earliest.to_string();
            self.problems.add(
                "occurred",
                Defect::OccurredAfterPublished {
                    earliest,
                    published,
                },
            );
        }
    }

    fn settle_thread(&mut self, struck: Option<&Target>) -> Option<Text> {
        let is_company = self.kind.as_deref() == Some(kinds::COMPANY);
        if is_company
            && self
                .thread
                .as_deref()
                .is_some_and(|name| name != kinds::COMPANY)
        {
            self.problems.add("thread", Defect::ThreadOfCompany);
        }
        if let Some(thread) = self.thread.take() {
            return Some(thread);
        }
        let kind_name = self.kind.as_deref()?;
        let kind = Kind::named(kind_name);
        let has_key = kind.is_some_and(|kind| !kind.thread_key.is_empty());
        if let Some(target) = struck
            && !has_key
            && *target.kind == *kind_name
        {
            return Some(target.thread.clone());
        }
        // A missing field of the key is told of already where it is required.
        let is_key = |path: &str| {
            let groups = kind.into_iter().flat_map(|kind| kind.thread_key);
            let mut names = groups.flat_map(|group| group.iter());
            names.any(|name| path.strip_prefix("data.") == Some(*name))
        };
        let mut problems = self.problems.0.iter();
        let untold = !problems.any(|p| p.what == Defect::Missing && is_key(&p.path));
        let own = format!(
            "{kind_name}\n{}\n{}\n{}",
            Value::Object(self.data.clone()),
            self.occurred.as_ref().map_or("", Edtf::text),
            self.published.as_ref().map_or("", Published::text),
        );
        match thread::derive(kind, &self.data, &own) {
            Ok(thread) => Some(thread),
            Err(defect) => {
                if untold {
                    self.problems.add("thread", defect);
                }
                None
            }
        }
    }

    fn build(&mut self, company: Option<Slug>, thread: Option<Text>) -> Option<Event> {
        let mut event = Event {
            id: self.id.unwrap_or(EventId(uuid::Uuid::nil())),
            company: company?,
            kind: self.kind.take()?,
            thread: thread?,
            occurred: self.occurred.take(),
            published: self.published.take()?,
            certainty: self.certainty?,
            confirmation: self.confirmation.unwrap_or(Confirmation::Unstated),
            level: self.level.unwrap_or(Level::Fact),
            source: std::mem::take(&mut self.source),
            data: Data::from(std::mem::take(&mut self.data)),
            repeats: self.repeats,
            supersedes: self.supersedes,
            fault: self.fault,
            reason: self.reason.take(),
        };
        if self.id.is_none() {
            event.id = event.content_id();
        }
        Some(event)
    }
}
