//! A [`Timeline`]: the answer of a fold.

use std::sync::Arc;

use event_model::event::Event;

use crate::basis::Basis;
use crate::earnings::Earnings;
use crate::identity::Company;
use crate::listing::Listing;
use crate::redacted::Redacted;
use crate::regulation::Regulation;
use crate::standing::Status;
use crate::view::ThreadView;

/// What could have been known of a company under a basis.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    /// The company itself.
    pub company: Company,
    /// Where it is going.
    pub strategy: Strategy,
    /// When its results come, and what they were.
    pub earnings: Earnings,
    /// Its interest in chips.
    pub chips: Listing,
    /// The rules that bear on it.
    pub regulation: Listing<Regulation>,
    /// What its shares did.
    pub market: Listing,
    /// The threads of all other kinds.
    pub other: Listing,
    /// What was redacted.
    pub redacted: Vec<Redacted>,
    /// How many events it is told from.
    pub tally: Tally,
    /// Every visible event, if the list was asked for.
    pub events: Option<Vec<EventView>>,
}

/// Where a company is going.
#[derive(Debug, Clone, PartialEq)]
pub struct Strategy {
    /// All pivots, ended ones too.
    pub pivots: Listing,
}

impl Strategy {
    /// The last pivot that is not at an end.
    #[must_use]
    pub fn current(&self) -> Option<&Arc<ThreadView>> {
        self.pivots.iter().rev().find(|pivot| pivot.is_open())
    }
}

/// How many events can be seen under a basis.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// The visible events.
    pub visible: usize,
    /// Those of them that tell something of the company, and not only what it
    /// is called.
    pub telling: usize,
    /// From how many sources those are.
    pub sources: usize,
}

/// A visible event and how it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct EventView {
    /// How it stands.
    pub status: Status,
    /// The event.
    pub event: Arc<Event>,
}

/// A timeline with the basis that it was asked on: what `annals at --json`
/// prints and `annals export` writes.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The cuts, and what pins them.
    pub basis: Basis,
    /// The answer.
    pub timeline: Timeline,
}

impl Timeline {
    /// The threads of every section, each with the name of its section, in the
    /// order in which they are shown. A period of results stands here once.
    pub fn threads(&self) -> impl Iterator<Item = (&'static str, &ThreadView)> {
        let earnings = &self.earnings;
        let dates = earnings.dates().map(|date| ("earnings", &*date.view));
        let rules = self.regulation.iter();
        let rules = rules.map(|rule| ("regulation", &*rule.view));
        named("strategy.pivots", &self.strategy.pivots)
            .chain(dates)
            .chain(named("earnings.reported", &earnings.reported))
            .chain(named("chips", &self.chips))
            .chain(rules)
            .chain(named("market", &self.market))
            .chain(named("other", &self.other))
    }
}

fn named<'v>(
    section: &'static str,
    views: &'v Listing,
) -> impl Iterator<Item = (&'static str, &'v ThreadView)> {
    views.iter().map(move |view| (section, &**view))
}
