//! What sources leave out.

use event_model::event::Event;
use event_model::id::EventId;
use event_model::kinds;
use foldhash::{HashMap, HashMapExt};

use super::{Case, Findings};

/// Finds sources that cannot be looked up.
pub(super) fn without_url(case: &Case<'_>, found: &mut Findings) {
    by_source(case, found, |event| event.source.url.is_none(), "no URL");
}

/// Finds days that count as days in UTC, since nobody says whose they are.
pub(super) fn without_zone(case: &Case<'_>, found: &mut Findings) {
    let lacks = |event: &Event| {
        // A day is written with ten characters, an instant with more.
        event.source.zone.is_none() && event.published.text().len() <= DAY_CHARS
    };
    by_source(case, found, lacks, "a day of publication without a zone");
}

const DAY_CHARS: usize = "2025-12-23".len();

/// One finding for all events of a source.
fn by_source(case: &Case<'_>, found: &mut Findings, lacks: impl Fn(&Event) -> bool, what: &str) {
    let mut sources: Vec<(&str, Vec<EventId>)> = Vec::new();
    let mut index: HashMap<&str, usize> = HashMap::new();
    for stood in case.holding() {
        let event = &stood.placed.event;
        if &*event.kind == kinds::THREAD_LINK || event.is_retraction() || !lacks(event) {
            continue;
        }
        let name: &str = &event.source.name;
        let at = *index.entry(name).or_insert_with(|| {
            sources.push((name, Vec::new()));
            sources.len() - 1
        });
        if let Some((_, events)) = sources.get_mut(at) {
            events.push(event.id);
        }
    }
    for (name, events) in sources {
        let count = match events.len() {
            1 => "1 event".to_owned(),
            many => format!("{many} events"),
        };
        found.of_company(events, format!("{count} of {name:?} with {what}"));
    }
}
