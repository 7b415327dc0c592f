//! What points to nothing, or to the same.

use event_model::event::Event;
use event_model::id::EventId;
use foldhash::{HashMap, HashSet};

use super::{Case, Findings};
use crate::links::is_link;

/// Finds links of threads that nobody speaks of.
pub(super) fn links_nothing(case: &Case<'_>, found: &mut Findings) {
    let links: Vec<&Event> = case
        .holding()
        .map(|stood| &*stood.placed.event)
        .filter(|event| is_link(event))
        .collect();
    if links.is_empty() {
        return;
    }
    let spoken: HashSet<(&str, &str)> = case
        .holding()
        .map(|stood| (&*stood.placed.event.kind, &*stood.placed.event.thread))
        .collect();
    for link in links {
        let Some(of) = link.text("of") else { continue };
        for name in ["from", "into"].iter().filter_map(|it| link.text(it)) {
            if !spoken.contains(&(of, name)) {
                let text = format!("links the thread {name}, of which nothing is known");
                found.of_thread((of, case.links.name(of, name)), [link.id], text);
            }
        }
    }
}

/// Finds events that are about an event that is not there.
pub(super) fn about_nothing(case: &Case<'_>, found: &mut Findings) {
    let about = |event: &Event| event.text("about")?.parse::<EventId>().ok();
    let pointing: Vec<(&Event, EventId)> = case
        .holding()
        .map(|stood| &*stood.placed.event)
        .filter_map(|event| Some((event, about(event)?)))
        .collect();
    if pointing.is_empty() {
        return;
    }
    let seen = case.standing.seen().map(|stood| stood.placed.event.id);
    let seen: HashSet<EventId> = seen.collect();
    for (event, about) in pointing {
        if !seen.contains(&about) {
            let text = format!("is about {about}, an event that this company does not have");
            found.of_thread((&event.kind, &event.thread), [event.id], text);
        }
    }
}

/// Finds events that are corrected more than once.
pub(super) fn corrected_twice(case: &Case<'_>, found: &mut Findings) {
    let mut corrections: HashMap<EventId, &Event> = HashMap::default();
    for stood in case.holding() {
        let event = &*stood.placed.event;
        let Some(target) = event.supersedes else {
            continue;
        };
        if let Some(before) = corrections.insert(target, event) {
            let text = format!("corrects what {} corrects, too; both count", before.id);
            let name = (&*event.kind, &*event.thread);
            found.of_thread(name, [event.id, before.id], text);
        }
    }
}
