//! A [`Claim`]: an event that counts, with the days on which it can have
//! happened as far as its thread tells.

use std::collections::BTreeMap;
use std::sync::Arc;

use event_model::edtf::Bounds;
use event_model::event::Event;
use event_model::id::{EventId, Position};
use event_model::kind::{Kind, Section};
use event_model::time::{Day, Instant};
use event_model::vocabulary::{Certainty, Confirmation, Level};

use crate::basis::Placed;
use crate::standing::Place;
use crate::thread::counts::Counts;

/// An event that counts under a basis, with what the rules ask of it again and
/// again.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The event.
    pub event: Arc<Event>,
    /// Its place in the log.
    pub position: Position,
    /// Where it comes in the order of publication.
    pub place: Place,
    /// The first and the last day on which it can have happened.
    pub bounds: Bounds,
    /// The same as it states them by itself.
    pub stated: Bounds,
    /// Who stands behind it.
    pub certainty: Certainty,
    /// What the parties say of it.
    pub confirmation: Confirmation,
    /// Whether it tells what is, or what somebody foretells or thinks.
    pub level: Level,
    /// It is about when results are to come.
    pub is_results_date: bool,
    /// It says that a report was false.
    pub is_denial: bool,
    /// Its quantity is shared with others, and so says nothing exact of the
    /// company's own.
    pub shares_quantity: bool,
}

/// What lists are ordered by.
pub type ListOrder = (Bounds, Place, Position);

impl Claim {
    /// The claim that an event of this kind makes, before others of its thread
    /// are heard.
    #[must_use]
    pub fn of(placed: &Placed, place: Place, kind: Option<&Kind>) -> Self {
        let event = &placed.event;
        let stated = event.bounds();
        Self {
            event: Arc::clone(event),
            position: placed.position,
            place,
            bounds: stated,
            stated,
            certainty: event.certainty,
            confirmation: event.confirmation,
            level: event.level,
            is_results_date: kind.is_some_and(|kind| kind.section == Section::EarningsDate),
            is_denial: kind.is_some_and(|kind| kind.is_end("denied"))
                && stage_of(event, kind) == Some("denied"),
            shares_quantity: false,
        }
    }

    /// The order in which claims came: by publication; of equal instants, the
    /// surer later; then by position.
    #[must_use]
    pub fn order(&self) -> (Instant, Certainty, Position, Position) {
        let Place {
            published,
            position,
        } = self.place;
        (published, self.certainty, position, self.position)
    }

    /// Whether it counts as happened on a day, whichever day it was. That a
    /// report was false holds on every day.
    #[must_use]
    pub fn is_certain_by(&self, day: Day) -> bool {
        self.is_denial || self.bounds.certainly_by(day)
    }

    /// Whether it can have happened by a day.
    #[must_use]
    pub fn is_possible_by(&self, day: Day) -> bool {
        self.is_denial || self.bounds.possibly_by(day)
    }

    /// Whether the company or the authority itself stands behind it.
    #[must_use]
    pub fn is_official(&self) -> bool {
        self.certainty == Certainty::Official
    }

    /// Whether it is about what is, and not what somebody foretells or thinks.
    #[must_use]
    pub fn is_about_what_is(&self) -> bool {
        self.level.is_about_what_is()
    }

    /// Whether it says that something is so.
    #[must_use]
    pub fn is_fact(&self) -> bool {
        self.level == Level::Fact
    }

    /// The order of lists: by the days, then by publication and position.
    #[must_use]
    pub fn list_order(&self) -> ListOrder {
        (self.bounds, self.place, self.position)
    }

    /// The id of its event.
    #[must_use]
    pub fn id(&self) -> EventId {
        self.event.id
    }
}

/// The stage that an event of this kind says its thread has reached.
pub(crate) fn stage_of<'e>(event: &'e Event, kind: Option<&Kind>) -> Option<&'e str> {
    event.text(kind?.life.as_ref()?.field)
}

/// The claims of a thread by the stage that they say it has reached.
#[derive(Debug, Default)]
pub(crate) struct Stages(Vec<Staged>);

/// A claim with a stage, by its index. They are in the order of their stages,
/// then of the days that they state.
#[derive(Debug)]
struct Staged {
    claim: usize,
    /// It is the first of its stage.
    opens: bool,
}

impl Stages {
    /// Finds the stages of the claims of a thread.
    pub(crate) fn of(claims: &[Claim], kind: Option<&Kind>) -> Self {
        let mut found: Vec<(&str, Bounds, usize)> = claims
            .iter()
            .enumerate()
            .filter_map(|(at, claim)| Some((stage_of(&claim.event, kind)?, claim.stated, at)))
            .collect();
        found.sort_unstable();
        let mut before = None;
        let staged = found.into_iter().map(|(stage, _, claim)| Staged {
            claim,
            opens: before.replace(stage) != Some(stage),
        });
        Self(staged.collect())
    }

