//! What is amended, with what became of it already: [`Target`].

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use event_model::event::Event;
use event_model::id::{EventId, Slug};
use event_model::time::{Day, Instant};
use projection::basis::Cuts;
use projection::standing::Standing;
use serde_json::Value;

use super::lines;
use crate::append::AppendOptions;
use crate::error::Error;
use crate::store::Store;

/// An event that is to be amended.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// The event, and after it its corrections, one of the other.
    versions: Vec<Event>,
    retracted_by: Option<EventId>,
}

impl Target {
    /// The correction that stands in its place, and is amended instead.
    #[must_use]
    pub fn corrected_by(&self) -> Option<EventId> {
        let correction = self.versions.get(1..)?.last()?;
        Some(correction.id)
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

/// What strikes the events of a company that are struck, by their ids.
type Strikes = HashMap<EventId, EventId>;

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
        let mut retracted_by = None;
        while let Some(by) = strikes.get(&last.id) {
            let strike = self.target_event(*by)?;
            if strike.supersedes != Some(last.id) {
                retracted_by = Some(*by);
                break;
            }
            versions.push(std::mem::replace(&mut last, strike));
        }
        versions.push(last);
        Ok(Target {
            versions,
            retracted_by,
        })
    }

    /// What strikes the events of a company, as far as the log goes.
    fn strikes(&self, company: &Slug) -> Result<Strikes, Error> {
        let all = Cuts {
            known: Instant::LAST,
            on: Day::MAX,
            recorded: self.head().position,
        };
        let events = self.history(company, all.recorded)?;
        let standing = Standing::of(&events, &all);
        let struck = standing.events.iter().filter_map(|stood| {
            let by = stood.struck_by.filter(|_| stood.struck)?;
            Some((stood.placed.event.id, by.event.id))
        });
        Ok(struck.collect())
    }

    fn target_event(&self, id: EventId) -> Result<Event, Error> {
        let placed = self.placed(id)?;
        placed
            .map(|placed| Arc::unwrap_or_clone(placed.event))
            .ok_or_else(|| Error::UnknownEvent { id: id.to_string() })
    }

    /// The events that amend a target. Where it was corrected, what stands in its place
    /// is amended: two corrections of one event would both count, and the later undo
    /// the earlier. What was amended just so before is amended once.
    ///
    /// `make` is given the event, and after it its corrections, one of the other.
    pub(super) fn amending(
        &self,
        target: &Target,
        make: impl Fn(&[Event]) -> Result<Vec<Value>, Error>,
    ) -> Result<Vec<Value>, Error> {
        if let [first, _, ..] = target.versions.as_slice() {
            let made = make(std::slice::from_ref(first));
            if let Ok(made) = made
                && self.knows(&made)?
            {
                return Ok(made);
            }
        }
        make(&target.versions)
    }

    /// Whether the log has all of these events.
    fn knows(&self, made: &[Value]) -> Result<bool, Error> {
        let options = AppendOptions {
            dry_run: true,
            ..AppendOptions::default()
        };
        let tried = self.append_lines("the event", &mut lines(made).as_bytes(), options);
        Ok(tried.is_ok_and(|tried| tried.new == 0))
    }
}
