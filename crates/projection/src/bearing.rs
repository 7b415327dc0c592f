//! Which of a company's events bear on what stands at some paths: [`bearing_on`].

use event_model::event::Event;

use crate::basis::Placed;
use crate::links::is_link;
use crate::path::Path;
use crate::standing::{Tie, Ties};

/// The events that bear on what stands at some paths: those of their kinds and
/// threads, those in whose place some of these stand, and whatever strikes any. The
/// others change nothing there, whatever the cuts.
///
/// `events` are in the order of their positions, and so is what is given; those of
/// kinds that do not bear on the paths may have been left out before. `None` if an
/// event that is needed was, too.
#[must_use]
pub fn bearing_on(events: &[Placed], paths: &[Path]) -> Option<Vec<Placed>> {
    // Linked threads are told under one name, whichever each claim has.
    let is_linked = events.iter().any(|placed| is_link(&placed.event));
    bearing(events, |event| {
        paths.iter().any(|path| {
            let is_chosen = || is_linked || path.chooses(&event.kind, &event.thread) != Some(false);
            path.bears_on(&event.kind) && is_chosen()
        })
    })
}

/// The same of the events that are meant.
pub(crate) fn bearing(events: &[Placed], is_meant: impl Fn(&Event) -> bool) -> Option<Vec<Placed>> {
    let ties = Ties::among(events);
    let mut bears: Vec<bool> = events.iter().map(|it| is_meant(&it.event)).collect();
    let mark = |bears: &mut [bool], (from, to): (usize, usize)| {
        let is_marked = bears.get(from).copied().unwrap_or(false);
        if let Some(bears) = bears.get_mut(to) {
            *bears |= is_marked;
        }
    };
    // What is referred to comes before what refers to it, so that going the right way
    // each is settled before it is looked at.
    for Tie { at, target } in ties.supersedes.iter().rev() {
        mark(&mut bears, (*at, *target));
    }
    let bears_by_place = bears.clone();
    for Tie { at, target } in &ties.strikes {
        mark(&mut bears, (*target, *at));
    }
    let is_whole = events.iter().enumerate().all(|(at, placed)| {
        let needs_place = bears_by_place.get(at).copied().unwrap_or(false);
        let corrects = placed.event.supersedes.is_some() && needs_place;
        !corrects || has_tie(&ties.supersedes, at)
    });
    let bearing = events.iter().zip(&bears).filter(|(_, bears)| **bears);
    is_whole.then(|| bearing.map(|(placed, _)| placed.clone()).collect())
}

fn has_tie(ties: &[Tie], at: usize) -> bool {
    ties.binary_search_by_key(&at, |tie| tie.at).is_ok()
}
