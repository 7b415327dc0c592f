//! A [`Claim`]: an event that counts, with the days on which it can have
//! happened as far as its thread tells.

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

/// How many claims of a stage are held against each other.
const SOON_TOLD_MAX: usize = 64;

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

    /// Whether the days of no claim that counts give way to those of one that came later, as
    /// far as that is soon told.
    pub(crate) fn is_steady(&self, claims: &[Claim], counts: &Counts) -> bool {
        let mut stages = self.0.chunk_by(|_, next| !next.opens);
        stages.all(|stage| {
            let counting = stage.iter().filter(|staged| counts.hold(staged.claim));
            let gives_way = |one: &Staged, later: &Staged| {
                let both = claims.get(one.claim).zip(claims.get(later.claim));
                one.claim < later.claim
                    && both.is_some_and(|(one, later)| {
                        later.is_fact()
                            && one.stated != later.stated
                            && one.stated.encloses(later.stated)
                    })
            };
            let mut pairs = counting
                .clone()
                .flat_map(|one| counting.clone().map(move |later| (one, later)));
            stage.len() <= SOON_TOLD_MAX && !pairs.any(|(one, later)| gives_way(one, later))
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
