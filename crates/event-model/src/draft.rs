//! A [`Draft`]: what somebody wrote down as an event, read and checked as far
//! as it goes by itself, with every problem noted.
//!
//! A draft becomes an [`Event`] in two steps. [`Draft::read`] checks what the
//! text alone tells. [`Draft::finish`] adds what only a store knows: which
//! company a key means, and which events it refers to.

mod reader;

use serde_json::Value;

pub(crate) use self::reader::kind_name;
use self::reader::{Reader, thread_name};
use crate::data::Data;
use crate::edtf::Edtf;
use crate::event::{Event, Source};
use crate::id::{EventId, Slug};
use crate::identifier::CompanyKey;
use crate::json::{self, tree::Json};
use crate::kind::Kind;
use crate::kinds;
use crate::limits;
use crate::own_kinds::{self, Kinds};
use crate::problem::{Defect, Problem, Problems};
use crate::redaction;
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
    data: Data,
    repeats: Option<EventId>,
    supersedes: Option<EventId>,
    target: Option<EventId>,
    redacts: Option<EventId>,
    fault: Option<Fault>,
    reason: Option<Text>,
    /// Its kind, if that is known.
    known: Option<&'static Kind>,
    problems: Problems,
}

/// What a store knows of an event that a draft refers to.
#[derive(Debug, Clone, PartialEq)]
pub struct Referent {
    /// The company it is about.
    pub company: Slug,
    /// Its kind.
    pub kind: Text,
    /// Its thread.
    pub thread: Text,
    /// When it was published.
    pub published: Published,
}

impl Referent {
    /// An event as what refers to it is checked against it.
    #[must_use]
    pub fn of(event: &Event) -> Self {
        Self {
            company: event.company.clone(),
            kind: event.kind.clone(),
            thread: event.thread.clone(),
            published: event.published.clone(),
        }
    }
}

