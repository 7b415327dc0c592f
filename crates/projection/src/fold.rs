//! The meaning of time travel: [`fold`].

use std::sync::Arc;

use event_model::event::Event;
use event_model::id::{EventId, Slug};
use event_model::kind::Section;
use event_model::kinds;
use event_model::time::Day;
use foldhash::HashSet;

use crate::basis::{Cuts, Lens, Placed};
use crate::claim::ListOrder;
use crate::earnings::{ResultsDate, closed_periods, earnings, results_date};
use crate::identity::{Company, company};
use crate::redacted::{Redacted, is_about_redaction, redacted};
use crate::regulation::{Regulation, regulation};
use crate::standing::{Standing, Status, Stood};
use crate::thread::{Thread, threads};
use crate::timeline::{EventView, Strategy, Tally, Timeline};
use crate::view::ThreadView;

/// Tells what could have been known of a company under these cuts, or through a
/// whole lens.
///
/// `events` are all events of the company in the order of their positions.
/// Nothing else goes in, so the same events and lens give the same answer.
#[must_use]
pub fn fold<'l>(slug: &Slug, events: &[Placed], lens: impl Into<Lens<'l>>) -> Timeline {
    let lens = lens.into();
    let (standing, threads) = counting(events, &lens);
    let timeline = told(slug, &standing, &threads, &lens.cuts);
    let events = event_views(&standing, &threads, &timeline.company, &lens.cuts);
    Timeline {
        events: Some(events),
        ..timeline
    }
}

/// Tells the same as [`fold`] without the list of events, which takes longer
/// than all the rest.
#[must_use]
pub fn fold_without_events<'l>(
    slug: &Slug,
    events: &[Placed],
    lens: impl Into<Lens<'l>>,
) -> Timeline {
    let lens = lens.into();
    let (standing, threads) = counting(events, &lens);
    told(slug, &standing, &threads, &lens.cuts)
}

/// What was published by then and what of it still holds; and the claims that
/// count, by the matters they are about, each with the days on which it can
/// have happened.
pub(crate) fn counting<'a>(events: &'a [Placed], lens: &Lens<'_>) -> (Standing<'a>, Vec<Thread>) {
    let standing = Standing::of(events, lens);
    let threads = threads(&standing, lens.kinds);
    (standing, threads)
}

/// What each matter comes to on the day asked about.
pub(crate) fn told(
    slug: &Slug,
    standing: &Standing<'_>,
    threads: &[Thread],
    cuts: &Cuts,
) -> Timeline {
    let mut sections = Sections::default();
    for thread in threads {
        sections.hear(thread, cuts.on);
    }
    let mut tally = Tallying::default();
    tally.count(standing.seen());
    let redacted = redacted(standing.seen().map(|stood| stood.placed));
    let company = company(slug, threads, cuts.on);
    sections.into_timeline(company, (redacted, tally.tally()), cuts)
}

/// What the sections of a timeline hold, thread by thread.
#[derive(Default)]
pub(crate) struct Sections {
    pivots: Vec<Arc<ThreadView>>,
    chips: Vec<Arc<ThreadView>>,
    market: Vec<Arc<ThreadView>>,
    other: Vec<Arc<ThreadView>>,
    reported: Vec<Arc<ThreadView>>,
    rules: Vec<Regulation>,
    dates: Vec<ResultsDate>,
    closed: HashSet<Arc<str>>,
}

impl Sections {
    /// Adds what a thread says on the day asked about.
    pub(crate) fn hear(&mut self, thread: &Thread, on: Day) {
        let list = match thread.section() {
            Section::Strategy => &mut self.pivots,
            Section::Chips => &mut self.chips,
            Section::Market => &mut self.market,
            Section::Other => &mut self.other,
            Section::EarningsResult => {
                self.closed.extend(closed_periods(thread, on));
                &mut self.reported
            }
            Section::EarningsDate => {
                self.dates.extend(results_date(thread, on));
                return;
            }
            Section::Regulation => {
                self.rules.extend(regulation(thread, on));
                return;
            }
            Section::Company | Section::None => return,
        };
        list.extend(thread.view(on).map(Arc::new));
    }

