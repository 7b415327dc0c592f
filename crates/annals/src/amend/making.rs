//! The events that amend others, as JSON: [`retractions`], [`corrections`].

use event_model::draft::{self, Draft};
use event_model::event::Event;
use event_model::id::EventId;
use event_model::kinds;
use event_model::own_kinds::Kinds;
use event_model::time::Instant;
use event_model::vocabulary::Fault;
use serde_json::{Map, Value, json};

use super::Amendment;
use super::setting::set;
use crate::error::Error;

type Fields = Map<String, Value>;
/// The fields to be set, each by its path.
type Settings<'s> = &'s [(String, String)];

/// With what amendments are made.
pub(super) struct Making<'m> {
    pub(super) amendment: &'m Amendment,
    pub(super) kinds: &'m Kinds,
    pub(super) now: Instant,
}

impl Making<'_> {
    /// The retractions of an event and of its corrections: were one left, it would count.
    pub(super) fn retractions(&self, versions: &[Event]) -> Vec<Value> {
        let retract = |event| self.retraction(event);
        versions.iter().map(retract).collect()
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
    /// far back as it said the same: there never was anything else to know.
    pub(super) fn corrections(
        &self,
        versions: &[Event],
        settings: Settings<'_>,
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
        if let Some(company) = moved(target, settings) {
            let mut made = self.retractions(versions);
            made.push(self.under(company, target, settings)?);
            return Ok(made);
        }
        let corrected = self.corrected(target, settings)?;
        let first = self.first_with_the_error(versions, settings, &corrected);
        let Some((first, later)) = versions.get(first..).and_then(<[Event]>::split_first) else {
            return Ok(Vec::new());
        };
        if first.id == target.id || before.is_empty() {
            return Ok(vec![self.superseding(target, corrected)]);
        }
        self.corrected_anew(first, later, settings)
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
        let sets = |name: &str| settings.iter().any(|(path, _)| path == name);
        if keyed_thread(target, self.kinds) && !sets("thread") {
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
        if !sets("published") {
            // Left out, it is that of the target.
            fields.remove("published");
            let published = envelope.remove("published");
            fields.extend(published.map(|it| ("published".to_owned(), it)));
        }
        Ok(fields)
    }

    /// The claim under another company.
    fn under(&self, company: &str, target: &Event, settings: Settings<'_>) -> Result<Value, Error> {
        let mut fields = self.corrected(target, settings)?;
        if !fields.contains_key("published") {
            let before = as_object(target).remove("published");
            fields.extend(before.map(|it| ("published".to_owned(), it)));
        }
        fields.insert("company".to_owned(), json!(company));
        Ok(Value::Object(fields))
    }

    /// A claim that stands in the place of another from now on.
    fn superseding(&self, target: &Event, mut fields: Fields) -> Value {
        fields.insert("supersedes".to_owned(), json!(target.id));
        fields.insert("fault".to_owned(), json!(self.amendment.fault));
        let reason = self.amendment.reason.as_ref();
        fields.extend(reason.map(|it| ("reason".to_owned(), json!(it))));
        Value::Object(fields)
    }

    /// The first of the versions with the same error of ours as the last.
    fn first_with_the_error(
        &self,
        versions: &[Event],
        settings: Settings<'_>,
        corrected: &Fields,
    ) -> usize {
        let mut first = versions.len() - 1;
        let is_ours = self.amendment.fault == Fault::Record;
        if !is_ours || self.amendment.published.is_some() {
            return first;
        }
        let wrong: Vec<_> = at_paths(versions.last(), settings);
        for (at, pair) in versions.windows(2).enumerate().rev() {
            let [version, next] = pair else {
                break;
            };
            // What our own error was, never stood.
            if next.fault == Some(Fault::Record) {
                continue;
            }
            let is_same_kind = corrected.get("kind") == Some(&json!(version.kind));
            if !is_same_kind || at_paths(Some(version), settings) != wrong {
                break;
            }
            first = at;
        }
        first
    }

    /// The claims as they should have been, one superseding the other as the source
    /// corrected itself, and the retractions of what is in the log instead.
    fn corrected_anew(
        &self,
        first: &Event,
        later: &[Event],
        settings: Settings<'_>,
    ) -> Result<Vec<Value>, Error> {
        let corrected = self.corrected(first, settings)?;
        let mut made = vec![self.superseding(first, corrected)];
        let mut last = (first.clone(), made.first().cloned());
        let nexts = later.iter().skip(1).map(Some).chain([None]);
        for (version, next) in later.iter().zip(nexts) {
            if next.is_some_and(|next| next.fault == Some(Fault::Record)) {
                continue;
            }
            let (before, claim) = &last;
            let Some(event) = claim.as_ref().and_then(|it| self.finished(it, before)) else {
                // What is wrong with it, is told of the correction.
                break;
            };
            let mut fields = self.set_in(version, settings)?;
            if keyed_thread(version, self.kinds) {
                fields.remove("thread");
            }
            fields.remove("id");
            // By the source, whoever corrected it first.
            fields.insert("fault".to_owned(), json!(Fault::Source));
            fields.insert("supersedes".to_owned(), json!(event.id));
            let claim = Value::Object(fields);
            made.push(claim.clone());
            last = (event, Some(claim));
        }
        made.extend(self.retractions(later));
        Ok(made)
    }

    /// The event that a claim becomes which supersedes another.
    fn finished(&self, claim: &Value, superseded: &Event) -> Option<Event> {
        let target = |id: EventId| {
            (id == superseded.id).then(|| draft::Target {
                company: superseded.company.clone(),
                kind: superseded.kind.clone(),
                thread: superseded.thread.clone(),
                published: superseded.published.clone(),
            })
        };
        let company = superseded.company.clone();
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

/// The other company that a claim is to be put under.
fn moved<'s>(target: &Event, settings: Settings<'s>) -> Option<&'s str> {
    let (_, company) = settings.iter().find(|(path, _)| path == "company")?;
    (company != target.company.as_str()).then_some(company)
}

/// What stands at the paths that are to be set.
fn at_paths(event: Option<&Event>, settings: Settings<'_>) -> Vec<Option<Value>> {
    let fields = event.map(as_object).unwrap_or_default();
    let fields = Value::Object(fields);
    let at = |(path, _): &(String, String)| {
        let pointer = format!("/{}", path.replace('.', "/"));
        fields.pointer(&pointer).cloned()
    };
    settings.iter().map(at).collect()
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