impl Draft {
    /// Reads a line of JSON as an event.
    ///
    /// # Errors
    ///
    /// As [`json::parse`]: the text is no JSON, or has a field twice.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        match Json::scan(text) {
            Some(json) => Ok(Self::of(json)),
            None => Ok(Self::read(&json::parse(text)?)),
        }
    }

    /// Reads a JSON value as an event.
    #[must_use]
    pub fn read(value: &Value) -> Self {
        Self::of(Json::from(value))
    }

    fn of(json: Json<'_>) -> Self {
        let mut draft = Self::default();
        let found = json.sort();
        let Json::Object(mut fields) = json else {
            draft.problems.add("", Defect::NotAnObject { found });
            return draft;
        };
        let mut reader = Reader {
            fields: &mut fields,
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
        draft.known = draft.kind.as_deref().and_then(Kind::named);
        draft.data = reader.data(draft.known);
        draft.check_together();
        draft
    }

    /// Hears of the kinds that a store knows besides the built-in ones, and checks
    /// the draft if it is of one of them.
    #[must_use]
    pub fn of_kinds(mut self, kinds: &Kinds) -> Self {
        if self.known.is_none() {
            self.known = self.kind.as_deref().and_then(|name| kinds.named(name));
            if let Some(schema) = self.known.and_then(|kind| kind.schema) {
                schema.check(&self.data, &mut self.problems);
            }
        }
        self
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

    /// Whether it declares its company, or is what was left of an event that did.
    #[must_use]
    pub fn declares_company(&self) -> bool {
        self.kind().map(|kind| redaction::was(kind, &self.data)) == Some(kinds::COMPANY)
    }

    /// When it was published, if it says so.
    #[must_use]
    pub fn published(&self) -> Option<&Published> {
        self.published.as_ref()
    }

    /// The events that it refers to.
    pub fn targets(&self) -> impl Iterator<Item = EventId> {
        let targets = [self.strikes(), self.repeats, self.redacts];
        targets.into_iter().flatten()
    }

    /// Whether nothing is wrong with it so far: otherwise it makes no event.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.problems.0.is_empty()
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
        self,
        company: Result<Slug, Defect>,
        target: impl Fn(EventId) -> Option<Referent>,
        now: Instant,
    ) -> Result<Event, Vec<Problem>> {
        let finished = self.finish_with_json(company, target, now);
        finished.map(|(event, _)| event)
    }

    /// Makes the event as [`Draft::finish`] does, and its JSON with it, as
    /// [`Event::to_json`] writes it.
    ///
    /// # Errors
    ///
    /// As [`Draft::finish`].
    pub fn finish_with_json(
        mut self,
        company: Result<Slug, Defect>,
        target: impl Fn(EventId) -> Option<Referent>,
        now: Instant,
    ) -> Result<(Event, String), Vec<Problem>> {
        let company = match company {
            Ok(company) => Some(company),
            Err(defect) => {
                if self.company.is_some() {
                    self.problems.add("company", defect);
                }
                None
            }
        };
        self.check_reserved(company.as_ref());
        let struck = self.check_targets(company.as_ref(), target);
        self.settle_published(struck.as_ref(), now);
        let thread = self.settle_thread(struck.as_ref());
        let finished = self.build(company, thread);
        let problems = &mut self.problems;
        if let Some((_, json)) = &finished {
            problems.limit("", json.len(), "bytes", limits::EVENT_BYTES_MAX);
        }
        match finished {
            Some(finished) if self.problems.0.is_empty() => Ok(finished),
            _ => Err(self.problems.0),
        }
    }

    /// Checks what concerns several fields.
    fn check_together(&mut self) {
        let kind = self.kind.as_deref().unwrap_or_default();
        let is_retraction = redaction::was(kind, &self.data) == kinds::RETRACTION;
        let target = self.data.text("target");
        let target = target.and_then(|text| text.parse().ok());
        if is_retraction {
            self.target = target;
        } else if kind == kinds::REDACTION {
            self.redacts = target;
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
        match self.kind.as_deref() {
            Some(kinds::KIND_DECLARATION) if problems.0.is_empty() => {
                let checked = own_kinds::check(&self.data);
                problems.0.extend(checked.err().into_iter().flatten());
            }
            Some(kinds::THREAD_LINK) => {
                let name = |field| self.data.text(field);
                if name("from").is_some() && name("from") == name("into") {
                    problems.add("data.into", Defect::LinkedToItself);
                }
            }
            _ => {}
        }
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

    /// Declarations of kinds have a stream of their own, and it holds nothing else.
    fn check_reserved(&mut self, company: Option<&Slug>) {
        let is_declared_there = company.is_some_and(|slug| slug.as_str() == own_kinds::COMPANY);
        let kind = self.kind.as_deref();
        let declares = kind == Some(kinds::KIND_DECLARATION);
        let acting = [kinds::RETRACTION, kinds::REDACTION, kinds::REDACTED];
        let may_stand_there = declares || kind.is_some_and(|kind| acting.contains(&kind));
        match (is_declared_there, declares) {
            (true, _) if !may_stand_there => self.problems.add("company", Defect::Reserved),
            (false, true) if company.is_some() => {
                self.problems.add("company", Defect::DeclaredElsewhere);
            }
            _ => {}
        }
    }

    /// Checks the events that it refers to, and tells of the struck one.
    fn check_targets(
        &mut self,
        company: Option<&Slug>,
        find: impl Fn(EventId) -> Option<Referent>,
    ) -> Option<Referent> {
        let strikes_at = if self.target.is_some() {
            "data.target"
        } else {
            "supersedes"
        };
        let mut struck = None;
        let named = [
            (strikes_at, self.strikes()),
            ("repeats", self.repeats),
            ("data.target", self.redacts),
        ];
        for (path, id) in named {
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
            if Some(id) == self.redacts && &*target.kind != kinds::REDACTED {
                self.problems.add(path, Defect::NotRedacted { id });
            }
            if Some(id) == self.strikes() {
                struck = Some(target);
            }
        }
        struck
    }

    fn settle_published(&mut self, struck: Option<&Referent>, now: Instant) {
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

    fn settle_thread(&mut self, struck: Option<&Referent>) -> Option<Text> {
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
        let kind = self.known;
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
        let own = thread::Own {
            id: self.id,
            kind: kind_name,
            data: &self.data,
            occurred: self.occurred.as_ref(),
            published: self.published.as_ref(),
        };
        match thread::derive(kind, &own) {
            Ok(thread) => Some(thread),
            Err(defect) => {
                if untold {
                    self.problems.add("thread", defect);
                }
                None
            }
        }
    }

    fn build(&mut self, company: Option<Slug>, thread: Option<Text>) -> Option<(Event, String)> {
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
            data: std::mem::take(&mut self.data),
            repeats: self.repeats,
            supersedes: self.supersedes,
            fault: self.fault,
            reason: self.reason.take(),
        };
        let json = match self.id {
            Some(_) => event.to_json(),
            None => event.take_content_id(),
        };
        Some((event, json))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;
    use crate::event::SCHEMA;
    use crate::event::tests::any_event;
    use crate::time::Zone;

    fn finish(draft: Draft) -> Result<(Event, String), Vec<Problem>> {
        let target = |_| {
            Some(Referent {
                company: "alibaba".parse().unwrap(),
                kind: "statement".into(),
                thread: "some-thread".into(),
                published: Published::parse("2025-12-01", Zone::UTC).unwrap(),
            })
        };
        draft.finish_with_json(Ok("alibaba".parse().unwrap()), target, Instant::LAST)
    }

    /// The lines of the sample, each with an id and without.
    fn lines() -> Vec<String> {
        let lines = include_str!("../../../data/alibaba.jsonl").lines();
        let without_id = lines.clone().map(|line| {
            let mut value = json::parse(line).unwrap();
            value.as_object_mut().unwrap().remove("id");
            value.to_string()
        });
        lines.map(str::to_owned).chain(without_id).collect()
    }

    #[test]
    fn a_line_is_the_json_of_its_event_and_its_id_that_of_its_content() {
        for line in lines() {
            let draft = Draft::parse(&line).unwrap();
            let has_id = draft.id.is_some();
            let (event, json) = finish(draft).unwrap();
            assert_eq!(json, event.to_json());
            assert!(has_id || event.id == event.content_id());
            let blank = Event {
                id: EventId(uuid::Uuid::nil()),
                ..event.clone()
            };
            assert_eq!(event.content_id(), blank.content_id());
            let again = Event::from_stored(SCHEMA, json.as_bytes()).unwrap();
            assert_eq!(again, event);
        }
    }

    #[test]
    fn an_id_made_of_content_is_what_it_always_was() {
        let line = r#"{"company":"alibaba","kind":"statement","published":"2025-12-23","certainty":"asserted","source":{"name":"paper"},"data":{"text":"a"}}"#;
        let (event, _) = finish(Draft::parse(line).unwrap()).unwrap();
        assert_eq!(event.id.to_string(), "29bf34f7-6988-5cb0-b7fd-f6d83502c017");
        assert_eq!(&*event.thread, "147755f49929");
    }

    #[test]
    fn without_data_what_it_must_have_is_missing() {
        for data in ["", r#","data":null"#, r#","data":{"text":null}"#] {
            let line = format!(
                r#"{{"company":"a","kind":"statement","published":"2025","certainty":"asserted","source":{{"name":"a"}}{data}}}"#
            );
            let problems = told(finish(Draft::parse(&line).unwrap())).unwrap_err();
            assert!(
                problems.contains(&"data.text: is missing".to_owned()),
                "{problems:?}"
            );
        }
    }

    #[test]
    fn a_draft_tells_which_events_it_refers_to() {
        let [one, two] = [1, 2].map(|id| EventId(uuid::Uuid::from_u128(id)));
        let line = format!(r#"{{"supersedes":"{one}","repeats":"{two}"}}"#);
        let draft = Draft::parse(&line).unwrap();
        assert_eq!(draft.targets().collect::<Vec<_>>(), [one, two]);
        let line = format!(r#"{{"kind":"retraction","data":{{"target":"{one}","about":"x"}}}}"#);
        let draft = Draft::parse(&line).unwrap();
        assert_eq!(draft.targets().collect::<Vec<_>>(), [one]);
    }

    #[test]
    fn lines_can_be_read_on_several_threads() {
        fn is_sent<T: Send + Sync>(_: &T) {}
        is_sent(&Draft::default());
    }

    fn told<T: PartialEq>(read: Result<T, Vec<Problem>>) -> Result<T, Vec<String>> {
        read.map_err(|problems| problems.iter().map(Problem::to_string).collect())
    }

    proptest! {
        /// Whether a line is read at once or as a value first, it is the same.
        #[test]
        fn a_line_is_what_its_value_is(
            event in any_event(),
            of_sample in any::<Option<Index>>(),
            changes in proptest::collection::vec((any::<Index>(), "[{}\\[\\]\":, a0.e\\\\]?"), 0..3),
        ) {
            let mut line = match of_sample {
                Some(at) => at.get(&lines()).clone(),
                None => event.to_json(),
            };
            for (at, text) in changes {
                let at = line.floor_char_boundary(at.index(line.len()));
                let end = line.ceil_char_boundary(at + 1);
                line.replace_range(at..end, &text);
            }
            match (Draft::parse(&line), json::parse(&line)) {
                (Ok(draft), Ok(value)) => {
                    prop_assert_eq!(told(finish(draft)), told(finish(Draft::read(&value))));
                }
                (Err(one), Err(other)) => prop_assert_eq!(one.to_string(), other.to_string()),
                (one, other) => prop_assert!(false, "{line}: {one:?} {other:?}"),
            }
        }
    }
}