    /// Whether no claim says a stage.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the days of no claim that counts give way to those of one that came later.
    pub(crate) fn is_steady(&self, claims: &[Claim], counts: &Counts) -> bool {
        let mut stages = self.0.chunk_by(|_, next| !next.opens);
        stages.all(|stage| {
            let counting = stage.iter().map(|staged| staged.claim);
            let mut counting: Vec<usize> = counting.filter(|at| counts.hold(*at)).collect();
            counting.sort_unstable();
            let mut later = Precise::default();
            let mut latest_first = counting.iter().rev().filter_map(|at| claims.get(*at));
            latest_first.all(|claim| {
                let is_steady = !later.has_within(claim.stated);
                if claim.is_fact() {
                    later.add(claim.stated);
                }
                is_steady
            })
        })
    }

    /// Lets vague dates give way to precise ones.
    ///
    /// A stage is reached once. So a claim whose days enclose those of facts of
    /// the same thread and stage takes their span. A fact that gave way itself
    /// has no say of its own, so the span is that of the most precise facts.
    /// Claims without a stage are of different happenings and keep their days.
    pub(crate) fn narrow(&self, claims: &mut [Claim], counts: &Counts) {
        let mut precise: Vec<Bounds> = Vec::new();
        for stage in self.0.chunk_by(|_, next| !next.opens) {
            precise.clear();
            let counting = stage.iter().filter(|staged| counts.hold(staged.claim));
            let facts = counting
                .clone()
                .filter_map(|staged| claims.get(staged.claim));
            let facts = facts.filter(|claim| claim.is_fact());
            most_precise(facts.map(|claim| claim.stated), &mut precise);
            let mut rest = precise.as_slice();
            for staged in counting {
                if let Some(claim) = claims.get_mut(staged.claim) {
                    let span = span_within(claim.stated, &mut rest);
                    claim.bounds = span.unwrap_or(claim.stated);
                }
            }
        }
    }
}

/// Days that enclose no others of them, by their first: the later they begin, the later
/// they end.
#[derive(Debug, Default)]
struct Precise(BTreeMap<Option<Day>, Option<Day>>);

impl Precise {
    /// The first of them that begin no sooner than these days, and so those that end first.
    fn from(&self, days: Bounds) -> Option<Bounds> {
        let (earliest, latest) = self.0.range(days.earliest..).next()?;
        Some(Bounds {
            earliest: *earliest,
            latest: *latest,
        })
    }

    /// Whether others lie within these days, and are not the same.
    fn has_within(&self, days: Bounds) -> bool {
        let next = self.from(days);
        next.is_some_and(|next| days.strictly_encloses(next))
    }

    fn add(&mut self, days: Bounds) {
        if self.from(days).is_some_and(|next| days.encloses(next)) {
            return;
        }
        while let Some((earliest, latest)) = self.0.range(..=days.earliest).next_back() {
            let (earliest, latest) = (*earliest, *latest);
            if !(Bounds { earliest, latest }).encloses(days) {
                break;
            }
            self.0.remove(&earliest);
        }
        self.0.insert(days.earliest, days.latest);
    }
}

/// Those of some days that enclose no others. Both are in order, so that none
/// begins or ends before the one that it follows.
fn most_precise(days: impl DoubleEndedIterator<Item = Bounds>, precise: &mut Vec<Bounds>) {
    for days in days.rev() {
        if precise.last().is_some_and(|next| days.encloses(*next)) {
            continue;
        }
        if precise.last().is_some_and(|next| next.encloses(days)) {
            precise.pop();
        }
        precise.push(days);
    }
    precise.reverse();
}

/// The span of the most precise days that lie within others. Those that begin
/// before are left out of the rest, since the next to ask begins no sooner.
fn span_within(days: Bounds, rest: &mut &[Bounds]) -> Option<Bounds> {
    let ends_by = |other: &Bounds| match (other.latest, days.latest) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(other), Some(latest)) => other <= latest,
    };
    while let Some((first, others)) = rest.split_first()
        && first.earliest < days.earliest
    {
        *rest = others;
    }
    let first = rest.first().filter(|first| ends_by(first))?;
    let within = rest.partition_point(ends_by);
    let last = rest.get(..within)?.last()?;
    Some(Bounds {
        earliest: first.earliest,
        latest: last.latest,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bounds() -> impl Strategy<Value = Bounds> {
        let day = |day: i32| Day::from_num_days_from_ce_opt(730_000 + day);
        let side = || prop::option::of(0..6_i32);
        (side(), side()).prop_map(move |(one, other)| {
            let (one, other) = match (one, other) {
                (Some(one), Some(other)) => (Some(one.min(other)), Some(one.max(other))),
                sides => sides,
            };
            Bounds {
                earliest: one.and_then(day),
                latest: other.and_then(day),
            }
        })
    }

    proptest! {
        #[test]
        fn precise_days_tell_what_lies_within_others(
            all in prop::collection::vec(bounds(), 0..12),
            asked in bounds(),
        ) {
            let mut precise = Precise::default();
            all.iter().for_each(|days| precise.add(*days));
            // What is the same as those asked about hides nothing.
            let is_within = all.iter().any(|days| asked.strictly_encloses(*days));
            prop_assert_eq!(precise.has_within(asked), is_within);
        }
    }
}
