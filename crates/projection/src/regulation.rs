//! Whether a rule is in force.

use event_model::time::Day;
use serde::Serialize;

use crate::claim::Claim;

/// Whether a rule is in force on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Force {
    /// It is, whichever days are meant.
    Certain,
    /// It can be.
    Possible,
    /// It is not.
    No,
}

/// Tells whether the rule of a thread is in force on a day: it has come into
/// effect by then, and nothing that ends it has. When each was said plays no
/// part.
#[must_use]
pub fn force(claims: &[Claim<'_>], on: Day) -> Force {
    let effective = |stages: &'static [&'static str]| {
        claims
            .iter()
            .filter(|claim| claim.event.level.is_about_what_is())
            .filter(|claim| {
                claim
                    .event
                    .stage()
                    .is_some_and(|stage| stages.contains(&stage))
            })
            .filter_map(|claim| claim.event.date("effective"))
            .map(|date| date.bounds())
    };
    let begun = || effective(&["announced", "published", "amended"]);
    let ended = || effective(&["repealed", "expired", "withdrawn", "struck_down"]);
    if begun().any(|day| day.certainly_by(on)) && !ended().any(|day| day.possibly_by(on)) {
        Force::Certain
    } else if begun().any(|day| day.possibly_by(on)) && !ended().any(|day| day.certainly_by(on)) {
        Force::Possible
    } else {
        Force::No
    }
}
