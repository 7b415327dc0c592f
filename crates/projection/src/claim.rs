//! A [`Claim`]: an event that counts, with the days on which it can have
//! happened as far as its thread tells.

use std::collections::BTreeMap;

use event_model::edtf::Bounds;
use event_model::event::Event;
use event_model::id::{EventId, Position};
use event_model::time::{Day, Instant};
use event_model::vocabulary::{Certainty, Level};

use crate::standing::{Place, Standing, Stood};

/// An event that counts under a basis.
#[derive(Debug, Clone)]
pub struct Claim<'a> {
    /// The event.
    pub event: &'a Event,
    /// Its place in the log.
    pub position: Position,
    /// Where it comes in the order of publication.
    pub place: Place,
    /// The first and the last day on which it can have happened.
    pub bounds: Bounds,
}

/// The threads of a company, each with its claims in the order of publication,
/// by kind and name.
pub type Threads<'a> = BTreeMap<(&'a str, &'a str), Vec<Claim<'a>>>;

/// What lists are ordered by.
pub type ListOrder = (Bounds, Place, Position);

impl Claim<'_> {
    /// The order in which claims came: by publication; of equal instants, the
    /// surer later; then by position.
    #[must_use]
    pub fn order(&self) -> (Instant, Certainty, Position, Position) {
        let Place {
            published,
            position,
        } = self.place;
        (published, self.event.certainty, position, self.position)
    }

    /// Whether it counts as happened on a day, whichever day it was. That a
    /// report was false holds on every day.
    #[must_use]
    pub fn is_certain_by(&self, day: Day) -> bool {
        self.is_denial() || self.bounds.certainly_by(day)
    }

    /// Whether it can have happened by a day.
    #[must_use]
    pub fn is_possible_by(&self, day: Day) -> bool {
        self.is_denial() || self.bounds.possibly_by(day)
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

    fn is_denial(&self) -> bool {
        self.event.stage() == Some("denied")
    }
}

/// Gathers the counting events into threads, and narrows their days.
#[must_use]
pub fn threads<'a>(standing: &Standing<'a>) -> Threads<'a> {
    let mut threads = Threads::new();
    for Stood { placed, place, .. } in standing.counting() {
        let claim = Claim {
            event: &placed.event,
            position: placed.position,
            place: *place,
            bounds: placed.event.bounds(),
        };
        let name = (&*placed.event.kind, &*placed.event.thread);
        threads.entry(name).or_default().push(claim);
    }
    for claims in threads.values_mut() {
        narrow(claims);
        claims.sort_by_key(Claim::order);
    }
    threads
}

/// Lets vague dates give way to precise ones.
///
/// A stage is reached once. So a claim whose days enclose those of facts of the
/// same thread and stage takes their span. A fact that gave way itself has no
/// say of its own, so the span is that of the most precise facts. Claims
/// without a stage are of different happenings and keep their days.
fn narrow(claims: &mut [Claim<'_>]) {
    let mut facts: BTreeMap<&str, Vec<Bounds>> = BTreeMap::new();
    for claim in claims
        .iter()
        .filter(|claim| claim.event.level == Level::Fact)
    {
        if let Some(stage) = claim.event.stage() {
            facts.entry(stage).or_default().push(claim.bounds);
        }
    }
    for bounds in facts.values_mut() {
        bounds.sort_unstable();
        bounds.dedup();
        let all = bounds.clone();
        bounds.retain(|fact| !all.iter().any(|other| fact.strictly_encloses(*other)));
    }
    for claim in claims {
        let precise = claim.event.stage().and_then(|stage| facts.get(stage));
        let span = precise
            .into_iter()
            .flatten()
            .copied()
            .filter(|fact| claim.bounds.strictly_encloses(*fact))
            .reduce(Bounds::hull);
        claim.bounds = span.unwrap_or(claim.bounds);
    }
}
