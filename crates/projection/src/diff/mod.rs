//! What is believed differently in two answers: [`Diff`].
//!
//! - [`Diff`]: of every thread, what was told of it and what is
//! - [`Change`]: the same for people and programs, field by field
//! - `field`: what sort of change a field went through
//! - `amounts`: amounts that are not exact

pub(crate) mod amounts;
mod change;
mod field;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use self::change::{Change, ChangeKind, Direction};

use crate::earnings::{Earnings, ResultsDate};
use crate::identity::Company;
use crate::item::Item;
use crate::redacted::Redacted;
use crate::regulation::Regulation;
use crate::timeline::{Strategy, Tally, Timeline};
use crate::view::ThreadView;

/// A thread by its kind and its name.
type Key = (String, String);

/// What is believed differently in one answer than in another.
///
/// It is whole: [applied](Diff::apply) to the first it gives the second, but for the
/// list of events.
#[derive(Debug, Clone, PartialEq)]
pub struct Diff {
    company: (Company, Company),
    redacted: (Vec<Redacted>, Vec<Redacted>),
    tally: (Tally, Tally),
    /// The threads of which something else is told.
    threads: BTreeMap<Key, (Option<Told>, Option<Told>)>,
}

/// What an answer tells of a thread, and where.
#[derive(Debug, Clone, PartialEq)]
enum Told {
    Thread(List, Arc<ThreadView>),
    Date(Place, ResultsDate),
    Rule(Regulation),
}

/// A list of threads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum List {
    Pivots,
    Current,
    Reported,
    Chips,
    Market,
    Other,
}

/// Where the date of the results of a period stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Next,
    Overdue,
    Upcoming,
    Closed,
}

impl Told {
    fn item(&self) -> Item<'_> {
        match self {
            Self::Thread(_, view) => Item::Thread(view),
            Self::Date(_, date) => Item::Date(date),
            Self::Rule(rule) => Item::Rule(rule),
        }
    }

    /// The section that shows it, and its place among the sections.
    fn section(&self) -> (usize, &'static str) {
        match self {
            Self::Thread(List::Pivots | List::Current, _) => (0, "strategy.pivots"),
            Self::Date(..) => (1, "earnings"),
            Self::Thread(List::Reported, _) => (2, "earnings.reported"),
            Self::Thread(List::Chips, _) => (3, "chips"),
            Self::Rule(_) => (4, "regulation"),
            Self::Thread(List::Market, _) => (5, "market"),
            Self::Thread(List::Other, _) => (6, "other"),
        }
    }

    /// Where it stands apart from the others of its section.
    fn place(&self) -> Option<&'static str> {
        match self {
            Self::Thread(List::Current, _) => Some("current"),
            Self::Date(place, _) => Some(match place {
                Place::Next => "next",
                Place::Overdue => "overdue",
                Place::Upcoming => "upcoming",
                Place::Closed => "closed",
            }),
            _ => None,
        }
    }
}

impl Diff {
    /// Compares two answers about a company.
    #[must_use]
    pub fn between(before: &Timeline, after: &Timeline) -> Self {
        let mut threads: BTreeMap<Key, (Option<Told>, Option<Told>)> = BTreeMap::new();
        for (key, told) in told(before) {
            threads.entry(key).or_default().0 = Some(told);
        }
        for (key, told) in told(after) {
            threads.entry(key).or_default().1 = Some(told);
        }
        threads.retain(|_, (was, is)| was != is);
        Self {
            company: (before.company.clone(), after.company.clone()),
            redacted: (before.redacted.clone(), after.redacted.clone()),
            tally: (before.tally, after.tally),
            threads,
        }
    }

