//! What a company is called day by day, and who follows it: [`Tenures`].
//!
//! An answer tells what holds on the day asked about. This tells of every day at
//! once, and is what [`company`](crate::identity::company) tells on each of them.

use event_model::id::EventId;
use event_model::own_kinds::Kinds;
use event_model::time::Day;

use crate::basis::{Cuts, Placed};
use crate::claim::Claim;
use crate::identity::{IdentifierView, all_identifiers, decided, declaring, speaking, telling};
use crate::standing::Standing;
use crate::thread::threads;

/// What a company is, and was, called, as far as is known.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tenures {
    /// Its names, in the order of days.
    pub names: Vec<Tenure>,
    /// The companies that follow it, in the order of days.
    pub successors: Vec<Tenure>,
    /// Every identifier that it ever had, each with its own span.
    pub identifiers: Vec<IdentifierView>,
}

/// A value, and the days on which it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenure {
    /// The value.
    pub value: String,
    /// The first day; `None`: there is none before it.
    pub from: Option<Day>,
    /// The last day; `None`: it goes on.
    pub to: Option<Day>,
    /// Whether it certainly was so on one of these days. Before a company is
    /// certainly called anything, everything is possible that it is ever called.
    pub is_certain: bool,
    /// The event that says so.
    pub event: EventId,
}

impl Tenure {
    /// Whether it holds on a day.
    #[must_use]
    pub fn covers(&self, day: Day) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }
}

impl Tenures {
    /// Tells it out of the events of a company that are in the order of their
    /// positions. The day that is asked about plays no part.
    #[must_use]
    pub fn of(events: &[Placed], cuts: &Cuts) -> Self {
        let telling = telling(events);
        let standing = Standing::of(&telling, cuts);
        let threads = threads(&standing, &Kinds::built_in());
        let claims = declaring(&threads);
        let days = turning_days(&claims);
        Self {
            names: tenures(&claims, &days, "name"),
            successors: tenures(&claims, &days, "successor"),
            identifiers: all_identifiers(&threads),
        }
    }

    /// The name on a day.
    #[must_use]
    pub fn name_on(&self, day: Day) -> Option<&Tenure> {
        self.names.iter().find(|name| name.covers(day))
    }

    /// The last name that it certainly had before a day and not on that day.
    #[must_use]
    pub fn name_before(&self, day: Day) -> Option<&Tenure> {
        let name = self.name_on(day).map(|name| &name.value);
        let mut before = self.names.iter().rev().filter(|name| name.is_certain);
        before.find(|other| other.to.is_some_and(|to| to < day) && Some(&other.value) != name)
    }

    /// The last name, if it begins after a day and is not the one on that day.
    #[must_use]
    pub fn name_after(&self, day: Day) -> Option<&Tenure> {
        let name = self.name_on(day).map(|name| &name.value);
        let last = self.names.last();
        last.filter(|other| other.from.is_some_and(|from| from > day))
            .filter(|other| Some(&other.value) != name)
    }

    /// The company that follows it on a day, or else on a later one.
    #[must_use]
    pub fn successor(&self, day: Day) -> Option<&Tenure> {
        let is_over = |other: &&Tenure| other.to.is_some_and(|to| to < day);
        self.successors.iter().find(|other| !is_over(other))
    }
}

/// The days on which it can change through which claims a company speaks.
fn turning_days(claims: &[&Claim]) -> Vec<Day> {
    let bounds = claims.iter().map(|claim| claim.bounds);
    let mut days: Vec<Day> = bounds
        .flat_map(|bounds| [bounds.earliest, bounds.latest])
        .flatten()
        .collect();
    days.sort_unstable();
    days.dedup();
    days
}

/// The values of a field, from one turning day to the next.
fn tenures(claims: &[&Claim], days: &[Day], field: &str) -> Vec<Tenure> {
    let before = days.first().and_then(Day::pred_opt).unwrap_or(Day::MIN);
    let mut tenures: Vec<Tenure> = Vec::new();
    let starts = std::iter::once((None, before)).chain(days.iter().map(|day| (Some(*day), *day)));
    for (from, day) in starts {
        let speaking = speaking(claims, day);
        let is_certain = speaking.iter().any(|claim| claim.is_certain_by(day));
        let won = decided(&speaking, field);
        let told = won.and_then(|claim| Some((claim.event.text(field)?, claim.id())));
        let last = tenures.last_mut().filter(|last| last.to.is_none());
        match (last, told) {
            (Some(last), Some((value, _))) if last.value == value => {
                last.is_certain |= is_certain;
                continue;
            }
            (Some(last), _) => last.to = day.pred_opt(),
            (None, _) => {}
        }
        if let Some((value, event)) = told {
            tenures.push(Tenure {
                value: value.to_owned(),
                from,
                to: None,
                is_certain,
                event,
            });
        }
    }
    tenures
}
