//! Where a value can change: [`edges`], and the events that bear on it.

use std::collections::HashSet;

use event_model::edtf::{Bounds, Edtf};
use event_model::event::Event;
use event_model::id::EventId;
use event_model::time::{Day, Instant, Zone};
use serde_json::Value;

use crate::basis::Placed;
use crate::links::is_link;
use crate::path::Path;

/// The events that bear on what stands at a path: those of its kinds, and whatever
/// strikes, or gives its place to one of them.
pub(super) fn bearing(events: &[Placed], path: &Path) -> Vec<Placed> {
    // Linked threads are told under one name, whichever each claim has.
    let is_linked = events.iter().any(|placed| is_link(&placed.event));
    let bears = |placed: &&Placed| {
        let event = &placed.event;
        let is_chosen = || is_linked || path.chooses(&event.kind, &event.thread) != Some(false);
        event.strikes().is_some() || (path.bears_on(&event.kind) && is_chosen())
    };
    let fewer: Vec<Placed> = events.iter().filter(bears).cloned().collect();
    let ids: HashSet<EventId> = fewer.iter().map(|placed| placed.event.id).collect();
    let mut corrected = fewer.iter().filter_map(|placed| placed.event.supersedes);
    match corrected.all(|id| ids.contains(&id)) {
        true => fewer,
        false => events.to_vec(),
    }
}

/// The instants, up to one, at which an answer can begin to be another: where an
/// event is published, and where a day begins on which something begins or ceases to
/// be possible, certain, over or in effect.
pub(super) fn edges(events: &[Placed], upto: Instant) -> Vec<Instant> {
    let mut edges: Vec<Instant> = events
        .iter()
        .map(|placed| placed.event.published.instant())
        .collect();
    let mut days: Vec<Day> = Vec::new();
    for placed in events {
        days_of(&placed.event, &mut days);
    }
    days.sort_unstable();
    days.dedup();
    edges.extend(
        days.into_iter()
            .map(|day| Instant::start_of(day, Zone::UTC)),
    );
    edges.retain(|edge| *edge <= upto);
    edges.sort_unstable();
    edges.dedup();
    edges
}

/// The first and the last day of each date that an event says, and the days after
/// them.
fn days_of(event: &Event, days: &mut Vec<Day>) {
    let mut add = |Bounds { earliest, latest }: Bounds| {
        for day in [earliest, latest].into_iter().flatten() {
            days.extend([Some(day), day.succ_opt()].into_iter().flatten());
        }
    };
    add(event.bounds());
    if let Some(occurred) = &event.occurred {
        add(occurred.bounds());
    }
    for (_, field) in event.data.iter() {
        match field.as_str() {
            Some(text) => {
                if let Ok(date) = Edtf::parse(text) {
                    add(date.bounds());
                }
            }
            None => dates_within(&field.to_value(), &mut add),
        }
    }
}

fn dates_within(value: &Value, add: &mut impl FnMut(Bounds)) {
    match value {
        Value::String(text) => {
            if let Ok(date) = Edtf::parse(text) {
                add(date.bounds());
            }
        }
        Value::Array(items) => items.iter().for_each(|item| dates_within(item, add)),
        Value::Object(fields) => fields.values().for_each(|item| dates_within(item, add)),
        _ => {}
    }
}
