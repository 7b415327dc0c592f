//! What is amended, with what became of it already: [`Target`].

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use event_model::event::Event;
use event_model::id::{EventId, Slug};
use event_model::time::Instant;
use event_model::vocabulary::Fault;
use uuid::Uuid;

use super::Amendment;
use crate::error::Error;
use crate::store::Store;

/// How many events of an amendment can come between the one that leads it and a
/// retraction.
const LED_MAX: usize = 256;

/// An event that is to be amended.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    id: EventId,
    /// The event, or what stands for it where it was told anew.
    named: EventId,
    /// The claim that it is a version of: what was said first, and after it its corrections,
    /// one of the other. The last stands.
    versions: Vec<Event>,
    /// The retractions of what versions of it were told anew for.
    replacing: Vec<Event>,
    /// The event by which the last does not hold.
    retraction: Option<Event>,
    /// What is taken back with it: of a claim, the event and whatever corrects it, which on some
    /// dates may count; of what an amendment made, all that came with it.
    with_it: Vec<Event>,
    /// What strikes the events of its company.
    strikes: Arc<Strikes>,
}

impl Target {
    /// The correction that stands in its place, and is corrected instead.
    #[must_use]
    pub fn corrected_by(&self) -> Option<EventId> {
        self.last_version().filter(|last| *last != self.id)
    }

    /// The versions of the claim.
    pub(super) fn versions(&self) -> &[Event] {
        &self.versions
    }

    /// Which of the versions it is.
    pub(super) fn named(&self) -> usize {
        let is_named = |event: &Event| event.id == self.named;
        let last = self.versions.len().saturating_sub(1);
        self.versions.iter().position(is_named).unwrap_or(last)
    }

    /// What strikes the events of its company.
    pub(super) fn strikes(&self) -> &Strikes {
        &self.strikes
    }

    /// All that is retracted with it.
    pub(super) fn with_it(&self) -> &[Event] {
        &self.with_it
    }

    /// The last event by which an amendment may have corrected it: a correction, or the
    /// retraction of what was told anew.
    pub(super) fn corrected_just_so(&self, amendment: &Amendment) -> Option<&Event> {
        let corrections = self.versions.get(1..).unwrap_or_default();
        let mut all = self.replacing.iter().chain(corrections);
        all.rfind(|event| amendment.made(event))
    }

    /// The retraction of it that an amendment would make once more.
    pub(super) fn retracted_just_so(&self, amendment: &Amendment) -> Option<&Event> {
        self.retraction.as_ref().filter(|by| amendment.made(by))
    }

    /// The retraction by which the source took the claim back.
    pub(super) fn taken_back(&self) -> Option<&Event> {
        let by = self.retraction.as_ref();
        by.filter(|by| by.fault == Some(Fault::Source))
    }

    /// What stands of it and the retraction by which it never did.
    pub(super) fn never_so(&self) -> Option<(EventId, EventId)> {
        let by = self.retraction.as_ref();
        let by = by.filter(|by| by.fault != Some(Fault::Source))?;
        Some((self.last_version()?, by.id))
    }

    /// What is corrected itself: the event, or the last correction of it.
    pub(super) fn last_version(&self) -> Option<EventId> {
        self.versions.last().map(|event| event.id)
    }

    /// The event by which it does not hold already.
    #[must_use]
    pub fn retracted_by(&self) -> Option<EventId> {
        self.retraction.as_ref().map(|by| by.id)
    }
}

/// What strikes the events of a company, by their ids.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Strikes {
    corrections: HashMap<EventId, EventId>,
    retractions: HashMap<EventId, EventId>,
    /// The corrections that were retracted.
    retracted: HashMap<EventId, Vec<EventId>>,
    /// All retractions, by what they retract.
    all_retractions: HashMap<EventId, Vec<EventId>>,
    /// All that may be of an amendment, in the order of the log.
    acts: Vec<Act>,
    /// Where each of them is.
    places: HashMap<EventId, usize>,
}

