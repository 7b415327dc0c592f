//! Where a value can change: [`edges`].

use event_model::edtf::{Bounds, Edtf};
use event_model::event::Event;
use event_model::time::{Day, Instant, Zone};
use serde_json::Value;

use crate::basis::Placed;

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
