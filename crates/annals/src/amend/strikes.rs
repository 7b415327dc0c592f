//! What strikes the events of a company, and which of that is of one amendment: [`Strikes`].
//!
//! The first event of an amendment leads it. The others follow it in the log, and their ids
//! are made of its id and of what they strike, so that they are known by it.

use std::collections::{HashMap, HashSet};

use event_model::event::Event;
use event_model::id::EventId;
use event_model::time::Instant;
use event_model::vocabulary::Fault;
use projection::basis::Placed;
use uuid::Uuid;

/// How many events of an amendment can come between the one that leads it and a
/// retraction.
const LED_MAX: usize = 256;

/// What strikes the events of a company, by their ids.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Strikes {
    /// What stands in the place of an event.
    pub(super) corrections: HashMap<EventId, EventId>,
    /// The retraction by which an event does not hold.
    pub(super) retractions: HashMap<EventId, EventId>,
    /// The corrections that were retracted.
    pub(super) retracted: HashMap<EventId, Vec<EventId>>,
    /// All retractions, by what they retract.
    all_retractions: HashMap<EventId, Vec<EventId>>,
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
    published: Instant,
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
            published: event.published.instant(),
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
        for (place, act) in acts.map(|event| Act::of(event)).enumerate() {
            strikes.places.insert(act.id, place);
            strikes.acts.push(act);
            if let Some(target) = act.target.filter(|_| act.is_retraction) {
                strikes
                    .all_retractions
                    .entry(target)
                    .or_default()
                    .push(act.id);
            }
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

    /// The events of the amendment that one leads, which are not struck: they follow it.
    pub(super) fn led(&self, leader: EventId) -> impl Iterator<Item = Act> {
        let place = self
            .places
            .get(&leader)
            .map_or(usize::MAX, |place| place + 1);
        let after = self.acts.get(place..).unwrap_or_default().iter();
        let led = after.take_while(move |act| act.is_led_by(leader)).copied();
        led.filter(|act| !self.retractions.contains_key(&act.id))
    }

    fn act(&self, id: EventId) -> Option<&Act> {
        self.acts.get(*self.places.get(&id)?)
    }

    /// The event that leads the amendment of a retraction.
    pub(super) fn leader(&self, retraction: EventId) -> Option<EventId> {
        let place = *self.places.get(&retraction)?;
        let act = self.acts.get(place)?;
        let before = self.acts.get(place.saturating_sub(LED_MAX)..place)?;
        let mut leaders = before.iter().rev().map(|act| act.id);
        leaders.find(|leader| act.is_led_by(*leader))
    }

    /// The retractions of an event, struck ones too.
    pub(super) fn retractions_of(&self, id: EventId) -> &[EventId] {
        self.all_retractions
            .get(&id)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    /// What stands for an event that an amendment told anew: the claim in it that was published
    /// then, or else the first.
    pub(super) fn told_anew(&self, event: &Event) -> Option<EventId> {
        let leader = self.leader(*self.retractions.get(&event.id)?)?;
        let own = self.act(event.id);
        // What was taken back once more with it, is of it.
        if event.id == leader || own.is_some_and(|own| own.is_led_by(leader)) {
            return None;
        }
        let published = event.published.instant();
        let claims = self.led(leader).filter(|act| !act.is_retraction);
        let leading = self.act(leader).copied();
        let mut claims = leading.into_iter().chain(claims);
        let same = claims.find(|act| act.published == published);
        Some(same.map_or(leader, |act| act.id))
    }
}
