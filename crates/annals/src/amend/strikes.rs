//! What strikes the events of a company, and which of that is of one amendment: [`Strikes`].
//!
//! The first event of an amendment leads it. The others follow it in the log, and their ids
//! are made of its id and of what they strike, so that they are known by it.

use std::collections::{HashMap, HashSet};

use event_model::event::Event;
use event_model::id::EventId;
use event_model::vocabulary::Fault;
use projection::basis::Placed;
use uuid::Uuid;

/// What strikes the events of a company, by their ids.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Strikes {
    /// What stands in the place of an event.
    pub(super) corrections: HashMap<EventId, EventId>,
    /// The retraction by which an event does not hold.
    pub(super) retractions: HashMap<EventId, EventId>,
    /// The corrections that were retracted.
    pub(super) retracted: HashMap<EventId, Vec<EventId>>,
    /// All that may be of an amendment, in the order of the log.
    acts: Vec<Act>,
    /// Where each of them is.
    places: HashMap<EventId, usize>,
}

/// An event that may be one of those of an amendment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Act {
    pub(super) id: EventId,
    /// What it strikes, if it does.
    target: Option<EventId>,
    pub(super) is_retraction: bool,
    /// It mends our own error.
    is_ours: bool,
    /// What leads the amendment that it is of, where it follows another.
    leader: Option<EventId>,
}

/// The id of an event of an amendment that is led by another, by what it strikes.
pub(super) fn led_by(leader: EventId, target: EventId, is_retraction: bool) -> EventId {
    let mut name = target.0.as_bytes().to_vec();
    name.push(u8::from(is_retraction));
    EventId(Uuid::new_v5(&leader.0, &name))
}

impl Act {
    fn of(event: &Event) -> Self {
        Self {
            id: event.id,
            target: event.strikes(),
            is_retraction: event.is_retraction(),
            is_ours: event.fault == Some(Fault::Record),
            leader: None,
        }
    }

    fn is_led_by(&self, leader: EventId) -> bool {
        let target = self.target;
        target.is_some_and(|target| self.id == led_by(leader, target, self.is_retraction))
    }
}

impl Strikes {
    /// What strikes what among the events of a company, in the order of the log.
    pub(super) fn among(events: &[Placed]) -> Self {
        let mut strikes = Self::default();
        // What was so until its source took it back, and what never was.
        let (mut taken_back, mut never) = (HashSet::new(), HashSet::new());
        let struck = events.iter().rev().filter_map(|placed| {
            let event = &placed.event;
            Some((event, event.strikes()?))
        });
        let acts = events.iter().map(|placed| &placed.event);
        let acts = acts.filter(|event| event.strikes().or(event.repeats).is_some());
        let mut leader = None;
        for (place, mut act) in acts.map(|event| Act::of(event)).enumerate() {
            act.leader = leader.filter(|leader| act.is_led_by(*leader));
            leader = act.leader.or(Some(act.id));
            strikes.places.insert(act.id, place);
            strikes.acts.push(act);
        }
        // An event strikes only what came before it, and nothing once it is retracted.
        for (event, target) in struck.clone().filter(|(event, _)| event.is_retraction()) {
            if strikes.retractions.contains_key(&event.id) {
                continue;
            }
            match event.fault {
                Some(Fault::Source) => taken_back.insert(target),
                _ => never.insert(target),
            };
            strikes.retractions.entry(target).or_insert(event.id);
        }
        for (event, target) in struck.filter(|(event, _)| !event.is_retraction()) {
            // What the source took back whole, it said until then.
            let both = [event.id, target];
            let was_so =
                both.iter().all(|id| taken_back.contains(id)) && !never.contains(&event.id);
            if strikes.retractions.contains_key(&event.id) && !was_so {
                strikes.retracted.entry(target).or_default().push(event.id);
            } else {
                strikes.corrections.entry(target).or_insert(event.id);
            }
        }
        strikes
    }

    /// The id under which an event is said once more, where the log has it already and it
    /// was retracted since: made of that retraction.
    pub(super) fn said_again(&self, id: EventId) -> Option<EventId> {
        let by = self.retractions.get(&id)?;
        Some(EventId(Uuid::new_v5(&by.0, b"again")))
    }

    /// The events that follow one that leads an amendment.
    fn followers(&self, leader: EventId) -> impl Iterator<Item = &Act> {
        let place = self.places.get(&leader);
        let after = place.and_then(|place| self.acts.get(place + 1..));
        let after = after.unwrap_or_default().iter();
        after.take_while(move |act| act.leader == Some(leader))
    }

    /// The same without those that are struck.
    pub(super) fn led(&self, leader: EventId) -> impl Iterator<Item = &Act> {
        let all = self.followers(leader);
        all.filter(|act| !self.retractions.contains_key(&act.id))
    }

    /// The event that leads the amendment that an event is of: itself, if none does.
    pub(super) fn leader_of(&self, id: EventId) -> EventId {
        self.act(id).and_then(|act| act.leader).unwrap_or(id)
    }

    fn act(&self, id: EventId) -> Option<&Act> {
        self.acts.get(*self.places.get(&id)?)
    }

    /// What stands for an event that an amendment told anew. The claims of an amendment stand,
    /// in their order, for what was said until the source corrected itself again.
    pub(super) fn told_anew(&self, event: &Event) -> Option<EventId> {
        let by = *self.retractions.get(&event.id)?;
        let leader = self.act(self.act(by)?.leader?)?;
        // What was taken back once more with it, is of it; so is what undoes it.
        if leader.is_retraction || self.leader_of(event.id) == leader.id {
            return None;
        }
        let replaced = self.followers(leader.id).filter(|act| act.is_retraction);
        let replaced = replaced.filter_map(|act| act.target);
        let upto = replaced.take_while(|target| *target != event.id);
        let upto = upto.chain(std::iter::once(event.id));
        let is_of_source = |id: &EventId| !self.act(*id).is_some_and(|act| act.is_ours);
        let said = upto.filter(is_of_source).count();
        // What one of ours stands for was superseded, and not retracted.
        let nth = if leader.is_ours {
            said
        } else {
            said.saturating_sub(1)
        };
        let claims = self.followers(leader.id).filter(|act| !act.is_retraction);
        let mut claims = std::iter::once(leader).chain(claims);
        Some(claims.nth(nth).unwrap_or(leader).id)
    }
}