/// An event that may be one of those of an amendment.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Act {
    id: EventId,
    /// What it strikes, if it does.
    target: Option<EventId>,
    is_retraction: bool,
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
    /// The id under which an event is said once more, where the log has it already and it
    /// was retracted since: made of that retraction.
    pub(super) fn said_again(&self, id: EventId) -> Option<EventId> {
        let by = self.retractions.get(&id)?;
        Some(EventId(Uuid::new_v5(&by.0, b"again")))
    }

    /// The events of the amendment that one leads, which are not struck: they follow it.
    fn led(&self, leader: EventId) -> impl Iterator<Item = Act> {
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
    fn leader(&self, retraction: EventId) -> Option<EventId> {
        let place = *self.places.get(&retraction)?;
        let act = self.acts.get(place)?;
        let before = self.acts.get(place.saturating_sub(LED_MAX)..place)?;
        let mut leaders = before.iter().rev().map(|act| act.id);
        leaders.find(|leader| act.is_led_by(*leader))
    }

    /// The retractions of an event, struck ones too.
    fn retractions_of(&self, id: EventId) -> &[EventId] {
        self.all_retractions
            .get(&id)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    /// What stands for an event that an amendment told anew: the claim in it that was published
    /// then, or else the first.
    fn told_anew(&self, event: &Event) -> Option<EventId> {
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

/// The same of each company of which events are amended.
pub(super) type StrikesOf = HashMap<Slug, Arc<Strikes>>;

impl Store {
    /// Finds an event that is to be amended.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownEvent`]; [`Error::Log`] if the log cannot be read.
    pub fn target(&self, id: EventId) -> Result<Target, Error> {
        self.target_within(id, &mut StrikesOf::new())
    }

    /// The same, with what was read before.
    pub(super) fn target_within(&self, id: EventId, read: &mut StrikesOf) -> Result<Target, Error> {
        let mut event = self.target_event(id)?;
        let strikes = match read.entry(event.company.clone()) {
            Entry::Occupied(known) => Arc::clone(known.get()),
            Entry::Vacant(new) => {
                let strikes = Arc::new(self.strikes(new.key())?);
                Arc::clone(new.insert(strikes))
            }
        };
        while let Some(stands) = strikes.told_anew(&event) {
            event = self.target_event(stands)?;
        }
        let with_it = match event.id == id {
            true => self.with_it(&event, &strikes)?,
            false => self.with_corrections(event.clone(), &strikes)?,
        };
        let named = event.id;
        let versions = self.versions(self.first_version(event, &strikes)?, &strikes)?;
        let last = versions
            .last()
            .and_then(|last| strikes.retractions.get(&last.id));
        let retraction = last.map(|by| self.target_event(*by)).transpose()?;
        let replacing = versions.iter().flat_map(|version| strikes.led(version.id));
        let replacing = replacing.filter(|act| act.is_retraction);
        let replacing = replacing.map(|act| self.target_event(act.id));
        let replacing = replacing.collect::<Result<Vec<_>, _>>()?;
        Ok(Target {
            id,
            named,
            replacing,
            versions,
            retraction,
            with_it,
            strikes,
        })
    }

    /// An event and whatever corrects it, also what was retracted of that.
    fn with_corrections(&self, event: Event, strikes: &Strikes) -> Result<Vec<Event>, Error> {
        let mut with_corrections = self.versions(event, strikes)?;
        let mut all: Vec<EventId> = with_corrections.iter().map(|event| event.id).collect();
        while let Some(id) = all.pop() {
            for correction in strikes.retracted.get(&id).into_iter().flatten() {
                all.push(*correction);
                with_corrections.push(self.target_event(*correction)?);
            }
        }
        Ok(with_corrections)
    }

    /// An event and what goes with it, if it is taken back: of a claim, its corrections; of
    /// what leads an amendment, or of a retraction, all that came with it.
    fn with_it(&self, event: &Event, strikes: &Strikes) -> Result<Vec<Event>, Error> {
        let leader = match event.is_retraction() {
            true => strikes.leader(event.id),
            false => Some(event.id),
        };
        let Some(leader) = leader else {
            let all = self.with_retractions(event, strikes)?;
            let is_meant =
                |it: &Event| it.id == event.id || !strikes.retractions.contains_key(&it.id);
            return Ok(all.into_iter().filter(is_meant).collect());
        };
        let mut with = self.with_corrections(self.target_event(leader)?, strikes)?;
        for led in strikes.led(leader) {
            if with.iter().all(|event| event.id != led.id) {
                with.push(self.target_event(led.id)?);
            }
        }
        Ok(with)
    }

    /// A retraction and those that came with it, of the other versions of its target, struck
    /// ones too.
    fn with_retractions(&self, event: &Event, strikes: &Strikes) -> Result<Vec<Event>, Error> {
        let Some(target) = event.strikes() else {
            return Ok(vec![event.clone()]);
        };
        let target = self.target_event(target)?;
        let others = match target.is_retraction() {
            true => self.with_retractions(&target, strikes)?,
            false => {
                let mut first = target;
                while let Some(before) = first.supersedes {
                    first = self.target_event(before)?;
                }
                self.with_corrections(first, strikes)?
            }
        };
        let mut with = vec![event.clone()];
        for other in others {
            for by in strikes.retractions_of(other.id) {
                let by = self.target_event(*by)?;
                let is_with_it = (by.fault, &by.reason) == (event.fault, &event.reason);
                if by.id != event.id && is_with_it {
                    with.push(by);
                }
            }
        }
        Ok(with)
    }

    /// What an event is a version of: what it corrects, unless something else stands in the
    /// place of that beside it.
    fn first_version(&self, event: Event, strikes: &Strikes) -> Result<Event, Error> {
        let (mut first, mut version) = (event.clone(), event);
        while let Some(before) = version.supersedes {
            let standing = strikes.corrections.get(&before).copied();
            let is_struck = strikes.retractions.contains_key(&version.id);
            if standing != Some(version.id) && !is_struck {
                break;
            }
            version = self.target_event(before)?;
            if standing.is_some() {
                first = version.clone();
            }
        }
        Ok(first)
    }

    /// An event, and after it its corrections, one of the other.
    fn versions(&self, first: Event, strikes: &Strikes) -> Result<Vec<Event>, Error> {
        let (mut versions, mut last) = (Vec::new(), first);
        // One that was corrected after it was retracted stands corrected.
        while let Some(by) = strikes.corrections.get(&last.id) {
            let correction = self.target_event(*by)?;
            versions.push(std::mem::replace(&mut last, correction));
        }
        versions.push(last);
        Ok(versions)
    }

    /// What strikes the events of a company, as far as the log goes.
    pub(super) fn strikes(&self, company: &Slug) -> Result<Strikes, Error> {
        let mut strikes = Strikes::default();
        // What was so until its source took it back, and what never was.
        let (mut taken_back, mut never) = (HashSet::new(), HashSet::new());
        let events = self.history(company, self.head().position)?;
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
        Ok(strikes)
    }

    fn target_event(&self, id: EventId) -> Result<Event, Error> {
        let placed = self.placed(id)?;
        placed
            .map(|placed| Arc::unwrap_or_clone(placed.event))
            .ok_or_else(|| Error::UnknownEvent { id: id.to_string() })
    }
}
