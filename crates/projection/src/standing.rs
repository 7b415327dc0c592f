//! Which events are visible under a basis, and which of them are struck.

use event_model::id::{EventId, Position};
use event_model::time::Instant;
use event_model::vocabulary::Fault;

use crate::basis::{Cuts, Lens, Placed};
use crate::redacted::is_about_redaction;

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
    /// Not left out by the filter.
    pub heard: bool,
    /// Struck by a retraction or a correction.
    pub struck: bool,
    /// The retraction or correction, of one that is struck.
    pub struck_by: Option<&'a Placed>,
    /// Where it comes in the order of publication.
    pub place: Place,
}

/// What ties an event to others of its company.
#[derive(Debug)]
pub struct Bonds<'s, 'a> {
    /// The event itself.
    pub stood: &'s Stood<'a>,
    /// The retractions and corrections of it that act.
    pub struck_by: Vec<&'s Stood<'a>>,
    /// What it strikes, if it does.
    pub strikes: Option<&'s Stood<'a>>,
    /// The events that tell it again.
    pub repeated_by: Vec<&'s Stood<'a>>,
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
    /// What it said was erased.
    Redacted,
    /// It says that another event was redacted.
    Redacts,
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
            Self::Redacted => "redacted",
            Self::Redacts => "redacts",
        }
    }
}

impl<'a> Standing<'a> {
    /// Tells how the events of one company stand under a lens.
    ///
    /// `events` are in the order of their positions.
    #[must_use]
    pub fn of<'l>(events: &'a [Placed], lens: impl Into<Lens<'l>>) -> Self {
        let Lens { cuts, filter, .. } = lens.into();
        let read = recorded(events, &cuts);
        let hears_all = filter.is_none();
        let mut stood: Vec<Stood<'a>> = read
            .iter()
            .map(|placed| Stood {
                placed,
                visible: placed.event.published.instant() <= cuts.known,
                heard: hears_all || filter.hears(&placed.event),
                struck: false,
                struck_by: None,
                place: Place::of(placed),
            })
            .collect();
        let ties = Ties::among(read);
        if !ties.is_empty() {
            strike(&mut stood, &ties);
            for (at, place) in ties.places(read) {
                if let Some(stood) = stood.get_mut(at) {
                    stood.place = place;
                }
            }
        }
        Self { events: stood }
    }

    /// The events that can be seen: published by then, and heard.
    pub fn seen(&self) -> impl Iterator<Item = &Stood<'a>> {
        self.events.iter().filter(|stood| stood.is_seen())
    }

    /// What ties an event to others of its company, if it is among them.
    #[must_use]
    pub fn bonds(&self, id: EventId) -> Option<Bonds<'_, 'a>> {
        let number = |stood: &Stood<'_>| stood.placed.event.id == id;
        let number = self.events.iter().position(number)?;
        let read: Vec<Placed> = self.events.iter().map(|it| it.placed.clone()).collect();
        let ties = Ties::among(&read);
        let acting = acting(&self.events, &ties);
        let at = |number: usize| self.events.get(number);
        let of = |ties: &[Tie]| -> Vec<&Stood<'a>> {
            let mut others: Vec<usize> = ties
                .iter()
                .filter(|tie| tie.target == number)
                .map(|tie| tie.at)
                .collect();
            others.sort_unstable();
            others.into_iter().filter_map(at).collect()
        };
        let strikes = acting.iter().find(|tie| tie.at == number);
        Some(Bonds {
            stood: at(number)?,
            struck_by: of(&acting),
            strikes: strikes.and_then(|tie| at(tie.target)),
            repeated_by: of(&ties.repeats),
        })
    }

    /// The events that count: claims of their own that can be seen and are not
    /// struck.
    pub fn counting(&self) -> impl Iterator<Item = &Stood<'a>> {
        self.events.iter().filter(|stood| stood.counts())
    }
}

impl Stood<'_> {
    /// Whether it can be seen: published by then, and heard.
    #[must_use]
    pub fn is_seen(&self) -> bool {
        self.visible && self.heard
    }

    /// Whether it counts: a claim of its own that can be seen and is not struck.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.is_seen() && !self.struck && is_claim(self.placed)
    }
}

impl Place {
    /// The place of an event that corrects no other.
    #[must_use]
    pub fn of(placed: &Placed) -> Self {
        Self {
            published: placed.event.published.instant(),
            position: placed.position,
        }
    }
}

/// Whether an event makes a claim of its own.
pub(crate) fn is_claim(placed: &Placed) -> bool {
    let event = &placed.event;
    event.repeats.is_none() && !event.is_retraction() && !is_about_redaction(event)
}

/// Those of the events that the log had by the recorded cut.
pub(crate) fn recorded<'a>(events: &'a [Placed], cuts: &Cuts) -> &'a [Placed] {
    let end = events.partition_point(|placed| placed.position <= cuts.recorded);
    events.get(..end).unwrap_or_default()
}

/// What ties events of a company to earlier ones of it. Most have no ties.
#[derive(Debug, Default)]
pub(crate) struct Ties {
    /// A retraction or correction, and what it strikes.
    pub(crate) strikes: Vec<Tie>,
    /// An event, and the one that it only tells again.
    pub(crate) repeats: Vec<Tie>,
    /// A correction, and what it corrects.
    pub(crate) supersedes: Vec<Tie>,
}

