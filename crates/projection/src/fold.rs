//! The meaning of time travel: [`fold`].

use std::sync::Arc;

use event_model::event::Event;
use event_model::id::{EventId, Slug};
use event_model::kind::Section;
use event_model::kinds;
use event_model::time::Day;
use foldhash::{HashSet, HashSetExt};

use crate::basis::{Cuts, Lens, Placed};
use crate::claim::ListOrder;
use crate::earnings::{closed_periods, earnings, results_date};
use crate::identity::{Company, company};
use crate::redacted::{is_about_redaction, redacted};
use crate::regulation::regulation;
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
    let on = cuts.on;
    let [mut pivots, mut chips, mut market, mut other, mut reported] = [const { Vec::new() }; 5];
    let (mut rules, mut dates, mut closed) = (Vec::new(), Vec::new(), HashSet::new());
    for thread in threads {
        let list = match thread.section() {
            Section::Strategy => &mut pivots,
            Section::Chips => &mut chips,
            Section::Market => &mut market,
            Section::Other => &mut other,
            Section::EarningsResult => {
                closed.extend(closed_periods(thread, on));
                &mut reported
            }
            Section::EarningsDate => {
                dates.extend(results_date(thread, on));
                continue;
            }
            Section::Regulation => {
                rules.extend(regulation(thread, on));
                continue;
            }
            Section::Company | Section::None => continue,
        };
        list.extend(thread.view(on).map(Arc::new));
    }
    Timeline {
        company: company(slug, threads, on),
        strategy: Strategy {
            pivots: pivots.into_iter().collect(),
        },
        earnings: earnings(dates, &closed, reported.into_iter().collect(), cuts),
        chips: chips.into_iter().collect(),
        regulation: rules.into_iter().collect(),
        market: market.into_iter().collect(),
        other: other.into_iter().collect(),
        redacted: redacted(standing.seen().map(|stood| stood.placed)),
        tally: tally(standing),
        events: None,
    }
}

/// Whether an event tells something of the company, and not only what it is called.
pub(crate) fn is_telling(event: &Event) -> bool {
    &*event.kind != kinds::COMPANY && !is_about_redaction(event)
}

fn tally(standing: &Standing<'_>) -> Tally {
    let mut tally = Tally::default();
    let mut sources: HashSet<&str> = HashSet::new();
    let mut before = "";
    for stood in standing.seen() {
        let event = &stood.placed.event;
        tally.visible += 1;
        if !is_telling(event) {
            continue;
        }
        tally.telling += 1;
        if tally.telling == 1 || *before != *event.source.name {
            before = &event.source.name;
            sources.insert(before);
        }
    }
    tally.sources = sources.len();
    tally
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
