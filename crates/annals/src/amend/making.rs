//! The events that amend others, as JSON: [`retractions`], [`corrections`].

use event_model::draft::{self, Draft};
use event_model::event::Event;
use event_model::id::{EventId, Slug};
use event_model::kinds;
use event_model::own_kinds::Kinds;
use event_model::time::{Instant, Published};
use event_model::vocabulary::Fault;
use serde_json::{Map, Value, json};

use super::Amendment;
use super::setting::set;
use super::strikes::{Strikes, led_by};
use super::target::Target;
use crate::error::Error;

type Fields = Map<String, Value>;
/// A field to be set, by its path, and its value.
type Setting = (String, String);
type Settings<'s> = &'s [&'s Setting];
/// A version by its number, and what is to be set in it.
type Wrong<'s> = (usize, Vec<&'s Setting>);

/// With what amendments are made.
pub(super) struct Making<'m> {
    pub(super) amendment: &'m Amendment,
    pub(super) kinds: &'m Kinds,
    pub(super) now: Instant,
    pub(super) amended: &'m Target,
    /// What strikes the events of another company, under which a claim is to be put.
    pub(super) strikes_there: Option<&'m Strikes>,
}

impl Making<'_> {
    /// The retractions of an event and of its corrections: were one left, it would count.
    pub(super) fn retractions<'e>(&self, all: impl IntoIterator<Item = &'e Event>) -> Vec<Value> {
        let mut leader = None;
        let retract = |event: &Event| {
            let (retraction, made) = self.retraction(event);
            match leader {
                None => {
                    leader = made.map(|made| made.id);
                    retraction
                }
                Some(leader) => following(leader, retraction, event),
            }
        };
        all.into_iter().map(retract).collect()
    }

    fn retraction(&self, target: &Event) -> (Value, Option<Event>) {
        let mut fields = self.envelope(target);
        fields.insert("kind".to_owned(), Value::from(kinds::RETRACTION));
        fields.insert("data".to_owned(), json!({"target": target.id}));
        self.finished(Value::Object(fields), target, (None, None))
    }

    /// The event that says what another should have said; or, where that was put
    /// under the wrong company, or only tells another again, its retraction and the claim
    /// anew. The last of its versions is what stands.
    ///
    /// Our own error is mended in what stood before a source corrected itself, too, as
    /// far back as it said the same: there never was anything else to know. What the source
    /// took back since, it took back as it should have been, too.
    pub(super) fn corrections(&self, settings: &[Setting]) -> Result<Vec<Value>, Error> {
        let Some(target) = self.amended.versions().last() else {
            return Ok(Vec::new());
        };
        if target.is_redacted() {
            return Err(Error::CorrectsRedacted { id: target.id });
        }
        if target.is_retraction() {
            return Err(Error::CorrectsRetraction { id: target.id });
        }
        self.refuse_what_came_before(target)?;
        let settings: Vec<&Setting> = settings.iter().collect();
        let has_own_day =
            self.amendment.fault == Fault::Source || self.amendment.published.is_some();
        if has_own_day && sets(&settings, "published") {
            return Err(Error::SetsOwnDay);
        }
        self.set_in(target, &settings)?;
        let wrong = self.wrong(target, &settings);
        let company = moved(target, &settings).or_else(|| tells_again(target, &settings));
        match wrong.as_slice() {
            [(_, settings)] if !self.changes(target, settings) => Err(Error::NothingChanged),
            [(_, settings)] if company.is_none() && self.redated(&wrong).is_none() => {
                let claim = self.superseding(target, self.corrected(target, settings)?);
                let (claim, event) = self.finished(claim, target, (None, None));
                let leader = event.as_ref().map(|event| event.id);
                let retraction = self.taken_back(event.as_ref(), leader);
                Ok(std::iter::once(claim).chain(retraction).collect())
            }
            wrong => self.corrected_anew(wrong, company),
        }
    }

    /// A source's correction comes after what the source said before.
    fn refuse_what_came_before(&self, target: &Event) -> Result<(), Error> {
        if self.amendment.fault != Fault::Source {
            return Ok(());
        }
        let zone = target.source.zone();
        let published = match &self.amendment.published {
            Some(text) => Published::parse(text, zone).ok(),
            None => None,
        };
        let day = published.as_ref().map_or(self.now.day(), Published::day);
        let is_correction = |event: &&Event| event.fault == Some(Fault::Source);
        let corrected = Some(target).filter(is_correction);
        let mut before = self.amended.taken_back().into_iter().chain(corrected);
        match before.find(|before| before.published.day() > day) {
            None => Ok(()),
            Some(before) => Err(Error::CorrectsOutOfOrder {
                published: day.to_string(),
                since: before.published.day().to_string(),
                by: before.id,
            }),
        }
    }

    /// That a claim does not hold any more, as the source said of what was in its place.
    fn taken_back(&self, claim: Option<&Event>, leader: Option<EventId>) -> Option<Value> {
        let (by, claim, leader) = (self.amended.taken_back()?, claim?, leader?);
        let is_ours = self.amendment.fault == Fault::Record;
        let mut fields = as_object(by);
        fields.remove("thread");
        fields.insert("company".to_owned(), json!(claim.company));
        fields.insert("data".to_owned(), json!({"target": claim.id}));
        fields.insert("id".to_owned(), json!(led_by(leader, claim.id, true)));
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

    /// Whether the claim is another with some fields set.
    fn changes(&self, target: &Event, settings: Settings<'_>) -> bool {
        let set = self.set_in(target, settings);
        let is_other =
            |fields: Fields| fields != as_object(target) && !self.reads_as(fields, target);
        let is_changed = set.is_ok_and(is_other);
        is_changed || moved(target, settings).is_some()
    }

    /// Whether fields are another way to write an event: with a `null`, or what goes without
    /// saying.
    fn reads_as(&self, fields: Fields, event: &Event) -> bool {
        let same = |_| Some(draft::Referent::of(event));
        let draft = Draft::read(&Value::Object(fields)).of_kinds(self.kinds);
        let read = draft.finish(Ok(event.company.clone()), same, Instant::LAST);
        read.is_ok_and(|read| read == *event)
    }

    /// The claim as it should have been, without what ties it to others.
    fn corrected(&self, target: &Event, settings: Settings<'_>) -> Result<Fields, Error> {
        let mut fields = self.set_in(target, settings)?;
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

    /// The versions that say what is wrong with the last, in order, each with what is to be
    /// set, and those between them. Of what stood before a source corrected itself, those are
    /// meant that have our own error; what our own error was, never stood. When it was
    /// published is a matter of each alone: that of the one that was named is meant.
    fn wrong<'s>(&self, target: &Event, settings: Settings<'s>) -> Vec<Wrong<'s>> {
        let versions = self.amended.versions();
        let last = versions.len().saturating_sub(1);
        let is_ours = self.amendment.fault == Fault::Record;
        // Of a company that is not named by its slug, the ids of its claims are not known.
        let is_named =
            moved(target, settings).is_none_or(|company| company.parse::<Slug>().is_ok());
        if !is_ours || self.amendment.published.is_some() || !is_named {
            return vec![(last, settings.to_vec())];
        }
        let stood = |at: &usize| {
            let next = versions.get(at + 1);
            next.is_none_or(|next| next.fault != Some(Fault::Record))
        };
        let named = (self.amended.named()..last).find(stood).unwrap_or(last);
        let (dates, mut fields): (Vec<&Setting>, Vec<&Setting>) =
            settings.iter().partition(|(path, _)| path == "published");
        let mut wrong: Vec<Wrong<'s>> = Vec::new();
        for at in (0..=last).rev().filter(stood) {
            let Some(version) = versions.get(at) else {
                continue;
            };
            if version.kind != target.kind {
                break;
            }
            let says_so = |(path, _): &&Setting| at_path(version, path) == at_path(target, path);
            let mut of_version: Vec<&Setting> = fields.iter().copied().filter(says_so).collect();
            if of_version.is_empty() {
                fields.clear();
            }
            let is_dated = |date: &&Setting| at == named && self.changes(version, &[*date]);
            of_version.extend(dates.iter().copied().filter(is_dated));
            wrong.push((at, of_version));
            if at == last {
                fields.retain(|setting| self.changes(target, &[*setting]));
            }
        }
        while wrong.len() > 1 && wrong.pop_if(|(_, settings)| settings.is_empty()).is_some() {}
        wrong.reverse();
        wrong
    }

    /// Where a source's correction of itself is the first that is wrong, and its day is:
    /// the number of that correction. As long as it is in the log, it strikes from that day on,
    /// whatever stands in its place.
    fn redated(&self, wrong: &[Wrong<'_>]) -> Option<usize> {
        let (at, settings) = wrong.first()?;
        let versions = self.amended.versions().get(..=*at)?;
        let own = versions
            .iter()
            .rposition(|it| it.fault != Some(Fault::Record));
        let is_of_source = |at: &usize| {
            let version = versions.get(*at);
            version.is_some_and(|it| it.fault == Some(Fault::Source))
        };
        own.filter(|at| *at > 0 && is_of_source(at) && sets(settings, "published"))
    }

    /// The claims as they should have been, one superseding the other as the source
    /// corrected itself, and the retractions of what is in the log instead. The first
    /// stands in the place of what it corrects, or, given a company, under that in the place
    /// of none.
    fn corrected_anew(
        &self,
        wrong: &[Wrong<'_>],
        company: Option<&str>,
    ) -> Result<Vec<Value>, Error> {
        let versions = self.amended.versions();
        let mut made: Vec<Value> = Vec::new();
        // Were one of them left, it would count again.
        let mut retractions: Vec<Value> = Vec::new();
        let redated = self.redated(wrong).filter(|_| company.is_none());
        let before = redated.and_then(|at| versions.get(at.checked_sub(1)?));
        let mut last: Option<Event> = before.cloned();
        // The others follow it, and are known by it.
        let mut leader: Option<EventId> = None;
        for (at, settings) in wrong {
            let Some(version) = versions.get(*at) else {
                continue;
            };
            let mut fields = self.corrected(version, settings)?;
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
                fields.extend(own("repeats").filter(|_| version.company.as_str() == company));
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
            let (claim, event) = self.finished(claim, superseded, (company, leader));
            leader = leader.or_else(|| event.as_ref().map(|event| event.id));
            retractions.extend(self.taken_back(event.as_ref(), leader));
            made.push(claim);
            last = event;
            if last.is_none() {
                // What is wrong with it, is told of this claim.
                break;
            }
        }
        made.extend(retractions);
        let after_first = wrong.first().map_or(versions.len(), |(first, _)| first + 1);
        let replaced = match company {
            Some(_) => 0,
            None => redated.unwrap_or(after_first),
        };
        for replaced in versions.get(replaced..).unwrap_or_default() {
            let (retraction, _) = self.retraction(replaced);
            made.push(match leader {
                Some(leader) => following(leader, retraction, replaced),
                None => retraction,
            });
        }
        Ok(made)
    }

    /// What amends an event, and the event that it becomes, if it becomes one: under an id
    /// by which it is known to follow another, and where the log has it already and it was
    /// retracted since, under one of its own.
    fn finished(
        &self,
        mut made: Value,
        amended: &Event,
        (company, leader): (Option<&str>, Option<EventId>),
    ) -> (Value, Option<Event>) {
        let there = self.strikes_there.filter(|_| company.is_some());
        let strikes = there.unwrap_or(self.amended.strikes());
        if let (Some(leader), Some(fields)) = (leader, made.as_object_mut()) {
            let id = led_by(leader, amended.id, false);
            fields.insert("id".to_owned(), json!(id));
        }
        let mut event = self.event(&made, amended, company);
        while let Some(id) = event.as_ref().and_then(|it| strikes.said_again(it.id))
            && let Some(fields) = made.as_object_mut()
        {
            fields.insert("id".to_owned(), json!(id));
            event = self.event(&made, amended, company);
        }
        (made, event)
    }

    /// The event that what amends another becomes.
    fn event(&self, made: &Value, amended: &Event, company: Option<&str>) -> Option<Event> {
        let target = |id: EventId| {
            (id == amended.id || Some(id) == amended.repeats).then(|| draft::Referent::of(amended))
        };
        let company = match company {
            Some(company) => company.parse().ok()?,
            None => amended.company.clone(),
        };
        let draft = Draft::read(made).of_kinds(self.kinds);
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

/// A retraction under the id by which it is known to follow the event that leads its
/// amendment.
fn following(leader: EventId, mut retraction: Value, target: &Event) -> Value {
    if let Some(fields) = retraction.as_object_mut() {
        let id = led_by(leader, target.id, true);
        fields.insert("id".to_owned(), json!(id));
    }
    retraction
}

fn sets(settings: Settings<'_>, name: &str) -> bool {
    settings.iter().any(|(path, _)| path == name)
}

/// The other company that a claim is to be put under.
fn moved<'s>(target: &Event, settings: Settings<'s>) -> Option<&'s str> {
    let (_, company) = settings.iter().find(|(path, _)| path == "company")?;
    (company != target.company.as_str()).then_some(company)
}

/// The company of an event that only tells another again, and still does with some fields
/// set: it supersedes nothing.
fn tells_again<'e>(target: &'e Event, settings: Settings<'_>) -> Option<&'e str> {
    let is_of_source = |(path, _): &&Setting| {
        path.starts_with("source.") || path == "published" || path == "certainty"
    };
    let still = target.repeats.is_some() && settings.iter().all(is_of_source);
    still.then_some(target.company.as_str())
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