/// An event that refers to an earlier one, each by its index. They are kept in
/// the order of the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tie {
    /// The event that refers.
    pub(crate) at: usize,
    /// The event that is referred to.
    pub(crate) target: usize,
}

impl Ties {
    /// Finds the ties among events that are in the order of their positions.
    pub(crate) fn among(read: &[Placed]) -> Self {
        let named: Vec<(usize, [Option<EventId>; 3])> = read
            .iter()
            .enumerate()
            .filter_map(|(at, Placed { event, .. })| {
                let ids = [event.strikes(), event.repeats, event.supersedes];
                ids.iter().any(Option::is_some).then_some((at, ids))
            })
            .collect();
        if named.is_empty() {
            return Self::default();
        }
        let index = Index::of(named.iter().flat_map(|(_, ids)| ids).flatten(), read);
        let ties = |which: fn(&[Option<EventId>; 3]) -> Option<EventId>| {
            let tie = |(at, ids): &(usize, _)| {
                let target = index.get(which(ids)?)?;
                (target < *at).then_some(Tie { at: *at, target })
            };
            named.iter().filter_map(tie).collect()
        };
        Self {
            strikes: ties(|[strikes, _, _]| *strikes),
            repeats: ties(|[_, repeats, _]| *repeats),
            supersedes: ties(|[_, _, supersedes]| *supersedes),
        }
    }

    fn is_empty(&self) -> bool {
        self.strikes.is_empty() && self.repeats.is_empty() && self.supersedes.is_empty()
    }

    /// The places of the corrections, each with the index of its event.
    pub(crate) fn places(&self, read: &[Placed]) -> Vec<(usize, Place)> {
        let mut places: Vec<(usize, Place)> = Vec::with_capacity(self.supersedes.len());
        // Whether each stands at its own publication.
        let mut own: Vec<bool> = Vec::with_capacity(self.supersedes.len());
        for Tie { at, target } in &self.supersedes {
            let Some((correction, corrected)) = read.get(*at).zip(read.get(*target)) else {
                continue;
            };
            let found = places.binary_search_by_key(target, |(at, _)| *at).ok();
            let stood_by_itself = found.and_then(|found| own.get(found).copied());
            let place = found.and_then(|found| places.get(found));
            let place = place.map_or_else(|| Place::of(corrected), |(_, place)| *place);
            // A log that never had our error would have the claim at its own
            // publication, unless that claim was a correction of the source's itself.
            let is_ours = correction.event.fault == Some(Fault::Record);
            let is_own = is_ours && stood_by_itself.unwrap_or(true);
            let published = match is_own {
                true => correction.event.published.instant(),
                false => place.published,
            };
            own.push(is_own);
            places.push((*at, Place { published, ..place }));
        }
        places
    }
}

/// Where the events are that others refer to.
struct Index(Vec<(EventId, Option<usize>)>);

impl Index {
    fn of<'i>(ids: impl Iterator<Item = &'i EventId>, read: &[Placed]) -> Self {
        let mut index: Vec<(EventId, Option<usize>)> = ids.map(|id| (*id, None)).collect();
        index.sort_unstable();
        index.dedup();
        for (at, placed) in read.iter().enumerate() {
            let found = index.binary_search_by_key(&placed.event.id, |(id, _)| *id);
            if let Some((_, place)) = found.ok().and_then(|found| index.get_mut(found)) {
                *place = Some(at);
            }
        }
        Self(index)
    }

    fn get(&self, id: EventId) -> Option<usize> {
        let found = self.0.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        self.0.get(found)?.1
    }
}

/// Marks the events that are struck.
fn strike(stood: &mut [Stood<'_>], ties: &Ties) {
    for Tie { at, target } in acting(stood, ties) {
        let strike = stood.get(at).map(|strike| strike.placed);
        if let Some(target) = stood.get_mut(target) {
            target.struck = true;
            target.struck_by = strike;
        }
    }
    for Tie { at, target } in &ties.repeats {
        let struck_by = stood.get(*target).and_then(|target| target.struck_by);
        if let Some(again) = stood.get_mut(*at).filter(|again| !again.struck) {
            again.struck = struck_by.is_some();
            again.struck_by = struck_by;
        }
    }
}

/// The strikes that act.
///
/// An event strikes only what came before it, so going backwards everything
/// that could undo a strike is settled before the strike is looked at.
fn acting(stood: &[Stood<'_>], ties: &Ties) -> Vec<Tie> {
    let mut retracted = vec![false; stood.len()];
    let mut acting = Vec::with_capacity(ties.strikes.len());
    for Tie { at, target } in ties.strikes.iter().rev() {
        let Some(strike) = stood.get(*at) else {
            continue;
        };
        // The world knew better than our error all along, so mending it holds
        // on every known date. A source's error was all that could be known.
        let event = &strike.placed.event;
        let acts = event.fault == Some(Fault::Record) || strike.visible;
        // A retracted strike strikes nothing. A superseded one still strikes.
        if acts && !retracted.get(*at).copied().unwrap_or(false) {
            if event.is_retraction()
                && let Some(retracted) = retracted.get_mut(*target)
            {
                *retracted = true;
            }
            acting.push(Tie {
                at: *at,
                target: *target,
            });
        }
    }
    acting
}
