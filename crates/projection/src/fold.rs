//! The meaning of time travel: [`fold`].

use std::collections::{HashMap, HashSet};

use event_model::id::{EventId, Slug};
use event_model::kind::{Kind, Section};

use crate::basis::{Cuts, Placed};
use crate::claim::{self, Threads};
use crate::earnings::earnings;
use crate::identity::company;
use crate::regulation::{Force, force};
use crate::standing::{Standing, Status, Stood};
use crate::thread::{ThreadView, speaking, view, view_of_all};
use crate::timeline::{EventView, Regulation, Strategy, Timeline};

/// Tells what could have been known of a company under these cuts.
///
/// `events` are all events of the company in the order of their positions.
/// Nothing else goes in, so the same events and cuts give the same answer.
#[must_use]
pub fn fold(slug: &Slug, events: &[Placed], cuts: &Cuts) -> Timeline {
    // What was published by then, and what of it still holds.
    let standing = Standing::of(events, cuts);
    // The claims that count, by the matters they are about, each with the days
    // on which it can have happened.
    let threads = claim::threads(&standing);
    // What each matter comes to on the day asked about.
    let views = views(&threads, cuts);
    let section = |section: Section| in_section(&views, section);
    let company = company(slug, &threads, cuts.on);
    let identifying = company
        .identifiers
        .iter()
        .map(|identifier| identifier.event);
    let says = views
        .iter()
        .flat_map(ThreadView::deciding_events)
        .chain(identifying)
        .collect();
    Timeline {
        strategy: Strategy {
            pivots: section(Section::Strategy),
        },
        earnings: earnings(&threads, cuts),
        chips: section(Section::Chips),
        regulation: regulation(&views, &threads, cuts),
        market: section(Section::Market),
        other: section(Section::Other),
        events: event_views(&standing, &threads, &says, cuts),
        company,
    }
}

fn views(threads: &Threads<'_>, cuts: &Cuts) -> Vec<ThreadView> {
    let mut views: Vec<ThreadView> = threads
        .values()
        .filter_map(|claims| view(claims, cuts.on))
        .collect();
    views.sort_by_key(|view| view.order);
    views
}

fn in_section(views: &[ThreadView], section: Section) -> Vec<ThreadView> {
    views
        .iter()
        .filter(|view| section_of(&view.kind) == section)
        .cloned()
        .collect()
}

/// The rules that are known of on the day, and those that are in force on it
/// though they were made later.
fn regulation(views: &[ThreadView], threads: &Threads<'_>, cuts: &Cuts) -> Vec<Regulation> {
    let spoken = in_section(views, Section::Regulation);
    let rules = threads
        .iter()
        .filter(|((kind, _), _)| section_of(kind) == Section::Regulation);
    let mut regulation: Vec<Regulation> = rules
        .filter_map(|((_, name), claims)| {
            let view = spoken.iter().find(|view| view.thread == *name).cloned();
            let force = force(claims, cuts.on);
            let in_force_before = || (force != Force::No).then(|| view_of_all(claims)).flatten();
            let view = view.or_else(in_force_before)?;
            // What was denied never was.
            let was = view.stage() != Some("denied");
            let force = if was { force } else { Force::No };
            Some(Regulation { view, force })
        })
        .collect();
    regulation.sort_by_key(|rule| rule.view.order);
    regulation
}

fn section_of(kind: &str) -> Section {
    Kind::named(kind).map_or(Section::Other, |kind| kind.section)
}

/// Every visible event with its status, in the order of the timeline.
fn event_views(
    standing: &Standing<'_>,
    threads: &Threads<'_>,
    says: &HashSet<EventId>,
    cuts: &Cuts,
) -> Vec<EventView> {
    let speaks = speaking_events(threads, cuts);
    let bounds: HashMap<EventId, _> = threads
        .values()
        .flatten()
        .map(|claim| (claim.id(), claim.bounds))
        .collect();
    let visible = standing.events.iter().filter(|stood| stood.visible);
    let mut views: Vec<_> = visible
        .map(|stood| {
            let event = &stood.placed.event;
            let bounds = bounds
                .get(&event.id)
                .copied()
                .unwrap_or_else(|| event.bounds());
            let order = (bounds, stood.place, stood.placed.position);
            (
                order,
                EventView {
                    status: status(stood, &speaks, says),
                    event: event.clone(),
                },
            )
        })
        .collect();
    views.sort_by_key(|(order, _)| *order);
    views.into_iter().map(|(_, view)| view).collect()
}

fn status(stood: &Stood<'_>, speaks: &HashSet<EventId>, says: &HashSet<EventId>) -> Status {
    let event = &stood.placed.event;
    if stood.struck {
        Status::Struck
    } else if event.repeats.is_some() {
        Status::Repeats
    } else if event.is_retraction() {
        Status::Strikes
    } else if says.contains(&event.id) {
        Status::Counts
    } else if speaks.contains(&event.id) {
        Status::Lost
    } else {
        Status::Silent
    }
}

fn speaking_events(threads: &Threads<'_>, cuts: &Cuts) -> HashSet<EventId> {
    threads
        .values()
        .flat_map(|claims| speaking(claims, cuts.on).0)
        .map(claim::Claim::id)
        .collect()
}
