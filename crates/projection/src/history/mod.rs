//! Every value that a path has had: [`History`].
//!
//! - [`as_published`]: as more was published, the day asked about going along
//! - [`as_recorded`]: as the log grew, the question staying the same
//! - `edges`: where a value can change
//! - [`Revision`]: the first release against the latest

mod edges;
mod revision;

use std::sync::Arc;

use event_model::event::Event;
use event_model::id::{EventId, Position, Slug};
use event_model::own_kinds::Kinds;
use event_model::time::{Day, Instant};
use serde_json::Value;

pub use self::revision::Revision;

use crate::basis::{Cuts, Filter, Placed};
use crate::bearing::bearing_on;
use crate::path::Path;
use crate::replay::{Limits, Replay, ReplayClock};
use crate::timeline::Timeline;

/// The values that a path has had on a clock, one after the other.
#[derive(Debug, Clone, PartialEq)]
pub struct History<C> {
    /// The value before the first step.
    pub before: Value,
    /// The steps, neighbours with different values.
    pub steps: Vec<Step<C>>,
}

/// A value, and from when on it stood.
#[derive(Debug, Clone, PartialEq)]
pub struct Step<C> {
    /// From when on; it ends where the next begins.
    pub from: C,
    /// The value.
    pub value: Value,
    /// The events that made it, one after the other; those of a list are too many to
    /// tell.
    pub events: Vec<Arc<Event>>,
}

impl<C: Copy + Ord> History<C> {
    fn of(before: Value) -> Self {
        Self {
            before,
            steps: Vec::new(),
        }
    }

    /// The value at a point of the clock.
    #[must_use]
    pub fn at(&self, point: C) -> &Value {
        let end = self.steps.partition_point(|step| step.from <= point);
        let step = end.checked_sub(1).and_then(|last| self.steps.get(last));
        step.map_or(&self.before, |step| &step.value)
    }

    /// Hears what stands at a path from a point on.
    fn hear(&mut self, from: C, path: &Path, timeline: &Timeline) {
        let found = path.find(timeline);
        let mut events = found.values.iter().filter_map(|found| found.event);
        let event = events.next().filter(|_| !found.is_list);
        let value = path.value_of(found);
        let is_new = self.steps.last().map_or(&self.before, |step| &step.value) != &value;
        if is_new {
            self.steps.push(Step {
                from,
                value,
                events: Vec::new(),
            });
        }
        if let (Some(step), Some(event)) = (self.steps.last_mut(), event) {
            let is_last = |last: &Arc<Event>| last.id == event.id;
            if !step.value.is_null() && !step.events.last().is_some_and(is_last) {
                step.events.push(Arc::clone(event));
            }
        }
    }

    /// The first release against the latest, if there were any.
    #[must_use]
    pub fn revision(&self, path: &Path, kinds: &Kinds) -> Option<Revision> {
        let is_said = |step: &&Step<C>| !matches!(&step.value, Value::Null);
        let first = self.steps.iter().find(is_said)?;
        let latest = self.steps.iter().rev().find(is_said)?;
        let event = first.events.first();
        let kind = event.and_then(|event| kinds.named(&event.kind));
        Some(Revision::of(path, kind, &first.value, &latest.value))
    }
}

/// How the days go while more is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskedDay {
    /// The day asked about goes along with what is known.
    GoAlong,
    /// It stays.
    Stay(Day),
}

/// The values that a path has had as more was published, up to a cut.
///
/// `events` are those of the company within the recorded cut, in the order of their
/// positions.
#[must_use]
pub fn as_published(
    slug: &Slug,
    events: &[Placed],
    (kinds, filter): (&Kinds, &Filter),
    (known, asked): (Instant, AskedDay),
    path: &Path,
) -> History<Instant> {
    let bearing = bearing_on(events, std::slice::from_ref(path));
    let events = bearing.unwrap_or_else(|| events.to_vec());
    let edges = edges::edges(&events, known);
    let told = (kinds.clone(), (ReplayClock::Published, filter.clone()));
    let mut replay = Replay::within(Limits::default(), slug.clone(), events, told);
    let mut told = |known: Instant| {
        replay.at(&Cuts {
            known,
            on: match asked {
                AskedDay::GoAlong => known.day(),
                AskedDay::Stay(day) => day,
            },
            recorded: Position::LAST,
        })
    };
    let first = edges.first().map_or(known, |first| first.plus_micros(-1));
    let mut history = History::of(path.value(&told(first)));
    for edge in edges {
        history.hear(edge, path, &told(edge));
    }
    history
}

/// The values that a path has had as the log grew, under the same question.
///
/// `events` are all of the company, in the order of their positions, and `kinds`
/// tells which kinds are known by a position; `declared` are the positions at which
/// that changes.
#[must_use]
pub fn as_recorded(
    slug: &Slug,
    events: &[Placed],
    (kinds, declared): (&dyn Fn(Position) -> Kinds, &[Position]),
    (cuts, filter): (&Cuts, &Filter),
    path: &Path,
) -> History<Position> {
    let bearing = bearing_on(events, std::slice::from_ref(path));
    let events = bearing.unwrap_or_else(|| events.to_vec());
    let clock = ReplayClock::Recorded(cuts.known);
    let replay = |recorded: Position| {
        let told = (kinds(recorded), (clock, filter.clone()));
        Replay::within(Limits::default(), slug.clone(), events.clone(), told)
    };
    let mut positions: Vec<Position> = events.iter().map(|placed| placed.position).collect();
    positions.extend(declared);
    positions.retain(|position| *position <= cuts.recorded);
    positions.sort_unstable();
    positions.dedup();
    let at = |recorded: Position| Cuts { recorded, ..*cuts };
    let mut told = replay(Position(0));
    let mut history = History::of(path.value(&told.at(&at(Position(0)))));
    for position in positions {
        // From here on other kinds are known.
        if declared.contains(&position) {
            told = replay(position);
        }
        history.hear(position, path, &told.at(&at(position)));
    }
    history
}

/// The ids of some events.
#[must_use]
pub fn ids(events: &[Arc<Event>]) -> Vec<EventId> {
    events.iter().map(|event| event.id).collect()
}
