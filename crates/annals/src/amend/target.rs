//! What is amended, with what became of it already: [`Target`].

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use event_model::event::Event;
use event_model::id::{EventId, Slug};
use event_model::vocabulary::Fault;

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
    /// The event itself, and whatever corrects it: on some dates they may count.
    with_corrections: Vec<Event>,
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
#[derive(Debug, Default)]
pub(super) struct Strikes {
    corrections: HashMap<EventId, EventId>,
    retractions: HashMap<EventId, EventId>,
    /// The corrections that were retracted.
    retracted: HashMap<EventId, Vec<EventId>>,
}

/// The same of each company of which events are amended.
pub(super) type StrikesOf = HashMap<Slug, Strikes>;

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
        let strikes: &Strikes = match read.entry(event.company.clone()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let strikes = self.strikes(new.key())?;
                new.insert(strikes)
            }
        };
        let mut with_corrections = self.versions(event.clone(), strikes)?;
        let mut all: Vec<EventId> = with_corrections.iter().map(|event| event.id).collect();
        while let Some(id) = all.pop() {
            for correction in strikes.retracted.get(&id).into_iter().flatten() {
                all.push(*correction);
                with_corrections.push(self.target_event(*correction)?);
            }
        }
        let versions = self.versions(self.first_version(event, strikes)?, strikes)?;
        let last = versions
            .last()
            .and_then(|last| strikes.retractions.get(&last.id));
        let retraction = last.map(|by| self.target_event(*by)).transpose()?;
        Ok(Target {
            id,
            versions,
            retraction,
            with_corrections,
        })
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
