//! A [`Timeline`]: the answer of a fold.

use event_model::event::Event;
use event_model::kinds;

use crate::basis::Basis;
use crate::earnings::Earnings;
use crate::identity::Company;
use crate::regulation::Force;
use crate::standing::Status;
use crate::thread::ThreadView;

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
    pub chips: Vec<ThreadView>,
    /// The rules that bear on it.
    pub regulation: Vec<Regulation>,
    /// What its shares did.
    pub market: Vec<ThreadView>,
    /// The threads of all other kinds.
    pub other: Vec<ThreadView>,
    /// Every visible event.
    pub events: Vec<EventView>,
}

/// Where a company is going.
#[derive(Debug, Clone, PartialEq)]
pub struct Strategy {
    /// All pivots, ended ones too.
    pub pivots: Vec<ThreadView>,
}

impl Strategy {
    /// The last pivot that is not at an end.
    #[must_use]
    pub fn current(&self) -> Option<&ThreadView> {
        self.pivots.iter().rev().find(|pivot| pivot.is_open())
    }
}

/// A rule, and whether it is in force.
#[derive(Debug, Clone, PartialEq)]
pub struct Regulation {
    /// What its thread says.
    pub view: ThreadView,
    /// Whether it is in force on the day asked about.
    pub force: Force,
}

/// A visible event and how it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct EventView {
    /// How it stands.
    pub status: Status,
    /// The event.
    pub event: Event,
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

/// An answer whose JSON leaves out the list of events.
#[derive(Debug, Clone)]
pub struct WithoutEvents<'a>(pub &'a Answer);

impl Timeline {
    /// The threads of every section, each with the name of its section, in the
    /// order in which they are shown. A period of results stands here once.
    pub fn threads(&self) -> impl Iterator<Item = (&'static str, &ThreadView)> {
        let earnings = &self.earnings;
        let named = |name: &'static str| move |view| (name, view);
        let pivots = self.strategy.pivots.iter().map(named("strategy.pivots"));
        pivots
            .chain(earnings.dates().map(|date| ("earnings", &date.view)))
            .chain(earnings.reported.iter().map(named("earnings.reported")))
            .chain(self.chips.iter().map(named("chips")))
            .chain(
                self.regulation
                    .iter()
                    .map(|rule| ("regulation", &rule.view)),
            )
            .chain(self.market.iter().map(named("market")))
            .chain(self.other.iter().map(named("other")))
    }

    /// How many events tell something of the company, and from how many sources.
    #[must_use]
    pub fn tally(&self) -> (usize, usize) {
        let told = || {
            self.events
                .iter()
                .filter(|view| &*view.event.kind != kinds::COMPANY)
        };
        let mut sources: Vec<&str> = told().map(|view| &*view.event.source.name).collect();
        sources.sort_unstable();
        sources.dedup();
        (told().count(), sources.len())
    }
}
