//! The events that amend others, as JSON: [`retractions`], [`corrections`].

use event_model::draft::{self, Draft};
use event_model::event::Event;
use event_model::id::{EventId, Slug};
use event_model::kinds;
use event_model::own_kinds::Kinds;
use event_model::time::Instant;
use event_model::vocabulary::Fault;
use serde_json::{Map, Value, json};

use super::Amendment;
use super::setting::set;
use crate::error::Error;

type Fields = Map<String, Value>;
/// A field to be set, by its path, and its value.
type Setting = (String, String);
type Settings<'s> = &'s [Setting];

/// With what amendments are made.
pub(super) struct Making<'m> {
    pub(super) amendment: &'m Amendment,
    pub(super) kinds: &'m Kinds,
    pub(super) now: Instant,
}

impl Making<'_> {
    /// The retractions of an event and of its corrections: were one left, it would count.
    pub(super) fn retractions<'e>(&self, all: impl IntoIterator<Item = &'e Event>) -> Vec<Value> {
        let retract = |event| self.retraction(event);
        all.into_iter().map(retract).collect()
    }

    fn retraction(&self, target: &Event) -> Value {
        let mut fields = self.envelope(target);
        fields.insert("kind".to_owned(), Value::from(kinds::RETRACTION));
        fields.insert("data".to_owned(), json!({"target": target.id}));
        Value::Object(fields)
    }

    /// The event that says what another should have said; or, where that was put
    /// under the wrong company, its retraction and the claim under the right one. The
    /// last of its versions is what stands.
    ///
    /// Our own error is mended in what stood before a source corrected itself, too, as
    /// far back as it said the same: there never was anything else to know. What the source
    /// took back since, it took back as it should have been, too.
    pub(super) fn corrections(
        &self,
        versions: &[Event],
        settings: Settings<'_>,
        taken_back: Option<&Event>,
    ) -> Result<Vec<Value>, Error> {
        let Some((target, before)) = versions.split_last() else {
            return Ok(Vec::new());
        };
        if target.is_redacted() {
            return Err(Error::CorrectsRedacted { id: target.id });
        }
        if target.is_retraction() {
            return Err(Error::CorrectsRetraction { id: target.id });
        }
        let corrected = self.corrected(target, settings)?;
        let wrong = self.wrong(versions, settings);
        match (wrong.first(), moved(target, settings)) {
            (Some((first, _)), None) if *first == before.len() => {
                let claim = self.superseding(target, corrected);
                let event = self.finished(&claim, target, None);
                let retraction = self.taken_back(taken_back, event.as_ref());
                Ok(std::iter::once(claim).chain(retraction).collect())
            }
            (_, company) => self.corrected_anew(versions, &wrong, (company, taken_back)),
        }
    }

    /// That a claim does not hold any more, as the source said of what was in its place.
    fn taken_back(&self, by: Option<&Event>, claim: Option<&Event>) -> Option<Value> {
        let (by, claim) = (by?, claim?);
        let is_ours = self.amendment.fault == Fault::Record;
        let mut fields = as_object(by);
        for name in ["id", "thread"] {
            fields.remove(name);
        }
        fields.insert("company".to_owned(), json!(claim.company));
        fields.insert("data".to_owned(), json!({"target": claim.id}));
        is_ours.then_some(Value::Object(fields))
    }

    /// The claim with some fields set.
    fn set_in(&self, target: &Event, settings: Settings<'_>) -> Result<Fields, Error> {
        let mut fields = as_object(target);
        for (path, value) in settings.iter().filter(|(path, _)| path != "company") {
            set(&mut fields, self.kinds.named(&target.kind), path, value)?;
        }
        Ok(fields)
    }

    /// The claim as it should have been, without what ties it to others.
    fn corrected(&self, target: &Event, settings: Settings<'_>) -> Result<Fields, Error> {
        let mut fields = self.set_in(target, settings)?;
        if fields == as_object(target) && moved(target, settings).is_none() {
            return Err(Error::NothingChanged);
        }
        if keyed_thread(target, self.kinds) && !sets(settings, "thread") {
            fields.remove("thread");
        }
        for name in ["id", "repeats", "supersedes", "fault", "reason"] {
            fields.remove(name);
        }
        let mut envelope = self.envelope(target);
        if self.amendment.source_name.is_some() {
            fields.extend(
                envelope
                    .remove("source")
                    .map(|it| ("source".to_owned(), it)),
            );
        }
        if !sets(settings, "published") {
            // Left out, it is that of the target.
            fields.remove("published");
            let published = envelope.remove("published");
            fields.extend(published.map(|it| ("published".to_owned(), it)));
        }
        Ok(fields)
    }

    /// A claim that stands in the place of another from now on.
    fn superseding(&self, target: &Event, mut fields: Fields) -> Value {
        fields.insert("supersedes".to_owned(), json!(target.id));
        fields.insert("fault".to_owned(), json!(self.amendment.fault));
        let reason = self.amendment.reason.as_ref();
        fields.extend(reason.map(|it| ("reason".to_owned(), json!(it))));
        Value::Object(fields)
    }

    /// The versions that say what is wrong with the last, in order, by their numbers, each
    /// with what is to be set. Of what stood before a source corrected itself, those are
    /// meant that have our own error; what our own error was, never stood.
    fn wrong<'s>(
        &self,
        versions: &[Event],
        settings: Settings<'s>,
    ) -> Vec<(usize, Vec<&'s Setting>)> {
        let last = versions.len() - 1;
        let mut wrong = vec![(last, settings.iter().collect())];
        let Some(target) = versions.last() else {
            return wrong;
        };
        let is_ours = self.amendment.fault == Fault::Record;
        let company = moved(target, settings);
        // Of a company that is not named by its slug, the ids of its claims are not known.
        let is_named = company.is_none_or(|company| company.parse::<Slug>().is_ok());
        if !is_ours || self.amendment.published.is_some() || !is_named {
            return wrong;
        }
        let is_wrong = |setting: &&Setting| {
            let set = self.set_in(target, std::slice::from_ref(*setting));
            setting.0 == "company" || set.is_ok_and(|fields| fields != as_object(target))
        };
        let settings: Vec<&Setting> = settings.iter().filter(is_wrong).collect();
        for (at, pair) in versions.windows(2).enumerate().rev() {
            let [version, next] = pair else {
                break;
            };
            if next.fault == Some(Fault::Record) {
                continue;
            }
            let says_so = |(path, _): &&Setting| at_path(version, path) == at_path(target, path);
            let of_version: Vec<&Setting> = settings.iter().copied().filter(says_so).collect();
            if version.kind != target.kind || of_version.is_empty() {
                break;
            }
            wrong.push((at, of_version));
        }
        wrong.reverse();
        wrong
    }

    /// The claims as they should have been, one superseding the other as the source
    /// corrected itself, and the retractions of what is in the log instead. The first
    /// stands in the place of what it corrects, or under another company in that of none.
    fn corrected_anew(
        &self,
        versions: &[Event],
        wrong: &[(usize, Vec<&Setting>)],
        (company, taken_back): (Option<&str>, Option<&Event>),
    ) -> Result<Vec<Value>, Error> {
        let mut made: Vec<Value> = Vec::new();
        // Were one of them left, it would count again.
        let mut retractions: Vec<Value> = Vec::new();
        let mut last: Option<Event> = None;
        for (at, settings) in wrong {
            let Some(version) = versions.get(*at) else {
                continue;
            };
            let settings: Vec<Setting> = settings.iter().map(|it| (*it).clone()).collect();
            let mut fields = self.corrected(version, &settings)?;
            let own = as_object(version);
            let own = |name: &str| Some((name.to_owned(), own.get(name)?.clone()));
            let is_of_target = last.is_none() && company.is_none();
            if !is_of_target && !fields.contains_key("published") {
                fields.extend(own("published"));
            }
            // It is the source that corrects itself, whoever mends it.
            if last.is_some() && !settings.iter().any(|(path, _)| path.starts_with("source")) {
                fields.extend(own("source"));
            }
            if let Some(company) = company {
                fields.insert("company".to_owned(), json!(company));
            }
            let claim = match &last {
                None if company.is_some() => Value::Object(fields),
                None => self.superseding(version, fields),
                Some(before) => {
                    fields.insert("supersedes".to_owned(), json!(before.id));
                    fields.insert("fault".to_owned(), json!(Fault::Source));
                    let reason = said_by_the_source(versions.get(..=*at).unwrap_or_default());
                    fields.extend(reason.map(|it| ("reason".to_owned(), json!(it))));
                    Value::Object(fields)
                }
            };
            let superseded = last.as_ref().unwrap_or(version);
            last = self.finished(&claim, superseded, company);
            retractions.extend(self.taken_back(taken_back, last.as_ref()));
            made.push(claim);
            if last.is_none() {
                // What is wrong with it, is told of this claim.
                break;
            }
        }
        made.extend(retractions);
        let first = wrong.first().map_or(versions.len(), |(first, _)| *first);
        let replaced = match company {
            Some(_) => versions,
            None => versions.get(first + 1..).unwrap_or_default(),
        };
        made.extend(self.retractions(replaced));
        Ok(made)
    }

    /// The event that a claim becomes, which supersedes another or stands for it.
    fn finished(&self, claim: &Value, superseded: &Event, company: Option<&str>) -> Option<Event> {
        let target = |id: EventId| {
            (id == superseded.id).then(|| draft::Target {
                company: superseded.company.clone(),
                kind: superseded.kind.clone(),
                thread: superseded.thread.clone(),
                published: superseded.published.clone(),
            })
        };
        let company = match company {
            Some(company) => company.parse().ok()?,
            None => superseded.company.clone(),
        };
        let draft = Draft::read(claim).of_kinds(self.kinds);
        draft.finish(Ok(company), target, Instant::LAST).ok()
    }

    /// The envelope of an event that amends another.
    fn envelope(&self, target: &Event) -> Fields {
        let amendment = self.amendment;
        let mut fields = Map::new();
        let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
        put("company", json!(target.company));
        put("certainty", json!(target.certainty));
        put("fault", json!(amendment.fault));
        if let Some(reason) = &amendment.reason {
            put("reason", json!(reason));
        }
        match (&amendment.published, amendment.fault) {
            (Some(published), _) => drop(put("published", json!(published))),
            (None, Fault::Source) => drop(put("published", json!(self.now))),
            (None, Fault::Record) => {}
        }
        let source = match &amendment.source_name {
            Some(name) => json!({"name": name, "url": amendment.source_url}),
            None => json!(target.source),
        };
        put("source", source);
        fields
    }
}

