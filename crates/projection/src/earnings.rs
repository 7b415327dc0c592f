//! When results come: the next period, what is overdue, and how dates moved.

use std::collections::HashSet;

use event_model::edtf::{Bounds, Edtf};
use event_model::id::{EventId, Position};
use event_model::kinds;
use event_model::thread::words_of;
use event_model::time::Day;
use serde::Serialize;

use crate::basis::Cuts;
use crate::claim::{Claim, Threads};
use crate::rule::prevailing;
use crate::standing::Place;
use crate::thread::{ThreadView, decide, speaking, view};

/// The results of a company: to come, overdue and reported.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Earnings {
    /// The open period whose results come first; where all are overdue, the
    /// one with the latest date.
    pub next: Option<ResultsDate>,
    /// The other open periods that are overdue.
    pub overdue: Vec<ResultsDate>,
    /// The other open periods that are not.
    pub upcoming: Vec<ResultsDate>,
    /// The periods that are closed: by a result, or since the date is cancelled.
    pub closed: Vec<ResultsDate>,
    /// The results.
    pub reported: Vec<ThreadView>,
}

/// The date of the results of a period.
#[derive(Debug, Clone, PartialEq)]
pub struct ResultsDate {
    /// What its thread says.
    pub view: ThreadView,
    /// The days that its date leaves open.
    pub bounds: Bounds,
    /// The order of equal dates: that of the claims that give them.
    pub order: (Place, Position),
    /// Whether the date is over without results.
    pub overdue: bool,
    /// How the date changed, in the order in which its claims came in.
    pub moves: Vec<Move>,
}

/// A change of a date to one that it did not leave open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Move {
    /// The date that was held, as EDTF.
    pub from: String,
    /// The date that took its place, as EDTF.
    pub to: String,
    /// From the earliest day of one to that of the other.
    pub days: Option<i64>,
    /// When the claim was published, as written.
    pub published: String,
    /// The event that made it.
    pub event: EventId,
}

impl Earnings {
    /// The dates of all periods, open ones first.
    pub fn dates(&self) -> impl Iterator<Item = &ResultsDate> {
        let open = self.next.iter().chain(&self.overdue).chain(&self.upcoming);
        open.chain(&self.closed)
    }
}

/// Tells of the results of a company.
#[must_use]
pub fn earnings(threads: &Threads<'_>, cuts: &Cuts) -> Earnings {
    let reported_periods = closed_periods(threads, cuts.on);
    let is_closed = |date: &ResultsDate| {
        let period = date.view.text("period");
        !date.view.is_open() || period.is_some_and(|p| reported_periods.contains(&words_of(p)))
    };
    let mut dates: Vec<ResultsDate> = of_kind(threads, kinds::EARNINGS_DATE)
        .filter_map(|claims| results_date(claims, cuts))
        .collect();
    dates.sort_by_key(|date| (date.view.text("date").is_none(), date.bounds, date.order));
    let (mut closed, mut open): (Vec<_>, Vec<_>) = dates.into_iter().partition(is_closed);
    for date in &mut closed {
        date.overdue = false;
    }
    let next = take_next(&mut open);
    let (overdue, upcoming) = open.into_iter().partition(|date| date.overdue);
    let mut reported: Vec<ThreadView> = of_kind(threads, kinds::EARNINGS_RESULT)
        .filter_map(|claims| view(claims, cuts.on))
        .collect();
    reported.sort_by_key(|view| view.order);
    Earnings {
        next,
        overdue,
        upcoming,
        closed,
        reported,
    }
}

fn of_kind<'t, 'a>(threads: &'t Threads<'a>, kind: &str) -> impl Iterator<Item = &'t [Claim<'a>]> {
    threads
        .iter()
        .filter(move |((of, _), _)| *of == kind)
        .map(|(_, claims)| claims.as_slice())
}

/// The periods that a result closes which is at least possible by the day.
fn closed_periods(threads: &Threads<'_>, on: Day) -> HashSet<String> {
    of_kind(threads, kinds::EARNINGS_RESULT)
        .flatten()
        .filter(|claim| claim.event.level.is_about_what_is())
        .filter(|claim| claim.event.stage() != Some("preliminary"))
        .filter(|claim| claim.is_possible_by(on))
        .filter_map(|claim| claim.event.text("period"))
        .map(words_of)
        .collect()
}

/// Takes out the first that is not overdue, or else the one with the latest
/// date. `open` is in the order of the dates.
fn take_next(open: &mut Vec<ResultsDate>) -> Option<ResultsDate> {
    let first = open.iter().position(|date| !date.overdue);
    let at = first.or(open.len().checked_sub(1))?;
    Some(open.remove(at))
}

fn results_date(claims: &[Claim<'_>], cuts: &Cuts) -> Option<ResultsDate> {
    let view = view(claims, cuts.on)?;
    let date = view.text("date").and_then(|text| Edtf::parse(text).ok());
    let bounds = date.map_or(Bounds::ANY, |date| date.bounds());
    let today = cuts.on.min(cuts.known.day());
    let overdue = bounds.latest.is_some_and(|latest| latest < today);
    let (speaking, _) = speaking(claims, cuts.on);
    let dated = decide("date", &speaking).or_else(|| prevailing(&speaking))?;
    Some(ResultsDate {
        view,
        bounds,
        order: (dated.place, dated.position),
        overdue,
        moves: moves(&speaking),
    })
}

/// Replays the dates as their claims came in, and tells of each change that is
/// neither a narrowing of the narrowest date held nor a vaguer word for it.
fn moves(speaking: &[&Claim<'_>]) -> Vec<Move> {
    let states = |claim: &&&Claim<'_>| claim.event.text("date").is_some();
    let mut stating: Vec<&Claim<'_>> = speaking.iter().filter(states).copied().collect();
    stating.sort_by_key(|claim| (claim.place, claim.event.certainty, claim.position));
    let mut moves = Vec::new();
    let mut held: Option<Edtf> = None;
    for end in 1..=stating.len() {
        let mut came_in = stating.get(..end).unwrap_or_default().to_vec();
        came_in.sort_by_key(|claim| claim.order());
        let Some(current) = prevailing(&came_in) else {
            continue;
        };
        let Some(date) = current.event.date("date") else {
            continue;
        };
        let Some(before) = held.take() else {
            held = Some(date);
            continue;
        };
        if date.bounds().encloses(before.bounds()) {
            held = Some(before);
            continue;
        }
        if !before.bounds().encloses(date.bounds()) {
            moves.push(Move {
                days: days(before.bounds(), date.bounds()),
                from: before.text().to_owned(),
                to: date.text().to_owned(),
                published: current.event.published.text().to_owned(),
                event: current.id(),
            });
        }
        held = Some(date);
    }
    moves
}

fn days(from: Bounds, to: Bounds) -> Option<i64> {
    Some(
        to.earliest?
            .signed_duration_since(from.earliest?)
            .num_days(),
    )
}
