//! What is amended, with what became of it already: [`Target`].

use std::collections::HashMap;
use std::sync::Arc;

use event_model::event::Event;
use event_model::id::{EventId, Slug};
use event_model::vocabulary::Fault;

use super::Amendment;
use super::strikes::Strikes;
use crate::error::Error;
use crate::store::Store;

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
    pub(crate) fn versions(&self) -> &[Event] {
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
        let strikes = self.strikes_of(&event.company, read)?;
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
            true => self.target_event(strikes.leader_of(event.id))?,
            false => event.clone(),
        };
        let led: Vec<EventId> = strikes.led(leader.id).map(|act| act.id).collect();
        let mut with = self.with_corrections(leader, strikes)?;
        for led in led {
            if with.iter().all(|event| event.id != led) {
                with.push(self.target_event(led)?);
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
    pub(super) fn strikes_of(
        &self,
        company: &Slug,
        read: &mut StrikesOf,
    ) -> Result<Arc<Strikes>, Error> {
        if let Some(known) = read.get(company) {
            return Ok(Arc::clone(known));
        }
        let events = self.history(company, self.head().position)?;
        let strikes = Arc::new(Strikes::among(&events));
        read.insert(company.clone(), Arc::clone(&strikes));
        Ok(strikes)
    }

    fn target_event(&self, id: EventId) -> Result<Event, Error> {
        let placed = self.placed(id)?;
        placed
            .map(|placed| Arc::unwrap_or_clone(placed.event))
            .ok_or_else(|| Error::UnknownEvent { id: id.to_string() })
    }
}