    /// Whether nothing is believed differently; what is believed can stand in
    /// another order all the same.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes().is_empty()
    }

    /// The second answer, given the first, without the list of events.
    #[must_use]
    pub fn apply(&self, before: &Timeline) -> Timeline {
        let mut threads: BTreeMap<Key, Told> = told(before).collect();
        for (key, (_, is)) in &self.threads {
            match is {
                Some(is) => drop(threads.insert(key.clone(), is.clone())),
                None => drop(threads.remove(key)),
            }
        }
        Timeline {
            redacted: self.redacted.1.clone(),
            ..gathered(self.company.1.clone(), self.tally.1, threads.into_values())
        }
    }

    /// What is believed differently in the end, given what is from there on.
    #[must_use]
    pub fn then(mut self, next: Self) -> Self {
        for (key, (was, is)) in next.threads {
            let first = self.threads.remove(&key).map(|(first, _)| first);
            let pair = (first.unwrap_or(was), is);
            if pair.0 != pair.1 {
                self.threads.insert(key, pair);
            }
        }
        Self {
            company: (self.company.0, next.company.1),
            redacted: (self.redacted.0, next.redacted.1),
            tally: (self.tally.0, next.tally.1),
            threads: self.threads,
        }
    }

    /// The same field by field, in the order of the timeline: first of the company
    /// itself, then of section after section.
    #[must_use]
    pub fn changes(&self) -> Vec<Change> {
        change::changes(self)
    }
}

/// Every thread of an answer.
fn told(timeline: &Timeline) -> impl Iterator<Item = (Key, Told)> {
    let earnings = &timeline.earnings;
    let current = timeline.strategy.current();
    let pivots = timeline.strategy.pivots.iter().map(move |view| {
        let is_current = current.is_some_and(|current| Arc::ptr_eq(current, view));
        let list = if is_current {
            List::Current
        } else {
            List::Pivots
        };
        Told::Thread(list, Arc::clone(view))
    });
    let views = [
        (List::Reported, &earnings.reported),
        (List::Chips, &timeline.chips),
        (List::Market, &timeline.market),
        (List::Other, &timeline.other),
    ];
    let views = views.into_iter().flat_map(|(list, views)| {
        let views = views.iter();
        views.map(move |view| Told::Thread(list, Arc::clone(view)))
    });
    let next = earnings.next.as_slice();
    let dates = [
        (Place::Next, next),
        (Place::Overdue, &earnings.overdue),
        (Place::Upcoming, &earnings.upcoming),
        (Place::Closed, &earnings.closed),
    ];
    let dates = dates.into_iter().flat_map(|(place, dates)| {
        let dates = dates.iter();
        dates.map(move |date| Told::Date(place, date.clone()))
    });
    let rules = timeline.regulation.iter().cloned().map(Told::Rule);
    let all = pivots.chain(views).chain(dates).chain(rules);
    all.map(|told| {
        let view = told.item().view();
        let key = (view.kind_name().to_owned(), view.thread().to_owned());
        (key, told)
    })
}

/// The answer that tells these threads.
fn gathered(company: Company, tally: Tally, threads: impl Iterator<Item = Told>) -> Timeline {
    let [mut pivots, mut reported, mut chips, mut market, mut other] = [const { Vec::new() }; 5];
    let mut rules = Vec::new();
    let mut earnings = Earnings::default();
    for told in threads {
        match told {
            Told::Thread(List::Pivots | List::Current, view) => pivots.push(view),
            Told::Thread(List::Reported, view) => reported.push(view),
            Told::Thread(List::Chips, view) => chips.push(view),
            Told::Thread(List::Market, view) => market.push(view),
            Told::Thread(List::Other, view) => other.push(view),
            Told::Rule(rule) => rules.push(rule),
            Told::Date(Place::Next, date) => earnings.next = Some(date),
            Told::Date(Place::Overdue, date) => earnings.overdue.push(date),
            Told::Date(Place::Upcoming, date) => earnings.upcoming.push(date),
            Told::Date(Place::Closed, date) => earnings.closed.push(date),
        }
    }
    for dates in [
        &mut earnings.overdue,
        &mut earnings.upcoming,
        &mut earnings.closed,
    ] {
        dates.sort_unstable_by_key(ResultsDate::list_order);
    }
    earnings.reported = reported.into_iter().collect();
    Timeline {
        company,
        strategy: Strategy {
            pivots: pivots.into_iter().collect(),
        },
        earnings,
        chips: chips.into_iter().collect(),
        regulation: rules.into_iter().collect(),
        market: market.into_iter().collect(),
        other: other.into_iter().collect(),
        redacted: Vec::new(),
        tally,
        events: None,
    }
}