    /// The timeline of all that was heard.
    pub(crate) fn into_timeline(
        self,
        company: Company,
        (redacted, tally): (Vec<Redacted>, Tally),
        cuts: &Cuts,
    ) -> Timeline {
        let reported = self.reported.into_iter().collect();
        Timeline {
            company,
            strategy: Strategy {
                pivots: self.pivots.into_iter().collect(),
            },
            earnings: earnings(self.dates, &self.closed, reported, cuts),
            chips: self.chips.into_iter().collect(),
            regulation: self.rules.into_iter().collect(),
            market: self.market.into_iter().collect(),
            other: self.other.into_iter().collect(),
            redacted,
            tally,
            events: None,
        }
    }
}

/// Whether an event tells something of the company, and not only what it is called.
pub(crate) fn is_telling(event: &Event) -> bool {
    &*event.kind != kinds::COMPANY && !is_about_redaction(event)
}

/// The events that can be seen, as they are counted.
#[derive(Default)]
pub(crate) struct Tallying<'a> {
    tally: Tally,
    sources: HashSet<&'a str>,
}

impl<'a> Tallying<'a> {
    /// Counts more of them.
    pub(crate) fn count<'s>(&mut self, seen: impl Iterator<Item = &'s Stood<'a>>)
    where
        'a: 's,
    {
        let mut before = None;
        for stood in seen {
            let event = &stood.placed.event;
            self.tally.visible += 1;
            if !is_telling(event) {
                continue;
            }
            self.tally.telling += 1;
            let name: &'a str = &event.source.name;
            if before != Some(name) {
                before = Some(name);
                self.sources.insert(name);
            }
        }
    }

    /// From which sources they are.
    pub(crate) fn sources(&self) -> impl Iterator<Item = &'a str> {
        self.sources.iter().copied()
    }

    /// How many there were.
    pub(crate) fn tally(&self) -> Tally {
        Tally {
            sources: self.sources.len(),
            ..self.tally
        }
    }
}

/// Every visible event with its status, in the order of the timeline.
fn event_views(
    standing: &Standing<'_>,
    threads: &[Thread],
    company: &Company,
    cuts: &Cuts,
) -> Vec<EventView> {
    let mut views: Vec<(ListOrder, EventView)> = Vec::with_capacity(standing.events.len());
    let mut put = |order: ListOrder, status: Status, event: &Arc<Event>| {
        let event = Arc::clone(event);
        views.push((order, EventView { status, event }));
    };
    for thread in threads {
        let statuses = Statuses::of(thread, company, cuts.on);
        for claim in thread.claims() {
            put(claim.list_order(), statuses.get(claim.id()), &claim.event);
        }
    }
    for stood in standing.seen().filter(|stood| !stood.counts()) {
        let event = &stood.placed.event;
        let order = (event.bounds(), stood.place, stood.placed.position);
        put(order, status_apart(stood), event);
    }
    views.sort_unstable_by_key(|(order, _)| *order);
    views.into_iter().map(|(_, view)| view).collect()
}

/// How the claims of a thread stand on a day.
pub(crate) struct Statuses {
    deciding: HashSet<EventId>,
    speaking: HashSet<EventId>,
}

impl Statuses {
    pub(crate) fn of(thread: &Thread, company: &Company, on: Day) -> Self {
        let view = thread.view(on);
        let deciding = view.iter().flat_map(ThreadView::deciding_events);
        let mut deciding: HashSet<EventId> = deciding.collect();
        if thread.section() == Section::Company {
            // Identifiers are decided one by one.
            deciding.extend(company.identifiers.iter().map(|it| it.event));
        }
        Self {
            deciding,
            speaking: thread.speaking(on).map(|claim| claim.id()).collect(),
        }
    }

    pub(crate) fn get(&self, claim: EventId) -> Status {
        if self.deciding.contains(&claim) {
            Status::Counts
        } else if self.speaking.contains(&claim) {
            Status::Lost
        } else {
            Status::Silent
        }
    }
}

/// The status of an event that does not count.
pub(crate) fn status_apart(stood: &Stood<'_>) -> Status {
    let event = &stood.placed.event;
    if event.is_redacted() {
        Status::Redacted
    } else if stood.struck {
        Status::Struck
    } else if event.redacts().is_some() {
        Status::Redacts
    } else if event.repeats.is_some() {
        Status::Repeats
    } else {
        Status::Strikes
    }
}