fn sets(settings: Settings<'_>, name: &str) -> bool {
    settings.iter().any(|(path, _)| path == name)
}

/// The other company that a claim is to be put under.
fn moved<'s>(target: &Event, settings: Settings<'s>) -> Option<&'s str> {
    let (_, company) = settings.iter().find(|(path, _)| path == "company")?;
    (company != target.company.as_str()).then_some(company)
}

/// What an event has at a path that is to be set.
fn at_path(event: &Event, path: &str) -> Option<Value> {
    let mut fields = Value::Object(as_object(event));
    for name in path.split('.') {
        fields = fields.get_mut(name)?.take();
    }
    Some(fields)
}

/// Why the source corrected itself last, whatever we mended of it since.
fn said_by_the_source(versions: &[Event]) -> Option<&str> {
    let mut of_source = versions.iter().rev();
    let last = of_source.find(|event| event.fault == Some(Fault::Source))?;
    last.reason.as_deref()
}

fn as_object(event: &Event) -> Fields {
    match serde_json::to_value(event) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

/// Whether the thread of an event follows from its data, so that a correction
/// of the data may lead to another thread.
fn keyed_thread(event: &Event, kinds: &Kinds) -> bool {
    let derived = Event {
        thread: "".into(),
        ..event.clone()
    };
    let mut fields = as_object(&derived);
    for name in ["thread", "supersedes", "fault", "repeats"] {
        fields.remove(name);
    }
    let kind = kinds.named(&event.kind);
    let has_key = kind.is_some_and(|kind| !kind.thread_key.is_empty());
    let company = event.company.clone();
    let draft = Draft::read(&Value::Object(fields)).of_kinds(kinds);
    let again = draft.finish(Ok(company), |_| None, Instant::LAST);
    has_key && again.is_ok_and(|again| again.thread == event.thread)
}
