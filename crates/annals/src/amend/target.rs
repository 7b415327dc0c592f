//! What is amended, with what became of it already: [`Target`].

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use event_model::event::Event;
use event_model::id::{EventId, Slug};

use super::Amendment;
use crate::error::Error;
use crate::store::Store;

/// An event that is to be amended.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// The event, and after it its corrections, one of the other.
    versions: Vec<Event>,
    /// Other corrections of it, which were retracted: on some dates they may count.
    retracted: Vec<Event>,
    retracted_by: Option<EventId>,
}

impl Target {
    /// The correction that stands in its place, and is amended instead.
    #[must_use]
    pub fn corrected_by(&self) -> Option<EventId> {
        let correction = self.versions.get(1..)?.last()?;
        Some(correction.id)
    }

    /// The event, and after it its corrections, one of the other.
    pub(super) fn versions(&self) -> &[Event] {
        &self.versions
    }

    /// All events that stood for it on any date.
    pub(super) fn all(&self) -> impl Iterator<Item = &Event> {
        self.versions.iter().chain(&self.retracted)
    }

    /// The last correction of it that an amendment may have made.
    pub(super) fn corrected_just_so(&self, amendment: &Amendment) -> Option<&Event> {
        let corrections = self.versions.get(1..).unwrap_or_default();
        corrections.iter().rfind(|event| amendment.made(event))
    }

    /// What is amended itself: the event, or the last correction of it.
    pub(super) fn last_version(&self) -> Option<EventId> {
        self.versions.last().map(|event| event.id)
    }

    /// The event by which it does not hold already.
    #[must_use]
    pub fn retracted_by(&self) -> Option<EventId> {
        self.retracted_by
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
        let mut last = self.target_event(id)?;
        let strikes: &Strikes = match read.entry(last.company.clone()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let strikes = self.strikes(new.key())?;
                new.insert(strikes)
            }
        };
        let mut versions = Vec::new();
        // One that was corrected after it was retracted stands corrected.
        while let Some(by) = strikes.corrections.get(&last.id) {
            let correction = self.target_event(*by)?;
            versions.push(std::mem::replace(&mut last, correction));
        }
        let retracted_by = strikes.retractions.get(&last.id).copied();
        versions.push(last);
        let mut retracted = Vec::new();
        let mut all: Vec<EventId> = versions.iter().map(|event| event.id).collect();
        while let Some(id) = all.pop() {
            for correction in strikes.retracted.get(&id).into_iter().flatten() {
                all.push(*correction);
                retracted.push(self.target_event(*correction)?);
            }
        }
        Ok(Target {
            versions,
            retracted,
            retracted_by,
        })
    }

    /// What strikes the events of a company, as far as the log goes.
    fn strikes(&self, company: &Slug) -> Result<Strikes, Error> {
        let mut strikes = Strikes::default();
        // An event strikes only what came before it, and nothing once it is retracted.
        for placed in self.history(company, self.head().position)?.iter().rev() {
            let event = &placed.event;
            let Some(target) = event.strikes() else {
                continue;
            };
            if strikes.retractions.contains_key(&event.id) {
                if !event.is_retraction() {
                    strikes.retracted.entry(target).or_default().push(event.id);
                }
                continue;
            }
            let of_sort = match event.is_retraction() {
                true => &mut strikes.retractions,
                false => &mut strikes.corrections,
            };
            of_sort.entry(target).or_insert(event.id);
        }
        Ok(strikes)
    }

    fn target_event(&self, id: EventId) -> Result<Event, Error> {
        let placed = self.placed(id)?;
        placed
            .map(|placed| Arc::unwrap_or_clone(placed.event))
            .ok_or_else(|| Error::UnknownEvent { id: id.to_string() })
    }

    /// The retraction of a target that an amendment would make once more.
    pub(super) fn retraction_just_so(
        &self,
        target: &Target,
        amendment: &Amendment,
    ) -> Result<Option<Event>, Error> {
        let by = target.retracted_by.map(|by| self.target_event(by));
        Ok(by.transpose()?.filter(|by| amendment.made(by)))
    }
}
