//! What was redacted: [`Redacted`].
//!
//! It counts for nothing and is told all the same, so that an answer that changed says
//! why. It acts on other events as it did before.

use event_model::event::Event;
use event_model::id::EventId;
use event_model::kinds;
use event_model::text::Text;
use foldhash::{HashMap, HashMapExt};
use serde::Serialize;

use crate::basis::Placed;
use crate::standing::Place;

/// An event that was redacted, and by which it was, as far as that can be seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Redacted {
    /// The event.
    pub event: EventId,
    /// The kind that it was of.
    pub kind: Text,
    /// The thread that it was about.
    pub thread: Text,
    /// When it was published.
    pub published: Text,
    /// The event that says so.
    pub by: Option<EventId>,
    /// Why.
    pub reason: Option<Text>,
}

/// Whether an event has to do with redactions, and tells nothing of the company.
pub(crate) fn is_about_redaction(event: &Event) -> bool {
    [kinds::REDACTED, kinds::REDACTION].contains(&&*event.kind)
}

/// Those of the events that were redacted, in the order of publication.
pub(crate) fn redacted<'a>(seen: impl Iterator<Item = &'a Placed>) -> Vec<Redacted> {
    let about: Vec<&Placed> = seen.filter(|it| is_about_redaction(&it.event)).collect();
    let mut by: HashMap<EventId, &Event> = HashMap::new();
    for placed in &about {
        if let Some((target, _)) = placed.event.redacts() {
            by.entry(target).or_insert(&placed.event);
        }
    }
    let mut found = about;
    found.retain(|placed| placed.event.is_redacted());
    found.sort_unstable_by_key(|placed| Place::of(placed));
    let told = found.into_iter().map(|placed| {
        let event = &placed.event;
        let by = by.get(&event.id);
        Redacted {
            event: event.id,
            kind: event.text("was").unwrap_or_default().into(),
            thread: event.thread.clone(),
            published: event.published.text().into(),
            by: by.map(|by| by.id),
            reason: by.and_then(|by| by.reason.clone()),
        }
    });
    told.collect()
}
