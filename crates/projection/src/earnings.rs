//! When results come: the next period, what is overdue, and how dates moved.

use std::sync::Arc;

use event_model::edtf::{Bounds, Edtf};
use event_model::id::{EventId, Position};
use event_model::thread::words_of;
use event_model::time::Day;
use foldhash::HashSet;
use serde::Serialize;

use crate::basis::Cuts;
use crate::claim::{Claim, stage_of};
use crate::listing::Listing;
use crate::rule::prevailing;
use crate::standing::Place;
use crate::thread::Thread;
use crate::view::ThreadView;

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
    pub reported: Listing,
}

/// The date of the results of a period.
#[derive(Debug, Clone, PartialEq)]
pub struct ResultsDate {
    /// What its thread says.
    pub view: Arc<ThreadView>,
    /// The days that its date leaves open.
    pub bounds: Bounds,
    /// The order of equal dates: that of the claims that give them.
    pub order: (Place, Position),
    /// Whether the date is over without results.
    pub overdue: bool,
    /// Its claims state a date.
    pub(crate) is_dated: bool,
    /// Its date is not cancelled.
    pub(crate) is_open: bool,
    /// It stands among the closed periods.
    pub(crate) is_closed: bool,
    /// Its period, as [`words_of`] it.
    pub(crate) period: Option<Arc<str>>,
    /// How the date changed, in the order in which its claims came in.
    pub moves: Arc<[Move]>,
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

impl ResultsDate {
    /// Whether results of a period, as [`words_of`] it, are those of this date: it is of
    /// that period, or is told under its name, since the claims of a period can be linked
    /// to it that was called otherwise.
    pub(crate) fn is_of(&self, period: &str) -> bool {
        self.period.as_deref() == Some(period) || self.view.thread() == period
    }

    /// The order in which dates stand: by the days, those without a date last.
    pub(crate) fn list_order(&self) -> (bool, Bounds, (Place, Position)) {
        (!self.is_dated, self.bounds, self.order)
    }
}

impl Earnings {
    /// The dates of all periods, open ones first.
    pub fn dates(&self) -> impl Iterator<Item = &ResultsDate> {
        let open = self.next.iter().chain(&self.overdue).chain(&self.upcoming);
        open.chain(&self.closed)
    }

    /// The list in which one of these dates stands, by its name.
    #[must_use]
    pub fn place(&self, date: &ResultsDate) -> Option<&'static str> {
        let is_in = |list: &[ResultsDate]| list.as_ptr_range().contains(&std::ptr::from_ref(date));
        let lists = [
            ("next", self.next.as_slice()),
            ("overdue", self.overdue.as_slice()),
            ("upcoming", self.upcoming.as_slice()),
            ("closed", self.closed.as_slice()),
        ];
        let found = lists.into_iter().find(|(_, list)| is_in(list));
        found.map(|(name, _)| name)
    }
}

/// Tells of the results of a company: when each period is to report, the
/// periods that a result closes, as [`words_of`] them, and the results.
#[must_use]
pub fn earnings(
    mut dates: Vec<ResultsDate>,
    reported_periods: &HashSet<Arc<str>>,
    reported: Listing,
    cuts: &Cuts,
) -> Earnings {
    let today = cuts.on.min(cuts.known.day());
    let is_reported = |period: &Arc<str>| reported_periods.contains(period);
    // A result closes the period that it names, and the thread that is told under its
    // name: the claims of a period can be linked to it that was called otherwise.
    let is_closed = |date: &ResultsDate| {
        !date.is_open
            || date.period.as_ref().is_some_and(is_reported)
            || reported_periods.contains(date.view.thread())
    };
    dates.sort_unstable_by_key(ResultsDate::list_order);
    let (mut closed, mut open): (Vec<_>, Vec<_>) = dates.into_iter().partition(is_closed);
    for date in &mut closed {
        date.is_closed = true;
    }
    for date in &mut open {
        date.overdue = date.bounds.latest.is_some_and(|latest| latest < today);
    }
    let next = take_next(&mut open);
    let (overdue, upcoming) = open.into_iter().partition(|date| date.overdue);
    Earnings {
        next,
        overdue,
        upcoming,
        closed,
        reported,
    }
}

/// The periods that a thread of results closes: those with a result that is at
/// least possible by the day.
pub(crate) fn closed_periods(results: &Thread, on: Day) -> impl Iterator<Item = Arc<str>> {
    let mut before = None;
    results
        .counting()
        .filter(|claim| claim.is_about_what_is())
        .filter(move |claim| claim.is_possible_by(on))
        .filter(|claim| stage_of(&claim.event, results.kind) != Some("preliminary"))
        .filter_map(|claim| claim.event.text("period"))
        .filter(move |period| before.replace(*period) != Some(*period))
        .map(|period| words_of(period).into())
}

/// Takes out the first with a date that is not overdue, or else the one with the latest
/// date; where none has a date, the first. `open` is in the order of the dates, those
/// without one last.
fn take_next(open: &mut Vec<ResultsDate>) -> Option<ResultsDate> {
    let dated = open.partition_point(|date| date.is_dated);
    let to_come = open.iter().position(|date| date.is_dated && !date.overdue);
    let at = to_come.unwrap_or(dated.saturating_sub(1));
    (at < open.len()).then(|| open.remove(at))
}

/// When the period of a thread is to report, not told yet whether it is overdue.
pub(crate) fn results_date(thread: &Thread, on: Day) -> Option<ResultsDate> {
    let view = thread.view(on)?;
    let date = view.text("date");
    let is_dated = date.is_some();
    let date = date.and_then(|text| Edtf::parse(text).ok());
    let bounds = date.map_or(Bounds::ANY, |date| date.bounds());
    let dated = thread.decide("date", on);
    let dated = dated.or_else(|| prevailing(thread.speaking(on)))?;
    Some(ResultsDate {
        is_dated,
        is_open: view.is_open(),
        is_closed: false,
        period: view.text("period").map(|text| words_of(text).into()),
        view: Arc::new(view),
        bounds,
        order: (dated.place, dated.position),
        overdue: false,
        moves: moves(&thread.deciding("date", on)).into(),
    })
}

/// Replays the dates as their claims came in, and tells of each change that is
/// neither a narrowing of the narrowest date held nor a vaguer word for it.
fn moves(deciding: &[&Claim]) -> Vec<Move> {
    let mut moves = Vec::new();
    let mut held: Option<Edtf> = None;
    for current in deciding {
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
                days: before.bounds().days_until(date.bounds()),
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
