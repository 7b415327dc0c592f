//! The events of a company that bear on what could be known: [`Seen`].
//!
//! What was published after the known cut has no say, and strikes nothing unless it mends
//! an error of our own. So it is set aside, unread, and the answer is the same without
//! it; unless another event refers to it, since a correction stands in the place of
//! what it corrects.

use event_log::{LogError, SetAside, Stored};
use event_model::event::Event;
use event_model::id::{EventId, Slug};
use event_model::time::Instant;
use foldhash::{HashSet, HashSetExt};
use projection::basis::Placed;

/// The events of one company after the other, without those that do not matter.
#[derive(Debug)]
pub(crate) struct Seen {
    known: Instant,
    events: Vec<Placed>,
    aside: SetAside,
}

impl Seen {
    /// Of nothing yet, for what could be known by then.
    pub(crate) fn by(known: Instant) -> Self {
        Self {
            known,
            events: Vec::new(),
            aside: SetAside::default(),
        }
    }

    /// Takes in the next event of the company.
    pub(crate) fn add(&mut self, stored: &Stored<'_>) -> Result<(), LogError> {
        let is_later = |published| published > self.known;
        if stored.published().is_some_and(is_later) && !stored.may_strike() {
            self.aside.push(stored);
            return Ok(());
        }
        self.events.push(placed(stored)?);
        Ok(())
    }

    /// Those that matter, in the order of their positions, once all events of the company
    /// were taken in.
    pub(crate) fn events(&mut self, company: &Slug) -> Result<&[Placed], LogError> {
        let missing = self.missing();
        if !missing.is_empty() {
            for stored in self.aside.of(company) {
                if missing.contains(&stored.id) {
                    self.events.push(placed(&stored)?);
                }
            }
            self.events.sort_unstable_by_key(|placed| placed.position);
        }
        Ok(&self.events)
    }

    /// The events that others refer to, and that were set aside.
    fn missing(&self) -> HashSet<EventId> {
        let mut missing = HashSet::new();
        if self.aside.is_empty() {
            return missing;
        }
        let events = self.events.iter();
        missing.extend(events.flat_map(|placed| referred_to(&placed.event)));
        if !missing.is_empty() {
            for placed in &self.events {
                missing.remove(&placed.event.id);
            }
        }
        missing
    }

    /// Begins with the next company.
    pub(crate) fn clear(&mut self) {
        self.events.clear();
        self.aside.clear();
    }
}

fn placed(stored: &Stored<'_>) -> Result<Placed, LogError> {
    Ok(Placed::new(stored.position, stored.event()?))
}

/// The events that one refers to.
fn referred_to(event: &Event) -> impl Iterator<Item = EventId> {
    let all = [event.strikes(), event.repeats, event.supersedes];
    all.into_iter().flatten()
}
