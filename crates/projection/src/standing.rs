//! Which events are visible under a basis, and which of them are struck.

use std::collections::HashMap;

use event_model::id::{EventId, Position};
use event_model::time::Instant;
use event_model::vocabulary::Fault;

use crate::basis::{Cuts, Placed};

/// The events of one company within the recorded cut, and how each stands.
#[derive(Debug)]
pub struct Standing<'a> {
    /// The events in the order of their positions, each with its standing.
    pub events: Vec<Stood<'a>>,
}

/// How one event stands.
#[derive(Debug)]
pub struct Stood<'a> {
    /// The event.
    pub placed: &'a Placed,
    /// Published by the known cut.
    pub visible: bool,
    /// Struck by a retraction or a correction.
    pub struck: bool,
    /// Where it comes in the order of publication.
    pub place: Place,
}

/// A place in the order of publication. A correction stands in the place of
/// what it corrects; one of our own errors mends a wrong publication too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// When what stands here was first published.
    pub published: Instant,
    /// The position of what first stood here.
    pub position: Position,
}

/// The status of a visible event under a basis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It counts, and what its thread says is in part from it.
    Counts,
    /// It counts, and others prevail over it in all that it says.
    Lost,
    /// It counts, and has not happened on the day asked about, as far as is
    /// known; or others of its thread certainly have.
    Silent,
    /// It does not hold.
    Struck,
    /// It only tells another event again.
    Repeats,
    /// It is a retraction that is in force.
    Strikes,
}

impl Status {
    /// The status as it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Counts => "counts",
            Self::Lost => "lost",
            Self::Silent => "silent",
            Self::Struck => "struck",
            Self::Repeats => "repeats",
            Self::Strikes => "strikes",
        }
    }
}

impl<'a> Standing<'a> {
    /// Tells how the events of one company stand under these cuts.
    ///
    /// `events` are in the order of their positions.
    #[must_use]
    pub fn of(events: &'a [Placed], cuts: &Cuts) -> Self {
        let end = events.partition_point(|placed| placed.position <= cuts.recorded);
        let read: Vec<&Placed> = events.iter().take(end).collect();
        let index: HashMap<EventId, usize> = read
            .iter()
            .enumerate()
            .map(|(at, placed)| (placed.event.id, at))
            .collect();
        let visible: Vec<bool> = read
            .iter()
            .map(|placed| placed.event.published.instant() <= cuts.known)
            .collect();
        let struck = struck(&read, &visible, &index);
        let places = places(&read, &index);
        let events = read
            .into_iter()
            .zip(visible)
            .zip(struck)
            .zip(places)
            .map(|(((placed, visible), struck), place)| Stood {
                placed,
                visible,
                struck,
                place,
            })
            .collect();
        Self { events }
    }

    /// The events that count: visible claims of their own that are not struck.
    pub fn counting(&self) -> impl Iterator<Item = &Stood<'a>> {
        self.events.iter().filter(|stood| stood.counts())
    }
}

impl Stood<'_> {
    /// Whether it counts: a visible claim of its own that is not struck.
    #[must_use]
    pub fn counts(&self) -> bool {
        let event = &self.placed.event;
        self.visible && !self.struck && event.repeats.is_none() && !event.is_retraction()
    }
}

/// Tells which events are struck.
///
/// An event strikes only what came before it, so going backwards everything
/// that could undo a strike is settled before the strike is looked at.
fn struck(read: &[&Placed], visible: &[bool], index: &HashMap<EventId, usize>) -> Vec<bool> {
    let mut struck = vec![false; read.len()];
    let mut retracted = vec![false; read.len()];
    for (at, placed) in read.iter().enumerate().rev() {
        let event = &placed.event;
        let target = event.strikes().and_then(|id| index.get(&id).copied());
        let Some(target) = target.filter(|target| *target < at) else {
            continue;
        };
        // The world knew better than our error all along, so mending it holds
        // on every known date. A source's error was all that could be known.
        let acts = event.fault == Some(Fault::Record) || is(visible, at);
        // A retracted strike strikes nothing. A superseded one still strikes.
        if acts && !is(&retracted, at) {
            set(&mut struck, target);
            if event.is_retraction() {
                set(&mut retracted, target);
            }
        }
    }
    for (at, placed) in read.iter().enumerate() {
        let told_again = placed.event.repeats.and_then(|id| index.get(&id).copied());
        if told_again.is_some_and(|target| target < at && is(&struck, target)) {
            set(&mut struck, at);
        }
    }
    struck
}

fn places(read: &[&Placed], index: &HashMap<EventId, usize>) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::with_capacity(read.len());
    for placed in read {
        let own = Place {
            published: placed.event.published.instant(),
            position: placed.position,
        };
        let target = placed
            .event
            .supersedes
            .and_then(|id| index.get(&id).copied());
        let corrected = target.and_then(|at| read.get(at).zip(places.get(at)));
        places.push(corrected.map_or(own, |(target, place)| {
            // A log that never had our error would have the claim at its own
            // publication, unless that claim was a correction itself.
            let stood_by_itself = place.published == target.event.published.instant();
            let mends_publication = placed.event.fault == Some(Fault::Record) && stood_by_itself;
            let published = if mends_publication {
                own.published
            } else {
                place.published
            };
            Place {
                published,
                ..*place
            }
        }));
    }
    places
}

fn is(flags: &[bool], at: usize) -> bool {
    flags.get(at).copied().unwrap_or(false)
}

fn set(flags: &mut [bool], at: usize) {
    if let Some(flag) = flags.get_mut(at) {
        *flag = true;
    }
}
