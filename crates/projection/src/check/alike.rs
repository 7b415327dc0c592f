//! Events and threads that say nearly the same.

use event_model::event::Event;
use foldhash::{HashMap, HashMapExt};

use super::likeness::pairs;
use super::{Case, Findings};
use crate::claim::Claim;
use crate::thread::Thread;

/// Within so many days the same words of the same source are one publication.
const DAYS_APART_MAX: i64 = 7;

/// Finds events that say the same.
pub(super) fn near_duplicates(case: &Case<'_>, found: &mut Findings) {
    for thread in case.matters() {
        duplicates_of(thread, found);
    }
}

fn duplicates_of(thread: &Thread, found: &mut Findings) {
    if thread.claims().len() < 2 {
        return;
    }
    // Claims are in the order of publication, so that the last one of a source is the
    // nearest. Who said something else in between has come back to it.
    let mut said: HashMap<String, (String, &Claim)> = HashMap::new();
    for claim in thread.counting() {
        let says = saying(&claim.event);
        let before = said.insert(
            source_of(&claim.event).to_lowercase(),
            (says.clone(), claim),
        );
        let Some((_, before)) = before.filter(|(said, _)| *said == says) else {
            continue;
        };
        let (day, day_before) = (claim.event.published.day(), before.event.published.day());
        if (day - day_before).num_days().abs() > DAYS_APART_MAX {
            continue;
        }
        found.of_thread(
            (thread.kind_name(), thread.name()),
            [claim.id(), before.id()],
            format!(
                "{:?} says the same on {day_before} and on {day}",
                &*claim.event.source.name
            ),
        );
    }
}

fn source_of(event: &Event) -> &str {
    event.source.url.as_ref().unwrap_or(&event.source.name)
}

/// All that an event says.
fn saying(event: &Event) -> String {
    let occurred = event.occurred.as_ref().map(ToString::to_string);
    let mut saying = format!(
        "{}\n{:?} {:?} {:?}",
        occurred.unwrap_or_default(),
        event.certainty,
        event.confirmation,
        event.level,
    );
    for (name, field) in event.data.iter() {
        saying.push('\n');
        saying.push_str(name);
        saying.push('=');
        saying.push_str(&field.json());
    }
    saying.to_lowercase()
}

/// Finds threads that may be one.
pub(super) fn threads(case: &Case<'_>, found: &mut Findings) {
    let mut kinds: Vec<(&str, Vec<&Thread>)> = Vec::new();
    for thread in case.matters() {
        // Where each event is a thread of its own, the name says nothing.
        let is_named = thread.kind.is_none_or(|kind| {
            let is_own = kind.schema.is_some();
            is_own || !kind.thread_key.is_empty()
        });
        if !is_named {
            continue;
        }
        let name = thread.kind_name();
        match kinds.iter_mut().find(|(kind, _)| *kind == name) {
            Some((_, threads)) => threads.push(thread),
            None => kinds.push((name, vec![thread])),
        }
    }
    for (kind, threads) in kinds {
        alike(kind, &threads, found);
    }
}

fn alike(kind: &str, threads: &[&Thread], found: &mut Findings) {
    let names: Vec<String> = threads.iter().map(|it| it.name().to_owned()).collect();
    for (one, other) in pairs(&names) {
        let (Some(one), Some(other)) = (threads.get(one), threads.get(other)) else {
            continue;
        };
        let first = |thread: &Thread| thread.claims().first().map(Claim::id);
        let events = [first(other), first(one)].into_iter().flatten();
        let text = format!("is much like the thread {}", one.name());
        found.of_thread((kind, other.name()), events, text);
    }
}
