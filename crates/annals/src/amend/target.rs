//! What is amended, with what became of it already: [`Target`].

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use event_model::event::Event;
use event_model::id::{EventId, Slug};
use event_model::vocabulary::Fault;
use uuid::Uuid;

use super::Amendment;
use crate::error::Error;
use crate::store::Store;

/// An event that is to be amended.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    id: EventId,
    /// The claim that it is a version of: what was said first, and after it its corrections,
    /// one of the other. The last stands.
    versions: Vec<Event>,
    /// The event by which the last does not hold.
    retraction: Option<Event>,
    /// The event itself, and whatever corrects it: on some dates they may count. Of a
    /// retraction, those of all versions of the claim.
    with_corrections: Vec<Event>,
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
        let is_named = |event: &Event| event.id == self.id;
        let last = self.versions.len().saturating_sub(1);
        self.versions.iter().position(is_named).unwrap_or(last)
    }

    /// The id under which an event that amends it is said once more, where the log has that
    /// event already and it was retracted since: made of its id and that of the retraction.
    pub(super) fn said_again(&self, event: &Event) -> Option<EventId> {
        let by = self.strikes.retractions.get(&event.id)?;
        Some(EventId(Uuid::new_v5(&event.id.0, by.0.as_bytes())))
    }

    /// All that is retracted with it.
    pub(super) fn with_corrections(&self) -> &[Event] {
        &self.with_corrections
    }

    /// The last correction of it that an amendment may have made.
    pub(super) fn corrected_just_so(&self, amendment: &Amendment) -> Option<&Event> {
        let corrections = self.versions.get(1..).unwrap_or_default();
        corrections.iter().rfind(|event| amendment.made(event))
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
        let event = self.target_event(id)?;
        let strikes = match read.entry(event.company.clone()) {
            Entry::Occupied(known) => Arc::clone(known.get()),
            Entry::Vacant(new) => {
                let strikes = Arc::new(self.strikes(new.key())?);
                Arc::clone(new.insert(strikes))
            }
        };
        let with_corrections = match event.is_retraction() {
            true => self.with_retractions(&event, &strikes)?,
            false => self.with_corrections(event.clone(), &strikes)?,
        };
        let versions = self.versions(self.first_version(event, &strikes)?, &strikes)?;
        let last = versions
            .last()
            .and_then(|last| strikes.retractions.get(&last.id));
        let retraction = last.map(|by| self.target_event(*by)).transpose()?;
        Ok(Target {
            id,
            versions,
            retraction,
            with_corrections,
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

    /// A retraction and those that came with it, of the corrections of its target.
    fn with_retractions(&self, event: &Event, strikes: &Strikes) -> Result<Vec<Event>, Error> {
        let mut with = vec![event.clone()];
        let mut first = event.clone();
        while let Some(before) = first.strikes() {
            first = self.target_event(before)?;
        }
        for version in self.with_corrections(first, strikes)? {
            let Some(by) = strikes.retractions.get(&version.id) else {
                continue;
            };
            let by = self.target_event(*by)?;
            let is_of_it =
                (by.fault, &by.reason, &by.source) == (event.fault, &event.reason, &event.source);
            if by.id != event.id && is_of_it {
                with.push(by);
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
    fn strikes(&self, company: &Slug) -> Result<Strikes, Error> {
        let mut strikes = Strikes::default();
        // What was so until its source took it back, and what never was.
        let (mut taken_back, mut never) = (HashSet::new(), HashSet::new());
        let events = self.history(company, self.head().position)?;
        let struck = events.iter().rev().filter_map(|placed| {
            let event = &placed.event;
            Some((event, event.strikes()?))
        });
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
